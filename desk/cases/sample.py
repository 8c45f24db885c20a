"""The demo library's desk: canned replies, questions of these days that came by hand, and the figures of the months before, whose
words are gone as they go in any library."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import answering, canned, clock, handing
from desk.cases.answering import ByHand
from desk.cases.holding import held
from desk.cases.hours import service_of
from models import times
from models.activity import Branch
from models.by import By
from models.case import Case, CaseResult, CaseState, CaseTopic, CaseWay, Rating, next_number

EDITOR, REVIEWER = "demo-editor", "demo-reviewer"
T, W = CaseTopic, CaseWay
REPLIES = (
    ("办证要带什么", "您好，办读者证带上身份证原件就行，孩子用户口本。{图书馆}服务台当场办好。", T.CARDS),
    ("赔书", "您好，书丢了照原价赔，或者买一本同版的新书来。请{日期}前带读者证到服务台找{馆员}。", T.LENDING),
    ("请稍等", "您好，编号 {编号} 收到，我查一下再答复您。着急请拨 {电话}。", None),
)
_DAY = (  # of these days: way, words, topic, answer, result
    (W.WALK_IN, "轮椅从哪个门进？", T.ROOMS, "东侧门有坡道，按铃会有人来开。", CaseResult.SOLVED),
    (
        W.PHONE,
        "孩子的借书证丢了，补办要孩子本人来吗？",
        T.CARDS,
        "家长带户口本来就行，工本费五元。",
        CaseResult.SOLVED,
    ),
    (
        W.PHONE,
        "你们收旧书吗？家里有两箱。",
        T.COLLECTIONS,
        "教辅不收，其余请先发书单，合适的上门取。",
        CaseResult.SOLVED,
    ),
    (W.WALK_IN, "想查 1958 年的县报。", T.COLLECTIONS, "地方文献室周三开放，请那天来。", CaseResult.ELSEWHERE),
)
_OPEN = (
    (W.WALK_IN, "上周六的水杯落在三楼阅览室，蓝色的。", T.LOST, "方女士，电话请服务台查"),
    (W.PHONE, "学校想带 40 个学生来参观，怎么约？", T.ACTIVITIES, "第一小学李老师"),
)
_TOPICS = (T.LENDING, T.CARDS, T.HOURS, T.LENDING, T.ROOMS, T.ACTIVITIES, T.COLLECTIONS, T.LENDING, T.OTHER, T.LOST)
_RATINGS = (Rating.GOOD, None, Rating.GOOD, Rating.FAIR, Rating.GOOD, None, Rating.POOR)
BEFORE = 48  # cases of the months before


def sit_down(session: Session, *, by: By) -> None:
    """Once; what was asked since stays."""
    if session.scalar(sa.select(Case.id).limit(1)) is not None:
        return
    for title, text, topic in REPLIES:
        canned.keep(session, None, title, text, topic, by=By(EDITOR, by.at))
    _before(session, by.at)
    branches = list(session.scalars(sa.select(Branch.id).order_by(Branch.id).limit(3)))
    for number, (way, words, topic, answer, result) in enumerate(_DAY):
        branch = branches[number % len(branches)] if branches else None
        who = By(EDITOR if number % 2 else REVIEWER, by.at - timedelta(hours=30 - number))
        answering.enter(session, ByHand(way, words, "", topic, branch, answer, result), once=f"demo{number}", by=who)
    for number, (way, words, topic, contact) in enumerate(_OPEN):
        who = By(EDITOR, by.at - timedelta(minutes=50 - 20 * number))
        case = answering.enter(session, ByHand(way, words, contact, topic, None), once=f"demo-open{number}", by=who)
    if (last := held(session, case.id)) is not None:
        handing.offer(
            session, last, to_who=REVIEWER, why="参观归您那边安排", by=By(EDITOR, by.at - timedelta(minutes=10))
        )


def _before(session: Session, now: datetime) -> None:
    """Closed long ago, without their words."""
    today = times.today(now)
    for number in range(BEFORE):
        day = today - timedelta(days=35 + number)
        opened = datetime.combine(day, time(8 + number % 11, number * 7 % 60), times.local(now).tzinfo)
        hours = service_of(session, None, since=opened).hours
        answered = clock.add(hours, opened, 4 + number * 13 % 150) or opened
        closed = clock.add(hours, answered, 10 + number * 29 % 300) or answered
        who = EDITOR if number % 3 else REVIEWER
        way = (W.CHAT, W.CHAT, W.PHONE, W.WALK_IN)[number % 4]
        session.add(
            Case(
                number=next_number(session, day), way=way, topic=_TOPICS[number % len(_TOPICS)], question="", state=CaseState.CLOSED,
                first_by=who, owner=who, opened_at=opened, asked_at=closed, first_answer_at=answered, closed_at=closed, closed_by=who,
                answer_minutes=clock.minutes_between(hours, opened, answered), close_minutes=clock.minutes_between(hours, opened, closed),
                result=CaseResult.SOLVED if number % 6 else CaseResult.ELSEWHERE, times_late=int(number % 11 == 0),
                rating=_RATINGS[number % len(_RATINGS)] if way is W.CHAT else None, emptied_at=now,
            )
        )  # fmt: skip
    session.flush()
