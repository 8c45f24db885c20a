"""Reader cards: bound by whoever can answer for them, several for a family, given up, erased; nothing told to strangers."""

import pytest
import sqlalchemy as sa

from desk.loans import cards, queries
from models import privacy, times
from models.conversation import Conversation
from models.follower import Follower
from models.inbox import Push
from models.loan import BoundCard, ImportWhat, LibraryCard, Loan, LoanTold
from models.tries import Allowance
from tests.desk.lending import CARDS, HEAD, Lending, in_days
from tests.world import World, openid

WRONG = "证号和核对的内容对不上，没有绑定。"


@pytest.fixture
def lending(world: World) -> Lending:
    built = Lending(world)
    built.at_nine()
    return built


def test_a_card_is_bound_with_what_the_list_knows_and_named(lending: Lending) -> None:
    world = lending.world
    lending.cards()
    lending.loans(("小王子", "B1", in_days(5).isoformat(), ""))
    assert "请发读者证号" in world.says("小林", "绑证")
    assert "手机号的后四位" in world.says("小林", "2026 0003317")
    said = world.says("小林", "13800001234")  # the whole number is understood
    assert said.startswith("绑好了，尾号 3317。")
    assert "孩子的证" in world.says("小林", "孩子的证")
    assert "《小王子》" in world.says("小林", "我的借阅")
    assert "1. 孩子的证（尾号 3317）" in world.says("小林", "我的读者证")
    with world.database.reading() as session:
        listed = session.scalars(sa.select(LibraryCard)).all()
    assert all("3317" not in str(row.card_key) and "1234" not in str(row.phone_key) for row in listed)


def test_a_stranger_learns_nothing_and_tries_are_few(lending: Lending) -> None:
    world = lending.world
    lending.cards()
    unknown = lending.binds(number="99999999", answer="1234")
    wrong = lending.binds(answer="9999")
    assert (unknown, WRONG in unknown) == (wrong, True)
    for _ in range(3):
        lending.binds(answer="9999")
    assert "试得太多了" in lending.binds(), "even the right answer"
    assert world.count(BoundCard) == 0
    lending.world.passes(hours=2)
    assert "绑好了" in lending.binds()


def test_many_who_guess_at_one_card_are_stopped_together(lending: Lending) -> None:
    lending.cards()
    guessers = [f"oGuesser{n:020}" for n in range(cards.OF_A_CARD.burst)]
    assert all(WRONG in lending.binds(who, answer=f"{n:04}") for n, who in enumerate(guessers))
    assert all("试得太多了" in lending.binds(who) for who in guessers), "whoever has failed"
    assert "绑好了" in lending.binds(), "its owner, who has not"


def test_guesses_at_all_cards_together_stop_those_who_failed_and_are_seen(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "OF_ALL", Allowance(burst=3, step_s=600))
    lending.cards()
    for n in range(3):
        lending.binds(f"oGuesser{n:020}", number=f"9000{n}", answer="9999")
    assert "试得太多了" in lending.binds(f"oGuesser{0:020}", number="90007", answer="9999")
    assert "绑好了" in lending.binds()
    with lending.world.database.reading() as session:
        assert cards.failed(session, now=times.now()) == 3


def test_binding_again_shows_what_is_still_lent(lending: Lending) -> None:
    lending.cards()
    lending.loans(("小王子", "B1", in_days(5).isoformat(), ""))
    lending.binds()
    assert "再也读不出来" in lending.world.says("小林", "解绑证 1")
    lending.binds()
    assert "《小王子》" in lending.world.says("小林", "我的借阅")


def test_number_and_answer_stand_nowhere_in_plain(lending: Lending) -> None:
    world = lending.world
    lending.cards()
    world.says("小林", "绑定读者证")
    world.says("小林", "20260003317")
    with world.database.reading() as session:
        held = [row.held for row in session.scalars(sa.select(Conversation))]
    world.says("小林", "9999")
    world.says("小林", "绑证20260003317")
    world.says("小林", "1234")
    with world.database.reading() as session:
        kept = [f"{row.content} {row.reply}" for row in session.scalars(sa.select(Push))]
        assert session.scalars(sa.select(BoundCard.number)).one() == "20260003317"
    assert "绑定读者证" in str(kept)
    for secret in ("20260003317", "9999", "1234"):
        assert secret not in str([*held, *kept])


@pytest.mark.parametrize("words", ["报名讲座 1234", "11月28日有什么活动", "2026年11月28日 有什么活动"])
def test_another_question_meanwhile_is_no_answer(lending: Lending, words: str) -> None:
    world = lending.world
    lending.cards()
    world.says("小林", "绑定读者证")
    world.says("小林", "20260003317")
    assert WRONG not in world.says("小林", words)


@pytest.mark.parametrize("words", ["怎么绑定读者证", "怎么绑证", "绑定我的借书证"])
def test_other_ways_of_asking_lead_to_binding(lending: Lending, words: str) -> None:
    lending.cards()
    assert "请发读者证号" in lending.world.says("小林", words)


def test_a_family_has_several_cards_and_a_card_two_parents(lending: Lending) -> None:
    world = lending.world
    lending.cards()
    first = ("20260003317", "小王子", "B1", in_days(5).isoformat(), "")
    lending.loans(first, ("20260003318", "边城", "B2", in_days(3).isoformat(), ""))
    lending.binds(name="我的证")
    lending.binds(number="20260003318", answer="5678", name="孩子的证")
    lending.binds("老周")
    said = world.says("小林", "我的借阅")
    assert said.startswith("您借了 2 本（2 张证）：\n我的证（尾号 3317）\n1. 《小王子》")
    assert "孩子的证（尾号 3318）\n2. 《边城》" in said
    assert "解绑了：我的证（尾号 3317）" in world.says("小林", "解绑证 1")
    assert "《小王子》" in world.says("老周", "我的借阅"), "the other parent keeps it"
    assert "《小王子》" not in world.says("小林", "我的借阅")
    assert "解绑哪一张" in world.says("小林", "解绑读者证")
    assert "解绑了：孩子的证" in world.says("小林", "1")
    assert world.count(Loan) == 2, "they are the library's, and nobody reads them without the number"
    assert "还没有绑定读者证" in world.says("小林", "我的借阅")


def test_titles_are_sealed_and_stand_in_my_own_file_alone(lending: Lending) -> None:
    world = lending.world
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    lending.binds()
    lending.plans()
    lending.leaves()
    with world.database.reading() as session:
        assert all("小王子" not in row.sealed for row in session.scalars(sa.select(Loan)))
        mine = queries.own_file(session, openid("小林"), secret=lending.secret)
        assert [row["题名"] for row in mine["loans"]] == ["小王子"]
        assert "读者证号" in privacy.export(session, openid("小林"))["bound_cards"][0]
    exported = world.run("follower", "export", openid("小林"))
    assert "小王子" in exported.output


def test_whoever_leaves_takes_everything_along(lending: Lending) -> None:
    world = lending.world
    world.happens("小林", "subscribe")
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    lending.binds()
    lending.plans()
    lending.leaves()
    assert world.count(LoanTold) == 1
    world.passes(seconds=2)
    world.happens("小林", "unsubscribe")
    assert world.count(Follower) == 0
    for table in (BoundCard, LoanTold, Conversation):
        assert world.count(table) == 0, table


def test_without_a_list_nobody_is_led_astray(lending: Lending) -> None:
    assert "还没有导入读者名单" in lending.world.says("小林", "绑定读者证")
    assert "还没有导入读者名单" in lending.world.says("小林", "我的借阅")


def test_the_library_chooses_the_proof_and_its_words(lending: Lending) -> None:
    lending.chooses(proof="birthday", proof_words="孩子的生日")
    rows = (("证号", "出生日期"), ("K1001", "2015年3月8日"))
    lending.put_in(lending.hands_in(ImportWhat.CARDS, rows))
    lending.world.says("小林", "绑定读者证")
    assert "孩子的生日" in lending.world.says("小林", "k1001")
    assert "绑好了" in lending.world.says("小林", "2015-3-8")


def test_a_card_that_left_the_list_binds_no_more(lending: Lending) -> None:
    lending.cards()
    lending.put_in(lending.hands_in(ImportWhat.CARDS, CARDS[:2]))
    assert WRONG in lending.binds(number="20260003318", answer="5678")
    assert "绑好了" in lending.binds()
    assert HEAD[0] == CARDS[0][0]
    assert times.today(times.now()) == in_days(0)
