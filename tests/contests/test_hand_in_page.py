"""A work handed in on its page: written, uploaded, looked at, agreed to; and what goes wrong on the way."""

import html
import io
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from contests import media, pieces, queries, rules, screening, service
from contests.rules import Limits
from contests.service import GroupWanted, OrganisationWanted, TextWanted
from models import times
from models.contest import (
    Agreement,
    Contest,
    Genre,
    GroupKind,
    Organisation,
    Piece,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
    Upload,
)
from models.outbox import CallKind, OutboxCall
from models.work import Outcome
from tests.contests.sounds import needs_ffmpeg, picture, wav
from tests.contests.staged import WORDINGS, by, drafts, essay, set_up, wanted, work
from tests.test_page_sign_up import browser_of, hidden
from tests.world import World, in_parallel

S = SubmissionState
BODY = wav(2)
CHILDREN = GroupWanted("少儿组", GroupKind.BIRTH, date(2012, 9, 1), date(2016, 8, 31), 5, 20)
YOUTH = GroupWanted("青年组", GroupKind.BIRTH, date(1998, 1, 1), date(2008, 8, 31))


def code_of(world: World, number: int) -> str:
    with world.database.reading() as session:
        return session.get_one(Contest, number).code


def begins(world: World, browser: Browser, contest: int, **fields: str) -> str:
    """A draft is begun on the page: its address."""
    start = f"/c/{code_of(world, contest)}/hand-in"
    answer = browser.post(start, data=hidden(browser.get(start).text) | fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def fills(browser: Browser, page: str, act: str = "save", **fields: Any) -> TestResponse:
    """The form as a browser without a script sends it."""
    return browser.post(page, data=hidden(browser.get(page).text) | {"act": act} | fields)


def agrees(browser: Browser, page: str, **fields: str) -> TestResponse:
    return browser.post(f"{page}/look", data=hidden(browser.get(f"{page}/look").text) | fields)


def kept_as_typed(browser: Browser, page: str, held: dict[str, str], **fields: str) -> TestResponse:
    return browser.post(f"{page}/draft", data=held | fields)


def headed(browser: Browser, page: str) -> dict[str, str]:
    return {"X-CSRFToken": hidden(browser.get(page).text)["csrf_token"]}


def uploads(
    browser: Browser, page: str, body: bytes = BODY, *, name: str = "朗读.wav", size: int | None = None
) -> str:
    """The token of a file that is going to come."""
    told = browser.post(
        f"{page}/uploads", json={"name": name, "size": size or len(body)}, headers=headed(browser, page)
    )
    assert told.status_code == 200, told.text
    return str(told.json["token"])  # type: ignore[index]


def sends(browser: Browser, page: str, token: str, start: int, body: bytes) -> TestResponse:
    return browser.post(f"{page}/uploads/{token}?from={start}", data=body, headers=headed(browser, page))


def finishes(browser: Browser, page: str, token: str) -> TestResponse:
    return browser.post(f"{page}/uploads/{token}/finish", headers=headed(browser, page))


def voice(world: World, **limits: Any) -> int:
    return set_up(world, genres={Genre.VOICE: Limits(**{"most_pieces": 4, "most_megabytes": 1, **limits})})


@pytest.fixture
def reader(world: World) -> Browser:
    """小林's browser."""
    return browser_of(world, "小林")


# ── written ──


def test_an_essay_is_written_looked_at_and_handed_in(world: World, reader: Browser) -> None:
    contest = set_up(
        world, groups=(CHILDREN, YOUTH), organisations=(OrganisationWanted("第一小学"),), works_each=2,
        genres={Genre.ESSAY: Limits(), Genre.POEM: Limits()},
    )  # fmt: skip
    page = begins(world, reader, contest, genre="essay")
    groups = {one.name: str(one.id) for one in _groups(world, contest)}
    fields = {
        "born_on": "2014-05-01", "group": groups["少儿组"], "title": "《春天》", "author": "小林🌱", "words": "春天来了，燕子也来了。",
        "teacher": "王老师", "phone": "138 0013 8000", "organisation": _code(world),
    }  # fmt: skip
    assert fills(reader, page, **fields).status_code == 303
    shown = reader.get(page).text
    assert "代表 第一小学" in shown
    assert '<b id="count">11</b>' in shown
    answer = fills(reader, page, "look", **fields)
    assert answer.headers["Location"] == f"{page}/look"
    look = reader.get(f"{page}/look").text
    for words in (
        "《春天》",
        "少儿组",
        "小林🌱",
        "2014年5月1日",
        "王老师",
        "13800138000",
        "正文 11 字",
        WORDINGS[Purpose.ENTRY],
    ):
        assert words in look
    assert agrees(reader, page).status_code == 303
    receipt = reader.get(page).text
    assert "第 1 号《春天》" in receipt
    assert "还差监护人同意" in receipt
    one = drafts(world)[0]
    assert (one.state, one.number, one.phone, one.teacher, one.is_child) == (
        S.WAITING,
        1,
        "13800138000",
        "王老师",
        True,
    )
    assert "交上了" not in receipt


def _groups(world: World, contest: int) -> Any:
    with world.database.reading() as session:
        return queries.groups_of(session, session.get_one(Contest, contest))


def _code(world: World) -> str:
    with world.database.reading() as session:
        return session.query(Organisation).one().code


def test_what_is_to_be_mended_stands_beside_its_field_and_the_rest_is_kept(world: World, reader: Browser) -> None:
    contest = set_up(world, groups=(CHILDREN, YOUTH))
    page = begins(world, reader, contest)
    groups = {one.name: str(one.id) for one in _groups(world, contest)}
    answer = fills(
        reader, page, "look", born_on="2014-13-40", group=groups["少儿组"], title="长" * 101, author="<b>小林</b>",
        words="春天", phone="12", organisation="zzzzzz",
    )  # fmt: skip
    assert answer.status_code == 422
    wrong = dict(re.findall(r'id="wrong-(\w+)" data-wrong="\w+">([^<]+)</p>', answer.text))
    assert wrong["born_on"].startswith("这个日期没看懂")
    assert "最多" in wrong["title"]
    assert wrong["words"] == "正文 2 字，至少要 5 字。"
    assert wrong["phone"]
    assert "长" * 101 in answer.text
    assert "&lt;b&gt;小林&lt;/b&gt;" in answer.text
    assert (drafts(world)[0].words, drafts(world)[0].author) == ("春天", "<b>小林</b>")


def test_a_birthday_outside_the_group_is_told_with_the_group_that_fits(sqlite_world: World) -> None:
    contest, reader = set_up(sqlite_world, groups=(CHILDREN, YOUTH)), browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, contest)
    groups = {one.name: str(one.id) for one in _groups(sqlite_world, contest)}
    answer = fills(
        reader,
        page,
        "look",
        born_on="2016-09-01",
        group=groups["少儿组"],
        title="春天",
        author="林",
        words="春天来了。",
    )
    assert "作者的生日不在少儿组的范围里" in answer.text
    assert fills(reader, page, "look", born_on="2016-08-31").status_code == 303
    answer = fills(reader, page, "look", born_on="2000-01-01")
    assert "合适的是青年组。" in answer.text


def test_what_is_typed_is_kept_and_two_tabs_do_not_overwrite_each_other(world: World, reader: Browser) -> None:
    page = begins(world, reader, set_up(world))
    one, other = hidden(reader.get(page).text), hidden(reader.get(page).text)
    told = kept_as_typed(reader, page, one, title="春天", words="春天来了。 spring 2026")
    assert (told.status_code, told.json["characters"]) == (200, rules.characters_in("春天来了。 spring 2026"))  # type: ignore[index]
    refused = kept_as_typed(reader, page, other, title="夏天", words="夏天")
    assert refused.status_code == 409
    assert "别的页面" in refused.json["words"]  # type: ignore[index]
    assert drafts(world)[0].title == "春天"
    again = kept_as_typed(reader, page, other | {"version": refused.json["version"]}, words="夏天")  # type: ignore[index]
    assert again.status_code == 200
    assert drafts(world)[0].words == "夏天"


def test_without_a_script_two_tabs_are_told_as_well_and_nothing_is_lost(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, set_up(sqlite_world))
    held = hidden(reader.get(page).text)
    fills(reader, page, words="这一边的")
    answer = reader.post(page, data=held | {"act": "look", "words": "那一边的"})
    assert answer.status_code == 409
    assert "另一边也改了" in answer.text
    assert "那一边的</textarea>" in answer.text.replace("\n", "")
    assert "这一边的" in answer.text
    assert reader.post(page, data=hidden(answer.text) | {"act": "save", "words": "那一边的"}).status_code == 303
    assert drafts(sqlite_world)[0].words == "那一边的"


def test_of_two_at_once_one_is_kept_and_one_is_told(world: World) -> None:
    reader = browser_of(world, "小林")
    page = begins(world, reader, set_up(world))
    held = hidden(reader.get(page).text)
    twin = browser_of(world, "小林")
    twin_held = hidden(twin.get(page).text)
    answers = in_parallel(
        lambda: kept_as_typed(reader, page, held, words="甲").status_code,
        lambda: kept_as_typed(twin, page, twin_held, words="乙").status_code,
    )
    assert sorted(answers) == [200, 409]


def test_what_the_chat_changed_meanwhile_is_seen(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, set_up(sqlite_world))
    held = hidden(reader.get(page).text)
    kept_as_typed(reader, page, held, title="春天", author="小林")
    held = hidden(reader.get(page).text)
    sqlite_world.says("小林", "继续投稿")
    sqlite_world.says("小林", "春天来了。")
    assert kept_as_typed(reader, page, held, words="别的").status_code == 409
    assert drafts(sqlite_world)[0].words == "春天来了。"


def test_a_text_beyond_every_bound_is_not_taken_and_not_lost(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, set_up(sqlite_world))
    told = kept_as_typed(reader, page, hidden(reader.get(page).text), title="春天", words="春" * 60_001)
    assert "太长" in told.json["wrong"]["words"]  # type: ignore[index]
    answer = fills(reader, page, words="春" * 60_001)
    assert answer.status_code == 422
    assert answer.text.count("春") > 60_000


def test_the_deadline_passes_while_one_types_and_a_late_code_lets_it_in(world: World, reader: Browser) -> None:
    contest = set_up(world, closes_at=times.now() + timedelta(hours=1))
    page = begins(world, reader, contest)
    held = hidden(reader.get(page).text)
    world.passes(hours=2)
    with world.database.units() as session:
        service.close_due(session, times.now())
    assert kept_as_typed(reader, page, held, title="春天", author="小林", words="春天来了。").status_code == 200
    assert "已经截稿" in reader.get(page).text
    refused = agrees(reader, page, age="grown")
    assert refused.status_code == 409
    assert "写好的都还在" in refused.text
    assert "补交码不对" in agrees(reader, page, age="grown", late="ABCDEFGH").text
    with world.database.units() as session:
        code = service.give_late_code(
            session, session.get_one(Contest, contest), until=times.now() + timedelta(days=1), reason="停电", by=by()
        ).code
    assert agrees(reader, page, age="grown", late=code.lower()).status_code == 303
    assert drafts(world)[0].state is S.SUBMITTED
    other = browser_of(world, "老周")
    start = f"/c/{code_of(world, contest)}/hand-in"
    assert "补交码" in other.get(start).text
    assert other.post(start, data=hidden(other.get(start).text) | {"late": code}).status_code == 409


def test_whether_the_author_is_fourteen_is_asked_each_time(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, set_up(sqlite_world))
    fills(reader, page, title="春天", author="小林", words="春天来了。")
    assert "请选作者满没满 14 岁" in agrees(reader, page).text
    assert agrees(reader, page, age="child").status_code == 303
    assert drafts(sqlite_world)[0].state is S.WAITING


def test_a_changed_wording_is_shown_before_it_is_agreed_to(sqlite_world: World) -> None:
    contest, reader = set_up(sqlite_world), browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, contest)
    fills(reader, page, title="春天", author="小林", words="春天来了。")
    held = hidden(reader.get(f"{page}/look").text)
    with sqlite_world.database.units() as session:
        row = session.get_one(Contest, contest)
        service.set_up(
            session, wanted(opens_at=row.opens_at, closes_at=row.closes_at, wordings={Purpose.ENTRY: "新的须知。"}),
            by=by(), contest=row,
        )  # fmt: skip
    answer = reader.post(f"{page}/look", data=held | {"age": "grown"})
    assert "须知刚刚改过" in answer.text
    assert "新的须知。" in answer.text
    assert agrees(reader, page, age="grown").status_code == 303


def test_the_guardian_agrees_by_the_link_or_on_the_same_phone(world: World, reader: Browser) -> None:
    page = begins(world, reader, set_up(world))
    fills(reader, page, title="春天", author="小林", words="春天来了。")
    agrees(reader, page, age="child")
    receipt = reader.get(page).text
    link = re.search(r'value="http[^"]*(/g/[^"]+)"', receipt)
    assert link
    assert WORDINGS[Purpose.GUARDIAN] in receipt
    mother = browser_of(world, "老周")
    assert "孩子想参加" in mother.get(html.unescape(link[1])).text
    held = hidden(receipt)
    wrong = reader.post(f"{page}/after", data=held | {"act": "guardian", "name": "", "relation": ""})
    assert wrong.status_code == 422
    assert (
        reader.post(f"{page}/after", data=held | {"act": "guardian", "name": "王芳", "relation": "妈妈"}).status_code
        == 303
    )
    assert drafts(world)[0].state is S.SUBMITTED
    with world.database.reading() as session:
        given = session.query(Agreement).filter_by(name="王芳").one()
        assert given.relation == "妈妈"


def test_a_returned_work_is_mended_with_the_reason_in_sight(world: World, reader: Browser) -> None:
    contest = set_up(world)
    number = essay(world, contest)
    with world.database.units() as session:
        screening.return_(session, session.get_one(Submission, number), "请把结尾写完", by=by())
    page = re.search(r'href="(/c/\w+/hand-in/\w+)"[^>]*>去改一改', reader.get("/me").text)
    assert page
    assert "请把结尾写完" in reader.get(page[1]).text
    fills(reader, page[1], words="春天真的来了。")
    assert agrees(reader, page[1], age="grown").status_code == 303
    assert (work(world, number).state, work(world, number).number) == (S.SUBMITTED, 1)
    assert "拿回来再改" not in reader.get(page[1]).text  # somebody has looked at it


def test_what_nobody_has_looked_at_comes_back_to_be_mended(sqlite_world: World) -> None:
    number, reader = essay(sqlite_world, set_up(sqlite_world)), browser_of(sqlite_world, "小林")
    page = f"/c/{work(sqlite_world, number).contest.code}/hand-in/{work(sqlite_world, number).code}"
    assert "拿回来再改" in reader.get(page).text
    assert reader.post(f"{page}/after", data=hidden(reader.get(page).text) | {"act": "mend"}).status_code == 303
    assert work(sqlite_world, number).state is S.DRAFT
    assert "下一步" in reader.get(page).text


def test_the_contests_page_the_chat_and_my_works_lead_here(world: World, reader: Browser) -> None:
    contest = set_up(world)
    assert f'href="/c/{code_of(world, contest)}/hand-in"' in reader.get(f"/c/{code_of(world, contest)}").text
    world.says("小林", "投稿")
    said = [world.says("小林", one) for one in ("满了", "春天", "小林")][-1]
    assert "在网页上写" in said
    assert "接着来" in reader.get("/me").text


def test_who_is_not_known_is_shown_the_way_in_and_who_is_another_sees_nothing(world: World, reader: Browser) -> None:
    page = begins(world, reader, set_up(world))
    stranger = Browser(world.app)
    assert "投稿" in stranger.get(page).text
    other = browser_of(world, "老周")
    for path in (page, f"{page}/look", f"{page}/files"):
        assert other.get(path).status_code == 404
    held = hidden(other.get("/me").text)
    for path in (page, f"{page}/draft", f"{page}/look", f"{page}/after", f"{page}/files", f"{page}/uploads"):
        assert other.post(path, data=held).status_code in (400, 404), path
        assert reader.post(path, data={"csrf_token": "forged"}).status_code == 400, path


def test_who_has_handed_in_all_they_may_is_told(sqlite_world: World) -> None:
    contest, reader = set_up(sqlite_world), browser_of(sqlite_world, "小林")
    essay(sqlite_world, contest)
    start = f"/c/{code_of(sqlite_world, contest)}/hand-in"
    page = reader.get(start).text
    assert "已经交满了" in page
    assert "第 1 号《春天》" in page
    assert reader.post(start, data={"csrf_token": hidden(reader.get("/me").text)["csrf_token"]}).status_code == 409


def test_a_family_names_its_grown_up(sqlite_world: World) -> None:
    contest, reader = (
        set_up(sqlite_world, groups=(GroupWanted("亲子组", GroupKind.FAMILY),)),
        browser_of(sqlite_world, "小林"),
    )
    page = begins(sqlite_world, reader, contest)
    answer = fills(reader, page, "look", title="春天", author="小林", words="春天来了。")
    assert "请写上一起读的家长" in answer.text
    assert fills(reader, page, "look", partner="王芳").status_code == 303


# ── files ──


def test_a_recording_comes_in_parts_and_goes_on_where_the_network_broke(world: World, reader: Browser) -> None:
    page = begins(world, reader, voice(world))
    token = uploads(reader, page)
    assert sends(reader, page, token, 0, BODY[:9000]).json == {"there": 9000}
    behind = sends(reader, page, token, 0, BODY)
    assert (behind.status_code, behind.json["there"]) == (409, 9000)  # type: ignore[index]
    assert reader.get(f"{page}/uploads/{token}").json == {"there": 9000, "size": len(BODY)}
    assert finishes(reader, page, token).json["there"] == 9000  # type: ignore[index]
    sends(reader, page, token, 9000, BODY[9000:])
    done = finishes(reader, page, token)
    assert "朗读.wav" in done.json["html"]  # type: ignore[index]
    assert done.json["is_underway"]  # type: ignore[index]
    assert finishes(reader, page, token).status_code == 200  # the answer was lost
    assert world.count(Piece) == 1
    assert not world.count(Upload)


def test_what_is_not_the_file_that_was_announced_is_told(world: World, reader: Browser) -> None:
    page = begins(world, reader, voice(world))
    token = uploads(reader, page, size=1000)
    told = sends(reader, page, token, 0, BODY)
    assert (told.status_code, "不是同一个" in told.json["words"]) == (422, True)  # type: ignore[index]
    big = reader.post(f"{page}/uploads", json={"name": "长.wav", "size": 2 << 20}, headers=headed(reader, page))
    assert (big.status_code, "超过了 1 MB" in big.json["words"]) == (422, True)  # type: ignore[index]
    wrong: list[Any] = [{}, {"name": "x", "size": "9"}, [], {"name": "x", "size": -1}]
    for given in wrong:
        assert reader.post(f"{page}/uploads", json=given, headers=headed(reader, page)).status_code in (400, 422)


def test_a_script_named_mp3_is_no_recording(world: World, reader: Browser) -> None:
    page = begins(world, reader, voice(world))
    body = b"#!/bin/sh\nrm -rf /\n" * 200
    token = uploads(reader, page, body, name="朗读.mp3")
    sends(reader, page, token, 0, body)
    told = finishes(reader, page, token)
    assert (told.status_code, "不是能用的录音" in told.json["words"]) == (422, True)  # type: ignore[index]
    assert not world.count(Piece)


def test_anothers_upload_is_nobodys(world: World, reader: Browser) -> None:
    contest = voice(world)
    page = begins(world, reader, contest)
    token = uploads(reader, page)
    other = browser_of(world, "老周")
    theirs = begins(world, other, contest)
    assert sends(other, theirs, token, 0, BODY).status_code == 410
    assert other.get(f"{theirs}/uploads/{token}").status_code == 410
    assert finishes(other, theirs, token).status_code == 410
    token_of = headed(other, theirs)
    assert other.post(f"{page}/uploads/{token}?from=0", data=BODY, headers=token_of).status_code == 410
    assert reader.get(f"{page}/uploads/../../shusheng.db").status_code == 404


def test_a_part_larger_than_a_part_is_not_read(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, voice(sqlite_world, most_megabytes=9))
    token = uploads(reader, page, size=8 << 20)
    assert sends(reader, page, token, 0, bytes(3 << 20)).status_code == 413
    stranger = Browser(sqlite_world.app)
    assert stranger.post(f"{page}/uploads/{token}?from=0", data=bytes(1 << 20)).status_code in (400, 403, 413)


def test_pictures_are_put_in_order_and_removed_with_a_form_alone(world: World, reader: Browser) -> None:
    contest = set_up(world, genres={Genre.PICTURE: Limits(most_pieces=3)})
    page = begins(world, reader, contest)
    files = [(io.BytesIO(picture(40 + n, 30)), f"{n}<b>.jpg") for n in range(3)]
    sent = fills(
        reader, page, "upload", file=[*files, (io.BytesIO(b"<svg onload=alert(1)>"), "四.jpg")], title="春天"
    )
    assert sent.status_code == 422
    assert "四.jpg：" in sent.text
    assert "&lt;" not in re.findall(r"<span>([^<]*)</span>", sent.text)
    assert drafts(world)[0].title == "春天"
    names = _names(world)
    assert names == ["0b.jpg", "1b.jpg", "2b.jpg"]
    first, second, third = _ids(world)
    assert fills(reader, page, f"down:{first}").status_code == 303
    assert _ids(world) == [second, first, third]
    assert fills(reader, page, f"remove:{first}").status_code == 303
    told = reader.post(f"{page}/files", data={"act": f"up:{third}"} | hidden(reader.get(page).text))
    assert told.status_code == 200
    assert _ids(world) == [third, second]
    assert (
        reader.post(f"{page}/files", data={"act": "up:999999999999"} | hidden(reader.get(page).text)).status_code
        == 200
    )


def _ids(world: World) -> list[int]:
    with world.database.reading() as session:
        return [one.id for one in queries.pieces_of(session, session.query(Submission).one())]


def _names(world: World) -> list[str]:
    with world.database.reading() as session:
        return [one.name for one in queries.pieces_of(session, session.query(Submission).one())]


def test_a_form_sent_twice_brings_its_files_once(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, set_up(sqlite_world, genres={Genre.PICTURE: Limits(most_pieces=3)}))
    held = hidden(reader.get(page).text)
    for _ in range(2):
        reader.post(page, data=held | {"act": "upload", "file": (io.BytesIO(picture()), "一.jpg")})
    assert sqlite_world.count(Piece) == 1


def test_a_file_is_heard_by_its_author_alone_once_it_is_made(sqlite_world: World) -> None:
    needs_ffmpeg()
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, voice(sqlite_world))
    token = uploads(reader, page)
    sends(reader, page, token, 0, BODY)
    finishes(reader, page, token)
    (number,) = _ids(sqlite_world)
    assert reader.get(f"{page}/files/{number}").status_code == 404
    makes(sqlite_world)
    heard = reader.get(f"{page}/files/{number}")
    assert (heard.status_code, heard.mimetype) == (200, "audio/mp4")
    assert browser_of(sqlite_world, "老周").get(f"{page}/files/{number}").status_code == 404
    assert "<audio" in reader.get(f"{page}/files").json["html"]  # type: ignore[index]
    fills(reader, page, title="春天", author="小林")
    assert agrees(reader, page, age="grown").status_code == 303
    assert drafts(sqlite_world)[0].state is S.SUBMITTED


def makes(world: World) -> None:
    """What the worker does with files that were kept."""
    with world.database.reading() as session:
        owed = session.query(OutboxCall).filter_by(kind=CallKind.MAKE_PIECE).all()
        calls = [(one.id, one.payload) for one in owed]
    for _, payload in calls:
        made = media.make_piece(world.settings.media, payload)
        with world.database.units() as session:
            piece = session.get_one(Piece, payload["piece_id"])
            if piece.state is PieceState.KEPT:
                call = session.query(OutboxCall).filter_by(key=f"piece:{piece.id}:make").one()
                pieces.settle_made(session, call, Outcome(answer=made), times.now())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        ("webm", ["-c:a", "libopus", "-f", "webm", "-live", "1"]),
        ("mp4", ["-c:a", "aac", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof"]),
        ("ogg", ["-c:a", "libopus", "-f", "ogg"]),
    ],
)
def test_what_the_recorders_of_browsers_give_can_be_heard(
    sqlite_world: World, tmp_path: Path, suffix: str, how: list[str]
) -> None:
    """As a stream: no length stands in its head."""
    needs_ffmpeg()
    (tmp_path / "in.wav").write_bytes(wav(2))
    program = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "in.wav"), *how, str(tmp_path / f"out.{suffix}")]
    subprocess.run(program, check=True)
    body, reader = (tmp_path / f"out.{suffix}").read_bytes(), browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, voice(sqlite_world))
    token = uploads(reader, page, body, name=f"录音.{suffix}")
    sends(reader, page, token, 0, body)
    assert finishes(reader, page, token).status_code == 200
    makes(sqlite_world)
    with sqlite_world.database.reading() as session:
        piece = session.query(Piece).one()
        assert (piece.state, 1800 < piece.length_ms < 2300) == (PieceState.READY, True), piece.cause


def test_the_set_text_is_read_from_the_page_and_names_the_work(sqlite_world: World) -> None:
    contest = set_up(
        sqlite_world, genres={Genre.VOICE: Limits(most_pieces=4)}, texts=(TextWanted("春晓", "孟浩然", "春眠不觉晓"),)
    )  # fmt: skip
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, contest)
    number = re.search(r'<option value="(\d+)">《春晓》孟浩然', reader.get(page).text)
    assert number
    assert "还没有选篇目" in fills(reader, page, "look", title="").text
    fills(reader, page, text=number[1], title="")
    assert "春眠不觉晓" in reader.get(page).text
    assert drafts(sqlite_world)[0].title == "春晓"
    answer = fills(reader, page, text="99999")
    assert "这一篇不在这个组里" in answer.text


def test_the_page_may_use_the_microphone_and_no_other_page_may(sqlite_world: World) -> None:
    reader = browser_of(sqlite_world, "小林")
    page = begins(sqlite_world, reader, voice(sqlite_world))
    assert "microphone=(self)" in reader.get(page).headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in reader.get(page).headers["Content-Security-Policy"]
    assert "microphone=()" in reader.get("/me").headers["Permissions-Policy"]
