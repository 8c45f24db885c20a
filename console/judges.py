"""评委: invited by a link that is shown once, given a new one, their groups, what to remind them of, conflicts, stopped."""

from collections.abc import Mapping

from flask import Blueprint, abort, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.paper import qr_of
from console.rights import Act, may
from contests import queries as contest_queries
from contests.judging import inviting, queries, service, texts
from models import times
from models.contest import Contest
from models.errors import BadFields, BadInput
from models.judging import Judge, RoundState

NAMES = {"name": "姓名", "title": "单位或身份", "groups": "评哪些组"}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/judging/judges"""
    views = _Views(desk)
    base = "/contests/<int:number>/judging/judges"
    blueprint.add_url_rule(f"{base}/new", "new_judge", views.new)
    blueprint.add_url_rule(f"{base}/new", "invite_judge", views.invite, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:at>", "judge", views.one)
    blueprint.add_url_rule(f"{base}/<int:at>", "change_judge", views.change, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:at>/link", "judge_link", views.link, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:at>/stop", "stop_judge", views.stop, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:at>/bar", "bar_judge", views.bar, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.RUN_JUDGING)
    def new(self, number: int) -> str:
        """Who, from where, for which groups."""
        return self._form(number, Form({"name": "", "title": ""}))

    def _form(self, number: int, form: Form) -> str:
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            groups = contest_queries.groups_of(session, contest)
            return drawn(
                "judge_new.html", contest=contest, form=form, names=NAMES, groups=groups, chosen=_chosen()
            )  # fmt: skip

    @may(Act.RUN_JUDGING)
    def invite(self, number: int) -> Response | tuple[str, int]:
        """The link is on this page and on no other: of it a hash is kept."""
        values = {name: request.form.get(name, "") for name in ("name", "title")}
        chosen = _chosen()
        try:
            with self._desk.unit() as session:
                contest = session.get(Contest, number) or abort(404)
                judge, token = inviting.invite(
                    session, contest, values["name"], by=by_me(), title=values["title"], groups=chosen
                )  # fmt: skip
                page = self._link_page(contest, judge, token)
        except BadInput as error:
            wrong = error.wrong if isinstance(error, BadFields) else {"name": error.to_staff}
            return self._form(number, Form(values, wrong)), 422
        return make_response(page)

    @may(Act.RUN_JUDGING)
    def link(self, number: int, at: int) -> Response:
        """A new link: the old one and its browser are void."""
        with self._desk.unit() as session:
            contest, judge = _of(session, number, at)
            return make_response(self._link_page(contest, judge, inviting.renew(session, judge, by=by_me())))

    def _link_page(self, contest: Contest, judge: Judge, token: str) -> str:
        url = f"{self._desk.site}{url_for('pages.judge_link', token=token)}"
        words = texts.invitation(
            name=judge.name, library=self._desk.library, contest=contest.title, url=url, until=times.today(judge.link_until)
        )  # fmt: skip
        return drawn("judge_link.html", contest=contest, judge=judge, url=url, words=words, qr=qr_of(url))

    @may(Act.RUN_JUDGING)
    def one(self, number: int, at: int) -> str:
        """How far they are in each round, what to write to them, their groups and conflicts."""
        with self._desk.reading() as session:
            contest, judge = _of(session, number, at)
            rounds = [
                (this, next(one for one in queries.by_judge(session, this) if one.judge.id == at))
                for this in queries.rounds_of(session, number)
                if this.state is not RoundState.DRAFT
            ]
            words = [
                texts.reminder(
                    name=judge.name, library=self._desk.library, contest=contest.title, left=of.left, due_on=this.due_on
                )
                for this, of in rounds
                if this.state is RoundState.OPEN and of.left
            ]  # fmt: skip
            return drawn(
                "judge.html", contest=contest, judge=judge, rounds=rounds, words=words, conflicts=queries.conflicts_of(session, at),
                groups=contest_queries.groups_of(session, contest),
                chosen=queries.groups_by_judge(session, number).get(at, frozenset()),
            )  # fmt: skip

    @may(Act.RUN_JUDGING)
    def change(self, number: int, at: int) -> Response:
        """Where they come from, and their groups."""
        title, chosen = request.form.get("title", ""), _chosen()
        with self._desk.unit() as session:
            inviting.change(session, _of(session, number, at)[1], title=title, groups=chosen, by=by_me())
        return done("已保存。已经分到的作品不变；新的分配照新的组。", url_for("console.judge", number=number, at=at))

    @may(Act.RUN_JUDGING)
    def stop(self, number: int, at: int) -> Response:
        """They judge no more."""
        where = url_for("console.judge", number=number, at=at)
        try:
            with self._desk.unit() as session:
                inviting.stop(session, _of(session, number, at)[1], by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("已停用：链接打不开了，没评的作品分给了别的评委，评过的分都在。", where)

    @may(Act.RUN_JUDGING)
    def bar(self, number: int, at: int) -> Response:
        """Staff know that this judge knows whose work it is."""
        where, form = url_for("console.judge", number=number, at=at), _bar_form()
        try:
            with self._desk.unit() as session:
                _, judge = _of(session, number, at)
                work = contest_queries.submission_numbered(session, number, form["work"])
                if work is None:
                    return refused("没有做成：没有这个编号的作品。", where)
                service.bar_by_staff(session, judge, work, form["reason"], by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("已登记回避：这件作品换了别的评委。", where)


def _of(session: Session, number: int, at: int) -> tuple[Contest, Judge]:
    contest, judge = session.get(Contest, number), session.get(Judge, at)
    if contest is None or judge is None or judge.contest_id != number:
        abort(404)
    return contest, judge


def _chosen() -> frozenset[int]:
    """The groups that are ticked."""
    return frozenset(int(raw) for raw in request.form.getlist("group") if raw.isdecimal() and len(raw) < 10)


def _bar_form() -> Mapping[str, str]:
    return {name: request.form.get(name, "").strip() for name in ("work", "reason")}
