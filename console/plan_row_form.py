"""The words of a plan's row as its form carries them, and what is left of them where somebody else mended it too."""

import json

from flask import request

from activities.checking import MENDABLE
from activities.fields import NAMES, tidied
from activities.plans.kept import planned_of
from console.merging import Fields, Merged, merged
from models.plan import PlanRow

SAID = {"title": NAMES["title"], "when": "时间", "branch": "分馆", **{name: NAMES[name] for name in MENDABLE}}


def kept(row: PlanRow) -> dict[str, str]:
    """As it stands."""
    planned = planned_of(row.planned)
    words = {name: tidied(name, getattr(planned, name) or "") for name in MENDABLE}
    return {"when": planned.when.text, "branch": planned.branch, **words}


def met(row: PlanRow) -> Merged:
    """What was sent beside what stands there now: what others mended since the form was opened is theirs."""
    theirs = kept(row)
    mine = {name: tidied(name, request.form.get(name, value)) for name, value in theirs.items()}
    is_as_seen = request.form.get("seen") == str(row.version)
    return merged(theirs if is_as_seen else _was(), mine, theirs, _chosen())


def shown(_name: str, value: str) -> str:
    """A value as words."""
    return value or "（空着）"


def _was() -> Fields:
    """What the sender had seen; nothing of a form that does not say."""
    try:
        read = json.loads(request.form.get("was", ""))
    except ValueError:
        return {}
    return {name: value for name, value in read.items() if isinstance(value, str)} if isinstance(read, dict) else {}


def _chosen() -> dict[str, str | None]:
    return {name: request.form.get(f"keep-{name}") for name in request.form.getlist("asked") if name in SAID}
