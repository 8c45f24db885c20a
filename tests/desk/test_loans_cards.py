"""Reader cards: bound by whoever can answer for them, several for a family, given up, erased; nothing told to strangers."""

import pytest
import sqlalchemy as sa

from desk.loans import cards, queries
from models import privacy, times
from models.conversation import Conversation
from models.follower import Follower
from models.loan import BoundCard, ImportWhat, LibraryCard, Loan, LoanTold
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
    said = [lending.binds(f"oGuesser{n:020}", answer=f"{n:04}") for n in range(cards.OF_A_CARD.burst + 1)]
    assert "试得太多了" in said[-1]
    assert all(WRONG in one for one in said[:-1])


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
    assert world.count(Loan) == 1, "what nobody has bound goes with it"
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
    for table in (BoundCard, Loan, LoanTold, Conversation):
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
