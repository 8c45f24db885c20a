"""学校投稿箱: which schools send in works of a class by a secret address, how far each is; a new code, or none any more."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Blueprint, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.paper import qr_of
from console.rights import Act, may
from contests import queries, service
from models.contest import Contest, Organisation, Submission, SubmissionState

S = SubmissionState


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/boxes"""
    views, base = _Views(desk), "/contests/<int:number>/boxes"
    blueprint.add_url_rule(base, "school_boxes", views.all)
    blueprint.add_url_rule(f"{base}/<int:school>", "school_box", views.one)
    for name, verb, said in (
        ("open", service.open_box, "新的网址在下面，发给老师就能用；以前给过的打不开了。"),
        ("close", service.close_box, "关了，网址打不开了。交过来的作品都在。"),
    ):
        blueprint.add_url_rule(
            f"{base}/<int:school>/{name}", f"school_box_{name}", views.acting(verb, said, name), methods=["POST"]
        )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_CONTESTS)
    def all(self, number: int) -> str:
        """Every school with how many works stand where."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            counts = _counts(session, number)
            rows = [(one, counts.get(one.id, {})) for one in queries.organisations_of(session, contest)]
            return drawn("school_boxes.html", contest=contest, rows=rows)

    @may(Act.CHANGE_CONTESTS)
    def one(self, number: int, school: int) -> str:
        """The address of one, to copy and to scan. It is a secret of the school: that it was looked at is written down."""
        with self._desk.reading() as session:
            contest, found = _school(session, number, school)
            if found.box_code is None:
                abort(404)
            url = f"{self._desk.site}/c/box/{found.box_code.lower()}"
            words = (
                f"{found.name}的老师，您好：\n“{contest.title}”请用这个网址替同学们投稿，里面有表格模板和要打印的监护人同意书。"
                f"网址只给老师用，请别发到家长群。\n{url}"
            )
            page = drawn("school_box.html", contest=contest, school=found, words=words, qr=qr_of(url))
            code = contest.code
        self._desk.noted("school box looked at", f"contest {code}", detail=found.name)
        return page

    def acting(self, verb: Callable[..., object], said: str, name: str) -> Callable[..., Response]:
        """A view that does one thing to a box."""

        @may(Act.CHANGE_CONTESTS)
        def view(number: int, school: int) -> Response:
            with self._desk.unit() as session:
                _, found = _school(session, number, school)
                verb(session, found, by=by_me())
            one = url_for("console.school_box", number=number, school=school)
            return done(said, one if name == "open" else url_for("console.school_boxes", number=number))

        return view


def _school(session: Session, number: int, school: int) -> tuple[Contest, Organisation]:
    contest, found = session.get(Contest, number), session.get(Organisation, school)
    if contest is None or found is None or found.contest_id != number:
        abort(404)
    return contest, found


def _counts(session: Session, number: int) -> dict[int, dict[SubmissionState, int]]:
    rows = (
        sa.select(Submission.organisation_id, Submission.state, sa.func.count())
        .where(Submission.contest_id == number, Submission.is_boxed)
        .group_by(Submission.organisation_id, Submission.state)
    )
    found: dict[int, dict[SubmissionState, int]] = {}
    for school, state, count in session.execute(rows):
        found.setdefault(school or 0, {})[state] = count
    return found
