"""A contest that is being judged: works that staff let in, judges at their browsers, rounds."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from contests import screening, service
from contests.judging import inviting
from contests.judging import service as judging
from contests.judging.service import CriterionWanted, RoundWanted
from contests.service import GroupWanted
from models import times
from models.contest import Contest, ContestGroup, Submission
from models.judging import Judge, JudgingRound, Mark, RoundPlace
from tests.contests.staged import by, essay, set_up
from tests.test_page_sign_up import hidden
from tests.world import World

TWO = (CriterionWanted("立意", 60, 10, "9–10 有自己的想法\n0–4 离题"), CriterionWanted("语言", 40, 10))
AUTHORS = tuple(f"oAuthor{n:02}aaaaaaaaaaaaaaaaaaa" for n in range(30))


def contest_of(world: World, works: int, *, groups_in: Sequence[str] = (), **more: Any) -> tuple[int, list[int]]:
    """A contest in judging with so many accepted works, of these groups in turn: its number, and theirs."""
    turns = groups_in or ("不分组",)
    if groups_in:
        more["groups"] = [GroupWanted(name) for name in groups_in]
    number = set_up(world, works_each=9, **more)
    found = [
        essay(
            world,
            number,
            AUTHORS[n],
            title=f"题目{n}",
            words=f"第{n}篇的正文。\n还有一段。",
            group=turns[n % len(turns)],
        )
        for n in range(works)
    ]
    world.passes(days=11)
    with world.database.units() as session:
        service.close_due(session, times.now())
        for one in found:
            screening.accept(session, session.get_one(Submission, one), by=by())
        service.begin_judging(session, session.get_one(Contest, number), by=by())
    return number, found


def invites(world: World, contest: int, name: str, *groups: str) -> tuple[int, str]:
    """A judge: their number and the token of their link."""
    with world.database.units() as session:
        chosen = session.scalars(sa.select(ContestGroup.id).where(ContestGroup.name.in_(groups))).all()
        judge, token = inviting.invite(session, session.get_one(Contest, contest), name, by=by(), groups=chosen)
        return judge.id, token


def round_of(world: World, contest: int, *, opens: bool = True, **more: Any) -> int:
    """A round, open unless told otherwise."""
    values: dict[str, Any] = {"name": "初评", "criteria": TWO, "judges_each": 2, **more}
    with world.database.units() as session:
        this = judging.set_round(session, session.get_one(Contest, contest), RoundWanted(**values), by=by())
        if opens:
            judging.open_round(session, this, by=by())
        return this.id


def browser_of(world: World, token: str) -> Browser:
    """The browser in which a judge has said who they are."""
    browser = Browser(world.app)
    answer = browser.post(f"/j/{token}", data=hidden(browser.get(f"/j/{token}").text))
    assert answer.status_code == 303, answer.text
    return browser


def marks(world: World, judge: int) -> list[Mark]:
    """A judge's marks, by work."""
    with world.database.reading() as session:
        return list(session.scalars(sa.select(Mark).where(Mark.judge_id == judge).order_by(Mark.submission_id)))


def sends(browser: Browser, mark: int, *points: int | str, to: str = "", remark: str = "") -> TestResponse:
    """The form of a work, filled in."""
    page = browser.get(f"/judge/works/{mark}").text
    given = {f"c{place}": str(point) for place, point in enumerate(points)}
    return browser.post(f"/judge/works/{mark}{to}", data={**hidden(page), **given, "remark": remark})


def judges_all(world: World, browser: Browser, judge: int, *points: int) -> None:
    """Everything that waits for this judge is marked alike."""
    for mark in marks(world, judge):
        assert sends(browser, mark.id, *points).status_code == 303


def closes(world: World, this: int, reason: str = "") -> list[RoundPlace]:
    """The places of the round, closed."""
    with world.database.units() as session:
        judging.close_round(session, session.get_one(JudgingRound, this), by=by(), reason=reason)
    with world.database.reading() as session:
        rows = sa.select(RoundPlace).where(RoundPlace.round_id == this)
        return list(session.scalars(rows.order_by(RoundPlace.place, RoundPlace.submission_id)))


def judge_row(world: World, number: int) -> Judge:
    """As it is now."""
    with world.database.reading() as session:
        return session.scalars(sa.select(Judge).where(Judge.id == number)).one()
