"""代交: a work that came by post or e-mail, put in by staff with the same verbs as a reader's, and written down."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from activities.signup.party import name_in, phone_in
from console.contest_form import GENRES
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from contests import files, handing_in, pieces, queries, rules
from contests.refusals import NotReady, NotThis
from contests.service import new_code
from handlers.work_answers import LONGEST_NAME, LONGEST_TITLE
from handlers.work_words import birthday_in, title_in
from models import times
from models.by import By
from models.contest import (
    WRITTEN,
    AgreementWay,
    Contest,
    Genre,
    GroupKind,
    PieceKind,
    Purpose,
    Submission,
    SubmissionState,
)
from models.errors import BadFields, Refused
from models.work import Json
from payouts.texts import untapped
from web.given import row_number
from web.uploads import name_of, takes_files

MOST = 30 * 1024 * 1024  # of all files together; nginx takes 32 MB
HOW = ("邮寄", "电子邮件", "送到馆里", "U 盘")
NAMES = {
    "how": "怎么来的", "genre": "作品种类", "group": "组别", "text": "篇目", "title": "作品名", "author": "作者", "born_on": "作者的生日",
    "partner": "一起读的家长", "teacher": "指导老师", "phone": "联系电话", "organisation": "单位", "words": "正文", "files": "文件",
    "slip": "签好字的同意书", "guardian": "签字的监护人", "relation": "与孩子的关系", "agreed": "同意参赛须知",
}  # fmt: skip
FIELDS = tuple(name for name in NAMES if name not in ("files", "slip"))


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/works/new"""
    views, rule = _Views(desk), "/contests/<int:number>/works/new"
    blueprint.add_url_rule(rule, "enter_work", views.form)
    blueprint.add_url_rule(rule, "entered_work", views.send, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_CONTESTS)
    def form(self, number: int) -> str:
        """What a letter or a mail says of it."""
        return self._page(number, Form(dict.fromkeys(FIELDS, "")), new_code())

    def _page(self, number: int, form: Form, code: str) -> str:
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            if not rules.takes_mended(contest.state):
                abort(404)
            return drawn(
                "contest_entry.html", contest=contest, form=form, code=code, names=NAMES, hows=HOW, genres=GENRES,
                taken=[row.genre for row in queries.genres_of(session, contest)], groups=queries.groups_of(session, contest),
                texts=queries.texts_of(session, contest), organisations=queries.organisations_of(session, contest),
                entry=queries.wording_of(session, contest, Purpose.ENTRY), is_late=times.now() >= contest.closes_at,
            )  # fmt: skip

    @may(Act.CHANGE_CONTESTS)
    @takes_files(MOST)
    def send(self, number: int) -> Response | tuple[str, int]:
        """In at once, or told what is to be mended; a form sent twice is one work."""
        values, code = {name: request.form.get(name, "").strip() for name in FIELDS}, request.form.get("code", "")[:8]
        with self._desk.reading() as session:
            known = queries.submission_called(session, code) if code else None
            if known is not None and known.contest_id == number and known.openid is None:
                return done("这一件已经代交了。", url_for("console.contest_work", number=known.id))
        try:
            kept = self._kept(number, values)
            with self._desk.unit() as session:
                work = _entered(session, number, values, kept, code or new_code(), by_me())
                where, receipt = url_for("console.contest_work", number=work.id), work.number
        except IntegrityError:  # the same form a moment ago; looked at anew it is found
            return refused("这一件刚才已经交上了，请在作品里看看。", url_for("console.contest_works", number=number))
        except BadFields as error:
            order = list(NAMES)
            wrong = dict(sorted(error.wrong.items(), key=lambda one: order.index(one[0])))
            return self._page(number, Form(values, wrong), code), 400
        return done(f"交上了，编号 {receipt}。", where)

    def _kept(self, number: int, values: Mapping[str, str]) -> list[tuple[PieceKind, Json]]:
        """Its files on disk, before anything is a row. Raises: BadFields."""
        genre = Genre(values["genre"]) if values["genre"] in set(Genre) else None
        found: list[tuple[PieceKind, Json]] = []
        for field, kind in (("files", pieces.KIND_OF.get(genre) if genre else None), ("slip", PieceKind.SLIP)):
            for file in request.files.getlist(field):
                if file.filename and kind is not None:
                    found.append((kind, self._one(field, file, kind)))
        return found

    def _one(self, field: str, file: FileStorage, kind: PieceKind) -> Json:
        try:
            return files.keep(self._desk.media, file.stream, kind, name=name_of(file))
        except NotThis as no:
            raise BadFields({field: f"{name_of(file)}{no.cause}"}) from None
        except files.NoSpace:
            raise BadFields({field: "存放作品的磁盘满了，请先腾出地方。"}) from None


def _entered(
    session: Session, number: int, values: Mapping[str, str], kept: list[tuple[PieceKind, Json]], code: str, by: By
) -> Submission:  # fmt: skip
    """All of it or nothing. Raises: BadFields."""
    contest = session.get(Contest, number) or abort(404)
    wrong: dict[str, str] = {}
    told = _told(session, contest, values, by, wrong)
    if wrong:
        raise BadFields(wrong)
    try:
        work = handing_in.enter(session, contest, Genre(values["genre"]), code=code, how=values["how"], by=by)
        handing_in.describe(session, work, **told)
        work.organisation_id = row_number(values["organisation"]) if values["organisation"] else None
        if work.genre in WRITTEN:
            handing_in.write(session, work, values["words"].replace("\r\n", "\n"))
        for place, (kind, one) in enumerate(kept):
            pieces.take_upload(session, work, kind, f"entry:{place}", one, name=one["name"], now=by.at)
        _hand_in(session, work, values, has_slip=any(kind is PieceKind.SLIP for kind, _ in kept), by=by)
    except NotReady as no:
        raise BadFields(
            {"files" if Genre(values["genre"]) not in WRITTEN else "words": "".join(no.mistakes)}
        ) from None
    except Refused as no:
        raise BadFields({"title": untapped(no.to_reader)}) from None
    return work


def _told(
    session: Session, contest: Contest, values: Mapping[str, str], by: By, wrong: dict[str, str]
) -> dict[str, Any]:  # fmt: skip
    groups = {group.id: group for group in queries.groups_of(session, contest)}
    group = groups.get(row_number(values["group"]) or 0) or (
        next(iter(groups.values())) if len(groups) == 1 else None
    )
    born_on = birthday_in(values["born_on"], today=times.today(by.at)) if values["born_on"] else None
    if not values["how"]:
        wrong["how"] = "请写作品是怎么来的，例如邮寄。"
    if values["genre"] not in {row.genre.value for row in queries.genres_of(session, contest)}:
        wrong["genre"] = "请选作品种类。"
    if group is None:
        wrong["group"] = "请选组别。"
    if born_on is None:
        wrong["born_on"] = "请写作者的生日：未满 14 岁的要监护人签字。"
    if group is not None and born_on is not None and group.kind is GroupKind.BIRTH and not rules.group_takes(
        group.kind, born_from=group.born_from, born_until=group.born_until, born_on=born_on
    ):  # fmt: skip
        wrong["group"] = f"生日不在{group.name}的范围里。"
    if group is not None and group.kind is GroupKind.FAMILY and not values["partner"]:
        wrong["partner"] = "亲子组请写家长的名字。"
    if values["organisation"] and not any(
        str(one.id) == values["organisation"] for one in queries.organisations_of(session, contest)
    ):
        wrong["organisation"] = "没有这个单位，请重新选。"
    may_be_read = queries.texts_of(session, contest, group_id=group.id if group else None)
    if values["text"] and not any(str(one.id) == values["text"] for one in may_be_read):
        wrong["text"] = "这一篇不在这个组里，请重新选。"
    if not values["agreed"]:
        wrong["agreed"] = "作者要同意参赛须知（信里写了，或者签了字），才能代交。"
    found: dict[str, Any] = {"group_id": group.id if group else None, "born_on": born_on}
    found["text_id"] = row_number(values["text"]) if values["text"] else None
    reads: tuple[tuple[str, Callable[[str], str], bool], ...] = (
        ("title", partial(title_in, most=LONGEST_TITLE), True), ("author", partial(name_in, what="作者", most=LONGEST_NAME), True),
        ("partner", partial(name_in, what="家长的名字", most=LONGEST_NAME), False),
        ("teacher", partial(name_in, what="老师的名字", most=LONGEST_NAME), False), ("phone", phone_in, False),
    )  # fmt: skip
    for name, read, must in reads:
        if values[name] or must:
            try:
                found[name] = read(values[name])
            except Refused as no:
                wrong[name] = no.to_reader
    return found


def _hand_in(session: Session, work: Submission, values: Mapping[str, str], *, has_slip: bool, by: By) -> None:
    """With its author's word on paper; of a child with its guardian's. Raises: BadFields, and as handing_in.hand_in."""
    entry = queries.wording_of(session, work.contest, Purpose.ENTRY) or abort(404)
    if rules.needs_guardian(times.today(by.at), born_on=work.born_on, is_child=False):
        wording = queries.wording_of(session, work.contest, Purpose.GUARDIAN) or abort(404)
        lacks = {
            name: "未满 14 岁：请写谁签的字、什么关系。" for name in ("guardian", "relation") if not values[name]
        }
        lacks |= {} if has_slip else {"slip": "未满 14 岁：请附上签好字的同意书。"}
        if lacks:
            raise BadFields(lacks)
        handing_in.agree(
            session, work, wording, openid=None, name=values["guardian"], relation=values["relation"], way=AgreementWay.SLIP,
            now=by.at, recorded_by=by.who,
        )  # fmt: skip
    handing_in.hand_in(session, work, agrees_to=entry, now=by.at, way=AgreementWay.SLIP, recorded_by=by.who)
    if work.state is not SubmissionState.SUBMITTED:
        raise BadFields({"guardian": "监护人的同意没有记上。"})
