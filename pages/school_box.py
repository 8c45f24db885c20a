"""/c/box/<code>: a teacher puts in the works of a class: one by one, by an Excel sheet, with files and signed slips.

The code is a secret of the school and opens its works alone; wrong ones are counted by where they come from. A browser that has
opened a box once is not counted again. Nothing here is anybody's reader's: the works have no openid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Any

from flask import Blueprint, abort, jsonify, make_response, redirect, request, url_for
from flask import session as cookies
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from activities.signup.party import name_in
from contests import handing_in, queries, rules, school_box, texts
from contests.holding import held
from contests.refusals import ChangedElsewhere, NoSlip
from handlers.work_words import RELATIONS, birthday_in
from models import times, tries
from models.award import Award
from models.contest import (
    WRITTEN,
    AgreementWay,
    Contest,
    ContestGroup,
    Genre,
    Organisation,
    PieceKind,
    PieceState,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    Wording,
)
from models.db import Database
from models.errors import BadInput, Refused
from models.tries import Allowance
from pages import class_list
from pages.class_list import Child, Wrong
from pages.errors import Draw, Sorry
from pages.hand_in_form import form_of, missing, save
from pages.identity import Identity, own
from pages.work_bench import MOST_FORM, MOST_PART, At, Bench, files_of, once
from payouts.texts import untapped
from web.address import client_address
from web.given import row_number
from web.uploads import name_of, takes_files

S = SubmissionState
OPENED = "box"  # of the browser's own cookie: which box it has opened
WRONG_CODES = Allowance(10, 120)  # of one address
MOST_NAMES = 200  # files chosen at once
OFFERED = RELATIONS[:10]
NOT_HERE = Sorry(
    "没有这个投稿箱", "请核对图书馆给学校的网址，一个字都不能少。换过新码的，旧的就打不开了；比赛取消了，也打不开。"
)
TOO_MANY = Sorry("试得太多了", "请过一会儿再打开，或者请图书馆把网址再发一次。")
CHANGEABLE = (S.DRAFT, S.RETURNED)


@dataclass(frozen=True, slots=True)
class Slip:
    """A scan of a slip."""

    id: int
    name: str
    cause: str  # why it is of no use; "" where it is


@dataclass(frozen=True, slots=True)
class Row:
    """One work of the list. `needs_slip`: its child is under fourteen; `agreed`: who has signed."""

    number: int
    code: str
    name: str
    title: str
    group: str
    state: str
    is_done: bool
    is_back: bool
    missing: tuple[str, ...]
    reason: str
    needs_slip: bool
    agreed: str
    slips: tuple[Slip, ...]
    may_tick: bool
    may_change: bool
    receipt: str
    results: tuple[str, ...]  # once they may be told


@dataclass(frozen=True, slots=True)
class Page:
    """The box as its teacher sees it."""

    box: str
    school: str
    contest: str
    contest_code: str
    when: str
    is_open: bool
    takes_mended: bool
    most: int
    rows: tuple[Row, ...]
    wordings: tuple[tuple[int, str], ...]  # of the guardian's slip, the newest first
    genres: tuple[tuple[str, str], ...]
    takes_files: bool

    @property
    def ready(self) -> int:
        """How many could be handed in now."""
        return sum(1 for row in self.rows if row.may_change and not row.missing)


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw, bench: Bench) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._bench = bench

    # ── the door ──

    def entered(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """A view for whoever has the code; a wrong one counts where it comes from."""

        @wraps(view)
        def asked(box: str, **named: Any) -> Any:
            mark = tries.key("box", box.upper())
            if cookies.get(OPENED) == mark:
                with self._database.reading() as session:
                    is_there = school_box.box_called(session, box) is not None
            else:
                is_there = self._tried(box)
                if is_there:
                    cookies[OPENED] = mark
            return own(make_response(view(box, **named))) if is_there else self._identity.sorry(NOT_HERE, 404)

        return asked

    def _tried(self, box: str) -> bool:
        """429 where too many were wrong; a right one does not count."""
        of, now = tries.key("box tries", client_address()), times.now()

        def tried(session: Session) -> bool | None:
            if tries.take(session, of, WRONG_CODES, now=now):
                return None
            is_there = school_box.box_called(session, box) is not None
            if is_there:
                tries.give_back(session, of, WRONG_CODES)
            return is_there

        found = self._database.unit(tried)
        return found if found is not None else abort(self._identity.sorry(TOO_MANY, 429))

    def placed(self, view: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
        """The same view, told which work of this box: 404 for every other, whatever it was going to do."""

        def of_box(box: str, work: str, **more: Any) -> AnyResponse:
            at = _at(box, work)
            with self._database.reading() as session:
                at.find(session)
            return view(at, **more)

        return of_box

    # ── the list ──

    def page(self, box: str) -> AnyResponse:
        """What is in, what is missing, what came back and why."""
        return self._page(box, 200)

    def _page(self, box: str, status: int, **more: Any) -> AnyResponse:
        with self._database.reading() as session:
            page = _page(session, _box(session, box), times.now())
        words: dict[str, Any] = {
            "said": "",
            "done": request.args.get("done", ""),
            "wrong": [],
            "ticking": "",
            "faults": {},
            **more,
        }
        return make_response(self._draw("pages/box.html", page=page, relations=OFFERED, once=once(), **words), status)

    def add(self, box: str) -> AnyResponse:
        """One more child: on to the form of the work."""
        try:
            code = self._database.unit(partial(_added, box=box, genre=request.form.get("genre", ""), now=times.now()))
        except Refused as no:
            return self._page(box, 409, said=_without_chat(no))
        return redirect(url_for("pages.box_work", box=box, work=code), 303)

    # ── one work ──

    def work(self, at: At) -> AnyResponse:
        """Its form while it may be changed; else back to the list, which says where it stands."""
        with self._database.reading() as session:
            is_changeable = at.find(session).state in CHANGEABLE
        if not is_changeable:
            return redirect(_home(), 303)
        return self._form(at, self._bench.missing(at) if "wrong" in request.args else {}, 200)

    def _form(self, at: At, wrong: dict[str, str], status: int, said: str = "") -> AnyResponse:
        with self._database.reading() as session:
            work = at.find(session)
            form = form_of(session, work, typed=request.form if request.method == "POST" else None, wrong=wrong)
            drawn = self._draw(
                "pages/hand_in.html", form=form, files=files_of(session, work), at=at.page, contest=work.contest.title,
                code=work.contest.code, work=work.code, when=texts.when(work.contest, now=times.now()), said=said, once=once(),
                reason=work.reason if work.reason and work.handed_in_at else "", other=work.words if "" in wrong else "",
                set_text=("", ""), is_late=False, box=_home(),
            )  # fmt: skip
        return make_response(drawn, status)

    def save(self, at: At) -> AnyResponse:
        """The form of one work; 看一眼 is the list."""
        act, form = request.form.get("act", "save"), request.form
        try:
            if act == "take-out":
                self._database.unit(partial(_taken_out, at=at, now=times.now()))
                return redirect(_home(), 303)
            wrong = self._bench.kept(at, form)
            if "" in wrong:
                return self._form(at, wrong, 409)
            said = "".join(self._bench.take(at, request.files.getlist("file"), once=form.get("once", "")[:32]))
            self._bench.act(at, act)
        except Refused as no:
            return self._page(_code(), 409, said=_without_chat(no))
        if act == "look":
            wrong = {**self._bench.missing(at), **wrong}
        if wrong or said:
            return self._form(at, wrong, 422, said)
        return redirect(
            _home() if act == "look" else f"{at.page}#files" if ":" in act or act == "upload" else at.page, 303
        )

    # ── a whole class ──

    def template(self, box: str) -> AnyResponse:
        """An empty sheet."""
        with self._database.reading() as session:
            contest = session.get_one(Contest, _box(session, box).contest_id)
            body, title = class_list.template(session, contest), contest.title
        response = make_response(body)
        response.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response.headers.set("Content-Disposition", "attachment", filename=f"{title[:40]} 名单.xlsx")
        return response

    def sheet(self, box: str) -> AnyResponse:
        """What the teacher filled in: each good row is a work, each bad one is told."""
        file = request.files.get("sheet")
        if file is None or not file.filename:
            return self._page(box, 422, said="请先选填好的表格。")
        content = file.stream.read(class_list.MOST_BYTES + 1)
        if len(content) > class_list.MOST_BYTES:
            return self._page(box, 422, said="表格太大了，最大 4 MB：表里只写字，录音和图片另外传。")
        try:
            with self._database.reading() as session:
                contest = session.get_one(Contest, _box(session, box).contest_id)
                children, wrong = class_list.read(
                    session, contest, name_of(file), content, today=times.today(times.now())
                )
        except BadInput as error:
            return self._page(box, 422, said=error.to_staff)
        kept: set[str] = set()
        for child in children:
            wrong += self._kept(box, child, kept)
        done = f"表里读到 {len(kept)} 件，都放进名单了。" if kept else ""
        if not wrong:
            return redirect(url_for("pages.box", box=box, done=done or "表里没有写作品。"), 303)
        return self._page(box, 422, wrong=wrong, done=done)

    def _kept(self, box: str, child: Child, before: set[str]) -> list[Wrong]:
        """One row, whole or not at all; its work is put beside those of the rows `before`."""
        try:
            before.add(
                self._database.unit(partial(_child_kept, box=box, child=child, before=before, now=times.now()))
            )
        except _BadRow as no:
            return [
                Wrong(child.cells.get(name, child.where), child.typed.get(name, "")[:30], said)
                for name, said in no.wrong.items()
            ]
        except Refused as no:
            return [Wrong(child.where, child.typed["author"][:30], _without_chat(no))]
        return []

    # ── files and slips ──

    def match(self, box: str) -> AnyResponse:
        """{"names"}: whose each file is, by its name; the page then sends it there."""
        given = request.get_json(force=True, silent=True)
        names = given.get("names") if isinstance(given, dict) else None
        if not isinstance(names, list) or len(names) > MOST_NAMES:
            return _json({"words": f"一次最多选 {MOST_NAMES} 个文件。"}, 400)
        with self._database.reading() as session:
            works = school_box.works_of(session, _box(session, box))
            found = [_matched(box, str(name)[:200], works) for name in names]
        return _json({"files": found})

    def files(self, box: str) -> AnyResponse:
        """Files that came with the form, without a script; `kind` slip: signed slips."""
        sent = [file for file in request.files.getlist("file") if file.filename]
        wants_slip, mark = request.form.get("kind") == "slip", request.form.get("once", "")[:32]
        if not sent:
            return self._page(box, 422, said="请先选文件。")
        with self._database.reading() as session:
            works = school_box.works_of(session, _box(session, box))
            whose = [(file, school_box.meant_by(name_of(file), works)) for file in sent[:MOST_NAMES]]
            pairs = [(file, work.code if work else None) for file, work in whose]
        wrong = []
        for place, (file, code) in enumerate(pairs):
            said = NOT_MATCHED if code is None else self._taken(box, file, code, f"form:{mark}:{place}", wants_slip)
            if said:
                wrong.append(Wrong(name_of(file), "没有收下", said))
        done = f"收下了 {len(pairs) - len(wrong)} 个文件。" if len(pairs) > len(wrong) else ""
        if wrong:
            return self._page(box, 422, wrong=wrong, done=done)
        return redirect(url_for("pages.box", box=box, done=done), 303)

    def _taken(self, box: str, file: FileStorage, code: str, source: str, wants_slip: bool) -> str:
        return self._bench.taken(_at(box, code), file, source, wants_slip=wants_slip)

    def slips(self, box: str) -> AnyResponse:
        """To print: a slip for each child, with the wording it is signed for; without one there is nothing to sign."""
        with self._database.reading() as session:
            found = _box(session, box)
            contest = session.get_one(Contest, found.contest_id)
            wording = queries.wording_of(session, contest, Purpose.GUARDIAN)
            entry = queries.wording_of(session, contest, Purpose.ENTRY)
            wanted = request.args.get("work", "")
            rows = [
                (number, work.author, work.title, _group(session, work))
                for number, work in school_box.works_of(session, found)
                if work.author and (not wanted or work.code == wanted)
            ]
            drawn = self._draw(
                "pages/box_slips.html", box=box, school=found.name, contest=contest.title, rows=rows,
                wording=wording, entry=entry, today=texts.birthday(times.today(times.now())),
            )  # fmt: skip
        return make_response(drawn)

    def tick(self, at: At) -> AnyResponse:
        """The slip of this child was signed, or: it was ticked by mistake."""
        box, form, now = _code(), request.form, times.now()
        faults, given = {}, {}
        if form.get("act") != "untick":
            for field, what, most in (("name", "签字的监护人", 60), ("relation", "与孩子的关系", 20)):
                try:
                    given[field] = name_in(form.get(field, ""), what=what, most=most)
                except Refused as no:
                    faults[field] = no.to_reader
        code = (request.view_args or {})["work"]
        if faults:
            return self._page(box, 422, faults=faults, ticking=code, typed=form)
        try:
            self._database.unit(
                partial(_ticked, at=at, given=given, wording_id=row_number(form.get("wording", "")) or 0, now=now)
            )
        except Refused as no:
            return self._page(box, 409, said=_without_chat(no), ticking=code, typed=form)
        return redirect(f"{_home()}#w{code}", 303)

    def slip(self, at: At) -> AnyResponse:
        """Take a scan away again."""
        try:
            self._bench.act(at, request.form.get("act", ""))
        except Refused as no:
            return self._page(_code(), 409, said=_without_chat(no))
        return redirect(_home(), 303)

    def hand_in(self, box: str) -> AnyResponse:
        """Everything that is complete, each by itself."""
        with self._database.reading() as session:
            codes = [
                work.code for _, work in school_box.works_of(session, _box(session, box))
                if work.state in CHANGEABLE and not missing(session, work)
            ]  # fmt: skip
        done, wrong = 0, []
        for code in codes:
            try:
                self._database.unit(partial(_handed_in, at=_at(box, code), now=times.now()))
                done += 1
            except Refused as no:
                wrong.append(_without_chat(no))
        if not codes:
            return self._page(box, 409, said="还没有齐了的作品可以交。每件缺什么，写在名单里。")
        if wrong:
            return self._page(box, 409, said=f"交上了 {done} 件，{len(wrong)} 件没有交上：{wrong[0]}")
        return redirect(url_for("pages.box", box=box, done=f"交上了 {done} 件。馆员看过，结果写在名单里。"), 303)


NOT_MATCHED = "看不出是哪位同学的：文件名里写上姓名，或者用名单里的序号开头；同名的加上作品名。"


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, bench: Bench, *, headers: dict[str, str]
) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw, bench)
    base = "/c/box/<string(minlength=8,maxlength=40):box>"

    def recording(view: Callable[[At], AnyResponse]) -> Callable[[At], AnyResponse]:
        def with_its_headers(at: At) -> AnyResponse:
            response = view(at)
            response.headers.update(headers)
            return response

        return with_its_headers

    for rule, name, view, method in (
        ("", "box", views.page, "GET"),
        ("/add", "box_add", views.add, "POST"),
        ("/template.xlsx", "box_template", views.template, "GET"),
        ("/sheet", "box_sheet", views.sheet, "POST"),
        ("/match", "box_match", views.match, "POST"),
        ("/files", "box_files", views.files, "POST"),
        ("/slips", "box_slips", views.slips, "GET"),
        ("/hand-in", "box_hand_in", views.hand_in, "POST"),
    ):
        taking = takes_files(MOST_FORM if name == "box_files" else class_list.MOST_BYTES, is_theirs=_has_opened)
        blueprint.add_url_rule(base + rule, name, taking(views.entered(view)), methods=[method])
    for rule, name, of_work, method in (
        ("", "box_work", recording(views.work), "GET"),
        ("", "box_save", recording(views.save), "POST"),
        ("/tick", "box_tick", views.tick, "POST"),
        ("/slip", "box_slip", views.slip, "POST"),
        *bench.doors("box"),
    ):
        taking = takes_files(MOST_FORM if name == "box_save" else MOST_PART, is_theirs=_has_opened)
        blueprint.add_url_rule(
            f"{base}/works/<work>{rule}", name, taking(views.entered(views.placed(of_work))), methods=[method]
        )


def _has_opened() -> bool:
    """This browser has opened this very box before."""
    return cookies.get(OPENED) == tries.key("box", str((request.view_args or {}).get("box", "")).upper())


def _at(box: str, work: str) -> At:
    def find(session: Session) -> Submission:
        return school_box.work_called(session, _box(session, box), work) or abort(404)

    return At(find, url_for("pages.box_work", box=box, work=work), None)


def _box(session: Session, box: str) -> Organisation:
    return school_box.box_called(session, box) or abort(404)


def _code() -> str:
    return str((request.view_args or {})["box"])


def _home() -> str:
    return url_for("pages.box", box=_code())


def _json(body: Any, status: int = 200) -> AnyResponse:
    response = jsonify(body)
    response.status_code = status
    return response


def _without_chat(no: Refused) -> str:
    """A teacher has no chat with us: the first sentence says what is the matter."""
    words = untapped(no.to_reader)
    before = words.partition("回复“")[0]
    return before[: before.rfind("。") + 1] or words


# ── the list ──


def _page(session: Session, box: Organisation, now: datetime) -> Page:
    contest = session.get_one(Contest, box.contest_id)
    genres = [row.genre for row in queries.genres_of(session, contest)]
    versions = (
        session.query(Wording)
        .filter_by(contest_id=contest.id, purpose=Purpose.GUARDIAN)
        .order_by(Wording.version.desc())
    )
    works = school_box.works_of(session, box)
    won = queries.awards_of(session, [work for _, work in works])
    return Page(
        _code(), box.name, contest.title, contest.code, texts.when(contest, now=now),
        rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now),
        rules.takes_mended(contest.state), box.most_works,
        tuple(_row(session, number, work, won.get(work.id, []), now) for number, work in works),
        tuple((one.id, f"第 {one.version} 版") for one in versions), tuple((one.value, texts.GENRES[one]) for one in genres),
        any(one not in WRITTEN for one in genres),
    )  # fmt: skip


def _row(
    session: Session, number: int, work: Submission, won: list[tuple[Award, str]], now: datetime
) -> Row:  # fmt: skip
    is_changeable = work.state in CHANGEABLE
    agreed = queries.standing_agreement(session, work, Purpose.GUARDIAN)
    needs_slip = rules.needs_guardian(times.today(now), born_on=work.born_on, is_child=work.is_child)
    pieces = queries.pieces_of(session, work, slips=True)
    slips = tuple(
        Slip(one.id, one.name, one.cause if one.state is PieceState.REFUSED else "")
        for one in pieces
        if one.kind is PieceKind.SLIP
    )
    return Row(
        number, work.code, work.author or "还没写姓名", work.title, _group(session, work), STATES[work.state],
        work.state in (S.SUBMITTED, S.ACCEPTED), work.state is S.RETURNED,
        tuple(missing(session, work).values()) if is_changeable else (),
        work.reason if work.state in (S.RETURNED, S.HIDDEN) or (work.state is S.DRAFT and work.handed_in_at) else "",
        needs_slip, f"{agreed.name}（{agreed.relation}）" if agreed else "", slips, work.state in school_box.TICKABLE, is_changeable,
        f"编号 {work.number}" if work.number else "",
        tuple(texts.results(work.contest, won)) if work.state is S.ACCEPTED else (),
    )  # fmt: skip


STATES = {
    **texts.STATES, S.DRAFT: "还没交", S.WAITING: "交了，还差监护人签字", S.RETURNED: "退回来了，要改",
}  # fmt: skip


def _group(session: Session, work: Submission) -> str:
    return texts.group_name(session.get(ContestGroup, work.group_id) if work.group_id else None)


def _matched(box: str, name: str, works: list[tuple[int, Submission]]) -> dict[str, str | None]:
    work = school_box.meant_by(name, works)
    if work is None:
        return {"at": None, "words": NOT_MATCHED}
    number = next(number for number, one in works if one is work)
    takes = "" if work.genre not in WRITTEN else "text"
    return {
        "at": url_for("pages.box_work", box=box, work=work.code),
        "words": f"{number} {work.author}《{work.title}》",
        "takes": takes,
    }


# ── in one transaction each ──


class _BadRow(Refused):
    """A row that is not kept; field → what was expected."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__("a row of a sheet")
        self.wrong = wrong


def _added(session: Session, *, box: str, genre: str, now: datetime) -> str:
    found = _box(session, box)
    genres = [row.genre for row in queries.genres_of(session, session.get_one(Contest, found.contest_id))]
    return school_box.add(session, found, Genre(genre) if genre in genres else genres[0], now=now).code


def _child_kept(session: Session, *, box: str, child: Child, before: set[str], now: datetime) -> str:
    """The same child, by name and birthday, with the same title is the same work: its code. A school has namesakes.

    Raises: _BadRow, and then nothing of the row is kept.
    """
    found, today = _box(session, box), times.today(now)
    text = session.get(SetText, int(child.typed["text"])) if "text" in child.typed else None
    known = school_box.known_as(
        session, found, author=" ".join(child.typed["author"].split()), genre=child.genre,
        born_on=birthday_in(child.typed["born_on"], today=today), title=child.typed.get("title") or (text.title if text else ""),
    )  # fmt: skip
    if known is not None and known.code in before:
        raise _BadRow({"author": "表里前面已经有这个孩子的同一个作品名，这一行没有用：两件作品请写不同的作品名。"})
    if known is not None and known.state not in CHANGEABLE:
        raise _BadRow({"author": "这件已经交上了，这一行没有动它。"})
    work = known or school_box.add(session, found, child.genre, now=now)
    if wrong := save(session, work, child.typed, today=today):
        raise _BadRow(wrong)
    if "group" in (lacks := missing(session, work)) and work.group_id is not None:
        raise _BadRow({"group": lacks["group"]})
    return work.code


def _taken_out(session: Session, *, at: At, now: datetime) -> None:
    handing_in.withdraw(session, at.find(session), now=now)


def _ticked(session: Session, *, at: At, given: dict[str, str], wording_id: int, now: datetime) -> None:
    work = at.find(session)
    if not given:
        school_box.untick(session, work, now=now)
        return
    wording = session.get(Wording, wording_id)
    if not school_box.slips_of(session, work):
        raise NoSlip
    if wording is None or wording.contest_id != work.contest_id or wording.purpose is not Purpose.GUARDIAN:
        raise ChangedElsewhere
    school_box.tick(
        session, work, wording, name=given["name"], relation=given["relation"], by=_by(session, work), now=now
    )


def _by(session: Session, work: Submission) -> str:
    """Who ticked it, as the books have it."""
    return f"{session.get_one(Organisation, work.organisation_id).name[:50]}投稿箱"


def _handed_in(session: Session, *, at: At, now: datetime) -> None:
    work = held(session, at.find(session))  # of two taps the second finds it handed in
    wording = queries.wording_of(session, work.contest, Purpose.ENTRY)
    if wording is None:  # no contest opens without one
        abort(404)
    if work.state in CHANGEABLE:
        if not school_box.slips_of(session, work):  # whose scan is gone, or was of no use, has nothing signed
            school_box.untick(session, work, now=now)
        handing_in.hand_in(
            session, work, agrees_to=wording, now=now, way=AgreementWay.SLIP, recorded_by=_by(session, work)
        )
