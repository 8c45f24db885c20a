"""A contest from its draft to judging, and works on their way in: the verbs below chat, pages and console."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from activities import farewell
from contests import handing_in, leaving, queries, screening, service
from contests.refusals import BadLateCode, Closed, NotChangeable, NotReady, NotYetOpen, TooManyWorks
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted
from models import times
from models.contest import (
    Agreement,
    AgreementWay,
    Contest,
    ContestGroup,
    ContestState,
    Genre,
    GroupKind,
    Organisation,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.errors import BadFields, BadInput
from tests.contests.staged import by, essay, set_up, wanted, work
from tests.world import World, in_parallel, openid

S = SubmissionState
THREE_GROUPS = (
    GroupWanted("小学组", least_characters=300, most_characters=500),
    GroupWanted("初中组", least_characters=600, most_characters=800),
    GroupWanted("高中组", least_characters=1000, most_characters=1200),
)


def test_a_work_is_handed_in_numbered_screened_and_judged(world: World) -> None:
    number = set_up(world)
    first, second = essay(world, number), essay(world, number, "老周")
    assert [work(world, one).number for one in (first, second)] == [1, 2]
    with world.database.units() as session, pytest.raises(BadInput, match="没有审完"):
        world.passes(days=11)
        service.close_due(session, times.now())
        service.begin_judging(session, session.get_one(Contest, number), by=by())
    with world.database.units() as session:
        service.close_due(session, times.now())
        screening.accept(session, session.get_one(Submission, first), by=by())
        screening.hide(session, session.get_one(Submission, second), "不是原创", by=by())
        service.begin_judging(session, session.get_one(Contest, number), by=by())
    assert (work(world, first).state, work(world, second).state) == (S.ACCEPTED, S.HIDDEN)


@pytest.mark.parametrize(("group", "count"), [("小学组", 300), ("小学组", 500), ("初中组", 800), ("高中组", 1000)])
def test_each_group_has_its_own_length(world: World, group: str, count: int) -> None:
    number = set_up(world, groups=THREE_GROUPS)
    assert work(world, essay(world, number, group=group, words="春" * count)).state is S.SUBMITTED


@pytest.mark.parametrize(("group", "count"), [("小学组", 299), ("小学组", 501), ("初中组", 500), ("高中组", 1201)])
def test_a_text_outside_its_groups_length_is_told_so_and_stays_a_draft(world: World, group: str, count: int) -> None:
    number = set_up(world, groups=THREE_GROUPS)
    with pytest.raises(NotReady, match="NotReady") as told:
        essay(world, number, group=group, words="春" * count)
    assert f"正文 {count} 字" in told.value.mistakes[0]


def test_works_come_in_between_the_two_moments_only(world: World) -> None:
    number = set_up(world, opens_at=times.now() + timedelta(hours=1), closes_at=times.now() + timedelta(hours=2))
    with pytest.raises(NotYetOpen):
        essay(world, number)
    world.passes(hours=1)
    essay(world, number)
    world.passes(hours=1)
    with pytest.raises(Closed):
        essay(world, number, "老周")


def test_a_late_code_lets_one_work_in(world: World) -> None:
    number = set_up(world)
    world.passes(days=11)
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        code = service.give_late_code(session, contest, until=times.now() + timedelta(1), reason="停电", by=by()).code
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        draft = handing_in.begin(session, contest, openid("小林"), Genre.ESSAY, now=times.now(), late_code=code)
        group = queries.groups_of(session, contest)[0]
        handing_in.describe(session, draft, title="春天", author="小林", group_id=group.id)
        handing_in.write(session, draft, "春天来了。")
        wording = queries.wording_of(session, contest, Purpose.ENTRY)
        assert wording is not None
        handing_in.hand_in(session, draft, agrees_to=wording, now=times.now(), way=AgreementWay.PAGE)
    with world.database.units() as session, pytest.raises(BadLateCode):
        contest = session.get_one(Contest, number)
        handing_in.begin(session, contest, openid("老周"), Genre.ESSAY, now=times.now(), late_code=code)


def test_each_reader_has_as_many_works_as_may_be(world: World) -> None:
    number = set_up(world, works_each=2)
    first = essay(world, number)
    essay(world, number, title="夏天")
    with pytest.raises(TooManyWorks):
        essay(world, number, title="秋天")
    with world.database.units() as session:
        handing_in.withdraw(session, session.get_one(Submission, first), now=times.now())
    essay(world, number, title="秋天")


def test_a_returned_work_is_mended_and_handed_in_again_after_the_closing(world: World) -> None:
    number = set_up(world)
    one = essay(world, number)
    with world.database.units() as session:
        screening.return_(session, session.get_one(Submission, one), "请把错别字改一改", by=by())
    world.passes(days=11)
    with world.database.units() as session:
        service.close_due(session, times.now())
        submission = session.get_one(Submission, one)
        handing_in.write(session, submission, "春天真的来了。")
        wording = queries.wording_of(session, submission.contest, Purpose.ENTRY)
        assert wording is not None
        handing_in.hand_in(session, submission, agrees_to=wording, now=times.now(), way=AgreementWay.PAGE)
    assert (work(world, one).state, work(world, one).number) == (S.SUBMITTED, 1)


CHILDREN = (GroupWanted("少儿组", GroupKind.BIRTH, born_from=date(2013, 1, 1), born_until=date(2020, 12, 31)),)


def test_a_childs_work_waits_for_a_guardian_and_either_guardian_takes_it_down(world: World) -> None:
    number = set_up(world, groups=CHILDREN)
    one = essay(world, number, group="少儿组", born_on=date(2018, 5, 1))
    assert work(world, one).state is S.WAITING
    with world.database.units() as session:
        submission = session.get_one(Submission, one)
        wording = queries.wording_of(session, submission.contest, Purpose.GUARDIAN)
        assert wording is not None
        for who, name in (("oMama", "妈妈"), ("oPapa", "爸爸")):
            handing_in.guardian_agrees(
                session,
                submission,
                wording,
                openid=who,
                name=name,
                relation=name,
                way=AgreementWay.CHAT,
                now=times.now(),
            )
    assert work(world, one).state is S.SUBMITTED
    assert world.count(Agreement, Agreement.purpose == Purpose.GUARDIAN) == 2
    with world.database.units() as session:
        submission = session.get_one(Submission, one)
        assert not handing_in.guardian_withdraws(session, submission, openid="oUncle", now=times.now())
        assert handing_in.guardian_withdraws(session, submission, openid="oPapa", now=times.now())
    assert work(world, one).state is S.WITHDRAWN


def test_a_birthday_outside_the_group_is_told(world: World) -> None:
    number = set_up(world, groups=CHILDREN)
    with pytest.raises(NotReady) as told:
        essay(world, number, group="少儿组", born_on=date(2012, 12, 31))
    assert told.value.mistakes == ["作者的生日不在少儿组的范围里，请换一个组，或者改生日。"]


def test_what_staff_look_at_cannot_be_changed_behind_them(world: World) -> None:
    number = set_up(world)
    one = essay(world, number, accepted=True)
    with world.database.units() as session, pytest.raises(NotChangeable):
        handing_in.write(session, session.get_one(Submission, one), "换了。")
    with world.database.units() as session, pytest.raises(NotChangeable):
        handing_in.take_back_to_mend(session, session.get_one(Submission, one))


def test_numbers_are_given_once_however_many_hand_in_at_the_same_time(world: World) -> None:
    number = set_up(world)
    found = in_parallel(*(lambda name=f"reader{n}": essay(world, number, name) for n in range(8)))
    assert not [one for one in found if isinstance(one, Exception)]
    with world.database.reading() as session:
        numbers = session.scalars(sa.select(Submission.number).order_by(Submission.number)).all()
    assert numbers == list(range(1, 9))


def test_settings_may_grow_while_works_come_in_and_nothing_with_works_goes(world: World) -> None:
    number = set_up(world, groups=THREE_GROUPS, organisations=(OrganisationWanted("第一小学", is_post_box=True),))
    essay(world, number, group="小学组", words="春" * 300)
    with world.database.reading() as session:
        before = session.scalars(sa.select(Organisation)).one()
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        more = wanted(
            groups=(GroupWanted("成人组"), *THREE_GROUPS), texts=(TextWanted("将进酒", "李白", group="成人组"),),
            organisations=(OrganisationWanted("第一小学", is_post_box=True), OrganisationWanted("官塘分馆")),
            opens_at=contest.opens_at,
        )  # fmt: skip
        service.set_up(session, more, by=by(), contest=contest)
    with world.database.reading() as session:
        assert session.scalars(sa.select(ContestGroup.name).order_by(ContestGroup.position)).all() == [
            "成人组", "小学组", "初中组", "高中组",
        ]  # fmt: skip
        assert (
            session.scalars(sa.select(Organisation).where(Organisation.name == "第一小学")).one().code == before.code
        )
    with world.database.units() as session, pytest.raises(BadInput, match="小学组"):
        contest = session.get_one(Contest, number)
        service.set_up(session, wanted(groups=THREE_GROUPS[1:], opens_at=contest.opens_at), by=by(), contest=contest)


def test_a_changed_wording_is_a_new_version_and_the_old_agreement_keeps_its_own(world: World) -> None:
    number = set_up(world)
    essay(world, number)
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        changed = wanted(opens_at=contest.opens_at, wordings={Purpose.ENTRY: "新的须知。"})
        service.set_up(session, changed, by=by(), contest=contest)
    with world.database.reading() as session:
        given = session.scalars(sa.select(Agreement)).one()
        assert session.get_one(Wording, given.wording_id).version == 1
        newest = queries.wording_of(session, session.get_one(Contest, number), Purpose.ENTRY)
        assert newest is not None
        assert (newest.version, newest.words) == (2, "新的须知。")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"), ({"genres": {}}, "genres"), ({"groups": ()}, "groups"),
        ({"groups": (GroupWanted("甲"), GroupWanted("甲"))}, "groups"),
        ({"groups": (GroupWanted("甲", GroupKind.BIRTH),)}, "groups"),
        ({"closes_at": times.now() - timedelta(1)}, "closes_at"),
        ({"screened_by": date(2020, 1, 1)}, "screened_by"),
        ({"texts": (TextWanted("将进酒", group="没有的组"),)}, "texts"), ({"works_each": 0}, "works_each"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field(world: World, more: dict[str, object], field: str) -> None:
    with world.database.units() as session, pytest.raises(BadFields) as told:
        service.set_up(session, wanted(**more), by=by())
    assert set(told.value.wrong) == {field}


def test_who_leaves_takes_their_work_along_unless_they_let_it_stay(world: World) -> None:
    number = set_up(world, genres={Genre.ESSAY: Limits()})
    for name in ("小林", "老周"):
        world.happens(name, "subscribe")
    goes, stays = essay(world, number, accepted=True), essay(world, number, "老周", accepted=True)
    with world.database.units() as session:
        submission = session.get_one(Submission, stays)
        keep = queries.wording_of(session, submission.contest, Purpose.KEEP)
        assert keep is not None
        handing_in.agree(
            session, submission, keep, openid=submission.openid, name="老周", way=AgreementWay.PAGE, now=times.now()
        )
    with world.database.units() as session:
        for name in ("小林", "老周"):
            farewell.forget(session, openid(name), at=times.now())
        leaving.take_down(session, times.now())
    assert (work(world, goes).state, work(world, goes).author, work(world, goes).words) == (S.WITHDRAWN, "", "")
    assert (work(world, stays).state, work(world, stays).author, work(world, stays).openid) == (
        S.ACCEPTED,
        "老周",
        None,
    )
    world.happens("老周", "subscribe")
    with pytest.raises(TooManyWorks):
        essay(world, number, "老周")


def test_works_that_stay_stand_in_the_way_of_none_that_goes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "PART", 2)
    number = set_up(world, works_each=3)
    names = ("小林", "老周", "小陈")
    for name in names:
        world.happens(name, "subscribe")
    stay = [essay(world, number, name, title=f"留{n}") for n, name in enumerate(names[:2])]
    goes, taken_back = essay(world, number, "小陈", title="走"), essay(world, number, "小陈", title="早撤了")
    with world.database.units() as session:
        for one in stay:
            submission = session.get_one(Submission, one)
            keep = queries.wording_of(session, submission.contest, Purpose.KEEP)
            assert keep is not None
            handing_in.agree(
                session, submission, keep, openid=submission.openid, name="我", way=AgreementWay.PAGE, now=times.now()
            )
        handing_in.withdraw(session, session.get_one(Submission, taken_back), now=times.now())
    with world.database.units() as session:
        for name in names:
            farewell.forget(session, openid(name), at=times.now())
    while world.database.unit(lambda session: leaving.take_down(session, times.now())):
        pass
    assert [work(world, one).state for one in (*stay, goes)] == [S.SUBMITTED, S.SUBMITTED, S.WITHDRAWN]
    assert [work(world, one).words for one in (goes, taken_back)] == ["", ""]
    assert all(work(world, one).words for one in stay)


def test_a_contest_is_called_off_with_its_reason(world: World) -> None:
    number = set_up(world)
    essay(world, number)
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        assert service.cancel(session, contest, "场地停用", by=by()) == 1
        assert contest.state is ContestState.CANCELLED
