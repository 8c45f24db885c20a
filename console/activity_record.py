"""记录: how many came to one activity, in a line and pictures; entered or, where a phone has sent it, confirmed."""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts
from activities.picture_files import LARGEST_FILE
from activities.records import queries, rules, service
from activities.records.rules import NAMES, Figures
from console import record_pictures
from console.activity_rows import found, held, mine
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.merging import Merged, chosen, merged, was
from console.rights import Act, may
from models import times
from models.activity import Activity
from models.errors import BadFields, BadInput
from models.record import ActivityRecord, RecordState
from web.uploads import takes_files

_UNDECIDED = "您和别人都改了这一项：选一个留下。"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PICTURE = {"file": "照片"}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/record and its pictures"""
    views = _Views(desk)
    base = "/activities/<code>/record"
    blueprint.add_url_rule(base, "record", views.one, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/pictures", "add_record_picture", views.add, methods=["POST"])
    blueprint.add_url_rule(f"{base}/pictures/<digest>", "record_picture", views.picture)
    blueprint.add_url_rule(
        f"{base}/pictures/<digest>/remove", "remove_record_picture", views.remove, methods=["POST"]
    )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_RECORDS)
    def one(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form, with what the house has seen itself; sent, it is confirmed."""
        if request.method == "GET":
            return self._page(code), 200
        with self._desk.unit() as session:
            activity = held(session, code)
            met = _met(session, activity)
            wrong = dict.fromkeys(met.clashes, _UNDECIDED)
            try:
                rules.may_be_kept(activity.state, activity.starts_on, today=times.today(times.now()))
                figures = rules.figures_of(met.values)
                is_new = not wrong and service.confirm(session, activity, figures, by=by_me())
            except BadFields as error:
                wrong = {**error.wrong, **wrong}
            except BadInput as error:
                return refused(error.to_staff, url_for("console.activity", code=code))
        if wrong:
            return self._page(code, met, wrong), 409 if met.clashes else 400
        words = "记好了，已算进台账。" if is_new else "没有要改的，和原来一样。"
        return done(words, url_for("console.activity", code=code))

    def _page(
        self, code: str, met: Merged | None = None, wrong: Mapping[str, str] | None = None, file_wrong: str = ""
    ) -> str:
        with self._desk.reading() as session:
            activity = mine(session, code)
            record, proposed = queries.record_of(session, activity.id), queries.proposed(session, activity)
            pictures = queries.pictures_of(session, activity.id)
        today = times.today(times.now())
        kept = _kept(record)
        values = met.values if met else kept if record else _typed_of(proposed)
        return drawn(
            "record.html", activity=activity, when=texts.said_when(activity.when, today=today), record=record,
            proposed=proposed, pictures=pictures, form=Form(values, wrong or {}, met.clashes if met else {}, kept),
            names=NAMES, shown=_shown, is_sent=record is not None and record.state is RecordState.SENT,
            has_begun=rules.has_begun(activity.state, activity.starts_on, today=today),
            file_form=Form({}, {"file": file_wrong} if file_wrong else {}), file_names=_PICTURE,
            most=rules.MOST_PICTURES, largest=LARGEST_FILE // 1024 // 1024,
        )  # fmt: skip

    @may(Act.KEEP_RECORDS)
    @takes_files(LARGEST_FILE)
    def add(self, code: str) -> AnyResponse | tuple[str, int]:
        """One more picture of how it went."""
        with self._desk.reading() as session:
            mine(session, code)  # before a large file is looked into
        where = url_for("console.record", code=code)
        try:
            return record_pictures.added(
                self._desk, lambda session, file: service.add_picture(session, held(session, code), file, by=by_me()), where
            )  # fmt: skip
        except BadInput as error:
            return self._page(code, file_wrong=error.to_staff), 400

    @may(Act.KEEP_RECORDS)
    def remove(self, code: str, digest: str) -> AnyResponse:
        """Away, and off the disk if no other record has it."""
        where = url_for("console.record", code=code)
        return record_pictures.removed(
            self._desk, lambda session: service.remove_picture(session, held(session, code), digest, by=by_me()), digest, where
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def picture(self, code: str, digest: str) -> Response:
        """The file."""

        def of(session: Session) -> list[str]:
            return [one.digest for one in queries.pictures_of(session, found(session, code).id)]

        return record_pictures.shown(self._desk, digest, of)


def _met(session: Session, activity: Activity) -> Merged:
    kept = _kept(queries.record_of(session, activity.id))
    typed = {name: " ".join(request.form.get(name, kept[name]).split()) for name in NAMES}
    return merged(was(request.form), typed, kept, chosen(request.form))


def _kept(record: ActivityRecord | None) -> dict[str, str]:
    if record is None:
        return dict.fromkeys(NAMES, "")
    return _typed_of(Figures(record.on_site, record.online, record.sessions, record.words))


def _typed_of(figures: Figures) -> dict[str, str]:
    """As a form has it."""
    return {name: "" if (value := getattr(figures, name)) is None else str(value) for name in NAMES}


def _shown(_name: str, value: str) -> str:
    return value or "（空着）"
