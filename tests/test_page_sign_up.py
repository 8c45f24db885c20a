"""Signing up on a page, checking in at the door on a page, and the page of a draw."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from activities.signup import lottery
from activities.signup.party import Party, Person
from activities.signup.terms import NewQuestion
from models import times
from models.activity import Activity
from models.by import By
from models.signup import Entry, EntryPerson, EntryState, Origin, QuestionKind, SignUp, Way
from tests.test_chat_sign_up import entries, opens
from tests.test_identity import link_of, pressed
from tests.test_sign_up import signs_up
from tests.world import READERS, World, openid

S = EntryState
FAMILY: dict[str, Any] = {"seats": 6, "most_people": 3, "asks_names": True, "asks_ages": True}


@pytest.fixture
def reader(world: World) -> Browser:
    """小林's browser."""
    return browser_of(world, "小林")


def browser_of(world: World, name: str) -> Browser:
    world.happens(name, "subscribe")
    browser = Browser(world.app)
    pressed(browser, link_of(world, name))
    return browser


def code_of(world: World, number: int) -> str:
    with world.database.reading() as session:
        return session.get_one(Activity, number).code


def hidden(page: str) -> dict[str, str]:
    """What a browser would send back unseen."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def sends(browser: Browser, path: str, **fields: str) -> TestResponse:
    """The form of this page, filled in and sent by its button."""
    return browser.post(path, data=hidden(browser.get(path).text) | {"act": "sign-up"} | fields)


def people_of(world: World) -> list[tuple[Any, ...]]:
    with world.database.reading() as session:
        return [
            tuple(row)
            for row in session.execute(sa.select(EntryPerson.name, EntryPerson.age).order_by(EntryPerson.id))
        ]


def test_the_activitys_page_says_how_many_seats_are_left_and_leads_to_the_form(world: World, reader: Browser) -> None:
    path = f"/a/{code_of(world, opens(world, seats=2))}"
    page = reader.get(path).text
    assert "还剩 2 个名额" in page
    assert f'href="{path}/sign-up">报名</a>' in page
    assert sends(reader, f"{path}/sign-up").status_code == 303
    assert entries(world) == [(openid("小林"), S.CONFIRMED)]
    mine = reader.get(path)
    assert "您已报上" in mine.text
    assert "看我的报名" in mine.text
    assert mine.headers["Cache-Control"] == "no-store"
    assert "您已报上" not in Browser(world.app).get(path).text


def test_a_family_is_written_down_row_by_row_and_shown_when_it_is_in(world: World, reader: Browser) -> None:
    path = f"/a/{code_of(world, opens(world, **FAMILY))}/sign-up"
    first = {"name1": "小林", "age1": "35"}
    more = sends(reader, path, act="more", **first)
    assert more.status_code == 200
    assert 'value="小林"' in more.text
    assert "第 2 位" in more.text
    sent = reader.post(
        path, data=hidden(more.text) | first | {"name2": "林小小", "age2": "6", "guardian": "同意", "act": "sign-up"}
    )
    assert sent.status_code == 303
    assert people_of(world) == [("小林", 35), ("林小小", 6)]
    done = reader.get(path).text
    assert "报上了" in done
    assert "小林、林小小" in done
    assert "取消报名" in done
    with world.database.reading() as session:
        entry = session.scalars(sa.select(Entry)).one()
        assert (entry.origin, entry.guardian_wording) == (Origin.PAGE, "2026-11")


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(world: World, reader: Browser) -> None:
    path = f"/a/{code_of(world, opens(world, asks_phone=True, **FAMILY))}/sign-up"
    back = sends(reader, path, name1="艾力·买买提", age1="两百", phone="123")
    assert back.status_code == 422
    assert "有 2 处要改" in back.text
    assert re.search(r'id="age1-wrong">“两百”不像年龄', back.text)
    assert re.search(r'id="phone-wrong">“123”不像电话号码', back.text)
    assert 'value="艾力·买买提"' in back.text
    assert 'aria-describedby="phone-wrong"' in back.text
    child = sends(reader, path, name1="林小小", age1="6", phone="13800000000")
    assert "请监护人勾选同意" in child.text
    assert entries(world) == []


def test_who_is_of_another_age_reads_why_and_keeps_the_form(world: World, reader: Browser) -> None:
    number = opens(world, **FAMILY)
    with world.database.units() as session:
        activity = session.get_one(Activity, number)
        activity.age_from, activity.age_to = 3, 6
    back = sends(reader, f"/a/{code_of(world, number)}/sign-up", name1="小林", age1="35")
    assert back.status_code == 409
    assert "这个活动适合3—6岁，小林是35岁。" in back.text
    assert 'value="小林"' in back.text


def test_the_activitys_own_questions_are_asked(world: World, reader: Browser) -> None:
    number = opens(
        world,
        questions=(
            NewQuestion("读过几本？", QuestionKind.CHOICE, ("一本", "很多")),
            NewQuestion("想说的", is_required=False),
            NewQuestion("同意拍照", QuestionKind.CONSENT),
        ),
    )
    path = f"/a/{code_of(world, number)}/sign-up"
    with world.database.reading() as session:
        ids = re.findall(r'name="a(\d+)"', reader.get(path).text)
    choice, words, consent = sorted({int(found) for found in ids})
    back = sends(reader, path, **{f"a{choice}": "没有的"})
    assert back.status_code == 422
    assert back.text.count("field-wrong") == 2
    assert (
        sends(reader, path, **{f"a{choice}": "很多", f"a{words}": "<b>好</b>", f"a{consent}": "同意"}).status_code
        == 303
    )
    with world.database.reading() as session:
        answers = session.scalars(sa.select(Entry.answers)).one()
    assert answers == {str(choice): "很多", str(words): "<b>好</b>", str(consent): "同意"}


def test_organisations_give_their_name_and_number(world: World, reader: Browser) -> None:
    path = f"/a/{code_of(world, opens(world, seats=60, most_people=50, takes_units=True))}/sign-up"
    assert sends(reader, path, unit="实验小学", count="51").status_code == 422
    assert sends(reader, path, unit="实验小学", count="0").status_code == 422
    assert sends(reader, path, unit="实验小学", count="40").status_code == 303
    with world.database.reading() as session:
        entry = session.scalars(sa.select(Entry)).one()
        assert (entry.unit, len(entry.people)) == ("实验小学", 40)


@pytest.mark.parametrize("count", ["00000113", "000001" + "9" * 5000, "-1", "两"])
def test_no_number_of_people_is_read_as_another(world: World, reader: Browser, count: str) -> None:
    path = f"/a/{code_of(world, opens(world, seats=60, most_people=50))}/sign-up"
    back = sends(reader, path, count=count)
    assert back.status_code == 422
    assert "1 到 50 之间的整数" in back.text
    assert sends(reader, path, count=" ２ ").status_code == 303


@pytest.mark.parametrize(
    ("choices", "chosen"),
    [(("0", "1", "2"), "1"), (("0", "1", "2"), "2"), (("上午（９点）", "下午"), "上午（９点）")],
)
def test_the_choice_that_was_ticked_is_the_one_that_is_kept(
    world: World, reader: Browser, choices: tuple[str, ...], chosen: str
) -> None:
    path, name = asks(world, reader, NewQuestion("几个？", QuestionKind.CHOICE, choices))
    assert sends(reader, path, **{name: "9" * 5000}).status_code == 422
    assert sends(reader, path, **{name: chosen}).status_code == 303
    assert answers(world) == [chosen]


def test_what_no_file_can_show_is_left_out_of_an_answer(world: World, reader: Browser) -> None:
    path, name = asks(world, reader, NewQuestion("想说的"))
    assert sends(reader, path, **{name: "好\x0b，\n很好👨‍👩‍👧"}).status_code == 303
    assert answers(world) == ["好，\n很好👨‍👩‍👧"]


def asks(world: World, reader: Browser, question: NewQuestion) -> tuple[str, str]:
    """The form with one question, and the name of its field."""
    path = f"/a/{code_of(world, opens(world, seats=5, questions=(question,)))}/sign-up"
    return path, re.findall(r'name="(a\d+)"', reader.get(path).text)[0]


def answers(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(sa.select(Entry.answers)).one().values())


def test_a_full_activity_offers_the_line_and_tells_the_place(world: World, reader: Browser) -> None:
    number = opens(world, seats=1)
    path = f"/a/{code_of(world, number)}/sign-up"
    before = reader.get(path).text
    signs_up(world, number, "a")
    late = reader.post(path, data=hidden(before) | {"act": "sign-up"})
    assert late.status_code == 409
    assert "名额已满。可以排候补，填好的都还在。" in late.text
    assert reader.post(path, data=hidden(late.text) | {"act": "wait"}).status_code == 303
    assert entries(world)[-1] == (openid("小林"), S.WAITING)
    assert "候补中 · 第 1 位" in reader.get(path).text


def test_too_few_seats_for_a_family_leave_both_ways_open(world: World, reader: Browser) -> None:
    number = opens(world, seats=2, most_people=3)
    signs_up(world, number, "a")
    back = sends(reader, f"/a/{code_of(world, number)}/sign-up", count="2")
    assert back.status_code == 409
    assert "只剩 1 个名额，不够您这几位。可以少来几位，也可以排候补，填好的都还在。" in back.text
    assert "排候补</button>" in back.text
    assert ">报名</button>" in back.text


def test_the_same_form_twice_is_one_entry_also_where_several_are_allowed(world: World, reader: Browser) -> None:
    path = f"/a/{code_of(world, opens(world, seats=5, allows_several=True))}/sign-up"
    form = hidden(reader.get(path).text) | {"act": "sign-up"}
    assert [reader.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(entries(world)) == 1
    assert "再报一份" in reader.get(path).text
    assert sends(reader, f"{path}?more=1").status_code == 303
    assert len(entries(world)) == 2


def test_a_form_found_again_after_its_entry_was_left_says_so_and_can_be_sent_anew(
    world: World, reader: Browser
) -> None:
    path = f"/a/{code_of(world, opens(world, **FAMILY))}/sign-up"
    form = hidden(reader.get(path).text) | {"act": "sign-up", "name1": "小林", "age1": "35"}
    assert reader.post(path, data=form).status_code == 303
    (leave,) = re.findall(r'action="([^"]+/leave)"', reader.get(path).text)
    assert reader.post(leave, data={"csrf_token": form["csrf_token"]}).status_code == 303
    back = reader.post(path, data=form)
    assert back.status_code == 409
    assert "这份报名已经退掉了" in back.text
    assert 'value="小林"' in back.text
    assert reader.post(path, data=form | hidden(back.text)).status_code == 303
    assert [state for _, state in entries(world)] == [S.CANCELLED, S.CONFIRMED]


def test_a_form_too_long_to_be_read_is_told_so(world: World, reader: Browser) -> None:
    path, name = asks(world, reader, NewQuestion("想说的"))
    back = sends(reader, path, **{name: "长" * 30_000})
    assert back.status_code == 413
    assert "一次写得太多了" in back.text


@pytest.mark.parametrize("page", ["", "/sign-up", "/in", "/draw"])
def test_no_address_has_a_nul(reader: Browser, page: str) -> None:
    assert reader.get(f"/a/%00{page}").status_code == 404


def test_a_forged_code_of_another_readers_entry_is_not_theirs(world: World, reader: Browser) -> None:
    number = opens(world, seats=5, allows_several=True)
    theirs = signs_up(world, number, "a")
    with world.database.reading() as session:
        code = session.get_one(Entry, theirs).code
    assert sends(reader, f"/a/{code_of(world, number)}/sign-up", once=code).status_code == 303
    assert entries(world) == [("a", S.CONFIRMED), (openid("小林"), S.CONFIRMED)]


def test_without_a_good_token_nothing_happens_and_strangers_are_shown_the_way_in(
    world: World, reader: Browser
) -> None:
    path = f"/a/{code_of(world, opens(world))}/sign-up"
    assert reader.post(path, data={"csrf_token": "forged", "act": "sign-up"}).status_code == 400
    stranger = Browser(world.app)
    page = stranger.get(path).text
    assert "先认一认您" in page
    assert "回复“报名 听绘本”" in page
    assert stranger.post(path).status_code in (400, 403)
    assert entries(world) == []


def test_whoever_was_on_their_way_to_the_form_gets_there_from_the_chat(world: World) -> None:
    path = f"/a/{code_of(world, opens(world))}/sign-up"
    world.happens("小林", "subscribe")
    browser = Browser(world.app)
    browser.get(path)
    assert pressed(browser, link_of(world, "小林", "/me")).location == path


def test_what_cannot_be_handed_in_says_why(world: World, reader: Browser) -> None:
    now = times.now()
    later = f"/a/{code_of(world, opens(world, '早的', opens_at=now + timedelta(days=1)))}/sign-up"
    assert "还没到报名时间" in reader.get(later).text
    assert "act" not in hidden(reader.get(later).text)
    full = opens(world, "满的", seats=1, has_line=False)
    signs_up(world, full, "a")
    assert "名额已满，这次没有候补。" in reader.get(f"/a/{code_of(world, full)}/sign-up").text
    assert reader.get("/a/none/sign-up").status_code == 404


# ── the door ──


def door_of(world: World, number: int) -> str:
    with world.database.reading() as session:
        return session.get_one(SignUp, number).door_code


def test_the_code_at_the_door_checks_the_family_in(world: World, reader: Browser) -> None:
    number = opens(world, seats=6, most_people=3)
    path = f"/a/{code_of(world, number)}"
    assert sends(reader, f"{path}/sign-up", count="2").status_code == 303
    assert "还没到签到的时候" in reader.get(f"{path}/in").text
    world.passes(days=10)
    door = f"{path}/in?c={door_of(world, number)}"
    reader = browser_of(world, "小林")
    assert "您报了 2 位" in reader.get(door).text
    assert sends(reader, door).status_code == 303
    assert "签到好了，2 位" in reader.get(door).text
    assert entries(world) == [(openid("小林"), S.ATTENDED)]


def test_a_wrong_code_lets_nobody_in_and_says_where_the_right_one_is(world: World, reader: Browser) -> None:
    number = opens(world)
    signs_up(world, number, READERS["小林"])
    world.passes(days=10)
    back = sends(browser_of(world, "小林"), f"/a/{code_of(world, number)}/in", c="0000")
    assert back.status_code == 409
    assert "签到码不对" in back.text
    assert entries(world) == [(openid("小林"), S.CONFIRMED)]


def test_all_entries_of_a_reader_come_in_together_where_several_are_allowed(world: World, reader: Browser) -> None:
    number = opens(world, seats=5, allows_several=True, most_people=3)
    path = f"/a/{code_of(world, number)}"
    for count in ("1", "2"):
        assert sends(reader, f"{path}/sign-up?more=1", count=count).status_code == 303
    world.passes(days=10)
    door = f"{path}/in?c={door_of(world, number)}"
    reader = browser_of(world, "小林")
    assert "您报了 3 位" in reader.get(door).text
    assert sends(reader, door).status_code == 303
    assert "签到好了，3 位" in reader.get(door).text
    assert [state for _, state in entries(world)] == [S.ATTENDED, S.ATTENDED]


def test_who_did_not_sign_up_comes_in_where_seats_are_free(world: World) -> None:
    number = opens(world, seats=1)
    world.passes(days=10)
    door = f"/a/{code_of(world, number)}/in?c={door_of(world, number)}"
    reader = browser_of(world, "小林")
    assert "现场签到" in reader.get(door).text
    assert sends(reader, door).status_code == 303
    assert entries(world) == [(openid("小林"), S.ATTENDED)]
    full = sends(browser_of(world, "老周"), door)
    assert full.status_code == 409
    assert "位子坐满了" in full.text


def test_a_stranger_at_the_door_reads_the_word_for_the_chat(world: World) -> None:
    path = f"/a/{code_of(world, opens(world))}/in?c=4711"
    assert "回复“签到 4711”" in Browser(world.app).get(path).text
    whatever = path.replace("4711", "加微信abc领奖")
    assert "回复“签到 门口的四位数字”" in Browser(world.app).get(whatever).text


# ── the draw ──


def test_the_page_of_a_draw_can_be_checked_by_anybody(world: World, reader: Browser) -> None:
    now = times.now()
    number = opens(
        world, seats=2, way=Way.LOTTERY, closes_at=now + timedelta(days=2), draws_at=now + timedelta(days=3)
    )
    path = f"/a/{code_of(world, number)}"
    assert "2 个名额" in reader.get(path).text
    assert "报名参加抽签" in reader.get(path).text
    assert sends(reader, f"{path}/sign-up").status_code == 303
    for name in "abcd":
        signs_up(world, number, name)
    before = Browser(world.app).get(f"{path}/draw").text
    with world.database.reading() as session:
        terms = session.get_one(SignUp, number)
        seed, seed_hash = terms.seed, terms.seed_hash
    assert seed_hash in before
    assert seed not in before
    world.passes(days=3)
    with world.database.units() as session:
        lottery.draw(session, number, by=By("clock", times.now()))
    with world.database.units() as session:
        lottery.draw_on(session, times.now())
    after = Browser(world.app).get(f"{path}/draw").text
    assert seed in after
    checker = re.search(r'<pre class="checker"[^>]*>(.+?)</pre>', after, re.DOTALL)
    assert checker is not None
    said: list[str] = []
    exec(checker[1].replace("&#34;", '"'), {"print": said.append})
    assert said == ["没有问题"]


def test_only_a_draw_has_such_a_page(world: World) -> None:
    assert Browser(world.app).get(f"/a/{code_of(world, opens(world))}/draw").status_code == 404


# ── correcting it ──


def change_of(world: World, number: int = 0) -> str:
    with world.database.reading() as session:
        return f"/me/entries/{session.scalars(sa.select(Entry.code).order_by(Entry.id)).all()[number]}/change"


def test_a_reader_corrects_who_comes_and_the_seat_goes_on(world: World, reader: Browser) -> None:
    number = opens(world, **{**FAMILY, "seats": 2}, asks_phone=True)
    path = f"/a/{code_of(world, number)}/sign-up"
    given = {
        "name1": "小林",
        "age1": "35",
        "name2": "林小小",
        "age2": "6",
        "guardian": "同意",
        "phone": "13800138000",
    }
    assert sends(reader, path, rows="2", **given).status_code == 303
    signs_up(world, number, "b", Party((Person("老周", 50),), phone="13900139000"), waits=True)
    shown = reader.get(change_of(world)).text
    assert 'value="林小小"' in shown
    assert 'value="13800138000"' in shown
    assert "改报名" in reader.get(path).text
    alone = {"name1": "林建国", "age1": "36", "name2": "", "age2": "", "phone": "13800138001"}
    assert sends(reader, change_of(world), act="change", **alone).status_code == 303
    assert people_of(world) == [("林建国", 36), ("老周", 50)]
    assert entries(world) == [(openid("小林"), S.CONFIRMED), ("b", S.OFFERED)]


def test_more_people_than_there_is_room_for_stay_as_they_are(world: World, reader: Browser) -> None:
    number = opens(world, seats=3, most_people=4)
    assert sends(reader, f"/a/{code_of(world, number)}/sign-up", count="2").status_code == 303
    signs_up(world, number, "b")
    for count, said in (
        ("3", "只剩 0 个名额，加不了 1 位。"),
        ("4", "一共 3 个名额，排不下 4 位。"),
        ("9", "一次最多报 4 位"),
    ):
        back = sends(reader, change_of(world), act="change", count=count)
        assert back.status_code in (409, 422)
        assert said in back.text
    assert len(people_of(world)) == 3
    signs_up(world, number, "c", waits=True)
    assert "先问他们" in sends(reader, change_of(world), act="change", count="3").text


def test_another_readers_entry_cannot_be_corrected_nor_one_that_is_over(world: World, reader: Browser) -> None:
    number = opens(world, seats=3, most_people=4, closes_at=times.now() + timedelta(days=2))
    theirs = signs_up(world, number, "b")
    assert reader.get(change_of(world)).status_code == 404
    assert sends(reader, f"/a/{code_of(world, number)}/sign-up", count="2").status_code == 303
    world.passes(days=3)
    reader = browser_of(world, "小林")
    assert "报名已经截止了。" in reader.get(change_of(world, 1)).text
    assert 'name="count"' not in reader.get(change_of(world, 1)).text
    assert theirs


def test_the_chat_leads_to_the_correction(world: World) -> None:
    opens(world, seats=3, most_people=4)
    world.says("小林", "报名 听绘本")
    world.says("小林", "2")
    world.says("小林", "对")
    world.says("小林", "我的报名")
    assert "改报名" in world.says("小林", "1")
