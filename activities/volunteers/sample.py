"""The demo's volunteers: a call, some who help, a month of hours, this week's roster, two trainings. No follower is invented."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import calls, hours, people, posts, rules, shifts, trainings
from activities.volunteers.people import Profile
from activities.volunteers.trainings import Learner
from models import times
from models.activity import MAIN_LIBRARY, Branch
from models.by import By
from models.volunteer import Shift, Training, TrainingFor, Volunteer, VolunteerCall, VolunteerState

CALL = calls.Wanted(
    "周末阅读推广志愿者",
    "做什么：整理书架，带孩子读绘本，活动现场帮忙。\n什么时候：周六、周日，一次半天，自己挑班。\n"
    "要什么样的人：喜欢书，说话和气，守时。\n我们会：岗前培训，记志愿时长，年底发感谢证书。",
    None,
    ("整理书架", "给孩子读书", "活动现场帮忙", "拍照", "教老人用手机"),
    14,
    None,
)
HELPERS = (
    Profile("何秀兰", "13800020001", 63, skills="给孩子读书", wish="退休老师，周中也有空"),
    Profile("马建平", "13800020002", 45, skills="拍照、活动现场帮忙"),
    Profile("罗小雨", "13800020003", 16, "罗志强", "13800020013", "整理书架", "高一学生，只有周末有空"),
    Profile("郑文静", "13800020004", 28, skills="给孩子读书、教老人用手机"),
    Profile("韦国强", "13800020005", 52, skills="整理书架"),
    Profile("蓝丽娟", "13800020006", 37, skills="活动现场帮忙"),
)
APPLIED = Profile("覃明月", "13800020007", 22, skills="拍照", wish="学摄影的，想帮忙拍活动照片")
# Day of the week from Monday, hours, what, where, how many, and which of HELPERS are on it.
WEEK = (
    (1, time(9), time(11, 30), "整理书架", "二楼文学区", 2, (0, 4)),
    (3, time(14), time(16, 30), "整理书架", "二楼文学区", 2, (4,)),
    (4, time(9, 30), time(11), "教老人用手机", "一楼服务台旁", 1, (3,)),
    (5, time(9), time(12), "绘本领读", "一楼少儿区", 2, (0, 3)),
    (5, time(14), time(17), "活动现场帮忙", "报告厅", 3, (1, 5)),
    (6, time(9), time(12), "绘本领读", "一楼少儿区", 2, (3,)),
    (6, time(14), time(17), "整理书架", "二楼文学区", 2, (2, 4)),
)
WEEKS_BEFORE = 10  # that have hours
NOTE = "请提前十分钟到，找少儿部方老师领马甲"


def volunteer(session: Session, *, by: By) -> None:
    """All of it, once."""
    if session.scalar(sa.select(VolunteerCall.id).limit(1)) is not None:
        return
    call = calls.make(session, CALL, by=by)
    calls.show(session, call, by=by)
    main = session.scalars(sa.select(Branch.id).where(Branch.name == MAIN_LIBRARY)).one()
    began = By(by.who, by.at - timedelta(weeks=WEEKS_BEFORE + 1))
    helpers = [people.write_down(session, profile, branch_id=None, by=began) for profile in HELPERS]
    _asks(session, call, by)
    monday = times.week_of(times.today(by.at))[0]
    for week in range(WEEKS_BEFORE, 0, -1):
        _served(session, monday - timedelta(weeks=week), main, helpers, by)
    for week in (0, 1):
        _planned(session, monday + timedelta(weeks=week), main, helpers, by, has_people=week == 0)
    _trained(session, helpers, by)


def _asks(session: Session, call: VolunteerCall, by: By) -> None:
    """Somebody who waits for an answer; she came to the desk, as nobody of the demo is invented as a follower."""
    row = people.write_down(session, APPLIED, branch_id=None, by=By(by.who, by.at - timedelta(days=1)))
    row.state, row.call_id, row.decided_by, row.decided_at = VolunteerState.APPLIED, call.id, "", None


def _planned(
    session: Session, monday: date, main: int, helpers: Sequence[Volunteer], by: By, *, has_people: bool
) -> None:
    for day, first, last, task, place, seats, who in WEEK:
        span = rules.span_of(monday + timedelta(days=day), first, last)
        if span.ends_at <= by.at:
            continue
        shift = _shift(session, main, monday + timedelta(days=day), span, task, place, seats, by)
        for at in who if has_people else who[:1]:
            posts.take(session, shift.id, helpers[at].id, now=by.at, by=by)


def _shift(
    session: Session, main: int, day: date, span: rules.Span, task: str, place: str, seats: int, by: By
) -> Shift:
    return shifts.plan(session, shifts.Wanted(main, day, span, task, place, NOTE, seats, 12), by=by)


def _served(session: Session, monday: date, main: int, helpers: Sequence[Volunteer], by: By) -> None:
    """A week of before: everybody came; the last week still waits for somebody to confirm two of them."""
    is_last = times.week_of(times.today(by.at))[0] - monday == timedelta(weeks=1)
    for number, (day, first, last, task, place, seats, who) in enumerate(WEEK):
        if (monday.toordinal() // 7 + number) % 3 == 0:
            continue  # not each week is the same
        span = rules.span_of(monday + timedelta(days=day), first, last)
        shift = _shift(
            session,
            main,
            monday + timedelta(days=day),
            span,
            task,
            place,
            seats,
            By(by.who, span.starts_at - timedelta(days=3)),
        )
        for at in who:
            _came(session, shift, helpers[at], span, by, confirms=not (is_last and day == 6))


def _came(session: Session, shift: Shift, helper: Volunteer, span: rules.Span, by: By, *, confirms: bool) -> None:
    before = By(by.who, span.starts_at - timedelta(days=2))
    post = posts.take(session, shift.id, helper.id, now=before.at, by=before)
    posts.check_in(session, post, how=by.who, now=span.starts_at, at=span.starts_at)
    posts.check_out(session, post, now=span.ends_at, at=span.ends_at)
    if confirms:
        hours.confirm(session, post, span.minutes, by=By(by.who, span.ends_at + timedelta(hours=1)))


def _trained(session: Session, helpers: Sequence[Volunteer], by: By) -> None:
    """One that was, with its results, and one to come."""
    past = _training(session, "志愿者岗前培训", TrainingFor.BOTH, times.today(by.at) - timedelta(days=20), by)
    for at, helper in enumerate(helpers[:5]):
        one = Learner(None, helper.id, None)
        trainings.came(session, past, one, how=by.who, now=past.starts_at)
        trainings.note_result(session, past, one, at != 2, by=by)
    _training(session, "冬季防火与应急疏散演练", TrainingFor.STAFF, times.today(by.at) + timedelta(days=9), by)


def _training(session: Session, title: str, for_whom: TrainingFor, day: date, by: By) -> Training:
    span = rules.span_of(day, time(14), time(16))
    about = (
        "怎么接待读者，怎么排架，孩子走失、有人不舒服时怎么办。"
        if for_whom is TrainingFor.BOTH
        else "灭火器怎么用，各楼层从哪里走。"
    )
    wanted = trainings.Wanted(title, about, for_whom, None, span, "三楼会议室", "", None)
    return trainings.make(session, wanted, by=By(by.who, min(by.at, _days_before(span.starts_at))))


def _days_before(moment: datetime) -> datetime:
    return moment - timedelta(days=7)
