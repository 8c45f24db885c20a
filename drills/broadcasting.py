"""Broadcasts under kill −9: planned, confirmed, and each reader reached once, whatever dies and whichever answer is lost.

Three broadcasts by list, two of articles (a draft for each part) and one of text, and one publication. Their lists are cut into
parts of ten, so that there are many calls to be killed in; the clock's part and the hands live in one worker, as in `serve`.
WeChat loses answers after it has done the work, and tells nothing of its jobs by itself: its pushes go nowhere, so it is asked.
It takes a hundred mass sends a day, fewer than a worker is killed in: its count is put back before it is used up, as an account's
owner may.
At the end its books and the screens of all phones are held against ours:
- every broadcast is done, every part told, under the number WeChat has for it, and WeChat has no mass send beside those;
- every reader has each broadcast on the screen once, and nobody has one they are not listed for;
- one publication is out.
"""

import io
import random
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import requests
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from activities import picture_files
from bot import posting
from bot.client import Client, Json
from config import limits
from drills.delivery import Report, calling, in_child, kill_at_work, left_by_the_dead
from drills.workers import Site, client_of, forked, killed, until, work_for_ever
from models import schema, times
from models.by import By
from models.db import Database, insert
from models.follower import Follower
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    NoticeForm,
    NoticeSignature,
    NoticeState,
    NoticeUse,
    Outcome,
    PartState,
    Step,
    Way,
)
from notices import service as notices
from notices.audience import freezing
from notices.audience.rules import Rules
from notices.content import Article, Content
from notices.sending import looking, service, steps

SHORTEST_S, LONGEST_S = 0.15, 0.6
LATENCY_S = 0.15
A_PART = 10  # readers
CLEARED_AFTER = 20  # lives: in each of them one list or two are handed over; ten times a month (48006)
BETWEEN_STEPS_S = 0.05
# By both clocks: a dead worker's leases have run out by the next, and the platform takes mass sends again, sixty a minute.
EVERY_LIFE = timedelta(minutes=2)
REST_S = 300.0
LIVES, A_LIFE_S = 30, 5.0  # of the last workers, together
MASS_SEND, ADD = "/cgi-bin/message/mass/send", "/cgi-bin/draft/add"
SUBMIT, UPLOAD = "/cgi-bin/freepublish/submit", "/cgi-bin/media/uploadimg"
TITLES = ("周末看点", "新书到馆", "开门时间")
SIGNERS = ("yi", "er", "san", "si")
QUICK = 30.0  # mass sends a second: what is drilled is not the pace


def run(site: Site, *, readers: int, kills: int, seed: int, without: str = "") -> Report:
    """Everybody is sent three broadcasts; the worker is killed so often; the last one finishes; the books are compared."""
    report, draw = Report(seed), random.Random(seed)
    openids = _followers(site, readers)
    if not in_child(partial(_plan, site, openids)):
        report.faults.append("nothing could be planned")
        return report
    for path in (MASS_SEND, ADD, SUBMIT, UPLOAD):
        _order(site, path, f"latency:{LATENCY_S}")
    for number in range(kills):
        _order(site, MASS_SEND if number % 2 or without else draw.choice((ADD, SUBMIT, UPLOAD)), "drop", times=1)
        before = left_by_the_dead(site, report)
        life = forked(partial(_live, site, shift=EVERY_LIFE * number, without=without))
        kill_at_work(site, life, before, after=draw.uniform(SHORTEST_S, LONGEST_S), anywhere=number % 4 == 0)
        report.kills += 1
        report.in_flight += bool(calling(site) - before)
        if report.kills % CLEARED_AFTER == 0:
            in_child(partial(_clear_quota, site))
        requests.post(f"{site.simulator_url}/sim/clock", json={"advance_s": EVERY_LIFE.total_seconds()}, timeout=10)
    left_by_the_dead(site, report)
    requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    _finish(site, kills, without)
    _compare(site, report, openids)
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


def _order(site: Site, path: str, what: str, *, times: int = 0) -> None:
    body = {"path": path, "what": what, "times": times}
    requests.post(f"{site.simulator_url}/sim/faults", json=body, timeout=10)


def _clear_quota(site: Site) -> None:
    database = Database(site.database_url)
    client = client_of(site, database)
    client.ask(partial(client.post, "clear_quota", data={"appid": client.appid}))
    database.close()


def _followers(site: Site, count: int) -> list[str]:
    """Nobody has written: a mass send asks for no window. Pushes go nowhere."""
    wish = {"callback": "http://127.0.0.1:9/wechat", "kind": "service", "verified": True}
    requests.post(f"{site.simulator_url}/sim/reset", json=wish, timeout=10)
    body = {"name": "读者", "following": True, "count": count}
    made = requests.post(f"{site.simulator_url}/sim/readers", json=body, timeout=60).json()
    return list(made["openids"])


def _plan(site: Site, openids: Sequence[str]) -> None:
    database = Database(site.database_url)
    schema.migrate(database)
    picture = _picture(site)
    body = f'<p>书香</p><img src="/media/pictures/{picture}">'
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": one} for one in openids])
        for title in TITLES[:2]:
            _listed(session, _ready(session, Content((Article(title, body=body, cover=picture),)), title), openids)
        _listed(session, _ready(session, Content(text=TITLES[2]), TITLES[2], form=NoticeForm.TEXT), openids)
        page = _ready(session, Content((Article("网页", body=body, cover=picture),)), "网页")
        _planned(session, page, Way.PUBLISH)
    database.close()


def _picture(site: Site) -> str:
    body = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(body, "JPEG")
    file = picture_files.made_anew(body.getvalue())
    picture_files.keep(site.files, file)
    return file.digest


def _ready(session: Session, content: Content, title: str, *, form: NoticeForm = NoticeForm.ARTICLES) -> Any:
    """Signed by four. News of a closure, so that the hour of the drill does not matter."""
    now = times.now()
    wanted = notices.Wanted(title, content, form=form, use=NoticeUse.CLOSURE)
    notice = notices.begin(session, wanted, by=By("drill", now))
    for step, who in zip(Step, SIGNERS, strict=True):
        signature = {
            "notice_id": notice.id, "step": step, "version": 1, "digest": content.sha256, "is_yes": True, "who": who,
            "signed_at": now,
        }  # fmt: skip
        session.execute(insert(session, NoticeSignature).values(signature))
    notice.state = NoticeState.READY
    session.flush()
    return notice


def _planned(session: Session, notice: Any, way: Way) -> Broadcast:
    now = times.now()
    broadcast = service.plan(session, notice, way, Rules(), now, by=By("chen", now))
    looking.look(session, broadcast, by=By("wang", now))
    service.confirm(session, broadcast, by=By("wang", now))
    return broadcast


def _listed(session: Session, notice: Any, openids: Sequence[str]) -> None:
    """Its readers are written down here, in many small parts."""
    broadcast = _planned(session, notice, Way.MASS_LIST)
    rows = [
        {"broadcast_id": broadcast.id, "openid": openid, "part": 1 + at // A_PART, "outcome": Outcome.LISTED, "cause": ""}
        for at, openid in enumerate(sorted(openids))
    ]  # fmt: skip
    session.execute(sa.insert(BroadcastReader), rows)
    broadcast.frozen_at = times.now()


def _live(site: Site, *, shift: timedelta, without: str) -> None:
    limits.MASS_CALLS_PER_SECOND = QUICK
    if without == "key":
        posting.send = _under_another_key
    work_for_ever(site, shift=shift, beside=_carry_on)


_send = posting.send


def _under_another_key(client: Client, payload: Json) -> Json:
    return _send(client, {**payload, "client_id": secrets.token_hex(16)})


def _carry_on(database: Database) -> None:
    while True:
        with database.units() as session:
            steps.carry_on(session, times.now())
        with database.units() as session:
            freezing.carry_on(session, times.now())
        time.sleep(BETWEEN_STEPS_S)


def _finish(site: Site, kills: int, without: str) -> None:
    """Last workers, each two minutes later: every lease of a dead one has run out, and what was taken is asked after."""
    for number in range(LIVES):
        shift = EVERY_LIFE * (kills + number + 1)
        pid = forked(partial(_live, site, shift=shift, without=without))
        if number == 0:  # everything is handed over in the first; the others ask what became of it
            until(lambda: in_child(partial(_is_all_taken, site)), seconds=REST_S, pause=0.2)
        is_quiet = until(lambda: in_child(partial(_is_quiet, site)), seconds=A_LIFE_S, pause=0.2)
        killed(pid, after=0.1)
        requests.post(f"{site.simulator_url}/sim/clock", json={"advance_s": EVERY_LIFE.total_seconds()}, timeout=10)
        if is_quiet:
            break


def _is_all_taken(site: Site) -> bool:
    database = Database(site.database_url)
    with database.reading() as session:
        owed = sa.select(sa.func.count()).where(BroadcastPart.state == PartState.OWED)
        cut = sa.select(sa.func.count(sa.distinct(BroadcastPart.broadcast_id)))
        is_all = session.scalar(cut) == len(TITLES) and not session.scalar(owed)
    database.close()
    return is_all


def _is_quiet(site: Site) -> bool:
    database = Database(site.database_url)
    with database.reading() as session:
        left = session.scalar(
            sa.select(sa.func.count()).where(
                Broadcast.state.not_in((BroadcastState.DONE, BroadcastState.FAILED, BroadcastState.STOPPED))
            )
        )
    database.close()
    return not left


def _compare(site: Site, report: Report, openids: Sequence[str]) -> None:
    database = Database(site.database_url)
    with database.reading() as session:
        states = session.execute(sa.select(Broadcast.id, Broadcast.state, Broadcast.cause)).all()
        parts = session.execute(
            sa.select(BroadcastPart.broadcast_id, BroadcastPart.number, BroadcastPart.state, BroadcastPart.msg_id)
        ).all()
        handed = Counter(session.scalars(sa.select(BroadcastReader.outcome)))
    database.close()
    report.states.update(f"broadcasts {row.state}" for row in states)
    report.states.update(f"parts {row.state}" for row in parts)
    report.faults += [
        f"broadcast {row.id} was left {row.state}: {row.cause}"
        for row in states
        if row.state is not BroadcastState.DONE
    ]
    report.faults += [
        f"part {row.broadcast_id}/{row.number} was left {row.state}"
        for row in parts
        if row.state is not PartState.TOLD
    ]
    expected = len(TITLES) * len(openids)
    if handed[Outcome.HANDED] != expected:
        report.faults.append(f"{handed[Outcome.HANDED]} of {expected} readers are handed over in our books")
    _compare_jobs(site, report, Counter(row.msg_id for row in parts))
    _compare_screens(site, report, openids)


def _compare_jobs(site: Site, report: Report, ours: Counter[str]) -> None:
    """Number by number: WeChat's mass sends and our parts."""
    theirs = Counter(
        str(one["msg_id"]) for one in requests.get(f"{site.simulator_url}/sim/masses", timeout=30).json()["masses"]
    )
    report.faults += [f"mass send {number} is nobody's of ours" for number in theirs - ours]
    report.faults += [f"part under {number} is unknown to WeChat" for number in ours - theirs]


def _compare_screens(site: Site, report: Report, openids: Sequence[str]) -> None:
    with requests.Session() as phones:
        for openid in openids:
            items = phones.get(f"{site.simulator_url}/sim/readers/{openid}/screen?after=0", timeout=30).json()
            seen = Counter(str(item.get("text")) for item in items)
            report.faults += [f"{openid} has {title} {seen[title]} times" for title in TITLES if seen[title] != 1]
            report.faults += [f"{openid} was sent {text}" for text in seen if text not in TITLES]
