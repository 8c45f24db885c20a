"""/c/<code>/hand-in: a work handed in on a page, as in the chat: what it is, the work itself, a last look, the receipt.

The draft is the same row that the chat goes on with, so that one may change from the phone's keyboard to the chat and back. What
is typed is kept after the closing as well: a late code, or a contest that is extended, lets it in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup.party import name_in
from contests import guardians, handing_in, queries, rules, texts
from contests.holding import held
from contests.refusals import BadLateCode, Closed, NotReady, NotYetOpen
from handlers.work_words import RELATIONS, may_be_child
from models import links, times
from models.contest import (
    WRITTEN,
    AgreementWay,
    Contest,
    ContestGroup,
    Genre,
    GroupKind,
    PieceState,
    Purpose,
    SetText,
    Submission,
    SubmissionState,
    Wording,
)
from models.db import Database
from models.errors import Refused
from pages.contest import CODE_LENGTH
from pages.errors import Draw, Sorry
from pages.hand_in_form import form_of
from pages.identity import Identity
from pages.work_bench import MOST_FORM, MOST_PART, At, Bench, files_of, once
from payouts.texts import untapped
from web.uploads import takes_files

S = SubmissionState
CHANGEABLE = (S.DRAFT, S.RETURNED)
LONGEST_NAME = 60
OFFERED = RELATIONS[:10]


@dataclass(frozen=True, slots=True)
class Look:
    """The last look. `asks_age`: nobody knows yet whether the author is fourteen."""

    contest: str
    code: str
    facts: tuple[tuple[str, str], ...]
    words: str
    files: tuple[int, ...]  # that are heard or seen
    wording: str
    wording_id: int
    version: int
    asks_age: bool
    is_child: bool
    is_closed: bool  # a late code is asked for
    page: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a work that was handed in."""

    contest: str
    code: str
    number: int | None
    title: str
    state: str
    lines: tuple[str, ...]
    waits: bool
    wording: str
    wording_id: int
    keep: str  # the wording for keeping it, where it is worth asking
    keep_id: int
    may_mend: bool
    page: str


class _Views:
    def __init__(
        self, identity: Identity, database: Database, draw: Draw, bench: Bench, house: tuple[str, str]
    ) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._bench = bench
        self._secret, self._site = house

    # ── beginning ──

    def start(self, openid: str, code: str) -> AnyResponse:
        """On to the draft, where there is one; else what kind of work it is going to be."""
        with self._database.reading() as session:
            contest = _contest(session, code)
            draft = queries.draft_of(session, contest, openid)
            if draft is not None:
                return redirect(_page(code, draft), 303)
            drawn = self._start(session, contest, openid, "")
        return make_response(drawn)

    def _start(self, session: Session, contest: Contest, openid: str, wrong: str, late: str = "") -> str:
        now = times.now()
        mine = queries.works_of(session, openid, contest=contest)
        rows = [
            (texts.receipt_name(one), texts.STATES[one.state], _page(contest.code, one))
            for one in mine
            if one.state is not S.WITHDRAWN
        ]
        is_open = rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now)
        return self._draw(
            "pages/hand_in_start.html", contest=contest.title, code=contest.code, when=texts.when(contest, now=now),
            genres=[
                (row.genre.value, texts.GENRES[row.genre], texts.length_words(queries.limits_in(session, contest.id, row.genre, None), row.genre))
                for row in queries.genres_of(session, contest)
            ],
            mine=rows, is_open=is_open, is_to_come=now < contest.opens_at,
            is_late=not is_open and now >= contest.opens_at and rules.takes_mended(contest.state),
            is_full=queries.count_standing(session, contest, openid) >= contest.works_each, most=contest.works_each,
            wrong=wrong, late=late,
        )  # fmt: skip

    def begin(self, openid: str, code: str) -> AnyResponse:
        """A draft, or with a late code after the closing."""
        given, late, now = request.form.get("genre", ""), request.form.get("late", ""), times.now()
        try:
            work = self._database.unit(partial(_begun, code=code, openid=openid, genre=given, late=late, now=now))
        except Refused as no:
            with self._database.reading() as session:
                drawn = self._start(session, _contest(session, code), openid, untapped(no.to_reader), late)
            return make_response(drawn, 409)
        return redirect(url_for("pages.hand_in_work", code=code, work=work), 303)

    # ── putting it together ──

    def page(self, at: At) -> AnyResponse:
        """The form while it may be changed, else what became of it."""
        with self._database.reading() as session:
            work = at.find(session)
            if work.state not in CHANGEABLE:
                return make_response(self._receipt(session, at, work))
        return self._form(at, self._bench.missing(at) if "wrong" in request.args else {}, 200)

    def _form(self, at: At, wrong: dict[str, str], status: int, said: str = "") -> AnyResponse:
        with self._database.reading() as session:
            work, now = at.find(session), times.now()
            typed = request.form if request.method == "POST" else None
            form = form_of(session, work, typed=typed, wrong=wrong)
            drawn = self._draw(
                "pages/hand_in.html", form=form, files=files_of(session, work), at=at.page, contest=work.contest.title,
                code=work.contest.code, work=work.code, when=texts.when(work.contest, now=now), said=said,
                reason=work.reason if work.reason and work.handed_in_at else "", once=once(), other=work.words if "" in wrong else "",
                set_text=_text_words(session, work), is_late=_is_late(work, now), is_over=_is_over(work, now), least=rules.GUARDED_BELOW,
            )  # fmt: skip
        return make_response(drawn, status)

    def save(self, at: At) -> AnyResponse:
        """The whole form: kept first, whichever button was pressed; then what the button says."""
        act, form = request.form.get("act", "save"), request.form
        try:
            wrong = self._bench.kept(at, form)
            if "" in wrong:
                return self._form(at, wrong, 409)
            sent = request.files.getlist("file")
            said = "".join(self._bench.take(at, sent, once=form.get("once", "")[:32]))
            self._bench.act(at, act)
        except Refused as no:
            return self._identity.sorry(Sorry("没有存上", untapped(no.to_reader)), 409)
        if act == "look":
            wrong = {**self._bench.missing(at), **wrong}
        if wrong or said:
            return self._form(at, wrong, 422, said)
        if act == "look":
            return redirect(f"{at.page}/look", 303)
        return redirect(f"{at.page}#files" if ":" in act or act == "upload" else at.page, 303)

    # ── the last look ──

    def look(self, at: At) -> AnyResponse:
        """All of it as it will be handed in, and what is agreed to."""
        if self._bench.missing(at):
            return redirect(f"{at.page}?wrong=1", 303)
        return self._looked(at, {}, 200)

    def _looked(self, at: At, wrong: dict[str, str], status: int) -> AnyResponse:
        with self._database.reading() as session:
            work = at.find(session)
            if work.state not in CHANGEABLE:
                return redirect(at.page, 303)
            look = _look(session, at, work)
        typed = request.form if request.method == "POST" else {}
        return make_response(self._draw("pages/hand_in_look.html", look=look, wrong=wrong, typed=typed), status)

    def hand_in(self, at: At) -> AnyResponse:
        """同意: handed in, to staff or first to a guardian. Another wording meanwhile is shown before it is agreed to."""
        form = request.form
        asked = _Agreed(
            form.get("wording", 0, type=int), form.get("age", ""), form.get("late", "").strip(), times.now()
        )
        try:
            wrong = self._database.unit(partial(_handed_in, at=at, asked=asked))
        except NotReady:
            return redirect(f"{at.page}?wrong=1", 303)
        except (BadLateCode, Closed, NotYetOpen) as no:
            said = untapped(no.to_reader)
            return self._looked(
                at, {"late": said if asked.late else "截稿时间过了。写好的都还在；有补交码的，写在这里再交。"}, 409
            )
        except Refused as no:
            return self._identity.sorry(Sorry("没有交上", untapped(no.to_reader)), 409)
        return self._looked(at, wrong, 422 if "age" in wrong else 409) if wrong else redirect(at.page, 303)

    # ── afterwards ──

    def _receipt(self, session: Session, at: At, work: Submission, wrong: dict[str, str] | None = None) -> str:
        link = ""
        if work.state is S.WAITING and self._secret and at.openid:
            sealed = links.sealed_link(self._secret, at.openid, links.Purpose.GUARDIAN, work.code, times.now())
            link = f"{self._site}/g/{sealed}"
        return self._draw(
            "pages/hand_in_done.html", page=_receipt(session, at, work), link=link, relations=OFFERED, wrong=wrong or {},
            typed=request.form if request.method == "POST" else {},
        )  # fmt: skip

    def after(self, at: At) -> AnyResponse:
        """guardian: on the author's own phone; keep: it stays after the contest; mend: it comes back."""
        act, form, now = request.form.get("act", ""), request.form, times.now()
        if act == "guardian" and (wrong := _wrong_names()):
            with self._database.reading() as session:
                return make_response(self._receipt(session, at, at.find(session), wrong), 422)
        wanted = _After(act, form.get("name", ""), form.get("relation", ""), form.get("wording", 0, type=int), now)
        try:
            is_done = self._database.unit(partial(_done_after, at=at, wanted=wanted))
        except Refused as no:
            return self._identity.sorry(Sorry("没有办成", untapped(no.to_reader)), 409)
        if not is_done:
            with self._database.reading() as session:
                said = {"wording": "文字刚刚改过，请再看一遍。"}
                return make_response(self._receipt(session, at, at.find(session), said), 409)
        return redirect(at.page, 303)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, bench: Bench, *, secret: str, site: str,
    headers: dict[str, str],
) -> None:  # fmt: skip
    """The routes of these pages. `headers`: of a page that may record."""
    views, asked = (
        _Views(identity, database, draw, bench, (secret, site)),
        identity.who_is_it("投稿", instead=_in_the_chat),
    )
    base = f"/c/<string(length={CODE_LENGTH}):code>/hand-in"
    blueprint.add_url_rule(base, "hand_in", asked(views.start))
    blueprint.add_url_rule(base, "hand_in_begin", asked(views.begin), methods=["POST"])
    is_known = partial(_is_known, identity)

    def recording(view: Callable[[At], AnyResponse]) -> Callable[[At], AnyResponse]:
        def with_its_headers(at: At) -> AnyResponse:
            response = view(at)
            response.headers.update(headers)
            return response

        return with_its_headers

    for rule, name, view, method in (
        ("", "hand_in_work", recording(views.page), "GET"),
        ("", "hand_in_save", recording(views.save), "POST"),
        ("/look", "hand_in_look", views.look, "GET"),
        ("/look", "hand_in_now", views.hand_in, "POST"),
        ("/after", "hand_in_after", views.after, "POST"),
        *bench.doors("hand_in"),
    ):
        most = MOST_FORM if name == "hand_in_save" else MOST_PART
        taking = takes_files(most, is_theirs=is_known)(asked(_placed(view)))
        blueprint.add_url_rule(f"{base}/<work>{rule}", name, taking, methods=[method])


def _is_known(identity: Identity) -> bool:
    return identity.reader() is not None


def _in_the_chat(**_where: str) -> str:
    return f"不想开网页？在公众号里回复“{texts.HAND_IN}”，一步一步来，随时可以停下。"


def _placed(view: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
    """The same view, told whose work it is: 404 for another reader's, as if it were none."""

    def of_reader(openid: str, code: str, work: str, **more: Any) -> AnyResponse:
        def find(session: Session) -> Submission:
            found = queries.submission_called(session, work)
            if found is None or found.openid != openid or found.contest.code != code.lower():
                abort(404)
            return found

        return view(At(find, url_for("pages.hand_in_work", code=code, work=work), openid), **more)

    return of_reader


def _page(code: str, work: Submission) -> str:
    return url_for("pages.hand_in_work", code=code, work=work.code)


def _contest(session: Session, code: str) -> Contest:
    contest = queries.contest_called(session, code)
    return contest if contest is not None and rules.is_public(contest.state) else abort(404)


def _begun(session: Session, *, code: str, openid: str, genre: str, late: str, now: datetime) -> str:
    """The code of the draft. One group alone is nobody's choice."""
    contest = _contest(session, code)
    genres = [row.genre for row in queries.genres_of(session, contest)]
    wanted = genre if genre in genres else genres[0].value
    draft = queries.draft_of(session, contest, openid)
    begun = handing_in.begin(
        session, contest, openid, draft.genre if draft else Genre(wanted), now=now, late_code=late.strip()
    )
    groups = queries.groups_of(session, contest)
    if len(groups) == 1:
        handing_in.describe(session, begun, group_id=groups[0].id)
    return begun.code


def _is_taken(work: Submission, now: datetime) -> bool:
    """Could it be handed in now?"""
    contest = work.contest
    is_back = work.state is S.RETURNED or bool(work.reason and work.handed_in_at)
    if (is_back or work.late_code) and rules.takes_mended(contest.state):
        return True
    return rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now)


def _is_late(work: Submission, now: datetime) -> bool:
    """Would a late code let it in?"""
    return not _is_taken(work, now) and rules.takes_mended(work.contest.state) and now >= work.contest.opens_at


def _is_over(work: Submission, now: datetime) -> bool:
    """Nothing lets it in any more."""
    return not _is_taken(work, now) and not _is_late(work, now)


def _text_words(session: Session, work: Submission) -> tuple[str, str]:
    """The set text to read from: its heading and words."""
    text = session.get(SetText, work.text_id) if work.text_id and work.genre not in WRITTEN else None
    return (f"《{text.title}》{text.author}", text.words) if text is not None and text.words else ("", "")


# ── the last look ──


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What the form of the last look holds."""

    wording: int
    age: str
    late: str
    now: datetime


def _look(session: Session, at: At, work: Submission) -> Look:
    wording, group = _entry_wording(session, work.contest), session.get(ContestGroup, work.group_id)
    text = session.get(SetText, work.text_id) if work.text_id and work.genre not in WRITTEN else None
    facts = (
        ("作品", f"《{work.title}》"), ("组别", texts.group_name(group)),
        ("篇目", f"《{text.title}》{text.author}" if text else ""), ("作者", work.author), ("一起读的家长", work.partner),
        ("生日", texts.birthday(work.born_on) if work.born_on and _is_by_birth(group) else ""), ("指导老师", work.teacher),
        ("联系电话", work.phone),
    )  # fmt: skip
    found = queries.pieces_of(session, work) if work.genre not in WRITTEN else ()
    many = (
        f"{texts.GENRES[work.genre]} {len(found)} {texts.UNITS[work.genre]}"
        if found
        else f"正文 {work.characters} 字"
    )
    return Look(
        work.contest.title, work.contest.code, tuple((name, said) for name, said in (*facts, (texts.GENRES[work.genre], many)) if said),
        work.words if work.genre in WRITTEN else "", tuple(one.id for one in found if one.state is PieceState.READY),
        wording.words, wording.id, wording.version, _asks_age(group), work.is_child, _is_late(work, times.now()), at.page,
    )  # fmt: skip


def _is_by_birth(group: ContestGroup | None) -> bool:
    return group is not None and group.kind is GroupKind.BIRTH


def _asks_age(group: ContestGroup | None) -> bool:
    """Once for each handing in, since no column keeps that somebody is of age."""
    return group is not None and not _is_by_birth(group) and may_be_child(group.name)


def _entry_wording(session: Session, contest: Contest) -> Wording:
    wording = queries.wording_of(session, contest, Purpose.ENTRY)
    if wording is None:  # no contest opens without one
        raise Closed
    return wording


def _handed_in(session: Session, *, at: At, asked: _Agreed) -> dict[str, str]:
    """Field → what is wrong; nothing, and it is in. Raises: as handing_in.hand_in, and BadLateCode."""
    work = held(session, at.find(session))
    if work.state in (S.WAITING, S.SUBMITTED):  # sent twice
        return {}
    wording = _entry_wording(session, work.contest)
    if wording.id != asked.wording:
        return {"wording": "须知刚刚改过，请再看一遍。"}
    if _asks_age(session.get(ContestGroup, work.group_id) if work.group_id else None):
        if asked.age not in ("grown", "child"):
            return {"age": "请选作者满没满 14 岁。"}
        handing_in.describe(session, work, is_child=asked.age == "child")
    if asked.late and asked.late.upper() != work.late_code:
        handing_in.use_late_code(session, work, asked.late, now=asked.now)
    handing_in.hand_in(session, work, agrees_to=wording, now=asked.now, way=AgreementWay.PAGE)
    return {}


# ── afterwards ──


@dataclass(frozen=True, slots=True)
class _After:
    """What a form of the receipt holds."""

    act: str
    name: str
    relation: str
    wording: int
    now: datetime


def _receipt(session: Session, at: At, work: Submission) -> Receipt:
    contest, now = work.contest, times.now()
    waits = work.state is S.WAITING
    guardian = queries.wording_of(session, contest, Purpose.GUARDIAN) if waits else None
    keep = (
        queries.wording_of(session, contest, Purpose.KEEP)
        if work.state in (S.SUBMITTED, S.ACCEPTED) and not work.is_child
        else None
    )
    if keep is not None and queries.standing_agreement(session, work, Purpose.KEEP) is not None:
        keep = None
    lines = []
    if work.state in (S.WAITING, S.SUBMITTED) and work.ready_at is None:
        lines.append("文件还在处理，有问题会马上在公众号里告诉您。")
    lines.append("作者未满 14 岁，还差监护人同意，同意了才算交上。" if waits else "")
    lines.append("馆员看过，就在公众号里告诉您。" if work.state is S.SUBMITTED else "")
    lines.append(f"馆员说：{work.reason}" if work.state is S.HIDDEN and work.reason else "")
    is_open = rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now)
    return Receipt(
        contest.title, contest.code, work.number, work.title, texts.STATES[work.state], tuple(filter(None, lines)), waits,
        guardian.words if guardian else "", guardian.id if guardian else 0, keep.words if keep else "", keep.id if keep else 0,
        work.state in (S.WAITING, S.SUBMITTED) and work.looked_at is None and is_open, at.page,
    )  # fmt: skip


def _wrong_names() -> dict[str, str]:
    wrong = {}
    for field, what, most in (("name", "您的姓名", LONGEST_NAME), ("relation", "与孩子的关系", 20)):
        try:
            name_in(request.form.get(field, ""), what=what, most=most)
        except Refused as no:
            wrong[field] = no.to_reader
    return wrong


def _done_after(session: Session, *, at: At, wanted: _After) -> bool:
    """False where the wording is not the one that was read. Raises: NotChangeable."""
    work = at.find(session)
    if wanted.act == "mend":
        if not rules.takes_works(
            work.contest.state, opens_at=work.contest.opens_at, closes_at=work.contest.closes_at, now=wanted.now
        ):
            raise Closed  # it could not be handed in again
        handing_in.take_back_to_mend(session, work)
        return True
    purpose = {"guardian": Purpose.GUARDIAN, "keep": Purpose.KEEP}.get(wanted.act)
    wording = queries.wording_of(session, work.contest, purpose) if purpose else None
    if wording is None or wording.id != wanted.wording:
        return False
    if purpose is Purpose.GUARDIAN:
        if work.state is S.WAITING:
            guardians.agree(
                session, work, wording, openid=at.openid or "", name=name_in(wanted.name, most=LONGEST_NAME),
                relation=name_in(wanted.relation, most=20), way=AgreementWay.PAGE, now=wanted.now,
            )  # fmt: skip
    elif work.state in (S.SUBMITTED, S.ACCEPTED) and not work.is_child:
        handing_in.agree(
            session, work, wording, openid=at.openid, name=work.author, way=AgreementWay.PAGE, now=wanted.now
        )
    return True
