"""A month's preview from the plan that was imported to the last phone: four signatures, one return, a preview, an hour, a report."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from config import limits
from models import times
from models.follower import Follower
from models.notice import Broadcast, Notice, NoticeState, Way
from tests.console.test_console_notices import FOUR, content, edit, fields, gives_a_cover, notice, signs
from tests.notices.newsroom import SEND, Newsroom


def imported(newsroom: Newsroom, folder: Path) -> str:
    """A month's plan as the library wrote it, by the command; a day of that month."""
    month = times.today(times.now()).month
    file = folder / "plan.txt"
    file.write_text(
        f"书声图书馆{month}月活动安排\n\n1. 听绘本\n时间：{month}月12日上午9:30\n地点：少儿馆二楼\n\n2. 书法讲座\n时间：{month}月19日14:00\n"
        "地点：报告厅\n",
        encoding="utf-8",
    )
    year = times.today(times.now()).year
    newsroom.run("plan", "import", str(file), "--year", str(year))
    return f"{times.today(times.now()):%Y-%m-%d}"


def signed(newsroom: Newsroom, tmp_path: Path) -> int:
    """周末看点 of the month by one press, returned once by who checks the facts, mended, signed by four."""
    for login, name, role in FOUR:
        if login == "li":  # of a newsroom somebody else: 王主任 reviews
            continue
        newsroom.hires(login, role, name=name)
    day = imported(newsroom, tmp_path)
    chen = newsroom.browser("chen")
    path = f"/console/notices/new?use=preview&span=month&day={day}"
    chen.does(path, on=path, use="preview", form="articles", span="month", day=day)
    with newsroom.database.reading() as session:
        number = session.scalars(sa.select(Notice.id)).one()
    body = content(newsroom, number).articles[0].body
    assert all(words in body for words in ("听绘本", "少儿馆二楼", "书法讲座", "/a/"))
    gives_a_cover(chen, number)
    hand_in = f"/console/notices/{number}/hand-in"
    chen.does(hand_in, on=hand_in)
    signs(newsroom, "jiao", number)
    xu, proof = newsroom.browser("xu"), f"/console/notices/{number}/proof"
    seen = re.search(r'name="seen" value="(\d+)"', xu.opens(proof).text)
    assert seen
    xu.does(f"{proof}/return", on=proof, seen=seen[1], reason="讲座的主讲人没有写，请补上")
    mended = body.replace("2. 书法讲座", "2. 书法讲座（主讲：李明华）")
    chen.does(edit(number), on=edit(number), **fields(newsroom, number, body=mended), then="page")
    chen.does(hand_in, on=hand_in)
    for login, kind in (("jiao", "proof"), ("xu", "proof"), ("wang", "review"), ("zhao", "review")):
        signs(newsroom, login, number, kind)
    assert notice(newsroom, number).state is NoticeState.READY
    return number


def test_a_months_preview_is_signed_by_four_seen_on_a_phone_scheduled_sent_and_reported(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    reader, phone = newsroom.reader("小林"), newsroom.reader("陈的手机")
    newsroom.binds("chen", phone)
    number = signed(newsroom, tmp_path)
    chen, wang = newsroom.browser("chen"), newsroom.browser("wang")
    tomorrow = times.local(times.now()) + timedelta(days=1)
    typed = {"way": "mass_all", "day": f"{tomorrow:%Y-%m-%d}", "at": "10:00"}
    form = f"/console/notices/{number}/send"
    seen = chen.sends(form, on=form, **typed).text.split('name="seen" value="')[1].split('"')[0]
    chen.does(form, on=form, **typed, seen=seen)
    with newsroom.database.reading() as session:
        sending = session.scalars(sa.select(Broadcast.id)).one()
    here = f"/console/broadcasts/{sending}"
    chen.does(f"{here}/preview", on=here)
    newsroom.ticks()
    assert newsroom.seen(phone, "预览") == 1
    assert "确认，到时间就发" not in wang.opens(here).text  # not before they have looked
    asked = wang.opens(f"{here}/look").text.split('name="seen" value="')[1].split('"')[0]
    wang.does(f"{here}/confirm", on=here, seen=asked)
    newsroom.ticks()
    assert newsroom.state(sending) == "planned"
    before = len(newsroom.screen(reader))
    newsroom.both_pass(hours=24, minutes=1)
    newsroom.runs(sending, to="done")
    assert len(newsroom.screen(reader)) == before + 1
    page = newsroom.browser("wang")
    assert "微信说到了 2 人" in page.opens(here).text
    figures = page.opens(f"/console/notices/{number}/figures").text
    assert "/a/" in figures, "its links to activities are counted"
    link = re.search(r"/n/[A-Z0-9]{8}", requests.get(newsroom.broadcast(sending).told["urls"][0], timeout=10).text)
    assert link, "what WeChat shows leads to us by a way that counts"
    assert newsroom.browser("chen").opens(link[0]).headers["Location"].startswith("/a/")


def test_cut_in_the_middle_it_goes_on_and_each_reader_has_it_once(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = newsroom.readers(7)
    number = signed(newsroom, tmp_path)
    monkeypatch.setattr(limits, "MOST_OF_A_LIST", 3)
    broadcast = newsroom.plans(number, Way.MASS_LIST)
    before = {one: len(newsroom.screen(one)) for one in readers}
    newsroom.wechat.has("drop", on=SEND, times=2)  # the work is done, and whoever asked never hears of it
    newsroom.ticks()
    assert newsroom.state(broadcast) == "sending"
    newsroom.both_pass(minutes=3)  # the lease of who died runs out
    newsroom.runs(broadcast, to="done")
    assert {one: len(newsroom.screen(one)) - count for one, count in before.items()} == dict.fromkeys(readers, 1)
    assert newsroom.count(Follower) == len(readers)
    assert len(newsroom.parts(broadcast)) == 3
