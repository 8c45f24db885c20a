"""Readers described by rules: counted and written down alike, whoever said no never, and nobody too often."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import farewell
from config import limits
from models import times
from models.activity import Branch
from models.audience import OtherSend, PlatformTag, ToldBy
from models.errors import BadInput
from models.follower import Follower
from models.notice import Broadcast, BroadcastState, NoticeOptOut, Outcome, Segment, Way
from models.signup import EntryState
from notices.audience import freezing, service, wishes
from notices.audience.rules import Kind, Rule, Rules
from tests.notices.broadcasting import (
    DAY,
    broadcast,
    by,
    enters,
    freezes,
    frozen,
    notice,
    readers,
    sent_to,
    sent_to_all,
    takes_names,
)
from tests.world import World

KINDS = st.sampled_from((Kind.BRANCH, Kind.ENTERED, Kind.WAITING, Kind.CAME, Kind.SUBMITTED, Kind.WON, Kind.NOT_TOLD))
RULES = st.one_of(
    st.builds(Rule, KINDS, st.lists(st.integers(0, 9).map(str), min_size=1, max_size=3).map(tuple)),
    st.builds(
        Rule,
        st.just(Kind.INTEREST),
        st.lists(st.sampled_from(("讲座", "阅读活动")), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(Rule, st.just(Kind.SINCE), st.dates().map(lambda day: (str(day),))),
)
MANY = st.builds(Rules, *(st.lists(RULES, max_size=3).map(tuple) for _ in range(2)))


@given(MANY)
def test_rules_are_kept_as_they_are_and_say_what_they_ask(rules: Rules) -> None:
    assert Rules.of(rules.json) == rules
    assert rules.words
    assert rules.is_everybody == (rules == Rules())


@pytest.mark.parametrize("kept", [
    {"all_of": [{"kind": "born", "values": ["1"]}]}, {"all_of": [{"kind": "branch", "values": ["1; DROP"]}]},
    {"all_of": [{"kind": "since", "values": ["昨天"]}]}, {"all_of": [{"kind": "came", "values": []}]}, {"all_of": 7},
    {"none_of": [{"kind": "came", "values": ["1"]}] * 13},
])  # fmt: skip
def test_what_is_no_rule_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Rules.of(kept)


def test_they_read_as_people_say_it() -> None:
    rules = Rules(
        (Rule(Kind.ENTERED, ("1", "2"), ("听绘本", "剪纸")), Rule(Kind.BRANCH, ("3",), ("官塘分馆",))),
        (Rule(Kind.NOT_TOLD, ("4",), ("周末看点",)),),
    )
    assert rules.words == "报了“听绘本”或“剪纸”、同时在官塘分馆报过名或到过场的读者，不含还没收到“周末看点”的"
    assert Rules().words == "全部关注的读者"
    assert Rules(tag_id=101, tag_name="志愿者").words == "公众平台标签“志愿者”里的读者"


def test_each_rule_finds_its_readers(world: World) -> None:
    world.plans(world.activity("听绘本"), world.activity("剪纸", branch="官塘分馆", type="讲座"))  # each with sign-up
    names = readers(world, "a", "b", "c", "d", since=times.now() - 30 * DAY)
    with world.database.units() as session:
        story, paper = takes_names(session, "听绘本"), takes_names(session, "剪纸")
        enters(session, "a", story)
        enters(session, "b", story, EntryState.WAITING)
        enters(session, "c", paper, EntryState.ATTENDED, at=times.now() - 400 * DAY)
        enters(session, "d", paper, EntryState.CANCELLED)
        first = notice(session)
        sent_to(session, first, ["a"], at=times.now() - 2 * DAY)
        branch = session.scalars(sa.select(Branch.id).where(Branch.name == "官塘分馆")).one()
        today = str(times.today(times.now() - 40 * DAY))

        def found(*rules: Rule, without: tuple[Rule, ...] = ()) -> list[str]:
            row = broadcast(session, first, Way.MESSAGES, Rules(rules, without))
            while not freezing.freeze_part(session, row, times.now()):
                pass
            return sorted(
                one for one in names
                if session.scalar(sa.select(sa.literal(1)).where(sa.exists().where(_listed(row, one))))
            )  # fmt: skip

        assert found(Rule(Kind.ENTERED, (str(story),))) == ["a"]
        assert found(Rule(Kind.WAITING, (str(story), str(paper)))) == ["b"]
        assert found(Rule(Kind.CAME, (str(paper),))) == ["c"]
        assert found(Rule(Kind.BRANCH, (str(branch),))) == ["c"]
        assert found(Rule(Kind.INTEREST, ("阅读活动", "讲座"))) == ["a", "b"]  # c's was more than a year ago
        session.execute(sa.update(Broadcast).where(Broadcast.frozen_at > times.now() - DAY).values(state="stopped"))
        assert found(Rule(Kind.NOT_TOLD, (str(first.id),))) == ["b", "c", "d"]
        assert found(Rule(Kind.SINCE, (today,)), without=(Rule(Kind.CAME, (str(paper),)),)) == ["a", "b", "d"]


def _listed(row: Broadcast, openid: str) -> sa.ColumnElement[bool]:
    from_rows = sa.table("broadcast_readers", sa.column("broadcast_id"), sa.column("openid"), sa.column("outcome"))
    return sa.and_(from_rows.c.broadcast_id == row.id, from_rows.c.openid == openid, from_rows.c.outcome == "listed")


def test_who_was_following_when_it_went_to_all_is_told(world: World) -> None:
    readers(world, "old", since=times.now() - 9 * DAY)
    readers(world, "new", since=times.now() - DAY)
    readers(world, "listed")
    with world.database.units() as session:
        first = notice(session)
        sent_to_all(session, first, at=times.now() - 2 * DAY)
        found = service.count(session, Rules((Rule(Kind.NOT_TOLD, (str(first.id),)),)), times.now())
    assert (found.readers, found.examples) == (1, ("new",))


def test_whoever_said_no_or_had_enough_is_left_out_with_the_reason(world: World) -> None:
    readers(world, "aa", "bb", "cc", "dd")
    with world.database.units() as session:
        wishes.stop(session, "aa", now=times.now())
        wishes.set_habit(session, 2, 7, by=by())
        for days in (1, 2):
            sent_to(session, notice(session), ["bb"], at=times.now() - days * DAY, way=Way.MESSAGES)
        sent_to(session, notice(session), ["cc"], at=times.now() - 8 * DAY, way=Way.MESSAGES)
        number = broadcast(session, notice(session)).id
        found = service.count(session, Rules(), times.now())
        assert (found.readers, found.left_out) == (2, 2)
        assert service.count(session, Rules(), times.now(), way=Way.MASS_ALL).readers == 4  # WeChat asks nobody
    freezes(world, number)
    assert frozen(world, number) == {
        "aa": (0, Outcome.LEFT_OUT, "说过不再收通知"), "bb": (0, Outcome.LEFT_OUT, "7 天里已经发过 2 条"),
        "cc": (1, Outcome.LISTED, ""), "dd": (1, Outcome.LISTED, ""),
    }  # fmt: skip
    with world.database.units() as session:
        wishes.set_habit(session, 0, 7, by=by())
        assert service.count(session, Rules(), times.now()).readers == 3
        with pytest.raises(BadInput, match="条数"):
            wishes.set_habit(session, 99, 7, by=by())


def test_wechats_four_a_month_hold_for_lists_and_count_what_went_to_all(world: World) -> None:
    readers(world, "aa", "bb")
    first = times.start_of(times.today(times.now()).replace(day=1))
    at = max(first, times.now() - timedelta(minutes=1))
    with world.database.units() as session:
        wishes.set_habit(session, 0, 7, by=by())
        sent_to_all(session, notice(session), at=at).state = BroadcastState.WAITING  # WeChat has it, and asks first
        others = [first + ahead * DAY for ahead in range(3) if first + ahead * DAY != times.start_of(times.today(at))]
        for day in others[:2]:  # in the platform's own console
            session.add(OtherSend(day=times.today(day), told_by=ToldBy.STAFF, who="chen", told_at=at))
        assert service.count(session, Rules(), times.now()).readers == 2
        sent_to(session, notice(session), ["aa"], at=at)
        assert service.count(session, Rules(), times.now()).examples == ("bb",)
        assert service.count(session, Rules(), times.now(), way=Way.MESSAGES).readers == 2


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 40), st.sets(st.integers(0, 39)), st.integers(1, 9), st.integers(3, 7), st.integers(0, 3))
def test_what_is_counted_is_written_down_and_no_part_has_one_reader(
    sqlite_world: World, many: int, out: set[int], looked_at: int, of_a_part: int, most: int
) -> None:
    world = sqlite_world
    with world.database.units() as session:
        for table in (Broadcast, Follower, NoticeOptOut):
            session.execute(sa.delete(table))
        session.execute(sa.text("PRAGMA foreign_keys = ON"))
        for number in range(many):
            session.add(Follower(openid=f"o{number:03}"))
        session.flush()
        for number in out:
            wishes.stop(session, f"o{number:03}", now=times.now())
        wishes.set_habit(session, most, 7, by=by())
        sent_to(session, notice(session), [f"o{number:03}" for number in range(0, many, 3)], at=times.now() - DAY)
        row = broadcast(session, notice(session)).id
        found = service.count(session, Rules(), times.now())
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(freezing, "LOOKED_AT", looked_at)
        smaller.setattr(limits, "MOST_OF_A_LIST", of_a_part)
        freezes(world, row)
    rows = frozen(world, row)
    listed = [part for part, outcome, _ in rows.values() if outcome is Outcome.LISTED]
    sizes = [listed.count(part) for part in set(listed)]
    alone = sum(cause == freezing.ALONE for _, _, cause in rows.values())
    assert found.readers == len(listed) + alone
    assert found.readers + found.left_out == len(rows) == many
    assert all(2 <= size <= of_a_part for size in sizes)
    assert alone == (1 if found.readers == 1 else 0)
    assert not {f"o{number:03}" for number in out} & {one for one, (part, _, _) in rows.items() if part}


def test_a_part_that_is_killed_is_written_again_and_the_list_may_change_meanwhile(world: World) -> None:
    names = readers(world, *(f"o{number}" for number in range(10, 30)))
    with world.database.units() as session:
        number = broadcast(session, notice(session)).id
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(freezing, "LOOKED_AT", 6)
        with world.database.units() as session:
            assert not freezing.freeze_part(session, session.get_one(Broadcast, number), times.now())
        with pytest.raises(RuntimeError, match="killed"), world.database.units() as session:
            freezing.freeze_part(session, session.get_one(Broadcast, number), times.now())
            raise RuntimeError("killed")
        readers(world, "o00", "o29b")  # one before, one after what was looked at
        with world.database.units() as session:
            farewell.forget(session, "o11", at=times.now())
            farewell.forget(session, "o28", at=times.now())
        freezes(world, number)
    rows = frozen(world, number)
    assert sorted(rows) == sorted({*names, "o29b"} - {"o11", "o28"})
    assert {part for part, _, _ in rows.values()} == {1}
    with world.database.units() as session:  # once more changes nothing
        assert freezing.freeze_part(session, session.get_one(Broadcast, number), times.now())
    assert frozen(world, number) == rows


def test_a_segment_is_kept_under_its_name_and_a_tag_is_counted_by_wechat(world: World) -> None:
    rules = Rules((Rule(Kind.INTEREST, ("讲座",), ("讲座",)),))
    with world.database.units() as session:
        segment = service.keep(session, " 爱听  讲座的 ", rules, by=by())
        assert Rules.of(segment.rules) == rules
        assert service.keep(session, "爱听 讲座的", Rules(), by=by()).id == segment.id
        with pytest.raises(BadInput, match="名字"):
            service.keep(session, " ", rules, by=by())
        session.add(PlatformTag(id=101, name="志愿者", readers=77, seen_at=times.now()))
        assert service.count(session, Rules(tag_id=101), times.now()) == service.Count(77, 0, is_told=True)
        assert service.count(session, Rules(tag_id=102), times.now()).readers == 0
        service.drop(session, segment, by=by())
    assert world.count(Segment) == 0


def test_the_clock_goes_on_with_what_is_being_prepared_and_with_nothing_else(world: World) -> None:
    readers(world, "aa", "bb")
    with world.database.units() as session:
        planned = broadcast(session, notice(session), state=BroadcastState.PLANNED).id
        to_all = broadcast(session, notice(session), Way.MASS_ALL).id
        number = broadcast(session, notice(session), Way.MESSAGES).id
    units = 0
    while units < 10:
        with world.database.units() as session:
            if not freezing.carry_on(session, times.now()):
                break
        units += 1
    assert units == 2
    assert {part for part, _, _ in frozen(world, number).values()} == {1}
    assert frozen(world, planned) == frozen(world, to_all) == {}
