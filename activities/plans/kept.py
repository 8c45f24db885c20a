"""A row of a plan as a value that can be kept and read back: JSON's types only."""

from dataclasses import fields
from datetime import date, time
from typing import Any

from activities.plans.plan import PlannedActivity
from models.when import Precision, When

_NAMES = tuple(field.name for field in fields(PlannedActivity))


def value_of(planned: PlannedActivity) -> dict[str, Any]:
    """The row as JSON can hold it."""
    kept = {name: getattr(planned, name) for name in _NAMES}
    return {**kept, "when": _value_of_when(planned.when), "spots": list(planned.spots)}


def planned_of(value: dict[str, Any]) -> PlannedActivity:
    """The row again. What a later version of the program no longer knows is passed over."""
    known = {name: value[name] for name in _NAMES if name in value}
    return PlannedActivity(**{**known, "when": _when_of(value["when"]), "spots": tuple(value["spots"])})


def _value_of_when(when: When) -> dict[str, str | None]:
    ends = (when.starts_on, when.ends_on, when.starts_at, when.ends_at)
    names = ("starts_on", "ends_on", "starts_at", "ends_at")
    spelt = {name: end.isoformat() if end else None for name, end in zip(names, ends, strict=True)}
    return {"text": when.text, "precision": when.precision.value, **spelt}


def _when_of(value: dict[str, Any]) -> When:
    first, last = (date.fromisoformat(value[name]) if value[name] else None for name in ("starts_on", "ends_on"))
    begins, ends = (time.fromisoformat(value[name]) if value[name] else None for name in ("starts_at", "ends_at"))
    return When(value["text"], Precision(value["precision"]), first, last, begins, ends)
