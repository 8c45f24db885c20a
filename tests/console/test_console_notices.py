"""A notice in the console, from its template through four people's hands, and what its editor does for whoever writes."""

import re
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from python_calamine import CalamineWorkbook

from activities import picture_files
from models import times
from models.activity import Branch
from models.by import By
from models.notice import Notice, NoticeSignature, NoticeState, NoticeUse, Step
from models.notice_desk import NoticeBlock, NoticeFile
from models.staff import Role
from notices import chain, service
from notices.content import Article, Content
from tests.console.office import Browser, Office
from tests.test_sign_up import by_day

N = NoticeState
FOUR = (
    ("jiao", "小焦", Role.PROOFREADER), ("xu", "老许", Role.PROOFREADER), ("li", "李老师", Role.REVIEWER), ("zhao", "赵馆长", Role.REVIEWER),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _staffed(office: Office) -> None:
    by_day(office)
    for login, name, role in FOUR:
        office.hires(login, role, name=name)
    saturday, _ = times.weekend_of(weekend(office))
    office.plans(
        office.activity("听绘本", day=saturday, at=time(9, 30), place="二楼活动室"), office.activity("书法讲座", day=saturday, at=time(14))
    )  # fmt: skip


def weekend(office: Office) -> date:
    """A day of a weekend that lies well before us."""
    return times.today(times.now()) + timedelta(days=8)


def jpeg(colour: str = "seagreen") -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (900, 383), colour).save(made, "JPEG")
    made.seek(0)
    return made


def preview(office: Office, browser: Browser, **more: str) -> int:
    """周末看点, by one press."""
    path = f"/console/notices/new?use=preview&span=weekend&day={weekend(office)}"
    browser.does(path, on=path, use="preview", form="articles", span="weekend", day=str(weekend(office)), **more)
    with office.database.reading() as session:
        return session.scalars(sa.select(Notice.id).order_by(Notice.id.desc())).first() or 0


def general(office: Office, browser: Browser, **more: str) -> int:
    path = "/console/notices/new?use=general"
    browser.does(path, on=path, **{"use": "general", "form": "articles", "title": "开馆通知", **more})
    with office.database.reading() as session:
        return session.scalars(sa.select(Notice.id).order_by(Notice.id.desc())).first() or 0


def whole(office: Office, who: str = "chen") -> int:
    """A notice with nothing to mend, handed in."""
    media = office.settings.media
    file = picture_files.made_anew(jpeg().read())
    picture_files.keep(media, file)
    by = By(who, times.now())
    with office.database.units() as session:
        article = Article("开馆通知", "", "欢迎来", "<p>欢迎来</p>", file.digest)
        notice = service.begin(session, service.Wanted("开馆通知", Content((article,))), by=by)
        chain.hand_in(session, notice, by=by, asked={Step.FIRST_PROOF: "xu"})
        return notice.id


def content(office: Office, number: int) -> Content:
    with office.database.reading() as session:
        return service.content_of(session, session.get_one(Notice, number))


def notice(office: Office, number: int) -> Notice:
    with office.database.reading() as session:
        found = session.get_one(Notice, number)
        session.expunge(found)
        return found


def fields(office: Office, number: int, **more: str) -> dict[str, Any]:
    """The form of the first article as it stands, with some of it changed."""
    row, article = notice(office, number), content(office, number).articles[0]
    own = {name: getattr(article, name) for name in ("title", "author", "digest", "body", "source")}
    return {**own, "name": row.title, "due_on": str(row.due_on or ""), "was": str(row.version), **more}


def edit(number: int, article: int = 1) -> str:
    return f"/console/notices/{number}/edit?article={article}"


def gives_a_cover(browser: Browser, number: int) -> None:
    browser.does(
        f"/console/notices/{number}/files", on=edit(number), use="cover", article="1", file=(jpeg(), "cover.jpg")
    )


def ticks(page: str) -> list[str]:
    return re.findall(r'name="looked" value="(\w+)"', page)


def signs(office: Office, login: str, number: int, kind: str = "proof", **more: Any) -> str:
    browser = office.browser(login)
    path = f"/console/notices/{number}/proof"
    seen = re.search(r'name="seen" value="(\d+)"', browser.opens(path).text)
    looked = ticks(browser.opens(path).text)
    return browser.does(
        f"/console/notices/{number}/{kind}/sign",
        on=path,
        **{"seen": seen[1] if seen else "0", "looked": looked, **more},
    )


def test_a_preview_goes_through_four_hands_is_returned_mended_and_ready(office: Office) -> None:
    chen = office.browser("chen")
    number = preview(office, chen, due_on=str(weekend(office)))
    assert notice(office, number).use is NoticeUse.PREVIEW
    assert [
        line in content(office, number).articles[0].body for line in ("1. 听绘本", "2. 书法讲座", "时间：周六")
    ] == [True] * 3
    assert "没有封面" in chen.opens(f"/console/notices/{number}/hand-in").text
    refused = chen.sends(f"/console/notices/{number}/hand-in", on=edit(number))
    assert "必须先改：没有封面" in chen.opens(refused.headers["Location"]).text
    gives_a_cover(chen, number)
    chen.does(
        f"/console/notices/{number}/hand-in", on=f"/console/notices/{number}/hand-in", **{"asked-second_proof": "xu"}
    )
    assert "等您一校" in office.browser("jiao").opens("/console/").text
    assert "签好了" in signs(office, "jiao", number)
    assert "等您二校" in office.browser("xu").opens("/console/").text
    assert "等您二校" not in office.browser("jiao").opens("/console/").text
    xu = office.browser("xu")
    path = f"/console/notices/{number}/proof"
    page = xu.opens(path).text
    assert ticks(page)
    unticked = xu.sends(f"/console/notices/{number}/proof/sign", on=path, seen="2")
    assert "没有打勾" in xu.opens(unticked.headers["Location"]).text
    xu.does(f"/console/notices/{number}/proof/return", on=path, seen="2", reason="讲座的主讲人没有写，请补上")
    assert "退回来了" in chen.opens("/console/").text
    assert "讲座的主讲人没有写" in chen.opens(f"/console/notices/{number}").text
    body = content(office, number).articles[0].body.replace("2. 书法讲座", "2. 书法讲座（主讲：李明华）")
    chen.does(edit(number), on=edit(number), **fields(office, number, body=body), then="page")
    chen.does(f"/console/notices/{number}/hand-in", on=f"/console/notices/{number}/hand-in")
    again = office.browser("jiao").opens(path).text
    assert "改了这些" in again
    assert '<ins><span class="unseen">新加：</span>（主讲：李明华）</ins>' in again
    signs(office, "jiao", number)
    signs(office, "xu", number)
    assert "不由您签" in office.browser("xu").opens(path).text
    signs(office, "li", number, "review")
    assert "不能自己签" not in office.browser("zhao").opens(path).text
    assert "每一步都签完了" in signs(office, "zhao", number, "review")
    with office.database.reading() as session:
        found = session.get_one(Notice, number)
        assert (found.state, chain.is_ready(session, found)) == (N.READY, True)
    form = chen.opens(f"/console/notices/{number}/form.pdf")
    assert (form.mimetype, form.data[:5]) == ("application/pdf", b"%PDF-")
    assert [office.noted(act) for act in ("notice signed", "notice returned", "notice signatures void")] == [5, 1, 1]


def test_somebody_without_the_right_or_who_wrote_it_signs_nothing(office: Office) -> None:
    number = whole(office, "li")
    path = f"/console/notices/{number}/proof"
    assert office.browser("he").sends(f"/console/notices/{number}/proof/sign", on=path, seen="1").status_code == 403
    assert (
        office.browser("jiao").sends(f"/console/notices/{number}/review/sign", on=path, seen="1").status_code == 403
    )
    li = office.browser("li")
    answer = li.sends(f"/console/notices/{number}/proof/sign", on=path, seen="1")
    assert "您写过这份通知里的字" in li.opens(answer.headers["Location"]).text
    jiao = office.browser("jiao")
    jiao.opens(path)
    wrong = jiao.sends(f"/console/notices/{number}/proof/sign", on=path, seen="1", deputy_for="he")
    assert "不能代他签" in jiao.opens(wrong.headers["Location"]).text
    assert office.count(NoticeSignature) == 0


def test_a_colleague_is_stood_for_and_both_names_are_shown(office: Office) -> None:
    number = whole(office)
    jiao = office.browser("jiao")
    assert "等您一校" not in jiao.opens("/console/").text
    page = jiao.opens(f"/console/notices/{number}/proof").text
    assert '<option value="xu" selected>老许</option>' in page
    signs(office, "jiao", number, deputy_for="xu", seen="1")
    assert "小焦（代老许）" in jiao.opens(f"/console/notices/{number}").text


def test_two_at_one_notice_lose_nothing(office: Office) -> None:
    chen, li = office.browser("chen"), office.browser("li")
    number = general(office, chen)
    mine, theirs = (
        fields(office, number, body="<p>我写的一段</p>"),
        fields(office, number, body="<p>李老师写的一段</p>"),
    )
    li.does(edit(number), on=edit(number), **theirs)
    answer = chen.sends(edit(number), on=edit(number), **mine)
    assert answer.status_code == 409
    assert "李老师刚保存过" in answer.text
    assert "&lt;p&gt;我写的一段&lt;/p&gt;" in answer.text
    assert "<del>" in answer.text
    was = re.search(r'name="was" value="(\d+)"', answer.text)
    assert was
    chen.does(edit(number), on=edit(number), **{**mine, "was": was[1]})
    assert content(office, number).articles[0].body == "<p>我写的一段</p>"
    with office.database.reading() as session:
        kept = [
            one.content["articles"][0]["body"]
            for one in service.versions_of(session, session.get_one(Notice, number))
        ]
        assert "<p>李老师写的一段</p>" in kept
    assert "李老师</del>" in chen.opens(f"/console/notices/{number}/versions").text


def test_what_lies_in_another_article_is_no_clash(office: Office) -> None:
    chen, li = office.browser("chen"), office.browser("li")
    number = general(office, chen)
    chen.does(f"/console/notices/{number}/articles", on=edit(number), act="add", article="1")
    first = fields(office, number, title="第一篇")
    second = {**fields(office, number), "title": "第二篇", "body": "<p>二</p>"}
    li.does(edit(number, 2), on=edit(number, 2), **second)
    chen.does(edit(number), on=edit(number), **first)
    assert [one.title for one in content(office, number).articles] == ["第一篇", "第二篇"]
    chen.does(f"/console/notices/{number}/articles", on=edit(number), act="down", article="1")
    assert [one.title for one in content(office, number).articles] == ["第二篇", "第一篇"]
    chen.does(f"/console/notices/{number}/articles", on=edit(number), act="remove", article="1")
    assert [one.title for one in content(office, number).articles] == ["第一篇"]


def test_the_editor_saves_by_itself_and_is_told_when_it_may_not(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen)
    token, headers = chen.token_of(edit(number)), {"X-Autosave": "1"}

    def saves(**more: str) -> Any:
        data = {**fields(office, number, **more), "csrf_token": token}
        return chen.http.post(edit(number), data=data, headers=headers, environ_base={"REMOTE_ADDR": chen.address})

    first = saves(body="<p>一</p>")
    assert (first.status_code, first.json["was"]) == (200, 2)
    assert "已自动保存" in first.json["said"]
    assert saves(body="<p>二</p>", was="1").status_code == 409
    assert saves(source="nirgends").json["said"] == "还没有保存：请写完整的网址，以 https:// 开头。"
    with office.database.units() as session:
        chain.hand_in(session, session.get_one(Notice, number), by=By("chen", times.now()))
    refused = saves(body="<p>三</p>")
    assert (refused.status_code, "收回来改" in refused.json["said"]) == (400, True)
    lost = chen.sends(edit(number), on=edit(number), token=token, **fields(office, number, body="<p>三</p>"))
    assert (lost.status_code, "&lt;p&gt;三&lt;/p&gt;" in lost.text) == (400, True)
    assert content(office, number).articles[0].body == "<p>一</p>"


def test_a_paste_from_word_is_cleaned_and_foreign_pictures_are_named(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen)
    pasted = "<p class=MsoNormal>春天<script>x()</script><o:p></o:p><img src='https://x.y/a.png'></p>"
    clean = chen.sends(f"/console/notices/{number}/clean", on=edit(number), html=pasted).json
    assert clean == {"html": "<p>春天</p>", "left_out": ["图片“a.png”（在“春天”后面）"]}
    large = chen.sends(f"/console/notices/{number}/clean", on=edit(number), html="a" * (25 * 1024 * 1024 + 1))
    assert (large.status_code, "超过 25 MB" in str(large.json)) == (413, True)
    said = chen.does(edit(number), on=edit(number), **fields(office, number, body=pasted))
    assert "没有留下：图片“a.png”" in said
    chen.does(edit(number), on=edit(number), **fields(office, number, body="没有标签的\n两段"))
    assert content(office, number).articles[0].body == "<p>没有标签的</p><p>两段</p>"


def test_pictures_are_made_anew_need_words_and_stay_while_a_notice_shows_them(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen)
    path, data = f"/console/notices/{number}/files", {"use": "body", "article": "1"}
    bare = chen.sends(path, on=edit(number), **data, file=(jpeg(), "a.jpg"))
    assert "图上是什么" in chen.opens(bare.headers["Location"]).text
    text = chen.sends(path, on=edit(number), **data, alt="海报", file=(BytesIO(b"<script>"), "a.jpg"))
    assert "这不是图片" in chen.opens(text.headers["Location"]).text
    chen.does(path, on=edit(number), **data, alt="春天的海报", file=(jpeg(), "a.jpg"))
    body = content(office, number).articles[0].body
    source = re.search(r'src="(/media/pictures/[0-9a-f]{64})" alt="春天的海报"', body)
    assert source
    assert office.browser().opens(source[1]).mimetype == "image/jpeg"
    assert office.count(NoticeFile) == 1


def test_text_pictures_and_a_recording_have_their_own_forms(office: Office) -> None:
    chen = office.browser("chen")
    for form in ("text", "pictures", "voice"):
        number = general(office, chen, form=form)
        page = chen.opens(f"/console/notices/{number}/edit").text
        values = {"text": "周末见", "name": "x", "due_on": "", "was": "1"}
        chen.does(f"/console/notices/{number}/edit", on=f"/console/notices/{number}/edit", **values)
        assert ('name="body"' in page, content(office, number).text) == (False, "周末见")
        if form == "pictures":
            chen.does(
                f"/console/notices/{number}/files",
                on=f"/console/notices/{number}/edit",
                use="pictures",
                alt="图",
                file=(jpeg(), "a.jpg"),
            )
            assert len(content(office, number).pictures) == 1
        if form == "voice":
            voice = BytesIO(b"#!AMR\n" + (b"\x3c" + b"\0" * 31) * 50)
            chen.does(
                f"/console/notices/{number}/files",
                on=f"/console/notices/{number}/edit",
                use="voice",
                file=(voice, "a.amr"),
            )
            assert chen.opens(f"/console/notices/{number}/voice").mimetype == "audio/amr"
            long = BytesIO(b"#!AMR\n" + (b"\x3c" + b"\0" * 31) * 3050)
            bad = chen.sends(
                f"/console/notices/{number}/files",
                on=f"/console/notices/{number}/edit",
                use="voice",
                file=(long, "a.amr"),
            )
            assert "61 秒" in chen.opens(bad.headers["Location"]).text
        assert "必须先改" not in chen.opens(f"/console/notices/{number}/hand-in").text


def test_the_other_templates_are_begun_and_say_what_is_left_to_fill(office: Office) -> None:
    chen = office.browser("chen")
    for use in ("winners", "books"):
        path = f"/console/notices/new?use={use}"
        chen.does(path, on=path, use=use, form="articles", title="春天的诗获奖名单")
    with office.database.reading() as session:
        rows = session.scalars(sa.select(Notice).order_by(Notice.id)).all()
        bodies = [service.content_of(session, row).articles[0].body for row in rows]
    assert [row.use.value for row in rows] == ["winners", "books"]
    assert all("【请填写】" in body for body in bodies)
    assert "“春天的诗”评出来了" in bodies[0]
    late = chen.sends(path, on=path, use="books", form="articles", title="x", due_on="2020-01-01")
    assert (late.status_code, "已经过去了" in late.text) == (400, True)
    none = chen.sends(path, on=path, use="winners", form="articles", title="x", contest="99")
    assert (none.status_code, "还没有颁奖" in none.text) == (400, True)
    choice = chen.opens("/console/notices/new").text
    assert 'href="/console/closing/new"' in choice
    assert 'href="/console/periodicals"' in choice


def test_only_what_is_ticked_is_in_the_preview(office: Office) -> None:
    chen = office.browser("chen")
    page = chen.opens(f"/console/notices/new?use=preview&span=weekend&day={weekend(office)}").text
    codes = re.findall(r'name="chosen" value="(\w+)" checked', page)
    number = preview(office, chen, listed="1", chosen=codes[1])
    assert ["听绘本" in (body := content(office, number).articles[0].body), "1. 书法讲座" in body] == [False, True]


def test_blocks_words_and_shorter_chains_are_kept_by_staff(office: Office) -> None:
    chen, wang, settings = office.browser("chen"), office.browser("wang"), "/console/notices/settings"
    assert "请起一个名字" in chen.sends(f"{settings}/blocks", on=f"{settings}/blocks", name="", body="").text
    chen.does(f"{settings}/blocks", on=f"{settings}/blocks", name="联系我们", body="电话 2861234\n地址 大桥路")
    number = general(office, chen)
    with office.database.reading() as session:
        block = session.scalars(sa.select(NoticeBlock)).one()
        branch = session.scalars(sa.select(Branch.id)).first()
    chen.does(f"/console/notices/{number}/articles", on=edit(number), act="block", article="1", block=str(block.id))
    assert content(office, number).articles[0].body.endswith("<p>电话 2861234</p><p>地址 大桥路</p>")
    chen.does(f"{settings}/words", on=settings, word="大桥路", instead="东堤路")
    assert "不用的词“大桥路”" in chen.opens(f"/console/notices/{number}/proof").text
    wang.does(f"{settings}/chains/{branch}", on=settings, chain="one")
    general(office, wang, title="分馆的", branch=str(branch))
    with office.database.reading() as session:
        shorter = session.scalars(sa.select(Notice).where(Notice.branch_id == branch)).one()
        assert shorter.steps == ["second_review"]
    assert "短流程" in wang.opens(f"/console/notices/{shorter.id}").text
    chen.does(f"{settings}/blocks/{block.id}/drop", on=settings)
    assert "还没有" in chen.opens(settings).text


def test_an_emergency_goes_by_two_and_is_looked_at_afterwards(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen)
    chen.does(
        edit(number),
        on=edit(number),
        **fields(office, number, title="停电闭馆", digest="今晚", body="<p>今晚闭馆</p>"),
    )
    gives_a_cover(chen, number)
    chen.does(f"/console/notices/{number}/hurry", on=f"/console/notices/{number}", reason="今晚停电")
    chen.does(f"/console/notices/{number}/hand-in", on=f"/console/notices/{number}/hand-in")
    signs(office, "xu", number)
    signs(office, "zhao", number, "review")
    assert notice(office, number).state is N.READY
    li = office.browser("li")
    assert "走了紧急流程" in li.opens("/console/").text
    assert "走了紧急流程" not in office.browser("zhao").opens("/console/").text
    assert "由李老师补看" in li.does(f"/console/notices/{number}/look", on=f"/console/notices/{number}")


def test_the_list_is_narrowed_and_saved_as_excel(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen, title="=开馆")
    preview(office, chen)
    chen.does(f"/console/notices/{number}/copy", on=f"/console/notices/{number}")
    chen.does(f"/console/notices/{number}/drop", on=f"/console/notices/{number}")
    assert [word in chen.opens("/console/notices").text for word in ("再发：=开馆", "周末看点")] == [True, True]
    page = chen.opens("/console/notices?state=dropped&words=开馆").text
    assert ("周末看点｜" in page, "=开馆" in page) == (False, True)
    assert "没有这样的通知" in chen.opens("/console/notices?words=没有").text
    book = (
        CalamineWorkbook.from_filelike(BytesIO(chen.opens("/console/notices.xlsx").data))
        .get_sheet_by_name("通知")
        .to_python()
    )
    assert [str(row[0]).partition("｜")[0] for row in book[1:]] == ["再发：=开馆", "周末看点"]


def test_the_preview_runs_nothing_and_somebody_of_a_branch_leaves_other_branches_alone(office: Office) -> None:
    chen = office.browser("chen")
    number = general(office, chen)
    chen.does(edit(number), on=edit(number), **fields(office, number, body='<p style="color:red">红</p>'))
    body = chen.opens(f"/console/notices/{number}/preview/1")
    assert '<p style="color:red">红</p>' in body.text
    policy = body.headers["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "sandbox" in policy, "frame-ancestors 'self'" in policy) == (
        True,
        True,
        True,
    )
    assert "script-src 'self'" in chen.opens(edit(number)).headers["Content-Security-Policy"]
    office.hires("fen", Role.EDITOR, name="小芬", branch="总馆")
    fen = office.browser("fen")
    assert fen.opens(edit(number)).status_code == 403
    assert fen.opens(f"/console/notices/{number}").status_code == 200


def test_numbers_days_and_addresses_that_cannot_be_are_told_beside_their_field(office: Office) -> None:
    chen = office.browser("chen")
    number, big, new = general(office, chen), "9" * 30, "/console/notices/new?use=general"

    def said(answer: Any) -> str:
        assert answer.status_code in (400, 409), answer.status_code
        return str(answer.text)

    assert "刚保存过" in said(
        chen.sends(edit(number), on=edit(number), **fields(office, number, was=big, title="改"))
    )
    for source in ("http://[", "https://"):
        typed = fields(office, number, source=source)
        assert "请写完整的网址" in said(chen.sends(edit(number), on=edit(number), **typed))
    far = said(chen.sends(edit(number), on=edit(number), **fields(office, number, due_on="0001-01-01")))
    assert "离今天太远" in far
    for branch in (big, "99999"):
        typed = {"use": "general", "form": "articles", "title": "x", "branch": branch}
        assert "没有这个馆" in said(chen.sends(new, on=new, **typed))
        assert "没有这个馆" in said(chen.opens(f"/console/notices/new?use=preview&branch={branch}"))
    for span in ("weekend", "week", "month"):
        for day in ("9999-12-31", "0001-01-01"):
            path = f"/console/notices/new?use=preview&span={span}&day={day}"
            assert "离今天太远" in said(chen.opens(path))
            assert "离今天太远" in said(chen.sends(path, on=new, use="preview", form="articles", span=span, day=day))
    act = f"/console/notices/{number}/articles"
    gone = chen.sends(act, on=edit(number), act="block", article="1", block=big)
    assert "刚才被删掉了" in chen.opens(gone.headers["Location"]).text


def test_nothing_unsigned_is_packed_and_no_picture_gets_in_while_it_is_read(office: Office) -> None:
    chen, number = office.browser("chen"), whole(office)
    pack = f"/console/notices/{number}/pack"
    assert "还在等签名" in chen.opens(pack).text
    assert [chen.opens(f"{pack}.{kind}").status_code for kind in ("zip", "png")] == [303, 303]
    before = office.count(NoticeFile)
    path = f"/console/notices/{number}/files"
    for use in ("cover", "body"):
        kept = chen.sends(path, on=edit(number), use=use, article="1", alt="图", file=(jpeg("red"), "a.jpg"))
        assert "收回来改" in chen.opens(kept.headers["Location"]).text
    assert (office.count(NoticeFile), notice(office, number).state) == (before, N.CHECKING)
    for login, kind in (("xu", "proof"), ("jiao", "proof"), ("li", "review"), ("zhao", "review")):
        signs(office, login, number, kind)
    assert "贴进群里的文字" in chen.opens(pack).text
    assert office.noted("notice pack taken") == 0
    assert chen.opens(f"{pack}.zip").data[:2] == b"PK"
    assert office.noted("notice pack taken") == 1
    page = chen.opens(f"/console/notices/{number}").text
    assert '<span class="trail-who">小焦</span>' in page
    assert '<span class="trail-who">jiao</span>' not in page
