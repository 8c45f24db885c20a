"""模板: which templates the account has, and what each is used for when a reader has no window open."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, done, drawn, note, refused
from console.rights import Act, may
from models import outbox, template, template_notice, times
from models.outbox import CallKind
from models.template import AccountTemplate
from models.template_notice import TemplatePurpose

PURPOSES = {
    TemplatePurpose.REMINDER: "活动提醒", TemplatePurpose.CHANGE: "改期和取消", TemplatePurpose.OFFER: "候补有名额",
    TemplatePurpose.RESULT: "报名结果", TemplatePurpose.LOAN: "借阅提醒",
}  # fmt: skip
WAYS = {CallKind.SUBSCRIPTION: "订阅通知", CallKind.TEMPLATE: "模板消息"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One template. `todo`: why nothing goes by it and what to do; "" where all is well."""

    id: str
    way: str
    title: str
    labels: str
    purpose: str
    is_lasting: bool
    todo: str


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/ways/templates, …/list, …/<template_id>"""
    views = _Views(desk)
    blueprint.add_url_rule("/ways/templates", "used_templates", views.all)
    blueprint.add_url_rule("/ways/templates/list", "list_templates", views.list_anew, methods=["POST"])
    blueprint.add_url_rule("/ways/templates/<template_id>", "use_template", views.use, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_WAYS)
    def all(self) -> str:
        """Every template that was listed, and purposes that have none."""
        with self._desk.reading() as session:
            rows = session.scalars(
                sa.select(AccountTemplate).order_by(AccountTemplate.way, AccountTemplate.title)
            ).all()
            shown = [_shown(row) for row in rows if row.is_there or row.purpose]
        served = {row.purpose for row in shown if not row.todo}
        unserved = [words for purpose, words in PURPOSES.items() if purpose.value not in served]
        return drawn("used_templates.html", templates=shown, purposes=PURPOSES, unserved=unserved)

    @may(Act.MEND_WAYS)
    def list_anew(self) -> Response:
        """Ask WeChat what the account has; what was refused may be tried again."""
        with self._desk.unit() as session:
            now = times.now()
            for way in template.WAYS:
                key = f"templates:console:{now:%Y-%m-%dT%H:%M:%S}:{way}"
                outbox.owe(session, CallKind.LIST_TEMPLATES, key=key, payload={"way": way}, now=now)
            session.execute(sa.update(AccountTemplate).values(fault=""))
            note(session, "templates listed", "templates", at=now)
        return done("正在向微信取模板，过几秒刷新就有。", url_for("console.used_templates"))

    @may(Act.MEND_WAYS)
    def use(self, template_id: str) -> Response:
        """Use it for a purpose, instead of the one that served it on this way until now; or for nothing."""
        where, wanted = url_for("console.used_templates"), request.form.get("purpose", "")
        if wanted and wanted not in PURPOSES:
            abort(400)
        with self._desk.unit() as session:
            row = session.get(AccountTemplate, template_id) or abort(404)
            if wanted and (missing := template_notice.strangers(row.fields)):
                return refused(
                    f"“{row.title}”里的{_named(missing)}我们没有可填的内容，换一个模板，或在公众平台去掉这一栏。",
                    where,
                )
            _use(session, row, TemplatePurpose(wanted) if wanted else None)
            note(session, "template used", row.title, detail=PURPOSES[TemplatePurpose(wanted)] if wanted else "不用")
        return done(
            f"“{row.title}”" + (f"用来发{PURPOSES[TemplatePurpose(wanted)]}。" if wanted else "不用了。"), where
        )


def _use(session: Session, row: AccountTemplate, purpose: TemplatePurpose | None) -> None:
    before = template.user_of(session, row.way, purpose) if purpose else None
    if before is not None and before is not row:
        before.purpose = None
        session.flush()
    row.purpose = purpose


def _shown(row: AccountTemplate) -> Shown:
    labels = "、".join(label or name for name, label in row.fields)
    return Shown(
        row.template_id, WAYS[CallKind(row.way)], row.title, labels, row.purpose or "", row.is_lasting, _todo(row)
    )  # fmt: skip


def _todo(row: AccountTemplate) -> str:
    if not row.is_there:
        return "公众平台上已经没有这个模板，改用别的。"
    if row.fault:
        return f"微信不收：{row.fault}。改好以后点“从微信取一次”再试。"
    missing = template_notice.strangers(row.fields)
    return f"{_named(missing)}没有可填的内容，不能用。" if missing else ""


def _named(labels: list[str]) -> str:
    return "、".join(f"“{label}”" for label in labels)
