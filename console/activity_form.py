"""The words of an activity as a form carries them: every field a text, a ticked box "1"."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from activities.fields import AGES, EDITABLE, NAMES, WAYS, tidied
from console.merging import Fields
from models.activity import Activity

BRANCH = "branch"
SAID = {**NAMES, BRANCH: "分馆"}


def kept(activity: Activity) -> dict[str, str]:
    """As the database has it."""
    values = {name: tidied(name, getattr(activity, name)) for name in EDITABLE}
    for name in AGES:
        age = getattr(activity, name)
        values[name] = "" if age is None else str(age)
    for name in WAYS:
        values[name] = "1" if getattr(activity, name) else ""
    return {**values, BRANCH: activity.branch.name}


def typed(form: "MultiDict[str, str]", otherwise: Fields) -> dict[str, str]:
    """As it was sent; a field that the form does not have is as it stands."""
    values = {}
    for name in SAID:
        if name in WAYS:
            values[name] = "1" if form.get(name) else ""
        else:
            values[name] = tidied(name, form.get(name, otherwise[name]))
    return values


def said(names: Mapping[str, object] | list[str] | tuple[str, ...]) -> str:
    """活动名称、地点"""
    return "、".join(SAID[name] for name in names)


def shown(name: str, value: str) -> str:
    """A value as words: 是 for a ticked box, 空着 for nothing."""
    if name in WAYS:
        return "是" if value else "否"
    return value or "（空着）"
