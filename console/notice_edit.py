"""写通知: the editor. What is typed is saved by itself, cleaned, and never overwrites what somebody else has saved unseen."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files
from config import limits
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.notice_files import add_to, handed_in
from console.notice_rows import FORMS, found, mine, refusing
from console.rights import Act, may
from console.words import moment
from models import times
from models.errors import BadFields, BadInput
from models.notice import Notice, NoticeForm, NoticeState, NoticeVersion
from models.notice_desk import NoticeBlock
from models.staff import names
from notices import desk as notice_desk
from notices import differences, html, service, voices
from notices.content import Article, Content
from notices.service import Overtaken
from web.given import row_number
from web.safety import safety_headers
from web.uploads import takes_files

PARTS = ("title", "author", "digest", "body", "source")
NAMES = {
    "title": "标题", "author": "作者", "digest": "摘要", "body": "正文", "source": "阅读原文", "text": "文字", "name": "通知的名字",
    "due_on": "打算哪天发", "file": "文件", "cover": "封面",
}  # fmt: skip
MOST_FORM_BYTES = 3 * 1024 * 1024  # a body of one megabyte, encoded by a browser
_STRICT = safety_headers()["Content-Security-Policy"]
# Words are edited as they will look: their own inline styles, which were let through, are shown.
_BODY_STYLES = {"Content-Security-Policy": _STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")}


@dataclass(frozen=True, slots=True)
class Stood:
    """What the writer did not see: whose it is, and how it differs from what they wrote."""

    who: str
    changes: list[differences.Change]


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/<number>/edit and what its editor asks for"""
    views = _Views(desk)
    base = "/notices/<int:number>"
    blueprint.add_url_rule(f"{base}/edit", "notice_edit", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/clean", "notice_clean", views.clean, methods=["POST"])
    blueprint.add_url_rule(f"{base}/files", "notice_files", views.files, methods=["POST"])
    blueprint.add_url_rule(f"{base}/articles", "notice_articles", refusing(views.articles), methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.WRITE_NOTICES)
    @takes_files(MOST_FORM_BYTES)
    def edit(self, number: int) -> AnyResponse | tuple[str | Response, int] | tuple[str, int, dict[str, str]]:
        """One article with its neighbours, or the words of another form; sent, saved."""
        with self._desk.reading() as session:
            notice = mine(session, number)
            content, at = service.content_of(session, notice), _at()
            values = _values_of(notice, content, at)
        if request.method == "GET":
            return self._page(number, Form(values), at)
        typed = {name: request.form.get(name, "") for name in values}
        is_auto = request.headers.get("X-Autosave") == "1"
        try:
            version, left_out = self._save(number, typed, at, was=row_number(request.form.get("was", "")) or 0)
        except Overtaken as error:
            return _told(error) if is_auto else self._clash(number, typed, at, error)
        except BadInput as error:
            field = "text" if "text" in typed else "title"
            wrong = error.wrong if isinstance(error, BadFields) else {field: error.to_staff}
            return _wrong(error.to_staff) if is_auto else self._page(number, Form(typed, wrong), at, code=400)
        if is_auto:
            return jsonify(was=version, said=f"{moment(times.now())} 已自动保存")
        went = f"没有留下：{'；'.join(one.words for one in left_out)}。请用“加图片”上传。" if left_out else ""
        where = url_for("console.notice_edit", number=number, article=at or None)
        if request.form.get("then") == "page":
            where = url_for("console.notice", number=number)
        return done(f"已保存。{went}", where)

    def _save(self, number: int, typed: dict[str, str], at: int, *, was: int) -> tuple[int, tuple[html.LeftOut, ...]]:
        """The version it is now. Raises: BadFields, BadInput, Overtaken."""
        # Before the unit: a long paste takes its time.
        clean = html.cleaned(html.of_typed(typed.get("body", "")), site=self._desk.site)
        typed.update({"body": clean.html} if "body" in typed else {})  # also where the form is shown again
        wrong = _wrong_in(typed)
        if wrong:
            raise BadFields(wrong)
        with self._desk.unit() as session:
            notice = service.held(session, mine(session, number))
            _check_open(notice)
            current = service.content_of(session, notice)
            if not _fits(current, notice, at):
                abort(404)
            if was != notice.version and _is_untouched(session, notice, current, at, was):
                was = notice.version  # what somebody else changed lies in another article, and stays
            content = _written(current, notice, typed, at)
            service.save(session, notice, content, by=by_me(), was=was)
            if "name" in typed and typed["name"].strip():
                service.rename(session, notice, typed["name"], times_day(typed["due_on"]), by=by_me())
            return notice.version, clean.left_out

    def _clash(
        self, number: int, typed: dict[str, str], at: int, error: Overtaken
    ) -> tuple[str, int, dict[str, str]]:
        """What was typed stays in the form; saved again, it replaces what is shown beside it."""
        with self._desk.reading() as session:
            notice = found(session, number)
            theirs = service.content_of(session, notice)
            ours = _written(theirs, notice, typed, at)
            stood = Stood(names(session).get(error.who, error.who), differences.between(theirs, ours))
        return self._page(number, Form(typed), at, code=409, stood=stood)

    def _page(
        self, number: int, form: Form, at: int, *, code: int = 200, stood: Stood | None = None
    ) -> tuple[str, int, dict[str, str]]:
        with self._desk.reading() as session:
            notice = found(session, number)
            content = service.content_of(session, notice)
            if not _fits(content, notice, at):
                abort(404)
            page = drawn(
                "notice_edit.html", notice=notice, form=form, names=NAMES, at=at, content=content, stood=stood,
                may_change=notice.state is NoticeState.DRAFT or bool(form.wrong), blocks=notice_desk.blocks(session), limits=limits,
                article=content.articles[at - 1] if notice.form is NoticeForm.ARTICLES else None,
                files={row.digest: row.alt for row in notice_desk.files_of(session, notice)}, form_words=FORMS[notice.form],
                largest=picture_files.LARGEST_FILE // 1024 // 1024, has_voice=bool(content.voice and voices.found(self._desk.media, content.voice)),
            )  # fmt: skip
        return page, code, _BODY_STYLES

    @may(Act.WRITE_NOTICES)
    @takes_files(limits.MOST_PASTE_BYTES + 1024 * 1024)
    def clean(self, number: int) -> tuple[Response, int]:
        """What was pasted, as WeChat keeps it, and what of it could not stay. Nothing is written."""
        with self._desk.reading() as session:
            mine(session, number)
        try:
            found_ = html.cleaned(request.form.get("html", ""), site=self._desk.site)
        except BadInput as error:
            return jsonify(said=error.to_staff), 413
        return jsonify(html=found_.html, left_out=[one.words for one in found_.left_out]), 200

    @may(Act.WRITE_NOTICES)
    @takes_files(picture_files.LARGEST_FILE)
    def files(self, number: int) -> AnyResponse | tuple[Response, int]:
        """A picture or a recording handed in: to the editor by its script, or put where the form says."""
        is_script = request.headers.get("X-Autosave") == "1"
        at, use = _at(), request.form.get("use", "body")
        where = url_for("console.notice_edit", number=number, article=at or None)
        try:
            with self._desk.reading() as session:
                mine(session, number)  # before a large file is looked into
            file = handed_in(self._desk.media, use)
            with self._desk.unit() as session:
                notice = service.held(session, mine(session, number))
                _check_open(notice)
                notice_desk.add_file(session, notice, file.digest, file.alt, by=by_me())
                if not is_script:
                    content = add_to(service.content_of(session, notice), use, file, at)
                    service.save(session, notice, content, by=by_me(), was=notice.version)
        except BadInput as error:
            return (jsonify(said=error.to_staff), 400) if is_script else refused(f"没有加上：{error.to_staff}", where)
        if is_script:
            return jsonify(src=f"/media/pictures/{file.digest}", digest=file.digest, alt=file.alt), 200
        return done("加上了。", where)

    @may(Act.WRITE_NOTICES)
    def articles(self, number: int) -> AnyResponse:
        """Add one, move or remove one; a block, a picture or the cover taken away, without a script."""
        act, at = request.form.get("act", ""), _at()
        with self._desk.unit() as session:
            notice = service.held(session, mine(session, number))
            _check_open(notice)
            content, at = _rearranged(session, service.content_of(session, notice), act, at, self._desk.library)
            service.save(session, notice, content, by=by_me(), was=notice.version)
        return done("改好了。", url_for("console.notice_edit", number=number, article=at or None))


def _check_open(notice: Notice) -> None:
    """Raises: BadInput for what is signed, or was."""
    if notice.state in (NoticeState.CHECKING, NoticeState.READY):
        raise BadInput("这份通知正在校审或已经校审完，要改请先“收回来改”。")
    if notice.state is not NoticeState.DRAFT:
        raise BadInput("这份通知已经发出或不用了，不能再改；需要的话请复制成新的一份。")


def _told(error: Overtaken) -> tuple[str | Response, int]:
    return jsonify(said=error.to_staff), 409


def _wrong(words: str) -> tuple[str | Response, int]:
    return jsonify(said=f"还没有保存：{words}"), 400


def _at() -> int:
    """Which article, from 1."""
    given = request.values.get("article", "1")
    return int(given) if given.isdecimal() and len(given) < 3 else 1


def _fits(content: Content, notice: Notice, at: int) -> bool:
    return notice.form is not NoticeForm.ARTICLES or 1 <= at <= len(content.articles)


def _values_of(notice: Notice, content: Content, at: int) -> dict[str, str]:
    """What the form shows; whatever page it is, the name and the day are there."""
    own = {"name": notice.title, "due_on": str(notice.due_on or "")}
    if notice.form is NoticeForm.ARTICLES:
        if not _fits(content, notice, at):
            abort(404)
        article = content.articles[at - 1]
        return own | {name: getattr(article, name) for name in PARTS}
    return own | {"text": content.text}


def _wrong_in(typed: dict[str, str]) -> dict[str, str]:
    """What cannot be kept at all; lengths are the pre-check's, so that nothing typed is refused while it is written."""
    wrong: dict[str, str] = {}
    source = typed.get("source", "").strip()
    if source and (not _is_address(source) or len(source.encode()) > limits.MAX_SOURCE_BYTES):
        wrong["source"] = "请写完整的网址，以 https:// 开头。"
    if typed.get("due_on") and times_day(typed["due_on"]) is None:
        wrong["due_on"] = "请选日期。"
    for name, most in (("title", 200), ("author", 100), ("digest", 500)):
        if len(typed.get(name, "")) > most:
            wrong[name] = f"太长了，最多 {most} 个字。"
    return wrong


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no address
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def times_day(word: str) -> date | None:
    """A day of a form; None without one that can be read."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _written(content: Content, notice: Notice, typed: dict[str, str], at: int) -> Content:
    if notice.form is not NoticeForm.ARTICLES:
        return replace(content, text=typed["text"].replace("\r\n", "\n"))
    said = {name: " ".join(typed[name].split()) for name in ("title", "author", "digest", "source")}
    article = replace(content.articles[at - 1], **said, body=typed["body"])
    return replace(content, articles=(*content.articles[: at - 1], article, *content.articles[at:]))


def _is_untouched(session: Session, notice: Notice, current: Content, at: int, was: int) -> bool:
    """Did what others saved since leave this article as it was?"""
    row = session.get(NoticeVersion, (notice.id, was))
    if row is None or notice.form is not NoticeForm.ARTICLES:
        return False
    seen = Content.of(row.content)
    return len(seen.articles) == len(current.articles) and seen.articles[at - 1] == current.articles[at - 1]


def _rearranged(session: Session, content: Content, act: str, at: int, library: str) -> tuple[Content, int]:
    """The content after one press, and which article to show. Raises: BadInput."""
    articles = list(content.articles)
    if act == "add":
        if len(articles) >= limits.MOST_ARTICLES:
            raise BadInput(f"微信一次最多 {limits.MOST_ARTICLES} 篇。")
        return replace(content, articles=(*articles, Article(author=library[: limits.LONGEST_ARTICLE_AUTHOR]))), len(
            articles
        ) + 1
    if act == "drop-picture":
        gone = request.form.get("digest", "")
        return replace(content, pictures=tuple(one for one in content.pictures if one != gone)), at
    if not 1 <= at <= len(articles):
        abort(404)
    if act == "remove" and len(articles) > 1:
        del articles[at - 1]
        return replace(content, articles=tuple(articles)), min(at, len(articles))
    if act in ("up", "down"):
        to = at - 1 if act == "up" else at + 1
        if 1 <= to <= len(articles):
            articles[at - 1], articles[to - 1] = articles[to - 1], articles[at - 1]
            return replace(content, articles=tuple(articles)), to
    if act == "no-cover":
        articles[at - 1] = replace(articles[at - 1], cover="")
    if act == "block":
        block = session.get(NoticeBlock, row_number(request.form.get("block", "")) or 0)
        if block is None:
            raise BadInput("这一块刚才被删掉了。")
        articles[at - 1] = replace(articles[at - 1], body=articles[at - 1].body + block.body)
    return replace(content, articles=tuple(articles)), at
