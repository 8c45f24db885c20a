"""One issue of a programme: its recordings with their consents, made one, published, taken down."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import picture_files
from activities.picture_files import COVERS, LARGEST_FILE, PictureFile
from console.desk import Desk, by_me, done, drawn, refused, saying
from console.forms import Form
from console.programmes import FIELDS, NAMES, STATES, wanted_in
from console.rights import Act, may
from contests import files
from contests.judging.hearing import TYPES
from contests.programmes import consents, making, queries, rules, service, texts
from contests.programmes.queries import Said
from contests.rules import said_length
from models.by import By
from models.errors import BadFields, BadInput
from models.programme import Issue, IssueState, Programme
from web.given import row_number
from web.uploads import takes_files

I = IssueState  # noqa: E741
SAID = {
    Said.NOT_ASKED: ("还没问", "draft"), Said.ASKED: ("问了，等回答", "waiting"), Said.AGREED: ("同意", "live"),
    Said.DECLINED: ("不同意", "stopped"), Said.TAKEN_BACK: ("撤回了同意", "stopped"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Consents:
    """Of an issue's recordings: how many are agreed to, wait, and were not asked about yet."""

    agreed: int
    waiting: int
    unasked: int


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/issues/<number>"""
    views = _Views(desk)
    base, both = "/issues/<int:number>", ["GET", "POST"]
    blueprint.add_url_rule(base, "issue", views.one)
    blueprint.add_url_rule(f"{base}/edit", "issue_edit", views.edit, methods=both)
    blueprint.add_url_rule(f"{base}/choose", "issue_choose", views.choose, methods=both)
    blueprint.add_url_rule(f"{base}/audio", "issue_audio", views.audio)
    blueprint.add_url_rule(f"{base}/cover.jpg", "issue_cover", views.cover)
    acts: dict[str, Callable[[Session, Issue, By], str]] = {
        "ask": views.ask, "make": saying(making.make, "开始合成了。可以离开这一页，过一会儿再来看。"),
        "stop": saying(making.stop, "停下了，可以接着改。"), "publish": views.publish, "take-down": _taken_down,
        "reopen": saying(service.reopen, "可以改了。改好再合成、发布。"),
    }  # fmt: skip
    for name, act in acts.items():
        blueprint.add_url_rule(f"{base}/{name}", f"issue_{name}", views.acting(act), methods=["POST"])
    parts: dict[str, Callable[[Session, Issue, int, By], str]] = {
        "move": _moved, "remove": _removed, "caption": _captioned, "ask-again": views.ask_again, "slip": _slipped,
    }  # fmt: skip
    for name, act_on in parts.items():
        rule = f"{base}/parts/<int:at>/{name}"
        blueprint.add_url_rule(rule, f"issue_part_{name}", views.acting_on(act_on), methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.AWARD_WORKS)
    def one(self, number: int) -> str:
        """Everything of it on one page: its recordings in order, what each author has said, the next step."""
        with self._desk.reading() as session:
            issue = session.get(Issue, number) or abort(404)
            programme, parts = session.get_one(Programme, issue.programme_id), queries.parts_of(session, issue)
            states = [part.said for part in parts]
            page = f"{self._desk.site}/programme/{issue.code}"
            length = rules.length_of([part.work.length_ms for part in parts])
            return drawn(
                "issue.html", issue=issue, programme=programme, parts=parts, states=STATES, said=SAID, page=page,
                consents=Consents(states.count(Said.AGREED), states.count(Said.ASKED), states.count(Said.NOT_ASKED)),
                obstacles=service.obstacles(parts), can_change=issue.state in service.CHANGEABLE, length=said_length(length / 1000),
                share=texts.share_text(programme, issue, page), longest=texts.LONGEST_CAPTION,
                has_file=bool(issue.audio) and files.playable(self._desk.media, issue.audio) is not None, most=rules.MOST_PARTS,
                said_length=said_length, can_ask=issue.state not in (I.PUBLISHED, I.TAKEN_DOWN),
            )  # fmt: skip

    @may(Act.AWARD_WORKS)
    @takes_files(LARGEST_FILE)
    def edit(self, number: int) -> Response | tuple[str, int] | str:
        """Its words and its cover."""
        wrong: dict[str, str] = {}
        if request.method == "POST":
            try:
                self._save(number)
                return done("保存了。", url_for("console.issue", number=number))
            except BadFields as error:
                wrong = error.wrong
        with self._desk.reading() as session:
            issue = session.get(Issue, number) or abort(404)
            programme = session.get_one(Programme, issue.programme_id)
            typed = {name: request.form.get(name, str(getattr(issue, name))) for name in FIELDS}
            page = drawn(
                "issue_form.html", programme=programme, issue=issue, form=Form(typed, wrong), names=NAMES,
                largest=LARGEST_FILE // 1024 // 1024,
            )  # fmt: skip
        return (page, 400) if wrong else page

    def _save(self, number: int) -> None:
        """Raises: BadFields."""
        with self._desk.reading() as session:
            session.get(Issue, number) or abort(404)  # before a large file is looked into
        file, is_dropped = _cover_in(), "no_cover" in request.form
        if file is not None:
            picture_files.keep(self._desk.media, file, room=COVERS)
        with self._desk.unit() as session:
            issue, by, before = session.get_one(Issue, number), by_me(), ""
            service.change_issue(session, issue, wanted_in(), by=by)
            if file is not None or is_dropped:
                before = service.set_cover(session, issue, file.digest if file is not None else "", by=by)
            is_needed = not before or service.has_cover(session, before)
        if not is_needed:
            picture_files.drop(self._desk.media, before, room=COVERS)

    @may(Act.AWARD_WORKS)
    def cover(self, number: int) -> Response:
        """For staff, whatever the state of the issue."""
        with self._desk.reading() as session:
            digest = (session.get(Issue, number) or abort(404)).cover or abort(404)
        path = picture_files.path_of(self._desk.media, digest, room=COVERS)
        if not path.is_file():
            abort(404)
        return send_file(path, "image/jpeg", conditional=True, etag=digest, max_age=0)

    @may(Act.AWARD_WORKS)
    def choose(self, number: int) -> Response | str:
        """Accepted recordings of all contests, to be ticked."""
        if request.method == "POST":
            works = [one for raw in request.form.getlist("work")[: rules.MOST_PARTS] if (one := row_number(raw))]
            if not works:
                return refused("一条也没有选：先在前面打勾。", url_for("console.issue_choose", number=number))
            try:
                with self._desk.unit() as session:
                    added = service.add_parts(session, session.get(Issue, number) or abort(404), works, by=by_me())
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", url_for("console.issue_choose", number=number))
            return done(f"选了 {added} 条。接着排次序、问同意。", url_for("console.issue", number=number))
        words, before = request.args.get("words", "").strip()[:60], row_number(request.args.get("before", ""))
        with self._desk.reading() as session:
            issue = session.get(Issue, number) or abort(404)
            programme = session.get_one(Programme, issue.programme_id)
            found = queries.to_choose(session, issue, words, before=before)
            works_shown = found[: queries.A_PAGE]
            return drawn(
                "issue_choose.html", issue=issue, programme=programme, works=works_shown, words=words, said_length=said_length,
                after=works_shown[-1].id if len(found) > queries.A_PAGE else None,
                can_change=issue.state in service.CHANGEABLE,
            )  # fmt: skip

    @may(Act.AWARD_WORKS)
    def audio(self, number: int) -> Response:
        """What was made, for staff to listen to before anybody else does."""
        with self._desk.reading() as session:
            digest = (session.get(Issue, number) or abort(404)).audio
        path = files.playable(self._desk.media, digest) if digest else None
        if path is None:
            abort(404)
        response = send_file(path, mimetype=TYPES[path.suffix[1:]], conditional=True, etag=digest, max_age=0)
        response.headers["Content-Disposition"] = "inline"
        return response

    def acting(self, act: Callable[[Session, Issue, By], str]) -> Callable[..., Response]:
        """A view that does one thing to an issue."""

        @may(Act.AWARD_WORKS)
        def view(number: int) -> Response:
            return self._done(number, act, url_for("console.issue", number=number))

        return view

    def acting_on(self, act: Callable[[Session, Issue, int, By], str]) -> Callable[..., Response]:
        """A view that does one thing to one of its recordings."""

        @may(Act.AWARD_WORKS)
        def view(number: int, at: int) -> Response:
            where = url_for("console.issue", number=number, _anchor=f"part{at}")
            return self._done(number, lambda session, issue, by: act(session, issue, at, by), where)

        return view

    def _done(self, number: int, act: Callable[[Session, Issue, By], str], where: str) -> Response:
        try:
            with self._desk.unit() as session:
                said = act(session, session.get(Issue, number) or abort(404), by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done(said, where)

    def ask(self, session: Session, issue: Issue, by: By) -> str:
        """About all recordings that nobody was asked about."""
        asked = consents.ask(session, issue, site=self._desk.site, by=by)
        if not asked.asked and not asked.on_paper:
            return "都问过了，没有新的要问。"
        told = f"问了 {asked.asked} 件作品的作者或监护人，回答会出现在这里。" if asked.asked else ""
        return told + (f"有 {asked.on_paper} 件没有微信可以问，请用纸质同意书。" if asked.on_paper else "")

    def ask_again(self, session: Session, issue: Issue, at: int, by: By) -> str:
        """About one."""
        asked = consents.ask(session, issue, site=self._desk.site, by=by, only=[at])
        if asked.on_paper:
            raise BadInput("这件作品没有微信可以问，请用纸质同意书。")
        if not asked.asked:
            raise BadInput("一天之内问过了，或者已经回答了。")
        return "又问了一次。"

    def publish(self, session: Session, issue: Issue, by: By) -> str:
        """Its file is looked for once more: a page whose player says nothing is worse than none."""
        if issue.audio and files.playable(self._desk.media, issue.audio) is None:
            raise BadInput("合成的文件不在了，请再合成一次。")
        service.publish(session, issue, page=f"{self._desk.site}/programme/{issue.code}", by=by)
        return "发布了。同意播出的作者和监护人会收到消息。"


def _cover_in() -> PictureFile | None:
    """Raises: BadFields."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    try:
        return picture_files.made_anew(given.read())
    except BadInput as error:
        raise BadFields({"file": error.to_staff}) from None


def _taken_down(session: Session, issue: Issue, by: By) -> str:
    service.take_down(session, issue, request.form.get("cause", ""), by=by)
    return "撤下了，网页和声音都打不开了。"


def _moved(session: Session, issue: Issue, at: int, by: By) -> str:
    to = row_number(request.form.get("to", ""))
    if to is None:
        raise BadInput("请写要排到第几条。")
    service.move_part(session, issue, at, to, by=by)
    return "次序改好了。"


def _removed(session: Session, issue: Issue, at: int, by: By) -> str:
    service.remove_part(session, issue, at, by=by)
    return "拿掉了。"


def _captioned(session: Session, issue: Issue, at: int, by: By) -> str:
    service.caption(session, issue, at, request.form.get("caption", ""), by=by)
    return "说明改好了。"


def _slipped(session: Session, issue: Issue, at: int, by: By) -> str:
    consents.record_slip(session, issue, at, request.form.get("name", ""), by=by)
    return "记下了纸质同意书。"
