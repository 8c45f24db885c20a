"""我的作品 in the chat and on /me: where a work stands, why it came back, mending, taking back, results; and being told."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import Client as HttpClient

from contests import screening, service, telling
from models import times
from models.award import Award, AwardKind, AwardState, AwardTier
from models.contest import Contest, ContestState, Submission, SubmissionState
from models.outbox import CallKind, OutboxCall
from tests.contests.staged import by, drafts, essay, set_up, work
from tests.test_page_sign_up import browser_of, hidden
from tests.world import World, openid

S, C = SubmissionState, ContestState


def says_all(world: World, *words: str, name: str = "小林") -> str:
    return [world.says(name, one) for one in words][-1]


def told(world: World, name: str) -> list[str]:
    with world.database.reading() as session:
        owed = sa.select(OutboxCall.payload).where(
            OutboxCall.kind == CallKind.CUSTOMER_MESSAGE, OutboxCall.openid == openid(name)
        )
        return [payload["text"] for payload in session.scalars(owed.order_by(OutboxCall.id))]


def awarded(world: World, number: int, state: AwardState, *, code: str | None = None) -> None:
    """This work has a first prize, in this state."""
    with world.database.units() as session:
        one = session.get_one(Submission, number)
        tier = AwardTier(
            contest_id=one.contest_id, group_id=one.group_id, kind=AwardKind.RANKED, rank=1, name="一等奖", quota=1, fen=0,
            gift="",
        )  # fmt: skip
        session.add(tier)
        session.flush()
        session.add(
            Award(
                contest_id=one.contest_id, tier_id=tier.id, submission_id=one.id, openid=one.openid, state=state,
                name=one.author, title=one.title, code=code, made_at=times.now(),
            )
        )  # fmt: skip


def led_to(world: World, number: int, *states: ContestState) -> None:
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        for state in states:
            service.lead_on(session, contest, state, by=by())


# ── where it stands ──


def test_who_has_no_work_is_shown_the_way(world: World) -> None:
    assert "还没有投过稿" in world.says("小林", "我的作品")


def test_each_work_says_where_it_stands_and_what_may_be_done(world: World) -> None:
    number = set_up(world, works_each=3)
    essay(world, number, title="秋天", accepted=True)
    essay(world, number, title="夏天")
    essay(world, number, title="春天", words="", hands_in=False)
    lines = world.says("小林", "我的作品").splitlines()
    assert lines[1:4] == ["1. 《春天》", "还没交（“书香征文”）", "还没有正文。"]
    assert lines[4:6] == ["2. 第 2 号《夏天》", "交上了，馆员在看（“书香征文”）"]
    assert lines[6:8] == ["3. 第 1 号《秋天》", "通过了，参加评选（“书香征文”）"]
    assert "撤稿" in lines[-2]
    assert "《" not in world.says("老周", "我的作品")


def test_a_returned_work_tells_the_reason_is_mended_and_handed_in_again(world: World) -> None:
    number = set_up(world)
    one = essay(world, number)
    with world.database.units() as session:
        screening.return_(session, session.get_one(Submission, one), "请写<b>三百</b>字", by=by())
    assert "馆员说：请写＜b＞三百＜/b＞字" in world.says("小林", "我的作品")
    assert "馆员说" in world.says("小林", "修改1")
    says_all(world, "重写", "春天真的来了。", "写完了")
    assert "第 1 号《春天》" in world.says("小林", "同意")
    assert (work(world, one).state, work(world, one).number, work(world, one).reason) == (S.SUBMITTED, 1, "")


def test_what_nobody_looked_at_is_taken_back_to_mend_until_the_closing(world: World) -> None:
    number = set_up(world, closes_at=times.now() + timedelta(hours=1))
    one = essay(world, number)
    assert "继续《春天》" in says_all(world, "我的作品", "修改1")
    assert work(world, one).state is S.DRAFT
    says_all(world, "写完了", "同意")
    world.passes(hours=2)
    assert "不能改" in says_all(world, "我的作品", "修改1")
    assert work(world, one).state is S.SUBMITTED


def test_what_was_accepted_is_not_mended(world: World) -> None:
    one = essay(world, set_up(world), accepted=True)
    assert "不能改" in says_all(world, "我的作品", "修改1")
    assert work(world, one).state is S.ACCEPTED


# ── 撤稿 ──


def test_taking_back_is_asked_once_more_and_is_for_good(world: World) -> None:
    number = set_up(world)
    one = essay(world, number, accepted=True)
    assert "不能恢复" in says_all(world, "我的作品", "撤稿1")
    assert work(world, one).state is S.ACCEPTED
    assert "《春天》撤稿了" in world.says("小林", "确定撤稿")
    assert work(world, one).state is S.WITHDRAWN
    assert "没有等着撤的" in world.says("小林", "确定撤稿")
    essay(world, number, title="夏天")


def test_nobody_takes_back_the_work_of_another(world: World) -> None:
    one = essay(world, set_up(world))
    assert "没有投过稿" in world.says("老周", "撤稿1")
    says_all(world, "我的作品", "撤稿1")
    assert "没有等着撤的" in world.says("老周", "确定撤稿")
    assert work(world, one).state is S.SUBMITTED


# ── results ──


@pytest.mark.parametrize(
    ("phase", "state", "said"),
    [
        ((), AwardState.PROPOSED, ""),
        ((C.NOTICE,), AwardState.PROPOSED, ""),
        ((C.NOTICE,), AwardState.SHOWN, "公示中：一等奖"),
        ((C.NOTICE, C.AWARDED), AwardState.GIVEN, "得了一等奖，恭喜您"),
        ((C.NOTICE, C.AWARDED), AwardState.REVOKED, "这次没有得奖"),
    ],
)
def test_results_are_told_in_their_phase_and_not_before(
    sqlite_world: World, phase: tuple[ContestState, ...], state: AwardState, said: str
) -> None:
    world = sqlite_world
    number = set_up(world, closes_at=times.now() + timedelta(hours=1))
    one = essay(world, number, accepted=True)
    world.passes(hours=2)
    with world.database.units() as session:
        service.close_due(session, times.now())
        service.begin_judging(session, session.get_one(Contest, number), by=by())
    awarded(world, one, state, code="ABCD2345EFGH" if state is AwardState.GIVEN else None)
    led_to(world, number, *phase)
    for shown in (world.says("小林", "我的作品"), browser_of(world, "小林").get("/me").text):
        assert ("奖" in shown) is bool(said)
        assert said in shown
        assert ("看证书" in shown) is (state is AwardState.GIVEN)


# ── on the page ──


def test_my_page_shows_each_work_and_takes_one_back_after_asking(world: World) -> None:
    number = set_up(world, works_each=2)
    one = essay(world, number, title="春天<b>")
    essay(world, number, title="夏天", hands_in=False)
    reader = browser_of(world, "小林")
    page = reader.get("/me").text
    assert "第 1 号 《春天&lt;b&gt;》" in page
    assert re.search(r'href="/c/[a-z0-9]{6}"', page)
    assert "在公众号里回复“继续投稿”接着来。" in page
    ask = f"/me/works/{work(world, one).code}/withdraw"
    assert "不能恢复" in reader.get(ask).text
    assert work(world, one).state is S.SUBMITTED
    assert reader.post(ask, data={"csrf_token": "forged"}).status_code == 400
    assert reader.post(ask, data=hidden(reader.get(ask).text)).status_code == 303
    assert work(world, one).state is S.WITHDRAWN
    assert reader.post(ask, data=hidden(reader.get("/me").text)).status_code == 409


def test_another_readers_work_is_none(world: World) -> None:
    one = essay(world, set_up(world))
    other = browser_of(world, "老周")
    ask = f"/me/works/{work(world, one).code}/withdraw"
    assert other.get(ask).status_code == 404
    assert "不能恢复" not in HttpClient(world.app).get(ask).text


# ── everybody told ──


def test_who_has_a_work_is_told_once_when_the_contest_is_extended_or_called_off(world: World) -> None:
    number = set_up(world, works_each=2)
    essay(world, number, title="春天")
    essay(world, number, title="夏天")
    essay(world, number, "老周", hands_in=False)
    with world.database.units() as session:
        contest = session.get_one(Contest, number)
        service.extend(session, contest, contest.closes_at + timedelta(days=5), by=by())
        service.cancel(session, contest, "场馆维修", by=by())
    for name in ("小林", "老周"):
        first, second = told(world, name)
        assert "延长收稿" in first
        assert "取消了：场馆维修" in second
    assert "现在没有在征集" in world.says("o3", "投稿")


def test_many_are_told_in_parts_nobody_twice_and_nobody_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PART", 2)
    number = set_up(world, works_each=3)
    for name in ("小林", "老周", "小林", "o3", "小林"):
        essay(world, number, name, title="春天")
        with world.database.reading() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Submission))
    with world.database.units() as session:
        service.cancel(session, session.get_one(Contest, number), "场馆维修", by=by())
    parts = 0
    while _carried_on(world):
        parts += 1
    assert parts == 2
    assert [len(told(world, name)) for name in ("小林", "老周", "o3")] == [1, 1, 1]


def _carried_on(world: World) -> int:
    with world.database.units() as session:
        return telling.carry_on(session, times.now())


def test_the_list_of_a_reader_who_left_and_came_again_is_empty(world: World) -> None:
    essay(world, set_up(world))
    world.happens("小林", "subscribe")
    world.happens("小林", "unsubscribe")
    world.passes(minutes=1)
    world.happens("小林", "subscribe")
    assert "还没有投过稿" in world.says("小林", "我的作品")
    assert drafts(world) == []
