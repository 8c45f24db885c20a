"""Broadcasts at the console: planned by one, looked at on a phone, confirmed by another, told; and who got it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models import times
from models.activity import Branch
from models.audience import PlatformTag
from models.by import By
from models.errors import BadInput
from models.notice import Broadcast, NoticeForm, Segment, Step, Way
from models.staff import Role
from notices import chain, quota
from notices import service as notices
from notices.audience import wishes
from notices.audience.rules import Kind, Rules
from notices.content import Content
from tests.notices.newsroom import SENDALL, Newsroom
from tests.simulated import Simulator
from tests.world import demo_settings

LATELY = "since:lately"


def lately(typed: dict[str, str]) -> dict[str, str]:
    """With the day of the first choice of "when they followed", by the clock of this world."""
    return {
        name: value.replace("lately", f"{times.today(times.now()) - timedelta(days=7)}")
        for name, value in typed.items()
    }


@pytest.fixture
def newsroom(tmp_path: Path, wechat: Simulator) -> Iterator[Newsroom]:
    url = f"sqlite:///{tmp_path / 'shusheng.db'}"
    built = Newsroom(demo_settings(tmp_path, url, wechat_api_base=wechat.url, wechat_open_base=wechat.url), wechat)
    yield built
    built.close()


def test_from_the_signed_words_to_who_got_it(newsroom: Newsroom) -> None:
    reader, phone, another = newsroom.reader("小林"), newsroom.reader("陈的手机"), newsroom.reader("王的手机")
    newsroom.binds("chen", phone)
    newsroom.binds("wang", another)
    notice = newsroom.ready()
    chen, wang = newsroom.browser("chen"), newsroom.browser("wang")
    form = f"/console/notices/{notice}/send"
    page = chen.sends(form, on=form, way="mass_all")
    assert "会发给 3 位读者" in page.text
    with newsroom.database.reading() as session:
        left = quota.left(session, times.now()).this_month  # near the end of a month fewer than four
    assert f"这个月还能发 {left} 次，发完剩 {left - 1} 次" in page.text
    assert f"这个月还剩 <b>{left}</b> 次" in page.text
    assert "收不回来" in page.text
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    assert "请另一位同事" in chen.does(form, on=form, way="mass_all", seen=seen)
    here = "/console/broadcasts/1"
    assert "要请另一位同事确认" in chen.opens(here).text
    # On one's own phone, then on the second person's.
    chen.does(f"{here}/preview", on=here)
    wang.does(f"{here}/preview", on=here)
    newsroom.ticks()
    assert (newsroom.seen(phone, "预览：周末看点"), newsroom.seen(another, "预览：周末看点")) == (1, 1)
    assert newsroom.seen(reader, "周末看点") == 0
    assert "陈馆员：发到手机了" in wang.opens(here).text
    # It waits for 王主任 and for nobody who planned it.
    assert "“周末看点”等您确认" in wang.opens("/console/").text
    assert "等您确认" not in chen.opens("/console/").text
    asked = wang.opens(here).text.split('name="seen" value="')[1].split('"')[0]
    assert "自己排的不能自己确认" in chen.does(f"{here}/confirm", on=here, seen=asked)
    assert "刚刚有人改过" in wang.does(f"{here}/confirm", on=here, seen="0")
    assert "确认了" in wang.does(f"{here}/confirm", on=here, seen=asked)
    assert "不会发两次" in wang.does(f"{here}/confirm", on=here, seen=asked)
    newsroom.runs(1, to="done")
    told = wang.opens(here).text
    assert "微信说到了 3 人" in told
    assert "第 1 篇的网页" in told
    assert newsroom.seen(reader, "周末看点") == 1
    found = wang.sends("/console/broadcasts/receipts", on="/console/broadcasts/receipts", openid=reader).text
    assert "发出时关注着本号就会收到" in found
    assert newsroom.noted("receipts looked at") == 1
    own = wang.opens(f"/console/notices/{notice}").text
    for onward in (here, f"/console/notices/{notice}/figures", f"/console/notices/{notice}/pack", form):
        assert f'href="{onward}"' in own
    assert f'href="/console/notices/{notice}"' in wang.opens(here).text
    assert "周末看点" in wang.opens("/console/broadcasts?state=done").text
    assert wang.opens("/console/broadcasts.xlsx?state=done").data[:2] == b"PK"
    # Deleted, with its limits told.
    assert "点开会写着" in wang.does(f"{here}/delete", on=here)
    newsroom.ticks()
    assert "文章已删除" in wang.opens(here).text
    assert "没有可以删的" in wang.does(f"{here}/delete", on=here)
    assert newsroom.noted("broadcast confirmed") == 1


def test_to_a_list_of_readers_kept_under_a_name_and_each_is_found_again(newsroom: Newsroom) -> None:
    readers = newsroom.readers(3)
    with newsroom.database.units() as session:
        session.add(Segment(name="全体读者", rules=Rules().json, made_by="chen", made_at=times.now()))
    form = f"/console/notices/{newsroom.text()}/send"
    chen, wang = newsroom.browser("chen"), newsroom.browser("wang")
    page = chen.sends(form, on=form, way="mass_list", to="segment:1")
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    chen.does(form, on=form, way="mass_list", to="segment:1", seen=seen)
    here = "/console/broadcasts/1"
    asked = wang.opens(f"{here}/look").text.split('name="seen" value="')[1].split('"')[0]
    wang.does(f"{here}/confirm", on=here, seen=asked)
    newsroom.runs(1, to="done")
    said = wang.sends("/console/broadcasts/receipts", on="/console/broadcasts/receipts", openid=readers[1]).text
    assert "按名单群发，第 1 批，微信收下了" in said
    nobody = wang.sends("/console/broadcasts/receipts", on="/console/broadcasts/receipts", openid="oNobody0000").text
    assert "没有给这位读者发过通知" in nobody
    wrong = wang.sends("/console/broadcasts/receipts", on="/console/broadcasts/receipts", openid="<b>")
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"way": "pigeon"}, "请选一种发法"), ({"way": "mass_tag"}, "选一个公众平台的标签"), ({"way": "mass_list", "to": "segment:99"}, "没有了"),
     ({"way": "mass_list", "to": "rules"}, "至少选一个条件"), ({"way": "mass_all", "to": "rules", "r0-what": LATELY}, "挑不了人"),
     ({"way": "mass_all", "day": "2020-01-01", "at": "10:00"}, "已经过去"),
     ({"way": "mass_all", "day": "2020-01-01"}, "都要选")],
)  # fmt: skip
def test_a_form_that_cannot_be_taken_says_which_field_and_keeps_what_was_typed(
    newsroom: Newsroom, typed: dict[str, str], said: str
) -> None:
    form = f"/console/notices/{newsroom.text()}/send"
    page = newsroom.browser("chen").sends(form, on=form, **lately(typed))
    assert page.status_code == 400
    assert said in page.text


def test_readers_are_chosen_by_rules_and_tags_by_name_and_counted_as_the_way_goes(newsroom: Newsroom) -> None:
    readers = newsroom.readers(3)
    with newsroom.database.units() as session:
        session.add(PlatformTag(id=101, name="志愿者", readers=12, seen_at=times.now()))
        wishes.stop(session, readers[0], now=times.now())
    notice = newsroom.text()
    form, chen = f"/console/notices/{notice}/send", newsroom.browser("chen")
    assert "志愿者（12 位）" in chen.opens(form).text
    rules = lately({"way": "mass_list", "to": "rules", "r0-how": "all", "r0-what": LATELY})
    page = chen.sends(form, on=form, **rules).text
    assert "会发给 2 位读者" in page
    assert "不含不想收或收满了的 1 位" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert "排好了" in chen.does(form, on=form, **rules, seen=seen)
    with newsroom.database.reading() as session:
        kept = Rules.of(session.get_one(Broadcast, 1).rules)
    assert [(rule.kind, rule.values) for rule in kept.all_of] == [
        (Kind.SINCE, (rules["r0-what"].removeprefix("since:"),))
    ]
    tagged = chen.sends(form, on=form, way="mass_tag", to="tag:101").text
    assert "大约会发给 12 位读者" in tagged
    assert "公众平台标签“志愿者”里的读者" in tagged
    assert "改成" in chen.sends(form, on=form, way="mass_list", to="tag:101").text
    nobody = chen.sends(form, on=form, way="mass_all", to="tag:101")
    assert nobody.status_code == 400


def test_whoever_confirms_has_looked_at_what_readers_will_see(newsroom: Newsroom) -> None:
    newsroom.reader("小林")
    number = newsroom.plans(newsroom.ready(), confirmed=False, due=times.now() + timedelta(hours=2))
    here, wang, li = f"/console/broadcasts/{number}", newsroom.browser("wang"), newsroom.browser("li")
    page = wang.opens(here).text
    assert "确认以前，请先看一遍读者会看到什么" in page
    assert f'href="{here}/look"' in page
    assert "确认，到时间就发" not in page
    # Whoever sends the form all the same, from another page, is told why not and how.
    seen = newsroom.browser("chen").opens(here).text.split('name="seen" value="')[1].split('"')[0]
    for act in ("confirm", "move"):
        assert "点“看看读者看到的”" in wang.does(f"{here}/{act}", on=here, seen=seen)
    assert newsroom.broadcast(number).confirmed_by == ""
    shown = wang.opens(f"{here}/look").text
    assert f'src="{here}/look/1"' in shown
    assert "周六听绘本" in wang.opens(f"{here}/look/1").text
    wang.opens(f"{here}/look")
    assert newsroom.noted("broadcast looked at") == 1
    # What one has looked at another has not.
    assert "确认以前，请先看一遍" in li.opens(here).text
    assert "确认，到时间就发" in wang.opens(here).text
    assert "确认了" in wang.does(f"{here}/confirm", on=f"{here}/look", seen=seen)
    assert newsroom.broadcast(number).confirmed_by == "wang"
    # A third who gives it another hour confirms it, and so looks first.
    assert "您来决定，请先看一遍" in li.opens(here).text
    newsroom.hires("fen", Role.DESK)
    assert newsroom.browser("fen").opens(f"{here}/look").status_code == 200
    assert newsroom.noted("broadcast looked at") == 1
    assert wang.opens(f"{here}/look/2").status_code == 404


def test_a_preview_on_ones_own_phone_is_a_look(newsroom: Newsroom) -> None:
    newsroom.binds("wang", newsroom.reader("王的手机"))
    number = newsroom.plans(newsroom.text(), confirmed=False, due=times.now() + timedelta(hours=2))
    here, wang = f"/console/broadcasts/{number}", newsroom.browser("wang")
    wang.does(f"{here}/preview", on=here)
    assert "请先看一遍读者会看到什么" in wang.opens(here).text  # it has not arrived
    newsroom.ticks()
    seen = wang.opens(here).text.split('name="seen" value="')[1].split('"')[0]
    wang.does(f"{here}/preview", on=here)  # once more: what was seen stays seen
    assert "确认了" in wang.does(f"{here}/confirm", on=here, seen=seen)


def test_what_goes_one_by_one_is_looked_at_as_it_is_written(newsroom: Newsroom) -> None:
    number = newsroom.plans(newsroom.text("明天照常开门"), Way.MESSAGES, confirmed=False)
    wang = newsroom.browser("wang")
    shown = wang.opens(f"/console/broadcasts/{number}/look").text
    assert "明天照常开门" in shown
    assert "确认，到时间就发" in shown


def test_what_was_deleted_leaves_no_second_time(newsroom: Newsroom) -> None:
    newsroom.readers(2)
    notice = newsroom.ready()
    number = newsroom.plans(notice)
    newsroom.runs(number, to="done")
    planned = newsroom.plans(notice, Way.PUBLISH, due=times.now() + timedelta(hours=2))
    chen, form = newsroom.browser("chen"), f"/console/notices/{notice}/send"
    here = f"/console/broadcasts/{number}"
    chen.does(f"{here}/delete", on=here)
    assert newsroom.state(planned) == "stopped"
    assert "文章删掉了，没有发" in newsroom.browser("wang").opens(f"/console/broadcasts/{planned}").text
    page = chen.opens(form).text
    assert "同一份不能再发" in page
    assert "下一步" not in page
    again = chen.sends(form, on=form, way="mass_list", to="all")
    assert again.status_code == 400
    assert "同一份不能再发" in again.text
    with pytest.raises(BadInput, match="同一份不能再发"):
        newsroom.plans(notice, Way.MASS_LIST)
    assert "再发一次" not in chen.opens(f"/console/notices/{notice}").text


def test_at_night_nobody_is_rung_and_unsigned_words_go_nowhere(newsroom: Newsroom) -> None:
    notice = newsroom.text()
    form = f"/console/notices/{notice}/send"
    tomorrow = f"{times.today(times.now()) + timedelta(days=1):%Y-%m-%d}"

    def looks(**typed: str) -> tuple[int, str]:
        """Before anything is planned."""
        page = newsroom.browser("chen").sends(form, on=form, **typed)
        return page.status_code, page.text

    code, page = looks(way="mass_all", day=tomorrow, at="23:00")
    assert code == 400
    assert "请选早上八点到晚上十点之间的时间" in page
    assert "就这样排" not in page
    newsroom.both_pass(hours=13)  # 23:00, and nothing chosen: at once
    code, page = looks(way="mass_all")
    assert (code, "请选早上八点到晚上十点之间的时间" in page) == (400, True)
    assert looks(way="publish")[0] == 400  # a text has no page
    newsroom.rewrites(notice, "别的话")
    code, page = looks(way="mass_all", day=tomorrow, at="10:00")
    assert code == 400
    assert "校审还没有全部签完" in page


def test_what_waits_fails_or_is_late_stands_on_today_with_its_way_on(newsroom: Newsroom) -> None:
    newsroom.readers(2)
    wang = newsroom.browser("wang")
    late = newsroom.plans(newsroom.text(), due=times.now() + timedelta(minutes=5))
    newsroom.both_pass(hours=1)
    newsroom.ticks()
    assert "“开门”过了时间没有发" in wang.opens("/console/").text
    here = f"/console/broadcasts/{late}"
    assert "刚刚有人改过" in wang.does(f"{here}/move", on=here, seen="0")
    assert newsroom.broadcast(late).confirmed_by == "wang"
    asked = wang.opens(here).text.split('name="seen" value="')[1].split('"')[0]
    assert "由您确认" in wang.does(f"{here}/move", on=here, seen=asked)
    newsroom.wechat.has("errcode:48003", on=SENDALL, times=1)
    newsroom.runs(late, to="failed")
    assert "群发协议还没有同意" in wang.opens("/console/").text
    newsroom.wechat.post("/sim/masses", {"protected": True})
    assert "再发一次" in wang.does(f"{here}/again", on=here)
    newsroom.ticks()
    newsroom.both_pass(minutes=2)
    newsroom.runs(late, to="waiting")
    assert "还剩 28 分钟" in wang.opens("/console/").text
    newsroom.wechat.post(f"/sim/masses/{newsroom.masses()[0]['msg_id']}/confirm", {"yes": True})
    newsroom.runs(late, to="done")
    assert "开门" not in wang.opens("/console/").text


def test_paused_resumed_and_stopped_from_its_page(newsroom: Newsroom) -> None:
    number = newsroom.plans(newsroom.text(), Way.MASS_LIST)
    newsroom.readers(2)
    newsroom.steps(number, to="sending")
    wang, here = newsroom.browser("wang"), f"/console/broadcasts/{number}"
    assert "停住了" in wang.does(f"{here}/pause", on=here)
    assert "发到一半停着" in wang.opens("/console/").text
    assert "接着发" in wang.does(f"{here}/resume", on=here)
    newsroom.steps(number, to="sending")
    assert "停发了" in wang.does(f"{here}/stop", on=here)
    assert "没有做成" in wang.does(f"{here}/pause", on=here)
    newsroom.ticks()
    assert newsroom.masses() == []


def test_a_part_nobody_knows_of_is_decided_on_its_page(newsroom: Newsroom) -> None:
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has("silent", on=SENDALL, times=1)
    newsroom.ticks()
    newsroom.both_pass(hours=24)
    newsroom.runs(number, to="failed")
    wang, here = newsroom.browser("wang"), f"/console/broadcasts/{number}"
    assert "没有发出，再发（可能重复）" in wang.opens(here).text
    assert "马上再发一次" in wang.does(f"{here}/parts/1/decide", on=here, was="lost")
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "照常开门") == 1


def test_somebody_who_only_sees_notices_finds_no_button(newsroom: Newsroom) -> None:
    number = newsroom.plans(newsroom.ready(Content((newsroom.article("<b>粗</b>" + "长" * 25),))), confirmed=False)
    newsroom.hires("jiao", Role.PROOFREADER)
    page = newsroom.browser("jiao").opens(f"/console/broadcasts/{number}").text
    assert "可以做的事" not in page
    assert "&lt;b&gt;粗&lt;/b&gt;" in page
    assert newsroom.browser("jiao").opens(f"/console/notices/{number}/send").status_code == 403
    assert newsroom.browser("wang").opens("/console/broadcasts/99999999").status_code == 404


def test_readers_who_come_and_go_hold_no_plan_up_but_a_changed_one_is_shown_again(newsroom: Newsroom) -> None:
    newsroom.readers(2)
    form, chen = f"/console/notices/{newsroom.text()}/send", newsroom.browser("chen")
    page = chen.sends(form, on=form, way="mass_all").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    newsroom.readers(3)
    other = chen.sends(form, on=form, way="mass_list", seen=seen).text
    assert "发法、发给谁或时间改过了" in other
    many = chen.sends(form, on=form, way="mass_all", seen=seen.partition("-")[0] + "-900").text
    assert "刚才是 900 位读者，现在是" in many
    assert "排好了" in chen.does(form, on=form, way="mass_all", seen=seen)


def test_somebody_of_a_branch_sends_only_what_the_branch_tells(newsroom: Newsroom) -> None:
    whole = newsroom.text()
    number = newsroom.plans(whole, confirmed=False)
    with newsroom.database.units() as session:
        session.add(Branch(name="总馆"))
    newsroom.hires("fen", Role.EDITOR, branch="总馆")
    fen, here = newsroom.browser("fen"), f"/console/broadcasts/{number}"
    assert fen.opens(f"/console/notices/{whole}/send").status_code == 403
    page = fen.opens(here).text
    assert "可以做的事" not in page
    assert "等您确认" not in fen.opens("/console/").text
    for act in ("confirm", "move", "stop", "preview"):
        assert fen.sends(f"{here}/{act}", on="/console/password").status_code == 403
    assert fen.sends(f"{here}/parts/1/decide", on="/console/password", was="lost").status_code == 403
    assert newsroom.state(number) == "planned"


def test_what_one_alone_has_signed_goes_to_all_by_somebody_of_the_whole_library(newsroom: Newsroom) -> None:
    with newsroom.database.units() as session:
        by = By("chen", times.now())
        branch = Branch(name="总馆")
        session.add(branch)
        session.flush()
        wanted = notices.Wanted(
            "开门", Content(text="分馆开门"), NoticeForm.TEXT, branch_id=branch.id, steps=(Step.SECOND_REVIEW,)
        )
        short = notices.begin(session, wanted, by=by)
        chain.hand_in(session, short, by=by)
        chain.sign(session, short, Step.SECOND_REVIEW, by=By("si", times.now()), seen=1)
        notice = short.id
    newsroom.hires("fen", Role.REVIEWER, branch="总馆")
    here = f"/console/broadcasts/{newsroom.plans(notice, confirmed=False)}"
    seen = newsroom.browser("wang").opens(f"{here}/look").text.split('name="seen" value="')[1].split('"')[0]
    for login in ("fen", "li"):
        for act in ("confirm", "move"):
            assert "短流程" in newsroom.browser(login).does(f"{here}/{act}", on=here, seen=seen)
    assert newsroom.broadcast(1).confirmed_by == ""
    assert "确认了" in newsroom.browser("wang").does(f"{here}/confirm", on=here, seen=seen)
