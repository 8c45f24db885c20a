"""缺席与申诉: appeals to be answered, and the library's own rule on those who do not come."""

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup import absences, queries, roll
from activities.signup.rules import AbsenceRule
from console.desk import Desk, by_me, done, drawn, me, note
from console.forms import Form
from console.rights import Act, is_of_the_whole, is_theirs, may
from models.activity import Activity
from models.errors import BadFields
from models.signup import Appeal, AppealState, Entry

MOST_SHOWN = 200
NAMES = {"misses": "几次没来", "within_days": "多少天里", "blocked_days": "停多少天"}
USUAL = AbsenceRule()


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/appeals, /console/absence-rule"""
    views = _Views(desk)
    blueprint.add_url_rule("/appeals", "appeals", views.all)
    blueprint.add_url_rule("/absence-rule", "absence_rule", views.rule, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_SIGN_UPS)
    def all(self) -> str:
        """Those that wait for an answer, oldest first."""
        with self._desk.unit() as session:
            rows = [row for row in waiting(session) if is_theirs(me().branch_id, row[2].branch_id)]
            rule = queries.absence_rule(session)
            note(session, "sign-ups looked at", "appeals")
            return drawn(
                "appeals.html", rows=rows, names=roll.names, rule=rule, said=_said(rule), is_whole=_is_whole()
            )  # fmt: skip

    @may(Act.CHANGE_SIGN_UPS)
    def rule(self) -> AnyResponse | tuple[str, int]:
        """The rule, in one sentence and three numbers."""
        with self._desk.reading() as session:
            now = queries.absence_rule(session)
        shown = now if now.misses else AbsenceRule(0, USUAL.within_days, USUAL.blocked_days)
        values = {name: str(getattr(shown, name)) for name in NAMES}
        if request.method == "GET" or not _is_whole():
            return self._rule_page(Form(values), now), 200 if request.method == "GET" else 403
        values = {name: request.form.get(name, "").strip() for name in NAMES}
        try:
            given = _given(values)
            with self._desk.unit() as session:
                absences.set_rule(session, given, by=by_me())
        except BadFields as error:
            return self._rule_page(Form(values, error.wrong), now), 400
        return done(f"已保存：{_said(given)}", url_for("console.appeals"))

    def _rule_page(self, form: Form, now: AbsenceRule) -> str:
        return drawn("absence_rule.html", form=form, names=NAMES, said=_said(now), is_whole=_is_whole())


def waiting(session: Session) -> list[tuple[Appeal, Entry, Activity]]:
    """Appeals to be answered, oldest first."""
    asked = (
        sa.select(Appeal, Entry, Activity)
        .join(Entry, Entry.id == Appeal.entry_id)
        .join(Activity, Activity.id == Entry.activity_id)
        .where(Appeal.state == AppealState.ASKED)
        .order_by(Appeal.asked_at)
        .limit(MOST_SHOWN)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(asked)]


def _is_whole() -> bool:
    return is_of_the_whole(me().branch_id, me().roles)


def _given(values: dict[str, str]) -> AbsenceRule:
    wrong = {name: "请写整数。" for name, word in values.items() if not word.isdecimal() or len(word) > 4}
    if wrong:
        raise BadFields(wrong)
    return AbsenceRule(*(int(values[name]) for name in NAMES))


def _said(rule: AbsenceRule) -> str:
    if rule.misses <= 0:
        return "没有规则：没来也照样可以报名。"
    return f"{rule.within_days} 天里报了名没来 {rule.misses} 次，从最后一次起 {rule.blocked_days} 天不能报名。"
