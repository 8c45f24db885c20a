"""Two proofs and two reviews: nobody signs twice or their own, and no signature outlives the words it was given to."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models import times
from models.audit import AuditLine
from models.db import insert
from models.errors import BadFields, BadInput, IllegalMove
from models.notice import Notice, NoticeSignature, NoticeState, NoticeVersion, Step
from models.outbox import OutboxCall
from models.record import StaffPhone
from notices import chain, chain_rules, service
from notices.checks import Finding
from notices.service import Overtaken
from tests.notices.written import FOUR, begun, by, handed_in, ready, saves, signs, state, words
from tests.world import World, database_in, in_parallel

N = NoticeState


def test_four_people_sign_in_their_order_and_it_is_ready(world: World) -> None:
    number = handed_in(world)
    with pytest.raises(BadInput, match="现在轮到一校"):
        signs(world, number, Step.SECOND_PROOF)
    for step in Step:
        assert state(world, number) is N.CHECKING
        signs(world, number, step)
    with world.database.reading() as session:
        notice = session.get_one(Notice, number)
        assert (notice.state, chain.is_ready(session, notice)) == (N.READY, True)


def test_nobody_signs_twice_or_their_own_or_for_somebody_who_may_not(world: World) -> None:
    number = handed_in(world)
    with pytest.raises(BadInput, match="您写过"):
        signs(world, number, Step.FIRST_PROOF, "bianji")
    with pytest.raises(BadInput, match="不能代他签"):
        signs(world, number, Step.FIRST_PROOF, "yi", deputy_for="bianji")
    signs(world, number, Step.FIRST_PROOF, "yi", deputy_for="lao")
    for who, other in (("yi", ""), ("lao", ""), ("er", "yi"), ("er", "lao")):
        with pytest.raises(BadInput, match=r"已经签过一步|不能再代他签"):
            signs(world, number, Step.SECOND_PROOF, who, deputy_for=other)
    signs(world, number, Step.SECOND_PROOF, "er")
    with world.database.reading() as session:
        first = chain.signatures_of(session, session.get_one(Notice, number))[0]
        assert (first.who, first.deputy_for) == ("yi", "lao")


def test_a_change_voids_every_signature_and_the_next_sees_what_changed_since_their_step(world: World) -> None:
    number = ready(world)
    assert saves(world, number, words("听绘本，改过"), who="san", later=10) == 2
    assert state(world, number) is N.CHECKING
    with world.database.reading() as session:
        notice = session.get_one(Notice, number)
        assert not chain.is_ready(session, notice)
        assert chain.chain_of(session, notice).next_step is Step.FIRST_PROOF
        seen = chain.last_seen(session, notice, Step.FIRST_PROOF)
        assert seen is not None
        assert seen.content == words().json
    with pytest.raises(BadInput, match="您写过"):  # the approver has edited
        for step in Step:
            signs(world, number, step)
    assert state(world, number) is N.CHECKING
    assert saves(world, number, words("听绘本，改过"), who="bianji") == 2  # the same words are no change
    signs(world, number, Step.FIRST_REVIEW, "wu")
    signs(world, number, Step.SECOND_REVIEW, "si")
    assert state(world, number) is N.READY


def test_it_is_returned_with_a_reason_mended_and_signed_again(world: World) -> None:
    number = handed_in(world)
    signs(world, number, Step.FIRST_PROOF)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        with pytest.raises(BadInput, match="请写清楚原因"):
            chain.return_(session, notice, Step.SECOND_PROOF, "错", by=by("er"), seen=1)
        chain.return_(session, notice, Step.SECOND_PROOF, "日期是周六不是周日", by=by("er"), seen=1)
        assert notice.state is N.DRAFT
    saves(world, number, words("听绘本，周六"), later=1)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        chain.hand_in(session, notice, by=by())
        assert chain.chain_of(session, notice).next_step is Step.FIRST_PROOF
        seen = chain.last_seen(session, notice, Step.SECOND_PROOF)
        assert seen is not None
        assert seen.number == 1  # a returned version stays to be compared with
    for step in Step:
        signs(world, number, step)
    assert state(world, number) is N.READY


def test_what_was_signed_while_the_words_stand_need_not_be_signed_again(world: World) -> None:
    number = ready(world)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        chain.take_back(session, notice, by=by())
        assert not chain.is_ready(session, notice)
        chain.hand_in(session, notice, by=by())
        assert chain.is_ready(session, notice)


def test_who_checks_the_facts_looks_at_every_finding_and_a_grave_one_stops(world: World) -> None:
    doubt, grave = Finding("文中的数字：30 名", "全文", "对"), Finding("星期不对", "正文", "改", is_grave=True)
    number = begun(world)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        with pytest.raises(BadInput, match="还有 1 处必须先改：星期不对"):
            chain.hand_in(session, notice, by=by(), findings=[grave, doubt])
        chain.hand_in(session, notice, by=by(), findings=[doubt])
    signs(world, number, Step.FIRST_PROOF, findings=[doubt])
    with pytest.raises(BadInput, match="还有 1 处没有打勾"):
        signs(world, number, Step.SECOND_PROOF, findings=[doubt])
    with pytest.raises(BadInput, match="又有了必须改的地方"):
        signs(world, number, Step.SECOND_PROOF, findings=[grave], looked_at=[grave.key])
    signs(world, number, Step.SECOND_PROOF, findings=[doubt], looked_at=[doubt.key])
    with world.database.reading() as session:
        assert chain.signatures_of(session, session.get_one(Notice, number))[-1].looked_at == [doubt.title]


def test_two_press_at_once_and_one_signature_is_made(world: World) -> None:
    number = handed_in(world)
    results = in_parallel(*(lambda who=who: signs(world, number, Step.FIRST_PROOF, who) for who in ("yi", "er")))
    assert sorted(type(one).__name__ for one in results) == ["BadInput", "NoneType"]
    assert world.count(NoticeSignature) == 1


def test_a_signature_and_a_change_at_once_never_leave_a_yes_to_words_nobody_read(world: World) -> None:
    number = handed_in(world)
    in_parallel(
        lambda: signs(world, number, Step.FIRST_PROOF, "yi", seen=1), lambda: saves(world, number, words("改"), who="er", was=1)
    )  # fmt: skip
    with world.database.reading() as session:
        notice = session.get_one(Notice, number)
        assert notice.version == 2
        assert chain.chain_of(session, notice).standing == {}


def test_an_old_page_cannot_sign_new_words(world: World) -> None:
    number = handed_in(world)
    saves(world, number, words("改过"), later=1)
    with pytest.raises(Overtaken, match="刚保存过"):
        signs(world, number, Step.FIRST_PROOF, seen=1)


def test_in_an_emergency_two_sign_and_a_third_looks_at_it_afterwards(world: World) -> None:
    number = begun(world)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        chain.hurry(session, notice, "今晚停电，明早闭馆", by=by())
        chain.hand_in(session, notice, by=by())
        assert notice.steps == ["second_proof", "second_review"]
    signs(world, number, Step.SECOND_PROOF)
    signs(world, number, Step.SECOND_REVIEW)
    assert state(world, number) is N.READY
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        for who in ("bianji", "er"):
            with pytest.raises(BadInput, match="补看请换一位"):
                chain.look_at_emergency(session, notice, by=by(who))
        chain.look_at_emergency(session, notice, by=by("wu"))
        with pytest.raises(BadInput, match="已经有人补看过"):
            chain.look_at_emergency(session, notice, by=by("liu"))
    assert world.count(AuditLine, AuditLine.act == "notice hurried") == 1


def test_a_branch_with_two_people_has_its_shorter_chain(world: World) -> None:
    world.plans(world.activity(branch="官塘社区分馆"))
    with world.database.units() as session:
        branch = session.scalar(sa.text("SELECT id FROM branches WHERE name = '官塘社区分馆'"))
        with pytest.raises(BadInput, match="至少要有一次审核"):
            chain.set_chain(session, branch, [Step.FIRST_PROOF], by=by())
        chain.set_chain(session, branch, chain_rules.SHORTER["one"], by=by())
        steps = chain.steps_for(session, branch)
        assert (steps, chain.steps_for(session, None)) == ((Step.SECOND_REVIEW,), chain_rules.FULL)
    number = handed_in(world, steps=steps, branch_id=branch)
    signs(world, number, Step.SECOND_REVIEW, "er")
    assert state(world, number) is N.READY
    with world.database.units() as session:
        chain.set_chain(session, branch, chain_rules.FULL, by=by())
        assert chain.steps_for(session, branch) == chain_rules.FULL


def test_a_day_for_each_step_before_it_goes_out() -> None:
    monday = date(2026, 4, 6)
    found = chain_rules.deadlines(chain_rules.FULL, begun=monday, due=monday + timedelta(days=3))
    assert [found[step].day for step in Step] == [6, 6, 7, 8]
    assert chain_rules.deadlines(chain_rules.FULL, begun=monday, due=None) == {}


# ── what is written ──


def test_two_tabs_and_two_people_never_overwrite_each_other_unseen(world: World) -> None:
    number = begun(world)
    assert saves(world, number, words("甲一"), was=1) == 2
    with pytest.raises(Overtaken):
        saves(world, number, words("甲的另一页"), was=1)
    with pytest.raises(Overtaken) as told:
        saves(world, number, words("乙"), who="yi", was=1)
    assert (told.value.who, told.value.version) == ("bianji", 2)


def test_what_one_person_saves_at_one_sitting_is_one_version_unless_somebody_has_signed_it(world: World) -> None:
    number = begun(world)
    for n in range(3):
        saves(world, number, words(f"第{n}稿"))
    saves(world, number, words("别人的"), who="yi")
    saves(world, number, words("十分钟后"), who="yi", later=10)
    with world.database.reading() as session:
        notice = session.get_one(Notice, number)
        kept = [(one.number, one.who) for one in service.versions_of(session, notice)]
        assert kept == [(6, "yi"), (5, "yi"), (4, "bianji"), (1, "bianji")]
    with world.database.units() as session:
        chain.hand_in(session, session.get_one(Notice, number), by=by())
    signs(world, number, Step.FIRST_PROOF, "si")
    saves(world, number, words("又改"), who="yi", later=11)
    assert world.count(NoticeVersion, NoticeVersion.number == 6) == 1


def test_two_save_at_once_and_one_is_told(world: World) -> None:
    number = begun(world)
    results = in_parallel(
        lambda: saves(world, number, words("甲"), was=1), lambda: saves(world, number, words("乙"), who="yi", was=1)
    )  # fmt: skip
    assert sum(isinstance(one, Overtaken) for one in results) == 1


def test_it_is_copied_dropped_and_an_old_version_comes_back(world: World) -> None:
    number = ready(world)
    saves(world, number, words("后来的"), later=1)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        service.go_back_to(session, notice, 1, by=by(), was=2)
        assert service.content_of(session, notice) == words()
        assert chain.chain_of(session, notice).standing == {}  # void stays void
        copy = service.copy(session, notice, by=by("yi"))
        assert (copy.title, copy.state, copy.version, copy.made_by) == ("再发：周末看点", N.DRAFT, 1, "yi")
        service.drop(session, notice, by=by())
        with pytest.raises(BadInput, match="不用了"):
            service.save(session, notice, words("x"), by=by(), was=notice.version)
        with pytest.raises(IllegalMove):
            chain.hand_in(session, notice, by=by())


# ── whatever people do ──


def test_whose_words_a_copy_begins_with_signs_them_no_more_than_before(world: World) -> None:
    number = handed_in(world)
    with world.database.units() as session:
        copied = service.copy(session, session.get_one(Notice, number), by=by("lao"))
        again = service.copy(session, copied, by=by("wu"))
        chain.hand_in(session, again, by=by("wu"))
        for who in ("bianji", "lao", "wu"):
            with pytest.raises(BadInput, match="您写过"):
                chain.sign(session, again, Step.FIRST_PROOF, by=by(who), seen=1)


def test_a_day_far_from_today_is_refused_and_no_day_breaks_the_deadlines(world: World) -> None:
    today, number = times.today(times.now()), begun(world)
    for far in (date.min, date.max, today - timedelta(days=400), today + timedelta(days=800)):
        with pytest.raises(BadFields, match="离今天太远"):
            begun(world, due_on=far)
        with world.database.units() as session, pytest.raises(BadFields, match="离今天太远"):
            service.rename(session, session.get_one(Notice, number), "名字", far, by=by())
        assert chain_rules.deadlines(tuple(Step), begun=today, due=far)
    assert begun(world, due_on=today + timedelta(days=700))


def test_who_signed_a_step_that_fell_out_may_sign_what_is_left(world: World) -> None:
    number = handed_in(world)
    signs(world, number, Step.FIRST_PROOF, "er")
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        chain.hurry(session, notice, "今晚停电", by=by())
        with pytest.raises(BadInput, match="还没有签完"):
            chain.look_at_emergency(session, notice, by=by("wu"))
    signs(world, number, Step.SECOND_PROOF, "er")
    signs(world, number, Step.SECOND_REVIEW, "si")
    with world.database.units() as session:
        chain.look_at_emergency(session, session.get_one(Notice, number), by=by("wu"))
    saves(world, number, words("换了"), later=10)
    with world.database.reading() as session:
        assert session.get_one(Notice, number).looked_at_by == ""


def test_whoever_is_asked_hears_on_their_phone_once_that_it_is_their_turn(world: World) -> None:
    number = begun(world)
    with world.database.units() as session:
        notice = session.get_one(Notice, number)
        session.execute(insert(session, StaffPhone).values(openid="oEr", login="er", bound_at=times.now()))
        chain.hand_in(session, notice, by=by(), asked={Step.SECOND_PROOF: "er", Step.FIRST_PROOF: "yi"})
        asked = sa.select(OutboxCall).where(OutboxCall.key.startswith("notice turn:"))
        assert session.scalars(asked).all() == []  # the first has no phone bound
        chain.sign(session, notice, Step.FIRST_PROOF, by=by("yi"), seen=1)
        chain.take_back(session, notice, by=by())
        chain.hand_in(session, notice, by=by())
        assert [one.openid for one in session.scalars(asked)] == ["oEr"]


class Chains(RuleBasedStateMachine):
    """Seven people do anything to one notice; what is ready has four yeses of four others to these very words."""

    people = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])

    @initialize()
    def begins(self) -> None:
        self.folder = TemporaryDirectory()
        self.database = database_in(Path(self.folder.name))
        with self.database.units() as session:
            self.number = service.begin(session, service.Wanted("x", words("0")), by=by("a")).id

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    def does(self, act: object) -> None:
        try:
            with self.database.units() as session:
                act(session, session.get_one(Notice, self.number))  # type: ignore[operator]
        except (BadInput, IllegalMove):
            pass

    @rule(who=people, body=st.sampled_from("012"), stale=st.booleans())
    def saves(self, who: str, body: str, stale: bool) -> None:
        self.does(
            lambda session, notice: service.save(session, notice, words(body), by=by(who), was=notice.version - stale)
        )

    @rule(who=people)
    def hands_in(self, who: str) -> None:
        self.does(lambda session, notice: chain.hand_in(session, notice, by=by(who)))

    @rule(who=people, other=st.one_of(st.just(""), people), step=st.sampled_from(Step))
    def signs(self, who: str, other: str, step: Step) -> None:
        self.does(
            lambda session, notice: chain.sign(
                session, notice, step, by=by(who), seen=notice.version, deputy_for=other
            )
        )

    @rule(who=people)
    def the_next_signs(self, who: str) -> None:
        def act(session, notice):
            if (step := chain.chain_of(session, notice).next_step) is None:
                return
            chain.sign(session, notice, step, by=by(who), seen=notice.version)

        self.does(act)

    @rule(who=people, step=st.sampled_from(Step))
    def returns(self, who: str, step: Step) -> None:
        self.does(
            lambda session, notice: chain.return_(
                session, notice, step, "请再改一改", by=by(who), seen=notice.version
            )
        )

    @rule(who=people)
    def takes_back(self, who: str) -> None:
        self.does(lambda session, notice: chain.take_back(session, notice, by=by(who)))

    @invariant()
    def what_is_ready_is_signed_by_four_others(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.reading() as session:
            notice = session.get_one(Notice, self.number)
            digest = service.content_of(session, notice).sha256
            writers = set(session.scalars(sa.select(NoticeVersion.who)))
            standing = [row for row in chain.signatures_of(session, notice) if row.is_yes and row.voided_at is None]
            assert all(row.digest == digest for row in standing)
            if notice.state is N.READY:
                assert sorted(row.step for row in standing) == sorted(FOUR)
                people = [who for row in standing for who in (row.who, row.deputy_for) if who]
                assert len(set(people)) == len(people)
                assert not writers & set(people)
            assert chain.is_ready(session, notice) == (notice.state is N.READY)


TestChains = Chains.TestCase
TestChains.settings = examples(max_examples=15, stateful_step_count=25, deadline=None)
