"""设置一轮评审: its criteria with anchors, and the rule that is fixed when it opens; from a template, the round before, or empty."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.forms import Form
from console.rights import Act, may
from contests.judging import queries, service, texts
from contests.judging.rules import Tie
from contests.judging.service import CriterionWanted, RoundWanted
from models.contest import Contest
from models.errors import BadFields, BadInput
from models.judging import JudgingRound, Mean, RoundState

CRITERIA, TIES = 8, 5  # rows of the form
NUMBERS = ("judges_each", "shortlist", "public_percent", "public_cap")
NAMES = {
    "name": "这一轮叫什么", "criteria": "评分标准", "mean": "几位评委的分怎样合成", "judges_each": "每件几位评委",
    "shortlist": "每组几件进入下一轮", "due_on": "请评委在哪天前评完", "spread_flag": "相差几分请人复看",
    "public_percent": "大众点赞占百分之几", "public_cap": "点赞的上限", "ties": "同分怎样定先后",
}  # fmt: skip
ORDER = ("初评", "复评", "终评")


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/judging/rounds/new, …/rounds/<at>/edit"""
    views = _Views(desk)
    base = "/contests/<int:number>/judging/rounds"
    blueprint.add_url_rule(f"{base}/new", "new_judging_round", views.new)
    blueprint.add_url_rule(f"{base}/new", "add_judging_round", views.save, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:at>/edit", "edit_judging_round", views.edit)
    blueprint.add_url_rule(f"{base}/<int:at>/edit", "change_judging_round", views.save, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.RUN_JUDGING)
    def new(self, number: int) -> str:
        """From a template; without one, as the last round was set."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            rounds = queries.rounds_of(session, number)
            template = request.args.get("template", "")
            if rounds and template not in texts.TEMPLATES:
                values = _values_of(session, rounds[-1])
            else:
                values = _from_template(texts.TEMPLATES.get(template) or texts.TEMPLATES["essay"])
            values["name"] = ORDER[len(rounds)] if len(rounds) < len(ORDER) else f"第{len(rounds) + 1}轮"
            return _drawn(contest, Form(values))

    @may(Act.RUN_JUDGING)
    def edit(self, number: int, at: int) -> str:
        """A draft as it stands."""
        with self._desk.reading() as session:
            contest, this = _draft(session, number, at)
            return _drawn(contest, Form(_values_of(session, this)), at)

    @may(Act.RUN_JUDGING)
    def save(self, number: int, at: int | None = None) -> Response | tuple[str, int]:
        """The draft, or what is to be mended."""
        values = _typed()
        try:
            wanted = _wanted(values)
            with self._desk.unit() as session:
                contest = session.get(Contest, number) or abort(404)
                this = _draft(session, number, at)[1] if at is not None else None
                this = service.set_round(session, contest, wanted, by=by_me(), this=this)
                where = url_for("console.judging_round", number=number, at=this.id)
        except BadInput as error:
            wrong = error.wrong if isinstance(error, BadFields) else {"name": error.to_staff}
            with self._desk.reading() as session:
                return _drawn(session.get(Contest, number) or abort(404), Form(values, wrong), at), 422
        return done("已保存。看看规则，邀请好评委就可以开始。", where)


def _draft(session: Session, number: int, at: int) -> tuple[Contest, JudgingRound]:
    contest, this = session.get(Contest, number), session.get(JudgingRound, at)
    if contest is None or this is None or this.contest_id != number or this.state is not RoundState.DRAFT:
        abort(404)
    return contest, this


def _drawn(contest: Contest, form: Form, at: int | None = None) -> str:
    ties = {f"criterion:{place}": f"第 {place + 1} 项标准的平均分高的在前" for place in range(CRITERIA)}
    ties |= {tie.value: words for tie, words in texts.TIES.items()}
    return drawn(
        "judging_form.html", contest=contest, form=form, names=NAMES, at=at, means=texts.MEANS, ties=ties,
        templates=texts.TEMPLATES, criteria=range(CRITERIA), tie_rows=range(TIES), shared=texts.SHARED,
    )  # fmt: skip


# ── values of the form ──


def _blank() -> dict[str, str]:
    rows = {f"criterion{n}_{part}": "" for n in range(CRITERIA) for part in ("name", "weight", "most", "anchors")}
    return {
        "name": "", "mean": Mean.TRIMMED.value, "judges_each": "3", "shortlist": "0", "public_percent": "0", "public_cap": "0",
        "spread_flag": "20", "due_on": "", **{f"tie{n}": "" for n in range(TIES)}, **rows,
    }  # fmt: skip


def _from_template(template: texts.Template) -> dict[str, str]:
    return _blank() | _criteria_as(template.criteria) | {f"tie{n}": tie for n, tie in enumerate(template.ties[:TIES])}


def _criteria_as(criteria: Any) -> dict[str, str]:
    return {
        f"criterion{n}_{part}": str(value)
        for n, row in enumerate(criteria)
        for part, value in zip(("name", "weight", "most", "anchors"), row, strict=True)
    }


def _values_of(session: Session, this: JudgingRound) -> dict[str, str]:
    rows = [(one.name, one.weight, one.most, one.anchors) for one in queries.criteria_of(session, this.id)]
    return _blank() | _criteria_as(rows[:CRITERIA]) | {
        "name": this.name, "mean": this.mean.value, "due_on": this.due_on.isoformat() if this.due_on else "",
        "spread_flag": f"{this.spread_flag / 100:g}", **{name: str(getattr(this, name)) for name in NUMBERS},
        **{f"tie{n}": tie for n, tie in enumerate(this.ties[:TIES])},
    }  # fmt: skip


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip().replace("\r\n", "\n") for name in _blank()}


def _wanted(values: Mapping[str, str]) -> RoundWanted:
    """Raises: BadFields for what cannot be read."""
    wrong: dict[str, str] = {}
    numbers = {name: _number(values[name] or "0", name, wrong) for name in NUMBERS}
    criteria = [
        CriterionWanted(
            values[f"criterion{n}_name"], _number(values[f"criterion{n}_weight"], "criteria", wrong),
            _number(values[f"criterion{n}_most"], "criteria", wrong), values[f"criterion{n}_anchors"][:600],
        )
        for n in range(CRITERIA)
        if values[f"criterion{n}_name"]
    ]  # fmt: skip
    due_on = _day(values["due_on"], wrong)
    flag = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?", values["spread_flag"] or "0")
    if flag is None:
        wrong["spread_flag"] = "写一个分数，比如 20；不用就写 0。"
    if values["mean"] not in set(Mean):
        wrong["mean"] = "请选一种。"
    ties = [values[f"tie{n}"] for n in range(TIES) if values[f"tie{n}"]]
    if any(tie.partition(":")[0] not in set(Tie) for tie in ties):
        wrong["ties"] = "请从列表里选。"
    if wrong or flag is None:
        raise BadFields(wrong)
    hundredths = int(flag[1]) * 100 + int((flag[2] or "").ljust(2, "0"))
    return RoundWanted(
        values["name"], criteria, Mean(values["mean"]), spread_flag=hundredths, ties=ties, due_on=due_on, **numbers
    )  # fmt: skip


def _number(raw: str, field: str, wrong: dict[str, str]) -> int:
    if raw.isascii() and raw.isdecimal() and len(raw) <= 6:
        return int(raw)
    wrong[field] = "请写整数。" if field != "criteria" else "每项的权重和满分请写整数。"
    return 0


def _day(raw: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        wrong["due_on"] = "日期写成 2027-04-23 这样。"
        return None
