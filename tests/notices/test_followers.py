"""Who followed before the bot did comes in with the platform's list; who left unseen goes; a segment becomes a tag."""

from typing import Any

import pytest
import sqlalchemy as sa

from models import times
from models.audience import FollowerListing, ListingState, PlatformTag, Tagging, TaggingState
from models.errors import BadInput
from models.follower import Farewell, Follower
from models.notice import BroadcastState, Segment, Way
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Capability
from models.signup import Entry, EntryState, Seat
from notices.audience import listing, service, tagging, wishes
from notices.audience.rules import Kind, Rule, Rules
from tests.live import Live
from tests.notices.broadcasting import DAY, broadcast, by, enters, notice, readers, takes_names
from tests.world import World

LIST, TAG = "/cgi-bin/user/get", "/cgi-bin/tags/members/batchtagging"


def follow(live: Live, many: int) -> list[str]:
    """They follow the account, and no push of it ever came to us."""
    openids: list[str] = live.wechat.post("/sim/readers", {"name": "某", "following": True, "count": many})["openids"]
    return openids


def begins(live: Live) -> None:
    with live.database.units() as session:
        listing.begin(session, by=by())


def goes_on(world: World) -> None:
    while True:
        with world.database.units() as session:
            if not listing.carry_on(session, times.now()):
                return


def now_listed(world: World) -> FollowerListing:
    with world.database.reading() as session:
        found = listing.newest(session)
    assert found is not None
    return found


def test_followers_of_before_come_in_page_by_page_and_who_is_not_on_the_list_goes(live: Live) -> None:
    openids = follow(live, 10_001)
    gone = readers(live, "oGone", since=times.now() - 30 * DAY)
    live.plans(live.activity("听绘本"))
    with live.database.units() as session:
        enters(session, "oGone", takes_names(session, "听绘本"))
        session.add(
            Follower(openid="oWrote", last_message_at=times.now() + DAY / 24)
        )  # came after the list was begun
    begins(live)
    with live.database.units() as session, pytest.raises(BadInput, match="正在取"):
        listing.begin(session, by=by())
    live.delivers()
    goes_on(live)
    done = now_listed(live)
    assert (done.state, done.listed, done.total, done.missing, done.gone) == (ListingState.DONE, 10_001, 10_001, 1, 1)
    assert live.count(Follower) == 10_002
    assert live.count(Follower, Follower.openid.in_([*gone])) == 0
    assert live.count(Follower, Follower.openid == openids[-1], Follower.followed_at.is_(None)) == 1
    assert live.count(Entry, Entry.openid.is_(None), Entry.state == EntryState.CANCELLED) == 1  # as after an unfollow
    assert live.count(Seat, Seat.person_id.is_not(None)) == 0
    assert live.count(Farewell) == 1


def test_a_list_that_is_far_too_short_moves_nobody_until_staff_say_so(live: Live) -> None:
    follow(live, 3)
    readers(live, *(f"o{number:03}" for number in range(40)))
    begins(live)
    live.delivers()
    goes_on(live)
    asked = now_listed(live)
    assert (asked.state, asked.missing, live.count(Follower)) == (ListingState.ASKED, 40, 43)
    with live.database.units() as session:
        listing.keep_all(session, session.get_one(FollowerListing, asked.id), by=by())
    assert now_listed(live).state is ListingState.STOPPED
    begins(live)
    live.delivers()
    goes_on(live)
    with live.database.units() as session:
        listing.let_go(session, session.get_one(FollowerListing, asked.id + 1), by=by())
    goes_on(live)
    assert (now_listed(live).gone, live.count(Follower)) == (40, 3)
    with live.database.units() as session, pytest.raises(BadInput, match="处理过"):
        listing.let_go(session, session.get_one(FollowerListing, asked.id + 1), by=by())


@pytest.mark.parametrize(
    ("missing", "listed", "is_doubted"),
    [(1, 0, True), (18, 0, True), (20, 19, True), (4, 3, True), (3, 1, False), (4, 16, False), (20, 21, False),
     (21, 100, True), (90, 900, False), (0, 0, False)],
)  # fmt: skip
def test_of_a_small_account_most_do_not_go_unasked(
    sqlite_world: World, missing: int, listed: int, is_doubted: bool
) -> None:
    readers(sqlite_world, *(f"o{number:03}" for number in range(missing)))
    with sqlite_world.database.units() as session:
        begun = listing.begin(session, by=by())
        session.add_all([Follower(openid=f"p{number:03}", listed_in=begun.id) for number in range(listed)])
        begun.listed = begun.total = listed
        begun.state = ListingState.COMPARING
    goes_on(sqlite_world)
    assert now_listed(sqlite_world).state is (ListingState.ASKED if is_doubted else ListingState.DONE)
    assert sqlite_world.count(Follower) == (missing + listed if is_doubted else listed)


def test_whoever_leaves_while_the_list_is_read_stays_away(live: Live) -> None:
    openids = follow(live, 2)
    begins(live)
    live.happens(openids[0], "unsubscribe")  # told to us, and the page was made before
    live.delivers()
    goes_on(live)
    assert now_listed(live).state is ListingState.DONE
    assert live.count(Follower, Follower.openid == openids[0]) == 0
    assert live.count(Follower, Follower.openid == openids[1]) == 1


def test_a_page_that_begins_after_somebody_who_left_begins_anew(live: Live) -> None:
    follow(live, 3)
    begins(live)
    live.delivers()
    with live.database.units() as session:  # as if the page had ended with somebody who then left
        row = session.get_one(FollowerListing, now_listed(live).id)
        row.state, row.next_openid = ListingState.LISTING, "oNobody"
        listing._owe_page(session, row, times.now())
    live.delivers()
    assert now_listed(live).state is ListingState.COMPARING
    assert now_listed(live).listed == 3


def test_it_begins_by_itself_once_and_every_week_at_night(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def due() -> int:
        with world.database.units() as session:
            return listing.begin_due(session, times.now())

    assert due() == 0  # whether the account may is not known yet
    with world.database.units() as session:
        session.add(Capability(name="users", is_alive=True, errcode=0, checked_at=times.now()))
    assert (due(), due()) == (1, 0)
    world.passes(days=8)
    monkeypatch.setattr(listing, "NIGHT", range(0))
    assert due() == 0
    monkeypatch.setattr(listing, "NIGHT", range(24))
    assert (due(), due()) == (1, 0)
    assert world.count(FollowerListing, FollowerListing.state == ListingState.STOPPED) == 1  # the one that got stuck
    assert world.count(FollowerListing) == 2


def test_a_refusal_stops_it_and_says_why(live: Live) -> None:
    begins(live)
    live.wechat.has("errcode:40035", on=LIST)
    live.delivers()
    assert now_listed(live).state is ListingState.STOPPED
    assert "40035" in now_listed(live).cause


def segment(live: Live, name: str = "爱听讲座的", rules: Rules | None = None) -> int:
    with live.database.units() as session:
        return service.keep(session, name, rules or Rules(), by=by()).id


def tags_it(live: Live, number: int) -> Tagging:
    with live.database.units() as session:
        made = tagging.begin(session, session.get_one(Segment, number), by=by()).id
    live.delivers()
    is_owed = (OutboxCall.kind == CallKind.TAG_READERS, OutboxCall.state == CallState.OWED)
    for _ in range(5):  # on a busy machine an answer may come too late: it is asked for again
        if live.count(OutboxCall, *is_owed):
            live.both_pass(seconds=30)
            live.delivers()
    with live.database.reading() as session:
        return session.get_one(Tagging, made)


def members(live: Live, tag_id: int | None) -> set[str]:
    """Who has the tag, as WeChat says."""
    told = live.client.ask(lambda: live.client.post("user/tag/get", data={"tagid": tag_id}))
    return set((told.get("data") or {}).get("openid") or [])


def test_a_segment_becomes_a_tag_fifty_a_call_without_those_who_want_nothing(live: Live) -> None:
    openids = follow(live, 120)
    readers(live, *openids)
    with live.database.units() as session:
        wishes.stop(session, openids[7], now=times.now())
    number = segment(live)
    done = tags_it(live, number)
    assert (done.state, done.tagged, done.refused) == (TaggingState.DONE, 119, 0)
    assert members(live, done.tag_id) == {*openids} - {openids[7]}
    calls = [one for one in live.wechat.get("/sim/calls") if one["path"] == TAG]
    assert max(one["sent"].count('"oSim') for one in calls) == 50
    with live.database.units() as session:  # the tag of before goes, unless something is to be sent to it
        kept = tags_of(session)
        broadcast(session, notice(session), Way.MASS_TAG, Rules(tag_id=done.tag_id), state=BroadcastState.PLANNED)
    assert kept == {done.tag_id}
    live.both_pass(minutes=1)
    again = tags_it(live, number)
    assert live.count(PlatformTag) == 2
    with live.database.units() as session:
        session.execute(sa.text("UPDATE broadcasts SET state = 'done'"))
    live.both_pass(minutes=1)
    third = tags_it(live, number)
    with live.database.reading() as session:
        assert tags_of(session) == {third.tag_id}
    assert again.tag_id not in {done.tag_id, third.tag_id}


def tags_of(session: Any) -> set[int | None]:
    return set(session.scalars(sa.select(PlatformTag.id)))


def test_of_a_batch_that_is_refused_for_some_all_others_are_tagged(live: Live) -> None:
    """Twenty tags already (45059), not a follower any more (49003), a failure of some (45171), one at a time (45169)."""
    openids = follow(live, 12)
    readers(live, *openids, "oStranger")
    for number in range(20):
        made = live.client.ask(lambda at=number: live.client.post("tags/create", data={"tag": {"name": f"旧{at}"}}))  # type: ignore[misc]
        body = {"tagid": made["tag"]["id"], "openid_list": [openids[3]]}
        live.client.ask(lambda body=body: live.client.post("tags/members/batchtagging", data=body))  # type: ignore[misc]
    live.wechat.post("/sim/tags", {"stumble": openids[5:7]})
    live.wechat.has("errcode:45169", on=TAG, times=1)
    number = segment(live)
    with live.database.units() as session:
        made_id = tagging.begin(session, session.get_one(Segment, number), by=by()).id
    live.delivers()
    live.both_pass(minutes=2)
    live.delivers()
    with live.database.reading() as session:
        done = session.get_one(Tagging, made_id)
    assert (done.state, done.tagged, done.refused) == (TaggingState.DONE, 11, 2)
    assert members(live, done.tag_id) == {*openids} - {openids[3]}


def test_a_tag_of_wechats_own_is_told_and_a_stopped_tagging_owes_nothing(live: Live) -> None:
    live.client.ask(lambda: live.client.post("tags/create", data={"tag": {"name": "志愿者"}}))
    with live.database.units() as session:
        session.add(PlatformTag(id=999, name="没有了", readers=1, seen_at=times.now()))
        assert listing.owe_tags(session, occasion="test", now=times.now())
    live.delivers()
    with live.database.reading() as session:
        assert [(tag.name, tag.readers) for tag in session.scalars(sa.select(PlatformTag))] == [("志愿者", 0)]
    number = segment(live, rules=Rules((Rule(Kind.BRANCH, ("1",)),)))
    with live.database.units() as session:
        row = tagging.begin(session, session.get_one(Segment, number), by=by())
        with pytest.raises(BadInput, match="正在打"):
            tagging.begin(session, session.get_one(Segment, number), by=by())
        tagging.stop(session, row, by=by())
    live.delivers()
    assert live.states()[f"tagging:{row.id}:0"] == "dropped"
    number = segment(live, "标签", Rules(tag_id=101))
    with live.database.units() as session, pytest.raises(BadInput, match="本来就是"):
        tagging.begin(session, session.get_one(Segment, number), by=by())


def test_a_killed_tagging_goes_on_where_it_was(live: Live) -> None:
    openids = follow(live, 60)
    readers(live, *openids)
    number = segment(live)
    live.wechat.has("drop", on=TAG, times=1)  # done, and the answer lost
    with live.database.units() as session:
        made = tagging.begin(session, session.get_one(Segment, number), by=by()).id
    live.delivers()
    live.passes(seconds=10)
    live.delivers()
    with live.database.reading() as session:
        done = session.get_one(Tagging, made)
    assert (done.state, done.tagged) == (TaggingState.DONE, 60)
    assert members(live, done.tag_id) == set(openids)
