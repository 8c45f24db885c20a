"""The demo's map: where its branches lie, some studies and bars, two rounds of the book bus, and what it brought this year.

Made up, around the town of the demo's plan.
"""

import random
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.nearby import Point
from activities.places import deliveries, rules, service, visits
from activities.places.delivery_rules import Figures, Told, guessed
from models import times
from models.activity import MAIN_LIBRARY, Branch
from models.by import By
from models.place import Place

BRANCHES = {
    MAIN_LIBRARY: (30.9369, 117.8213, "铜官区", "借书、还书、办证、自习、上网、打印"),
    "官塘社区分馆": (30.9452, 117.8331, "官塘街道", "借书、还书、办证、少儿阅读"),
    "乌木山社区分馆": (30.9201, 117.8054, "乌木山街道", "借书、还书、少儿阅读"),
    "狮子山社区分馆": (30.9588, 117.8672, "狮子山街道", "借书、还书"),
    "学苑社区分馆": (30.9127, 117.8315, "学苑街道", "借书、还书、自习"),
    "鹞山社区分馆": (30.9703, 117.8119, "鹞山街道", "借书、还书、看报"),
    "人民社区分馆": (30.9331, 117.8098, "铜官区", "借书、还书、看报"),
    "天井湖社区分馆": (30.9436, 117.8041, "天井湖街道", "借书、还书、自习"),
    "阳光社区分馆": (30.9265, 117.8437, "铜官区", "借书、还书、听书"),
}  # fmt: skip
PLACES = (
    ("滨江书房", "书房", "天井湖街道", "滨江路 8 号", "30.9531, 117.7962", "每天 9:00-21:00", "借书、还书、自习", MAIN_LIBRARY, "0562-2830008"),
    ("地铁口 24 小时书房", "书房", "铜官区", "长江路与义安路口", "30.9348, 117.8246", "24小时开放", "借书、还书、自习", "", ""),
    ("梧桐书吧", "书吧", "官塘街道", "官塘路 36 号咖啡店内", "30.9470, 117.8358", "周二至周日 10:00-20:00；周一闭馆", "看书、借书", "", ""),
    ("柳村农家书屋", "阅读点", "学苑街道", "柳村村委会旁", "30.8994, 117.8402", "周一至周五 8:30-11:30、14:00-17:00", "借书、看报",
    "学苑社区分馆", ""),
)  # fmt: skip
ROUTES = {
    "东线": ("绿色的车，停在路边有书声旗子的地方", (
        ("官塘小学", "官塘街道", "官塘路 2 号校门口", "30.9461, 117.8349", "每周三 9:00-11:00"),
        ("狮子山菜市场", "狮子山街道", "狮子山街 11 号", "30.9574, 117.8640", "每月第一、三个周五 14:00-16:00"),
        ("阳光家园广场", "铜官区", "阳光大道 70 号", "30.9270, 117.8450", "每周六 9:00-11:30"),
        ("开发区电子厂", "铜官区", "翠湖四路 88 号", "30.9382, 117.8795", "每月5日、20日 17:30-19:30"),
    )),
    "西线": ("大字书、绘本各两架", (
        ("鹞山新村", "鹞山街道", "鹞山新村 6 栋前", "30.9711, 117.8125", "每周二 9:00-11:00"),
        ("柳村小学", "学苑街道", "柳村 1 组", "30.8989, 117.8391", "每月第二、四个周四 14:00-16:00"),
        ("武警支队营区", "天井湖街道", "湖滨路 101 号", "30.9480, 117.7990", "每月最后一个周五 15:00-17:00"),
        ("区政务服务中心", "铜官区", "义安路 1 号大厅", "30.9320, 117.8190", "每月第一个周一 12:00-13:30"),
    )),
}  # fmt: skip
NOTES = ("孩子们围着绘本车不肯走。", "老人想要大字书，下次多带。", "下雨，改在走廊里。", "", "", "换走的多是小说。")
WAITING = 2  # the newest that phones have told and nobody has confirmed


def open_map(session: Session, *, by: By) -> None:
    """Once: what staff changed since stays."""
    if session.scalar(sa.select(Place.id).limit(1)) is not None:
        return
    for branch in session.scalars(sa.select(Branch)):
        if branch.name in BRANCHES:
            latitude, longitude, district, does = BRANCHES[branch.name]
            service.place_branch(session, branch, at=Point(latitude, longitude), district=district, does=does, by=by)
    names = set(session.scalars(sa.select(Branch.name)))
    for name, kind, district, address, at, hours, does, branch_name, phone in PLACES:
        typed = {
            "name": name, "kind": kind, "district": district, "address": address, "at": at, "hours": hours, "does": does,
            "branch": branch_name if branch_name in names else "", "phone": phone,
        }  # fmt: skip
        service.add(session, rules.wanted_of(typed), by=by)
    _routes(session, names, by)
    _deliver(session, by)


def _routes(session: Session, names: set[str], by: By) -> None:
    for route, (note, stops) in ROUTES.items():
        for name, district, address, at, hours in stops:
            typed = {
                "name": name, "kind": "流动服务点", "district": district, "address": address, "at": at, "hours": hours,
                "does": "借书、还书、办证", "branch": MAIN_LIBRARY if MAIN_LIBRARY in names else "",
            }  # fmt: skip
            service.add(session, rules.wanted_of(typed), by=by)
        service.keep_route(session, None, name=route, note=note, runs=True, stops=[name for name, *_ in stops], by=by)


def _deliver(session: Session, by: By) -> None:
    """Each stop's first visit of every month of this year until today; the same in every demo."""
    today, dice = times.today(by.at), random.Random(2026)  # noqa: S311  (nothing secret)
    kinds = deliveries.kinds(session)
    told = sorted(
        (
            Told(day, name, guessed(name, kinds) or kinds[2], _figures(dice), dice.choice(NOTES))
            for name, day in _visits(today)
        ),
        key=lambda one: (one.day, one.spot),
    )
    for one in told[:-WAITING] if len(told) > WAITING else told:
        deliveries.confirm(session, None, one, by=by)
    for one in told[-WAITING:] if len(told) > WAITING else ():
        deliveries.send(session, one, by=by)


def _visits(today: date) -> list[tuple[str, date]]:
    found = []
    for _, stops in ROUTES.values():
        for name, *_, hours in stops:
            clauses = visits.visits_in(hours)
            for month in range(1, today.month + 1):
                first, last = times.month_of(today.year, month)
                days = (first + timedelta(days=n) for n in range((min(last, today) - first).days + 1))
                found += [
                    (name, day)
                    for day in [next((day for day in days if visits.stretches_on(clauses, day)), None)]
                    if day
                ]
    return found


def _figures(dice: random.Random) -> Figures:
    return Figures(
        dice.randrange(40, 160, 5), dice.randrange(10, 60, 5), dice.randrange(15, 90), dice.choice((None, 1, 2, 3))
    )
