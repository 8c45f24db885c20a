"""/j/<token> and /judge: a judge's own pages: who they are, their list in their own order, one work after the other.

Blind: neither author, school, teacher nor partner, no number of a receipt, no name or hash of a file is on any of them; a work
is its place in this judge's list. What a judge may see is asked of their own marks every time, so that nobody's address opens
anything to anybody else. A judge is known by a browser that their link was opened in, once (contests.judging.inviting).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests.judging import hearing, inviting, marking, queries, rules
from contests.judging.queries import Own, OwnRound
from contests.judging.refusals import LinkStale, LinkUsed
from models import times
from models.contest import WRITTEN, Contest, ContestGroup, Genre, SetText, Submission
from models.db import Database
from models.errors import Refused
from models.judging import Criterion, Judge
from pages.errors import Draw, Sorry
from pages.identity import Identity, own
from pages.playing import played, player

COOKIE = "shusheng_judge"
LARGE = "shusheng_judge_large"  # 大字: a matter of this browser
LASTS = int(inviting.LINK_LASTS.total_seconds()) * 6  # seconds
MOST_DIGITS = 3
GENRES = {
    Genre.VOICE: "朗读", Genre.VIDEO: "视频", Genre.PICTURE: "图片", Genre.ESSAY: "征文", Genre.POEM: "诗歌",
}  # fmt: skip
STRANGER = Sorry(
    "还不知道您是哪位评委",
    "请在这台手机或电脑上打开图书馆给您的评委链接。链接用过了要换一台，请让图书馆再给一个新的。",
)
STALE = Sorry("这个链接打不开了", LinkStale.to_reader)
USED = Sorry("这个链接已经用过了", LinkUsed.to_reader)
NOT_YOURS = Sorry(
    "这件作品不用您评了", "可能是您回避了，作者撤回了，或者这一轮已经结束。回到您的列表，接着评下一件。"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One criterion on the page; `given` is "" where nothing is marked yet."""

    place: int
    name: str
    most: int
    percent: int
    anchors: tuple[str, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Page:
    """One work, as blind as it is judged. `media`: kind and place of each file."""

    mark: int
    number: int
    count: int
    done: int
    round: str
    title: str
    text: str  # which of the set texts is read
    kind: str
    group: str
    paragraphs: tuple[str, ...]
    media: tuple[tuple[str, int], ...]
    criteria: tuple[Shown, ...]
    remark: str
    is_done: bool
    is_second_look: bool
    score: str
    said: str = ""


class _Views:
    def __init__(
        self, identity: Identity, database: Database, draw: Draw, media: Path | None, is_secure: bool
    ) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._media = media
        self._is_secure = is_secure

    # ── who is it ──

    def theirs(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """A view whose first argument is the id of the judge whose browser asks."""

        @wraps(view)
        def asked(*args: Any, **named: Any) -> Any:
            judge_id = self._judge()
            if judge_id is None:
                return self._identity.sorry(STRANGER, 403)
            return own(make_response(view(judge_id, *args, **named)))

        return asked

    def _judge(self) -> int | None:
        cookie, now = request.cookies.get(COOKIE), times.now()
        if not cookie:
            return None
        with self._database.reading() as session:
            judge = queries.judge_of_browser(session, inviting.hashed(cookie))
            found = (judge.id, judge.seen_at) if judge else None
        if found is None:
            return None
        if found[1] is None or found[1] < now - inviting.SEEN_EVERY:
            self._database.unit(partial(inviting.seen, judge_id=found[0], now=now))
        return found[0]

    def ask(self, token: str) -> AnyResponse:
        """The link as it is opened: one button. Looking at it binds nobody, since previewers open links first."""
        now = times.now()
        with self._database.reading() as session:
            judge = queries.judge_of_link(session, inviting.hashed(token), now=now)
            if judge is None:
                return self._identity.sorry(STALE, 410)
            is_here = judge.browser_hash == inviting.hashed(request.cookies.get(COOKIE, ""))
            is_used = judge.browser_hash is not None
            name, title = judge.name, session.get_one(Contest, judge.contest_id).title
        if is_here:
            return own(redirect(url_for("pages.judge"), 303))
        if is_used:
            return self._identity.sorry(USED, 403)
        return own(make_response(self._drawn("judge_is_it_you.html", token=token, who=name, contest=title)))

    def confirm(self, token: str) -> AnyResponse:
        """我是评委: this browser is theirs."""
        cookie = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        with self._database.reading() as session:  # a browser that was another judge's gets a cookie of its own
            bound = queries.judge_of_browser(session, inviting.hashed(cookie))
            judge = queries.judge_of_link(session, inviting.hashed(token), now=times.now())
            if bound is not None and (judge is None or bound.id != judge.id):
                cookie = secrets.token_urlsafe(32)
        try:
            self._database.unit(partial(_bound, token=token, cookie=cookie, now=times.now()))
        except LinkUsed:
            return self._identity.sorry(USED, 403)
        except LinkStale:
            return self._identity.sorry(STALE, 410)
        response = own(redirect(url_for("pages.judge"), 303))
        response.set_cookie(
            COOKIE, cookie, max_age=LASTS, httponly=True, samesite="Lax", secure=self._is_secure
        )  # fmt: skip
        return response

    # ── the list ──

    def every(self, judge_id: int) -> str:
        """What is to be done, what is done, how far."""
        with self._database.reading() as session:
            judge = session.get_one(Judge, judge_id)
            contest = session.get_one(Contest, judge.contest_id)
            rounds = queries.own_rounds(session, judge)
            works = queries.submissions(session, [one.mark.submission_id for of in rounds for one in of.works])
            rows = [
                (of, _due(of.round.due_on), [(one, works[one.mark.submission_id]) for one in of.works])
                for of in rounds
            ]
            return self._drawn(
                "judge.html", who=judge.name, contest=contest.title, rounds=rows, genres=GENRES,
                next=_next_of(rounds), written=WRITTEN,
            )  # fmt: skip

    def large(self, judge_id: int) -> AnyResponse:
        """大字, on or off, in this browser."""
        del judge_id
        mark = request.form.get("mark", "")
        where = (
            url_for("pages.judge_work", mark=int(mark))
            if mark.isdecimal() and len(mark) < 10
            else url_for("pages.judge")
        )
        response = redirect(where, 303)
        response.set_cookie(
            LARGE, "1" if request.form.get("on") else "", max_age=LASTS, httponly=True, samesite="Lax", secure=self._is_secure
        )  # fmt: skip
        return response

    # ── one work ──

    def work(self, judge_id: int, mark: int) -> Any:
        """One work with its criteria."""
        return self._page(judge_id, mark)

    def _page(self, judge_id: int, mark: int, *, said: str = "", typed: tuple[list[int], str] | None = None) -> Any:
        with self._database.reading() as session:
            found = _found(session, judge_id, mark)
            page = page_of(session, *found, said=said, typed=typed) if found else None
        if page is None:
            return self._identity.sorry(NOT_YOURS, 404)
        drawn = self._drawn("judge_work.html", page=page)
        return make_response(drawn, 422) if said else drawn

    def draft(self, judge_id: int, mark: int) -> AnyResponse:
        """What is marked so far: sent by the page itself, as it changes."""
        points, remark = _sent()
        try:
            kept = self._database.unit(
                partial(_kept, judge_id=judge_id, mark_id=mark, points=points, remark=remark)
            )  # fmt: skip
        except Refused as no:
            return AnyResponse(no.to_reader, 409, mimetype="text/plain")
        return AnyResponse(status=204 if kept else 202)

    def hand_in(self, judge_id: int, mark: int) -> AnyResponse:
        """The mark counts; on to the next work."""
        points, remark = _sent()
        try:
            self._database.unit(
                partial(_handed_in, judge_id=judge_id, mark_id=mark, points=points, remark=remark, now=times.now())
            )
        except Refused as no:
            answer: AnyResponse = make_response(self._page(judge_id, mark, said=no.to_reader, typed=(points, remark)))
            return answer
        return redirect(self._onward(judge_id, mark), 303)

    def step_aside(self, judge_id: int, mark: int) -> AnyResponse:
        """回避: somebody else takes it."""
        reason = request.form.get("reason", "")
        onward = self._onward(judge_id, mark)
        try:
            self._database.unit(
                partial(_stepped_aside, judge_id=judge_id, mark_id=mark, reason=reason, now=times.now())
            )
        except Refused as no:
            answer: AnyResponse = make_response(self._page(judge_id, mark, said=no.to_reader))
            return answer
        return redirect(onward, 303)

    def _onward(self, judge_id: int, mark: int) -> str:
        """The next work that is not handed in, behind this one and then from the front; the list when all are."""
        with self._database.reading() as session:
            rounds = queries.own_rounds(session, session.get_one(Judge, judge_id))
        for of in rounds:
            at = next((n for n, one in enumerate(of.works) if one.mark.id == mark), None)
            if at is not None:
                rest = [one for one in (*of.works[at + 1 :], *of.works[:at]) if not one.is_done]
                if rest:
                    return url_for("pages.judge_work", mark=rest[0].mark.id)
        return url_for("pages.judge")

    def media(self, judge_id: int, mark: int, place: int) -> AnyResponse:
        """One file of a work of this judge, in parts where the player asks for parts; without its introduction."""
        with self._database.reading() as session:
            found = _found(session, judge_id, mark)
            work = session.get_one(Submission, found[1].mark.submission_id) if found else abort(404)
            files, intro_ms = hearing.shown(session, work), work.intro_ms
        return played(self._media, files, place, intro_ms=intro_ms, sorry="录音暂时放不了，请告诉图书馆。")

    def _drawn(self, template: str, **words: Any) -> str:
        return self._draw(f"pages/{template}", elder=bool(request.cookies.get(LARGE)), **words)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, media: Path | None, site: str
) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw, media, site.startswith("https:"))
    blueprint.add_url_rule("/j/<token>", "judge_link", views.ask)
    blueprint.add_url_rule("/j/<token>", "judge_is_me", views.confirm, methods=["POST"])
    blueprint.add_url_rule("/judge", "judge", views.theirs(views.every))
    blueprint.add_url_rule("/judge/large", "judge_large", views.theirs(views.large), methods=["POST"])
    for rule, name, view, method in (
        ("", "judge_work", views.work, "GET"),
        ("", "judge_hand_in", views.hand_in, "POST"),
        ("/draft", "judge_draft", views.draft, "POST"),
        ("/aside", "judge_aside", views.step_aside, "POST"),
        ("/media/<int:place>", "judge_media", views.media, "GET"),
    ):
        blueprint.add_url_rule(f"/judge/works/<int:mark>{rule}", name, views.theirs(view), methods=[method])


def _sent() -> tuple[list[int], str]:
    """Points by criterion and the remark, as the form has them; what is no number is not marked."""
    form = request.form
    points = []
    for place in range(100):
        if (raw := form.get(f"c{place}")) is None:
            break
        raw = raw.strip()
        points.append(int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= MOST_DIGITS else rules.UNSET)
    return points, form.get("remark", "")


def _bound(session: Session, *, token: str, cookie: str, now: datetime) -> None:
    inviting.bind(session, token, cookie, now=now)


def _kept(session: Session, *, judge_id: int, mark_id: int, points: list[int], remark: str) -> bool:
    return marking.keep_draft(session, judge_id, mark_id, points, remark)


def _handed_in(
    session: Session, *, judge_id: int, mark_id: int, points: list[int], remark: str, now: datetime
) -> None:
    marking.hand_in(session, judge_id, mark_id, points, remark, now=now)


def _stepped_aside(session: Session, *, judge_id: int, mark_id: int, reason: str, now: datetime) -> None:
    marking.step_aside(session, judge_id, mark_id, reason, now=now)


def _found(session: Session, judge_id: int, mark: int) -> tuple[OwnRound, Own] | None:
    """The work if it stands in this judge's list: nothing else can be opened."""
    rounds = queries.own_rounds(session, session.get_one(Judge, judge_id))
    return next(((of, one) for of in rounds for one in of.works if one.mark.id == mark), None)


def _next_of(rounds: list[OwnRound]) -> Own | None:
    return next((one for of in rounds for one in of.works if not one.is_done), None)


def _due(day: date | None) -> str:
    return f"{day.month}月{day.day}日（{times.weekday(day)}）前评完" if day else ""


def page_of(
    session: Session, of: OwnRound, one: Own, *, said: str = "", typed: tuple[list[int], str] | None = None
) -> Page:
    """What the page of a work says."""
    work = session.get_one(Submission, one.mark.submission_id)
    text = session.get(SetText, work.text_id) if work.text_id else None
    group = session.get(ContestGroup, work.group_id) if work.group_id else None
    points, remark = typed or (one.mark.points, one.mark.remark)
    return Page(
        one.mark.id, one.number, len(of.works), of.done, of.round.name, work.title, text.title if text else "",
        GENRES[work.genre], group.name if group else "",
        tuple(line.strip() for line in work.words.splitlines() if line.strip()) if work.genre in WRITTEN else (),
        tuple((player(kind), place) for place, (kind, _) in enumerate(hearing.shown(session, work))),
        _criteria(queries.criteria_of(session, of.round.id), points), remark, one.is_done, one.mark.is_second_look,
        f"{one.mark.score / 100:.2f}" if one.is_done and one.mark.score is not None else "", said,
    )  # fmt: skip


def _criteria(criteria: Any, points: list[int]) -> tuple[Shown, ...]:
    every: list[Criterion] = list(criteria)
    weights = sum(one.weight for one in every)
    given = [*points, *([rules.UNSET] * len(every))]
    return tuple(
        Shown(
            place, one.name, one.most, round(100 * one.weight / weights),
            tuple(line for line in one.anchors.splitlines() if line.strip()),
            str(given[place]) if 0 <= given[place] <= one.most else "",
        )
        for place, one in enumerate(every)
    )  # fmt: skip
