"""常见问题: the list, one entry with its versions, and what is done to it. How it is edited: console.answer_edit."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import paging
from console.desk import Desk, by_me, done, drawn, me, refused
from console.exports import downloaded
from console.paging import Order
from console.records import lines_about
from console.rights import Act, may
from desk.answers import queries, rules, service, sheet, texts
from desk.answers.content import Content
from desk.matching import starter
from models import times
from models.errors import BadInput, IllegalMove
from models.faq import DraftState, EntryKind, EntryState, FaqEntry
from models.staff import names

SHOWN = {
    "": "全部", "live": "在用的", "unanswered": "还没有答案的", "draft": "草稿", "waiting": "等批准", "returned": "退回来的", "stopped": "停用的",
}  # fmt: skip
ORDERS = {"": "按先后", "asked": "问得多的在前", "help": "帮得少的在前"}
MOST_TOGETHER = 500
ACTS: dict[str, tuple[str, Act]] = {
    "hand_in": ("交去批准了", Act.WRITE_ANSWERS), "approve": ("批准了，读者现在就能问到", Act.APPROVE_ANSWERS),
    "stop": ("停用了", Act.WRITE_ANSWERS),
}  # fmt: skip
MOST_TOLD = 5


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/answers"""
    views = _Views(desk)
    blueprint.add_url_rule("/answers", "answers", views.all)
    blueprint.add_url_rule("/answers/starter", "answers_starter", views.starter, methods=["POST"])
    blueprint.add_url_rule("/answers/hand-in", "hand_in_answers", views.hand_in_together, methods=["POST"])
    blueprint.add_url_rule("/answers/approve", "approve_answers", views.approve_together, methods=["POST"])
    blueprint.add_url_rule("/answers/export", "export_answers", views.export)
    blueprint.add_url_rule("/answers/<int:number>", "answer", views.one)
    blueprint.add_url_rule("/answers/<int:number>/hand-in", "hand_in_answer", views.hand_in, methods=["POST"])
    blueprint.add_url_rule("/answers/<int:number>/approve", "approve_answer", views.approve, methods=["POST"])
    blueprint.add_url_rule("/answers/<int:number>/return", "return_answer", views.send_back, methods=["POST"])
    blueprint.add_url_rule("/answers/<int:number>/drop", "drop_answer", views.drop, methods=["POST"])
    blueprint.add_url_rule("/answers/<int:number>/stop", "stop_answer", views.stop, methods=["POST"])
    blueprint.add_url_rule("/answers/<int:number>/resume", "resume_answer", views.resume, methods=["POST"])
    blueprint.add_url_rule(
        "/answers/<int:number>/versions/<int:version>", "answer_version", views.go_back, methods=["POST"]
    )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """Every entry, by state, kind and words; how often it is asked and how often it helps."""
        asked = {name: request.args.get(name, "") for name in ("state", "kind", "order", "words")}
        with self._desk.reading() as session:
            listed = _listed(asked)
            if asked["order"]:
                rows, page = _by_use(session, listed, asked["order"]), None
            else:
                place = paging.place_of(request.args.get("before"), request.args.get("after"), int)
                page = paging.page(session, [listed], Order(FaqEntry.id, FaqEntry.id), place)
                rows = list(page.rows)
            use = queries.used(session, [row.id for row in rows])
            return drawn(
                "answers.html", rows=rows, page=page, use=use, asked=asked, shown=SHOWN, orders=ORDERS, counts=queries.counts(session),
                answers=[_contents(row) for row in rows], today=times.today(times.now()), topics=len(starter()), lacks=rules.lacks,
            )  # fmt: skip

    @may(Act.SEE_DESK)
    def one(self, number: int) -> str:
        """What readers get, the draft beside it, its versions and its story."""
        with self._desk.reading() as session:
            row = session.get(FaqEntry, number) or abort(404)
            live, draft = (Content.of_json(kept) if kept else None for kept in (row.live, row.draft))
            claimed = queries.claimed(session, but=row.id)
            lines = lines_about(session, f"answer {row.id}")
            return drawn(
                "answer.html", row=row, live=live, draft=draft, lacks=rules.lacks(draft) if draft else [],
                clashes=rules.clashing((draft or live or Content(row.name)).asked_as, claimed), versions=queries.versions_of(session, row.id),
                use=queries.used(session, [row.id])[row.id], people=names(session), forms=texts.FORMS, owns=texts.OWNS, lines=lines,
                may_approve=rules.may_approve(me().login, row.writers, row.handed_by), D=DraftState, E=EntryState,
                today=times.today(times.now()),
            )  # fmt: skip

    @may(Act.WRITE_ANSWERS)
    def starter(self) -> AnyResponse:
        """The house's topics, as drafts."""
        with self._desk.unit() as session:
            new = service.begin_with_starter(session, by=by_me())
        words = f"加了 {new} 个草稿。从最常问的开始补上答案吧。" if new else "常见的问题都已经有了。"
        return done(words, url_for("console.answers", state="unanswered" if new else None))

    @may(Act.SEE_DESK)
    def export(self) -> Response:
        """All of them as Excel: drafts where there are any, else what is live."""
        with self._desk.reading() as session:
            rows = session.scalars(sa.select(FaqEntry).order_by(FaqEntry.id)).all()
            body = sheet.written([(row.kind, service.draft_of(row)) for row in rows])
        self._desk.noted("list exported", "answers")
        return downloaded("常见问题", body)

    @may(Act.WRITE_ANSWERS)
    def hand_in(self, number: int) -> AnyResponse:
        """The draft, to somebody else."""
        return self._does(number, service.hand_in, "交去批准了。请没有写过它的同事看一眼。")

    @may(Act.APPROVE_ANSWERS)
    def approve(self, number: int) -> AnyResponse:
        """Readers get it from the next message on."""
        seen = _number(request.form.get("seen"))
        return self._does(number, service.approve, "批准了，读者现在就能问到。", seen=seen)

    @may(Act.APPROVE_ANSWERS)
    def send_back(self, number: int) -> AnyResponse:
        """With what is to be mended."""
        return self._does(
            number, service.send_back, "退回去了，写的人会在“今天”里看到。", request.form.get("reason", "")
        )

    @may(Act.WRITE_ANSWERS)
    def stop(self, number: int) -> AnyResponse:
        """Readers get it no more."""
        return self._does(number, service.stop, "停用了，读者从现在起问不到它。")

    @may(Act.APPROVE_ANSWERS)
    def resume(self, number: int) -> AnyResponse:
        """As it was."""
        return self._does(number, service.resume, "恢复了。")

    @may(Act.WRITE_ANSWERS)
    def go_back(self, number: int, version: int) -> AnyResponse:
        """An earlier version becomes the draft."""
        return self._does(number, service.go_back_to, f"第 {version} 版成了草稿，交去批准以后才会给读者。", version)

    @may(Act.WRITE_ANSWERS)
    def drop(self, number: int) -> AnyResponse:
        """The draft goes; an entry that readers never had goes with it."""
        where = url_for("console.answer", number=number)
        try:
            with self._desk.unit() as session:
                row = service.held(session, number) or abort(404)
                is_gone = service.drop_draft(session, row, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("删掉了。", url_for("console.answers")) if is_gone else done("草稿删掉了，在用的没有变。", where)

    @may(Act.WRITE_ANSWERS)
    def hand_in_together(self) -> AnyResponse:
        """Those that were ticked."""
        return self._together("hand_in")

    @may(Act.APPROVE_ANSWERS)
    def approve_together(self) -> AnyResponse:
        """The same, approved."""
        return self._together("approve")

    def _together(self, act: str) -> AnyResponse:
        numbers = [_number(one) for one in request.form.getlist("entry")][:MOST_TOGETHER]
        where = url_for("console.answers", state=request.form.get("state") or None)
        if not numbers:
            return refused("先在左边勾上要办的几条。", where)
        with self._desk.unit() as session:
            found = service.all_of(session, numbers, act, by=by_me())
        words = f"{found.done} 条{ACTS[act][0]}。" if found.done else ""
        if not found.refused:
            return done(words or "没有要办的。", where)
        why = "；".join(f"“{name}”{reason}" for name, reason in found.refused[:MOST_TOLD])
        more = f"另外还有 {len(found.refused) - MOST_TOLD} 条。" if len(found.refused) > MOST_TOLD else ""
        return refused(f"{words}没办成 {len(found.refused)} 条：{why}{more}", where)

    def _does(
        self, number: int, verb: Callable[..., None], words: str, *given: object, **more: object
    ) -> AnyResponse:
        where = url_for("console.answer", number=number)
        try:
            with self._desk.unit() as session:
                row = service.held(session, number) or abort(404)
                verb(session, row, *given, by=by_me(), **more)
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(service.CHANGED_MEANWHILE, where)
        return done(words, where)


def _number(word: str | None) -> int:
    return int(word) if word and word.isdecimal() and len(word) < 10 else 0


def _contents(row: Any) -> Content:
    kept = row.draft or row.live
    return Content.of_json(kept) if kept else Content(row.name)


def _listed(asked: Mapping[str, str]) -> sa.Select[Any]:
    found = sa.select(FaqEntry.id.label("key"), *FaqEntry.__table__.columns).select_from(FaqEntry)
    match asked["state"]:
        case "live" | "stopped":
            found = found.where(FaqEntry.state == EntryState(asked["state"]))
        case "unanswered":
            # Nothing but the ways of asking: the answers of its JSON are an empty list.
            found = found.where(
                FaqEntry.state == EntryState.NEW, sa.cast(FaqEntry.draft, sa.Text).contains('"answers": []')
            )
            found = found.where(FaqEntry.kind == EntryKind.QUESTION)
        case "draft":
            found = found.where(FaqEntry.draft_state == DraftState.WRITING)
        case "waiting" | "returned":
            found = found.where(FaqEntry.draft_state == DraftState(asked["state"]))
    if asked["kind"] in set(EntryKind):
        found = found.where(FaqEntry.kind == EntryKind(asked["kind"]))
    if words := asked["words"].strip()[:40]:
        kept = sa.func.coalesce(sa.cast(FaqEntry.draft, sa.Text), sa.cast(FaqEntry.live, sa.Text))
        # JSON has its characters escaped, or not, as the database keeps it.
        escaped = words.encode("unicode_escape").decode("ascii")
        said = (
            FaqEntry.name.contains(words, autoescape=True),
            *(kept.contains(one, autoescape=True) for one in (words, escaped)),
        )
        found = found.where(sa.or_(*said))
    return found


def _by_use(session: Session, listed: sa.Select[Any], order: str) -> list[Any]:
    rows = list(session.execute(listed.order_by(FaqEntry.id).limit(paging.MOST_COUNTED)))
    use = queries.used(session, [row.id for row in rows])
    if order == "asked":
        return sorted(rows, key=lambda row: (-use[row.id].asked, row.id))[: paging.PAGE]
    said = [row for row in rows if use[row.id].percent is not None]
    return sorted(said, key=lambda row: (use[row.id].percent or 0, -use[row.id].not_helped, row.id))[: paging.PAGE]
