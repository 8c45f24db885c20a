"""/c/<code>: what a contest is for, who may take part and how, until when, and what comes after."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from contests import gallery, queries, rules, texts, tiers
from models import times
from models.contest import Contest, ContestState, Genre, Purpose, SetText
from models.db import Database
from models.money import yuan
from pages.errors import Draw

C = ContestState
CODE_LENGTH = 6  # a certificate's is twelve, and has its page below /c/ as well
STATES = {
    C.OPEN: "正在征集", C.SCREENING: "截稿了，馆员正在审核", C.JUDGING: "正在评审", C.NOTICE: "正在公示", C.AWARDED: "颁奖",
    C.CLOSED: "已经结束", C.CANCELLED: "取消了",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """A line of the timeline; `is_over` by the library's day."""

    words: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one contest, in words."""

    title: str
    state: str
    when: str
    call: tuple[str, ...]
    asked: tuple[str, ...]
    groups: tuple[str, ...]
    set_texts: tuple[tuple[str, str], ...]  # its heading and the words to read from
    awards: tuple[str, ...]
    phases: tuple[Phase, ...]
    rules: tuple[str, ...]
    likes: str
    wordings: tuple[tuple[str, tuple[str, ...]], ...]
    takes_works: bool
    is_to_come: bool
    takes_late: bool  # with a code
    has_results: bool
    has_gallery: bool
    code: str


def register(blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The route of this page."""

    def contest(code: str) -> str:
        """Its rules; a draft is nobody's yet."""
        with database.reading() as session:
            found = queries.contest_called(session, code)
            if found is None or not rules.is_public(found.state):
                abort(404)
            page = _page(session, found, times.now())
        return draw("pages/contest.html", page=page, hand_in=texts.HAND_IN, mine=texts.MINE)

    blueprint.add_url_rule(f"/c/<string(length={CODE_LENGTH}):code>", "contest", contest)


def _page(session: Session, contest: Contest, now: datetime) -> Page:
    is_open = rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now)
    is_to_come = contest.state is C.OPEN and now < contest.opens_at
    return Page(
        contest.title, "还没开始" if is_to_come else STATES[contest.state], texts.when(contest, now=now),
        _paragraphs(contest.call), tuple(_asked(session, contest)), tuple(_groups(session, contest, times.today(now))),
        tuple((_headed(text), text.words) for text in queries.texts_of(session, contest)),
        tuple(_awards(session, contest)), tuple(_phases(contest, times.today(now))),
        (*_paragraphs(contest.rules), *filter(None, [texts.kept_until(contest, today=times.today(now))])),
        texts.liking_words(contest),
        tuple(_wordings(session, contest)), is_open, is_to_come,
        rules.takes_mended(contest.state) and not is_open and not is_to_come,
        rules.shows_results(contest.state), gallery.is_open(contest), contest.code,
    )  # fmt: skip


def _liking_days(contest: Contest) -> list[tuple[date | None, str, bool]]:
    """Where they were set; else they are those of the judging."""
    first, last = contest.votes_from, contest.votes_until
    found: list[tuple[date | None, str, bool]] = [(times.today(first), "开始点赞", False)] if first else []
    return found + ([(times.today(rules.last_day(last)), "点赞结束", False)] if last else [])


def _paragraphs(words: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def _asked(session: Session, contest: Contest) -> list[str]:
    """What kinds of works, and how much of each."""
    found = []
    for row in queries.genres_of(session, contest):
        limits = rules.Limits(
            row.least_characters, row.most_characters, row.least_seconds, row.most_seconds, row.most_pieces,
            row.most_megabytes,
        )  # fmt: skip
        found.append("，".join(filter(None, [texts.GENRES[row.genre], texts.length_words(limits, row.genre)])))
    return [*found, f"每人最多 {contest.works_each} 件"]


def _groups(session: Session, contest: Contest, today: date) -> list[str]:
    genres = queries.genres_of(session, contest)
    genre = genres[0].genre if genres else Genre.ESSAY
    found = []
    for group in queries.groups_of(session, contest):
        own = rules.Limits(group.least_characters, group.most_characters, 0, group.most_seconds, 0, 0)
        found.append("：".join(filter(None, [texts.group_words(group, today=today), texts.length_words(own, genre)])))
    return found


def _headed(text: SetText) -> str:
    return f"《{text.title}》{text.author}"


def _awards(session: Session, contest: Contest) -> list[str]:
    found = []
    for tier in tiers.wanted_of(session, contest):
        many = f"{tier.quota} 名" if tier.quota else "若干名"
        prize = f"，奖金 {yuan(tier.fen)} 元" if tier.fen else f"，{tier.gift}" if tier.gift else ""
        found.append(f"{tier.name}{'每组' if tier.is_each else ''} {many}{prize}")
    return found


def _phases(contest: Contest, today: date) -> list[Phase]:
    closing = times.today(rules.last_day(contest.closes_at))
    days = (
        (times.today(contest.opens_at), "开始收稿", contest.state is not C.OPEN), (closing, "截稿", contest.state is not C.OPEN),
        (contest.screened_by, "审核完", False), *_liking_days(contest), (contest.judged_by, "评审完", False),
        (contest.notice_from, "开始公示", False),
        (contest.notice_until, "公示结束", False), (contest.awards_on, "颁奖", False),
    )  # fmt: skip
    return [
        Phase(f"{times.short_day(day, beside=today)} {words}", is_done or day < today)
        for day, words, is_done in days
        if day is not None
    ]


NAMES = {Purpose.ENTRY: "参赛须知", Purpose.GUARDIAN: "监护人同意书（作者未满 14 岁）"}


def _wordings(session: Session, contest: Contest) -> list[tuple[str, tuple[str, ...]]]:
    found = ((name, queries.wording_of(session, contest, purpose)) for purpose, name in NAMES.items())
    return [(name, _paragraphs(wording.words)) for name, wording in found if wording is not None]
