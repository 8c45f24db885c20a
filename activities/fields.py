"""What staff may write of an activity by hand: its fields, and what is wrong with what was typed. Pure.

The date has a reading of its own (activities.plans.written), and so has the branch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from activities.plans.plan import LONGEST
from models.errors import BadFields, BadInput

OLDEST_AGE = 120

# A field's name on the form, and how long it may be.
EDITABLE = {
    **LONGEST, "summary": ("简介", 4000), "campaign": ("所属活动", 64), "audience": ("对象", 64), "fee": ("费用", 40),
    "contact": ("联系方式", 80), "materials": ("要带什么", 200), "link": ("链接", 300),
}  # fmt: skip
AGES = {"age_from": "最小年龄", "age_to": "最大年龄"}
WAYS = {"is_on_site": "到馆", "is_online": "线上"}
NAMES = {**{name: said for name, (said, _) in EDITABLE.items()}, **AGES, **WAYS}
OF_LINES = frozenset({"summary"})


def tidied(name: str, value: str) -> str:
    """As it is kept: no blanks around it, one kind of line end, and lines only where a field has them."""
    value = value.replace("\r\n", "\n").strip()
    return value if name in OF_LINES else " ".join(value.split("\n"))


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as columns keep them. Raises: BadFields, naming every field that is wrong."""
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        try:
            kept[name] = _reading_of(name)(name, value)
        except BadInput as error:
            wrong[name] = error.to_staff
    wrong = {**_wrong_together(kept), **wrong}
    if wrong:
        raise BadFields({name: wrong[name] for name in (*NAMES, *wrong) if name in wrong})
    return kept


def _reading_of(name: str) -> Callable[[str, Any], Any]:
    if name in EDITABLE:
        return words
    if name in AGES:
        return _age
    if name in WAYS:
        return lambda _, value: bool(value)
    raise BadInput(f"没有“{name}”这一栏。")


def words(name: str, value: Any) -> str:
    """What was typed into a field of EDITABLE. Raises: BadInput if it is too long."""
    kept, (said, most) = tidied(name, str(value)), EDITABLE[name]
    if len(kept) > most:
        raise BadInput(f"“{said}”最多 {most} 个字，现在有 {len(kept)} 个。")
    return kept


def _age(_name: str, value: Any) -> int | None:
    typed = "" if value is None else str(value).strip()
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 3 or int(typed) > OLDEST_AGE:
        raise BadInput(f"年龄请写 0 到 {OLDEST_AGE} 的整数，“{typed}”不是。")
    return int(typed)


def _wrong_together(kept: Mapping[str, Any]) -> dict[str, str]:
    """What only shows once every field by itself is read."""
    wrong = {}
    if kept.get("title") == "":
        wrong["title"] = "活动名称不能空着。"
    if kept.get("link") and not kept["link"].startswith(("https://", "http://")):
        wrong["link"] = "链接要以 https:// 开头。"
    first, last = kept.get("age_from"), kept.get("age_to")
    if first is not None and last is not None and last < first:
        wrong["age_to"] = f"年龄从 {first} 岁到 {last} 岁，写反了。"
    if WAYS.keys() <= kept.keys() and not any(kept[way] for way in WAYS):
        wrong["is_on_site"] = "到馆、线上至少选一个。"
    return wrong
