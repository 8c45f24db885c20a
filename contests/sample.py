"""The demo library's contests: a recitation that takes voice works now, and an essay contest that is being judged.

Its authors came through a school: no follower is invented, and nobody is told anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import handing_in, queries, screening, service, tiers
from contests.programmes import service as programmes
from contests.programmes.service import IssueWanted
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted, Votes, Wanted, new_code
from contests.tiers import TierWanted
from models import times
from models.award import AwardKind
from models.by import By
from models.contest import (
    AgreementWay,
    Contest,
    Genre,
    GroupKind,
    Purpose,
    Submission,
    SubmissionState,
    VoteRule,
)

ESSAYS = Path(__file__).with_name("samples") / "essays.txt"
SECOND = "王主任"
READING, WRITING = "书声朗读者：把喜欢的读给大家听", "我和一本书：征文"
SERIES = "书声朗读者"
SCHOOL, TEACHER = "实验小学", "周老师"
KEPT_FOR_DAYS = 365
WORDINGS = {
    Purpose.ENTRY: "作品是作者自己完成的，没有抄别人的。图书馆可以为这次比赛保存、播放和展示它，评审时不显示作者的名字。"
    "个人资料只用于这次比赛，比赛结束一年后删除；随时可以撤稿。",
    Purpose.GUARDIAN: "我是孩子的监护人，读过征集启事，同意孩子参加，也同意图书馆为这次比赛保存、播放和展示孩子的作品，"
    "获奖时公布遮了中间字的姓名。随时可以撤回，撤回以后作品不再展示。",
    Purpose.KEEP: "比赛结束以后，图书馆可以继续保存和展示这件作品。",
    Purpose.SERIES: "图书馆可以把这件作品编进节目里播出，播出时说明作者和作品名。",
}
AWARDS = (
    TierWanted("一等奖", 1), TierWanted("二等奖", 2), TierWanted("三等奖", 3),
    TierWanted("优秀组织奖", 1, is_each=False, kind=AwardKind.SPECIAL),
)  # fmt: skip
WITH_MONEY = (TierWanted("一等奖", 1, fen=20_000), TierWanted("二等奖", 2, fen=10_000), *AWARDS[2:])  # of the essays
CLASSICS = (
    TextWanted("咏鹅", "骆宾王", "鹅，鹅，鹅，\n曲项向天歌。\n白毛浮绿水，\n红掌拨清波。", "少儿组"),
    TextWanted(
        "江雪", "柳宗元", "千山鸟飞绝，\n万径人踪灭。\n孤舟蓑笠翁，\n独钓寒江雪。", "少儿组"
    ),
    TextWanted(
        "游子吟", "孟郊", "慈母手中线，游子身上衣。\n临行密密缝，意恐迟迟归。\n谁言寸草心，报得三春晖。", "亲子组"
    ),
    TextWanted(
        "水调歌头·明月几时有", "苏轼",
        "明月几时有？把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，高处不胜寒。起舞弄清影，何似在人间。\n"
        "转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆？人有悲欢离合，月有阴晴圆缺，此事古难全。但愿人长久，千里共婵娟。",
        "成人组",
    ),
    TextWanted("陋室铭", "刘禹锡", "山不在高，有仙则名。水不在深，有龙则灵。斯是陋室，惟吾德馨。", "成人组"),
)  # fmt: skip


def open_contests(session: Session, *, by: By) -> None:
    """Once: both of them."""
    if session.scalar(sa.select(Contest.id).limit(1)) is not None:
        return
    reading = service.set_up(session, _reading(by.at), by=by)
    tiers.set_tiers(session, reading, AWARDS)
    service.open_(session, reading, by=by)
    _write(session, by)
    _series(session, by)


def _series(session: Session, by: By) -> None:
    """A series whose first issue waits for recordings: the demo has none, since they are people's voices."""
    made = programmes.make_programme(session, SERIES, "读者读，读者听。读得好的，在这里播出。", by=by)
    wanted = IssueWanted(1, "第一声", "把喜欢的读给大家听：这是第一期。", "编辑：陈馆员")
    programmes.begin_issue(session, made, wanted, by=by)


def _reading(now: datetime) -> Wanted:
    today, year = times.today(now), times.today(now).year
    begins, ends = times.start_of(today), times.start_of(today + timedelta(days=21))
    groups = (
        GroupWanted("少儿组", GroupKind.BIRTH, born_from=date(year - 13, 9, 1)),
        GroupWanted("亲子组", GroupKind.FAMILY),
        GroupWanted("成人组", GroupKind.BIRTH, born_until=date(year - 13, 8, 31)),
    )
    call = (
        "选一篇喜欢的，读给我们听。手机里按住说话就行，一段读不完就分几段，我们会接成一条完整的录音。"
        "读得好的，编进“书声朗读者”播出。"
    )
    return Wanted(
        READING, begins, ends, {Genre.VOICE: Limits(least_seconds=15, most_seconds=180, most_pieces=6, most_megabytes=20)},
        groups, call=call, rules="请在安静的地方读，开头可以说一句“我是谁，我读的是什么”。", texts=CLASSICS, works_each=2,
        screened_by=today + timedelta(days=25), judged_by=today + timedelta(days=32),
        notice_from=today + timedelta(days=34), notice_until=today + timedelta(days=38),
        awards_on=today + timedelta(days=45), keeps_until=today + timedelta(days=KEPT_FOR_DAYS), wordings=WORDINGS,
    )  # fmt: skip


# ── the essays: written, screened, being judged ──


def _write(session: Session, by: By) -> None:
    opened, written, closed = (by.at - timedelta(days=days) for days in (40, 12, 6))
    contest = service.set_up(session, _writing(opened, closed), by=By(by.who, opened))
    tiers.set_tiers(session, contest, WITH_MONEY)
    service.open_(session, contest, by=By(by.who, opened))
    for number, essay in enumerate(essays()):
        _hand_in(session, contest, essay, at=written + timedelta(hours=number))
    service.close_due(session, by.at)
    for work in session.scalars(sa.select(Submission).where(Submission.contest_id == contest.id)).all():
        screening.accept(session, work, by=By(SECOND, by.at))
    service.begin_judging(session, contest, by=By(SECOND, by.at))


def _writing(opens_at: datetime, closes_at: datetime) -> Wanted:
    last = times.today(closes_at)
    groups = (
        GroupWanted("小学组", least_characters=300, most_characters=500),
        GroupWanted("初中组", least_characters=600, most_characters=800),
        GroupWanted("高中组", least_characters=1000, most_characters=1200),
    )
    return Wanted(
        WRITING, opens_at, closes_at, {Genre.ESSAY: Limits()}, groups,
        call="写一写您和一本书、一座图书馆的事。不拘题目，要真，要有自己的样子。",
        organisations=(OrganisationWanted(SCHOOL, is_post_box=True, most_works=30),),
        screened_by=last + timedelta(days=7), judged_by=last + timedelta(days=20),
        notice_from=last + timedelta(days=22), notice_until=last + timedelta(days=26),
        awards_on=last + timedelta(days=35), keeps_until=last + timedelta(days=KEPT_FOR_DAYS), wordings=WORDINGS,
        votes=Votes(VoteRule.ONCE),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Essay:
    """One of the file."""

    group: str
    title: str
    author: str
    words: str


def essays() -> Iterator[Essay]:
    """Those of the file; what stands behind == is the group, the title and the author."""
    for part in ESSAYS.read_text(encoding="utf-8").split("== ")[1:]:
        head, _, words = part.partition("\n")
        group, title, author = (word.strip() for word in head.split("|"))
        yield Essay(group, title, author, words.strip())


def _hand_in(session: Session, contest: Contest, essay: Essay, *, at: datetime) -> None:
    """As a teacher sends it in through the school's box, with the slips of the parents on paper."""
    groups = {group.name: group.id for group in queries.groups_of(session, contest)}
    (school,) = queries.organisations_of(session, contest)
    work = Submission(
        contest_id=contest.id, contest=contest, code=new_code(), state=SubmissionState.DRAFT, genre=Genre.ESSAY, openid=None,
        is_boxed=True, organisation_id=school.id, title="", author="", made_at=at,
    )  # fmt: skip
    session.add(work)
    session.flush()
    is_child = essay.group == "小学组"
    handing_in.describe(
        session, work, title=essay.title, author=essay.author, group_id=groups[essay.group], teacher=TEACHER,
        is_child=is_child,
    )  # fmt: skip
    handing_in.write(session, work, essay.words)
    entry, guardian = (queries.wording_of(session, contest, purpose) for purpose in (Purpose.ENTRY, Purpose.GUARDIAN))
    if entry is not None and guardian is not None:
        handing_in.hand_in(session, work, agrees_to=entry, now=at, way=AgreementWay.SLIP)
        if is_child:
            handing_in.guardian_agrees(
                session, work, guardian, openid=None, name=f"{essay.author}的家长", relation="家长", way=AgreementWay.SLIP,
                now=at, recorded_by=TEACHER,
            )  # fmt: skip
