"""/c/<code>: what a reader is told of a contest, in every phase of it."""

from datetime import timedelta

import pytest

from contests.service import GroupWanted, TextWanted
from models import times
from models.award import AwardTier
from models.contest import Contest, ContestState
from tests.contests.staged import set_up
from tests.world import World

C = ContestState


def code_of(world: World, number: int) -> str:
    with world.database.reading() as session:
        return session.get_one(Contest, number).code


def page_of(world: World, number: int) -> str:
    return world.http.get(f"/c/{code_of(world, number)}").text


def test_the_page_says_what_is_asked_of_whom_and_until_when(world: World) -> None:
    number = set_up(
        world, title="书香<b>征文", call="写一写家乡。\n欢迎投稿。",
        groups=(GroupWanted("小学组", least_characters=300, most_characters=500), GroupWanted("中学组")),
        texts=(TextWanted("将进酒", "李白", "君不见黄河之水天上来"),), works_each=2,
    )  # fmt: skip
    page = page_of(world, number)
    for said in (
        "书香&lt;b&gt;征文", "正在征集", "写一写家乡。", "小学组：300–500 字", "每人最多 2 件", "《将进酒》李白", "君不见黄河之水天上来",
        "截稿", "参赛须知", "监护人同意书", "投稿",
    ):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize("state", [one for one in C if one is not C.DRAFT])
def test_every_phase_has_its_own_words(world: World, state: ContestState) -> None:
    number = set_up(world)
    with world.database.units() as session:
        session.get_one(Contest, number).state = state
    page = page_of(world, number)
    assert ("一步一步来" in page) == (state is C.OPEN)
    assert ("我的作品" in page) == (state is not C.OPEN)


def test_before_it_opens_the_page_says_when(world: World) -> None:
    number = set_up(world, opens_at=times.now() + timedelta(days=1), closes_at=times.now() + timedelta(days=9))
    assert "还没开始" in page_of(world, number)


def test_a_draft_and_an_unknown_code_are_no_pages(world: World) -> None:
    number = set_up(world)
    with world.database.units() as session:
        session.get_one(Contest, number).state = C.DRAFT
    assert world.http.get(f"/c/{code_of(world, number)}").status_code == 404
    assert world.http.get("/c/abcdef").status_code == 404
    assert world.count(AwardTier) == 0


def test_a_certificates_code_still_has_its_page_there(world: World) -> None:
    answer = world.http.get("/c/ABCD2345EFGH")
    assert answer.status_code == 200
    assert "证书" in answer.text
