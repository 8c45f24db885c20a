"""Files of works without an award go on the announced day; rows, awards and what somebody agreed to keep stay."""

import io
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import sweeping_parts, upkeep_parts
from contests import awarding, files, handing_in, keeping, pieces, queries, screening, service, tiers
from contests.rules import Limits
from contests.tiers import TierWanted
from models import times
from models.award import Award, AwardKind, AwardState, AwardTier
from models.contest import (
    AgreementWay,
    Contest,
    ContestState,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
)
from models.errors import BadFields
from tests.contests.sounds import picture
from tests.contests.staged import by, set_up, wanted, work
from tests.test_page_sign_up import browser_of
from tests.world import World, openid
from worker.clock import Clock

C = ContestState


def pictures(world: World, *names: str) -> tuple[int, list[int]]:
    """A contest of pictures that keeps them for thirty days, with a work of each of these readers that was accepted."""
    today = times.today(times.now())
    contest = set_up(world, genres={Genre.PICTURE: Limits(most_pieces=2)}, keeps_until=today + timedelta(days=30))
    found = []
    for place, name in enumerate(names):
        kept = files.keep(world.settings.media, io.BytesIO(picture(40 + place, 30)), PieceKind.PICTURE, name="图.jpg")
        with world.database.units() as session:
            row = session.get_one(Contest, contest)
            draft = handing_in.begin(session, row, openid(name), Genre.PICTURE, now=times.now())
            handing_in.describe(
                session, draft, title="春天", author=name, group_id=queries.groups_of(session, row)[0].id
            )
            pieces.take_upload(
                session, draft, PieceKind.PICTURE, f"upload:{place}", kept, name="图.jpg", now=times.now()
            )
            entry = queries.wording_of(session, row, Purpose.ENTRY)
            assert entry
            handing_in.hand_in(session, draft, agrees_to=entry, now=times.now(), way=AgreementWay.PAGE)
            session.execute(sa.update(Piece).values(state=PieceState.READY))
            draft.ready_at = times.now()
            session.flush()
            screening.accept(session, draft, by=by())
            found.append(draft.id)
    return contest, found


def is_over(world: World, contest: int, state: ContestState = C.CLOSED) -> None:
    with world.database.units() as session:
        session.get_one(Contest, contest).state = state


def passes(world: World, days: int) -> None:
    """Days, and the clock's upkeep at the end of them."""
    world.passes(days=days)
    for folder in (world.settings.media / "works").iterdir():
        for path in folder.iterdir():
            os.utime(path, (path.stat().st_mtime - days * 86400 - 99999,) * 2)
    Clock(world.database, (), (*upkeep_parts(), *sweeping_parts(world.settings.media))).clean_up(times.now())


def on_disk(world: World) -> int:
    return sum(1 for folder in (world.settings.media / "works").iterdir() for _ in folder.glob("*.original"))


def test_files_go_after_the_day_and_rows_stay(world: World) -> None:
    contest, (plain, won, kept) = pictures(world, "小林", "老周", "o3")
    with world.database.units() as session:
        tier = AwardTier(
            contest_id=contest, group_id=None, kind=AwardKind.RANKED, rank=1, name="一等奖", quota=1, fen=0, gift=""
        )  # fmt: skip
        session.add(tier)
        session.flush()
        one = session.get_one(Submission, won)
        session.add(
            Award(
                contest_id=contest, tier_id=tier.id, submission_id=won, openid=one.openid, state=AwardState.GIVEN,
                name=one.author, title=one.title, made_at=times.now(),
            )
        )  # fmt: skip
        wording = queries.wording_of(session, one.contest, Purpose.KEEP)
        assert wording
        handing_in.agree(
            session, session.get_one(Submission, kept), wording, openid="o3", name="o3", way=AgreementWay.PAGE, now=times.now()
        )  # fmt: skip
    is_over(world, contest)
    passes(world, 30)
    assert on_disk(world) == 3
    passes(world, 1)
    assert on_disk(world) == 2
    with world.database.reading() as session:
        states = {piece.submission_id: piece.state for piece in session.scalars(sa.select(Piece))}
    assert states == {plain: PieceState.REMOVED, won: PieceState.READY, kept: PieceState.READY}
    assert (work(world, plain).title, work(world, plain).author) == ("春天", "小林")
    assert "已经照征集时说的删掉了" in world.says("小林", "我的作品")
    assert "已经照征集时说的删掉了" in browser_of(world, "小林").get("/me").text
    assert "已经照征集时说的删掉了" not in world.says("老周", "我的作品")
    assert "作品的录音、视频和图片留到" in world.http.get(f"/c/{work(world, plain).contest.code}").text


def test_nothing_goes_while_the_contest_is_not_over(sqlite_world: World) -> None:
    contest, _ = pictures(sqlite_world, "小林")
    is_over(sqlite_world, contest, C.NOTICE)
    passes(sqlite_world, 40)
    assert on_disk(sqlite_world) == 1
    is_over(sqlite_world, contest, C.AWARDED)
    passes(sqlite_world, 1)
    assert on_disk(sqlite_world) == 0


def test_many_works_go_in_parts_and_the_contest_is_done_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contest, _ = pictures(world, "小林", "老周", "o3")
    is_over(world, contest)
    world.passes(days=31)
    monkeypatch.setattr(keeping, "PART", 2)
    counts = []
    for _ in range(3):
        with world.database.units() as session:
            counts.append(keeping.let_go(session, times.now()))
    assert counts == [2, 1, 0]
    with world.database.reading() as session:
        assert session.get_one(Contest, contest).is_let_go


def test_what_stayed_for_an_award_goes_when_the_award_is_taken_out(sqlite_world: World) -> None:
    contest, (won,) = pictures(sqlite_world, "小林")
    with sqlite_world.database.units() as session:
        tiers.set_tiers(session, session.get_one(Contest, contest), [TierWanted("一等奖", 1)])
        session.get_one(Contest, contest).state = C.JUDGING
        tier = session.scalars(sa.select(AwardTier)).one()
        award = awarding.add(
            session, session.get_one(Contest, contest), tier, by=by(), work=session.get_one(Submission, won)
        )
        award.state = AwardState.GIVEN
    is_over(sqlite_world, contest, C.AWARDED)
    passes(sqlite_world, 31)
    assert on_disk(sqlite_world) == 1
    with sqlite_world.database.units() as session:
        awarding.take_out(session, session.scalars(sa.select(Award)).one(), "抄袭", by=by())
    passes(sqlite_world, 1)
    assert on_disk(sqlite_world) == 0


def test_a_contest_without_a_day_keeps_everything(sqlite_world: World) -> None:
    contest, _ = pictures(sqlite_world, "小林")
    with sqlite_world.database.units() as session:
        session.get_one(Contest, contest).keeps_until = None
    is_over(sqlite_world, contest)
    passes(sqlite_world, 400)
    assert on_disk(sqlite_world) == 1


def test_the_day_is_after_the_awards(sqlite_world: World) -> None:
    today = times.today(times.now())
    with sqlite_world.database.units() as session, pytest.raises(BadFields, match="颁奖以后"):
        service.set_up(
            session, wanted(awards_on=today + timedelta(days=30), keeps_until=today + timedelta(days=30)), by=by()
        )
