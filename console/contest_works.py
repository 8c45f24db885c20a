"""作品: all of a contest with filters and as Excel, one with everything staff may know of it, and the queue for screening."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.contest_form import GENRES
from console.desk import Desk, by_me, done, drawn, me, refused
from console.exports import EVERY_ROW, Sheet, downloaded, minute, workbook
from console.records import lines_about
from console.rights import Act, may
from contests import files, queries, rules, screening
from contests.judging.hearing import TYPES
from models import times
from models.audit import AuditLine
from models.by import By
from models.contest import (
    HANDED_IN,
    STANDING,
    Agreement,
    Contest,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.errors import BadFields, BadInput

S = SubmissionState
PAGE = 50
NEAR_SHOWN = 5
BESIDE = timedelta(minutes=2)  # what somebody has just opened is left to them
REASONS = (
    "声音太小或有杂音，请靠近手机再录一次",
    "篇目和组别对不上，请核对",
    "字数不在要求的范围里，请增减",
    "作者名请写真实姓名，便于发证书",
    "图片不清楚，请重新拍",
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to, as its address says."""

    state: str = ""
    genre: str = ""
    group: str = ""
    organisation: str = ""
    words: str = ""

    @property
    def args(self) -> dict[str, str]:
        """For addresses that keep it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/works, /console/works/<number>, /console/contests/<number>/screen, /console/works/media/<digest>"""
    views = _Views(desk)
    blueprint.add_url_rule("/contests/<int:number>/works", "contest_works", views.all)
    blueprint.add_url_rule("/contests/<int:number>/works.xlsx", "contest_works_file", views.file)
    blueprint.add_url_rule("/contests/<int:number>/screen", "contest_screen", views.screen)
    blueprint.add_url_rule("/works/<int:number>", "contest_work", views.one)
    blueprint.add_url_rule("/works/media/<digest>", "work_media", views.media)
    for name, verb, said in (
        ("accept", lambda session, work, by: screening.accept(session, work, by=by), "通过了。"),
        ("return", _return, "退回给作者了，原因会发给作者。"),
        ("hide", _hide, "隐藏了，不再展示和评审。"),
        ("back", lambda session, work, by: screening.bring_back(session, work, by=by), "恢复了，请重新审核。"),
        ("intro", _intro, "记下了：评委从这里开始听。"),
    ):
        rule = f"/works/<int:number>/{name}"
        blueprint.add_url_rule(rule, f"work_{name}", views.acting(verb, said), methods=["POST"])


def _return(session: Session, work: Submission, by: By) -> None:
    screening.return_(session, work, request.form.get("reason", ""), by=by)


def _hide(session: Session, work: Submission, by: By) -> None:
    screening.hide(session, work, request.form.get("reason", ""), by=by)


def _intro(session: Session, work: Submission, by: By) -> None:
    try:
        seconds = float(request.form.get("intro", ""))
    except ValueError:
        raise BadFields({"intro": "请写自我介绍到第几秒为止，例如 6.5。"}) from None
    screening.mark_intro(session, work, round(seconds * 1000), by=by)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_CONTESTS)
    def all(self, number: int) -> str:
        """Those handed in, the newest first."""
        sought, before = _sought(), request.args.get("before", type=int)
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            rows = _found(session, contest, sought)
            if before:
                rows = rows.where(Submission.id < before)
            works = session.scalars(rows.order_by(Submission.id.desc()).limit(PAGE + 1)).all()
            return drawn(
                "contest_works.html", contest=contest, works=works[:PAGE], sought=sought, genres=GENRES, **_names(session, contest),
                after=works[PAGE - 1].id if len(works) > PAGE else None,
                taken=[row.genre for row in queries.genres_of(session, contest)],
            )  # fmt: skip

    @may(Act.SEE_CONTESTS)
    def file(self, number: int) -> Response:
        """The same as Excel, all of it; phones masked."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            names = _names(session, contest)
            works = session.scalars(_found(session, contest, _sought()).order_by(Submission.number)).all()
            file = workbook(_table(works, names), most_rows=EVERY_ROW)
            title, subject = contest.title, f"contest {contest.code}"
        self._desk.noted("works exported", subject, detail=f"{len(works)} 件")
        return downloaded(f"{title} 作品", file)

    @may(Act.SEE_CONTESTS)
    def one(self, number: int) -> str:
        """A work with its files, words, agreements, likenesses and history."""
        with self._desk.reading() as session:
            work = session.get(Submission, number) or abort(404)
            if work.state not in HANDED_IN and work.state is not S.WITHDRAWN:
                abort(404)  # a draft is its author's alone
            return drawn("contest_work.html", **_shown(session, work), is_queue=False)

    @may(Act.SCREEN_WORKS)
    def screen(self, number: int) -> str:
        """The next work that waits, those that a colleague has just opened left out."""
        skipped = [int(one) for one in request.args.get("skip", "").split(",") if one.isdecimal()][-200:]
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            waiting = _waiting(contest)
            left = session.scalar(sa.select(sa.func.count()).select_from(waiting.subquery())) or 0
            queue = waiting.where(Submission.id.not_in(skipped)).order_by(Submission.handed_in_at, Submission.id)
            rows = session.scalars(queue.limit(20)).all()
            busy = _opened_by_others(session, [row.code for row in rows])
            work = next((row for row in rows if row.code not in busy), rows[0] if rows else None)
            if work is None:
                return drawn("contest_screened.html", contest=contest, left=left, skipped=len(skipped))
            code, page = work.code, drawn(
                "contest_work.html", **_shown(session, work), is_queue=True, left=left,
                skip=",".join(map(str, [*skipped, work.id])),
            )  # fmt: skip
        self._desk.noted("work opened", f"work {code}")
        return page

    @may(Act.SEE_CONTESTS)
    def media(self, digest: str) -> Response:
        """A file of a work, for staff: any part of it that is asked for."""
        with self._desk.reading() as session:
            is_ours = session.scalar(
                sa.select(
                    sa.exists().where(Piece.playable == digest, Piece.state == PieceState.READY)
                    | sa.exists().where(Submission.whole == digest)
                )
            )
        path = files.playable(self._desk.media, digest) if is_ours else None
        if path is None:
            abort(404)
        response = send_file(path, mimetype=TYPES[path.suffix[1:]], conditional=True, etag=digest, max_age=0)
        response.headers["Content-Disposition"] = "inline"
        return response

    def acting(self, verb: Callable[[Session, Submission, By], None], said: str) -> Callable[..., Response]:
        """A view that does one thing to a work, and goes on with the queue where it was asked from there."""

        @may(Act.SCREEN_WORKS)
        def view(number: int) -> Response:
            where = url_for("console.contest_work", number=number)
            try:
                with self._desk.unit() as session:
                    work = session.get(Submission, number) or abort(404)
                    contest_id = work.contest_id
                    verb(session, work, by_me())
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", where)
            if request.form.get("queue"):
                where = url_for("console.contest_screen", number=contest_id, skip=request.form.get("skip") or None)
            return done(said, where)

        return view


def _sought() -> Sought:
    return Sought(**{name: request.args.get(name, "").strip()[:60] for name in Sought.__slots__})


def _found(session: Session, contest: Contest, sought: Sought) -> sa.Select[Submission]:
    rows = sa.select(Submission).where(Submission.contest_id == contest.id, Submission.state.in_(HANDED_IN))
    if sought.state in set(S):
        rows = rows.where(Submission.state == S(sought.state))
    if sought.genre in set(Genre):
        rows = rows.where(Submission.genre == Genre(sought.genre))
    if sought.group.isdecimal():
        rows = rows.where(Submission.group_id == int(sought.group))
    if sought.organisation.isdecimal():
        rows = rows.where(Submission.organisation_id == int(sought.organisation))
    if sought.words.isdecimal():
        return rows.where(Submission.number == int(sought.words))
    if sought.words:
        like = sought.words
        rows = rows.where(
            Submission.title.contains(like, autoescape=True) | Submission.author.contains(like, autoescape=True)
        )
    return rows


def _names(session: Session, contest: Contest) -> dict[str, Mapping[int, str]]:
    return {
        "groups": {row.id: row.name for row in queries.groups_of(session, contest)},
        "organisations": {row.id: row.name for row in queries.organisations_of(session, contest)},
        "texts": {row.id: row.title for row in queries.texts_of(session, contest)},
    }


def _table(works: Sequence[Submission], names: Mapping[str, Mapping[int, str]]) -> Sheet:
    heads = [
        ("编号", 8), ("作品名", 30), ("作者", 14), ("组别", 12), ("体裁", 10), ("篇目", 20), ("单位", 18), ("指导老师", 12),
        ("同读的家长", 12), ("字数", 8), ("时长", 10), ("状态", 10), ("电话", 14), ("提交", 18), ("原因", 30),
    ]  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (
            one.number, one.title, one.author, names["groups"].get(one.group_id or 0, ""), GENRES[one.genre],
            names["texts"].get(one.text_id or 0, ""), names["organisations"].get(one.organisation_id or 0, ""),
            one.teacher, one.partner, one.characters or None, rules.said_length(one.length_ms / 1000) if one.length_ms else "",
            WORDS[one.state], masked_phone(one.phone), minute(one.handed_in_at), one.reason,
        )
        for one in works
    ]  # fmt: skip
    return Sheet("作品", heads, rows)


WORDS = {
    S.DRAFT: "草稿", S.WAITING: "等家长同意", S.SUBMITTED: "待审", S.RETURNED: "已退回", S.ACCEPTED: "已通过", S.HIDDEN: "已隐藏",
    S.WITHDRAWN: "已撤稿",
}  # fmt: skip


def masked_phone(phone: str) -> str:
    """138****8000: enough to tell whose it is."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else ""


def _waiting(contest: Contest) -> sa.Select[Submission]:
    return sa.select(Submission).where(
        Submission.contest_id == contest.id, Submission.state == S.SUBMITTED, Submission.ready_at.is_not(None)
    )


def _opened_by_others(session: Session, codes: Sequence[str]) -> set[str]:
    """Works that a colleague has opened within the last minutes, as the log has it."""
    subjects = [f"work {code}" for code in codes]
    rows = sa.select(AuditLine.subject).where(
        AuditLine.act == "work opened", AuditLine.subject.in_(subjects), AuditLine.who != me().login,
        AuditLine.at > times.now() - BESIDE,
    )  # fmt: skip
    return {subject.removeprefix("work ") for subject in session.scalars(rows)}


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as staff see it."""

    what: Purpose
    given: Agreement
    version: int


def _shown(session: Session, work: Submission) -> dict[str, Any]:
    agreements = session.execute(
        sa.select(Agreement, Wording.version)
        .join(Wording, Wording.id == Agreement.wording_id)
        .where(Agreement.submission_id == work.id)
        .order_by(Agreement.id)
    )
    pieces = queries.pieces_of(session, work, slips=True)
    return {
        "work": work, "contest": work.contest, "pieces": [one for one in pieces if one.kind is not PieceKind.SLIP],
        "slips": [one for one in pieces if one.kind is PieceKind.SLIP], "genres": GENRES, "reasons": REASONS,
        "agreements": [Agreed(one.purpose, one, version) for one, version in agreements],
        "trail": lines_about(session, f"work {work.code}", but=("work opened",)), "same": queries.same_files(session, work),
        "near": near_texts(session, work), "limits": queries.limits_of(session, work), "state_words": WORDS,
        "said_length": rules.said_length, **_names(session, work.contest),
    }  # fmt: skip


def near_texts(session: Session, work: Submission) -> list[tuple[Submission, int]]:
    """Works of the contest whose words are nearly these, with how much they share, in percent."""
    if not work.likeness:
        return []
    others = sa.select(Submission.id, Submission.likeness).where(
        Submission.contest_id == work.contest_id, Submission.id != work.id, Submission.state.in_(STANDING),
        Submission.characters > 0,
    )  # fmt: skip
    near = [
        (number, share)
        for number, sketch in session.execute(others)
        if (share := rules.likeness(work.likeness, sketch or ())) >= rules.NEAR
    ]
    near.sort(key=lambda one: -one[1])
    return [(session.get_one(Submission, number), round(share * 100)) for number, share in near[:NEAR_SHOWN]]
