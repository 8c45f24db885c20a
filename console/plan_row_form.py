"""The words of a plan's row as its form carries them, and what is left of them where somebody else mended it too."""

from flask import request

from activities.checking import MENDABLE
from activities.fields import NAMES, tidied
from activities.plans.kept import planned_of
from console.merging import Merged, chosen, merged, was
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
    return merged(was(request.form) or (theirs if is_as_seen else {}), mine, theirs, chosen(request.form))


def shown(_name: str, value: str) -> str:
    """A value as words."""
    return value or "（空着）"
