"""Two who change one thing: what each did to its fields since both saw it, and where only they can decide. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

Fields = Mapping[str, str]
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Merged:
    """`values` hold every field with what both agree on, mine where they do not.

    `others`: fields somebody else changed meanwhile. `clashes`: of those, what stands there now where I changed it
    too, to something else, and have not said which of the two shall stay.
    """

    values: Fields
    others: tuple[str, ...]
    clashes: Fields


def merged(was: Fields, mine: Fields, theirs: Fields, chosen: Mapping[str, str | None]) -> Merged:
    """`was` is what I saw, `theirs` what stands there now; `chosen`: MINE or THEIRS for fields I was asked about.

    A field of `theirs` that `was` does not have was never seen, so that nothing is written over unasked.
    """
    values, clashes = dict(theirs), {}
    for name, value in mine.items():
        if value in (theirs[name], was.get(name)) or chosen.get(name) == THEIRS:
            continue
        values[name] = value
        is_agreed = chosen[name] == MINE if name in chosen else theirs[name] == was.get(name)
        if not is_agreed:
            clashes[name] = theirs[name]
    others = tuple(name for name in theirs if theirs[name] != was.get(name))
    return Merged(values, others, clashes)


def was(form: "MultiDict[str, str]") -> Fields:
    """What the sender had seen; nothing of a form that does not say."""
    try:
        read = json.loads(form.get("was", ""))
    except ValueError:
        return {}
    return {name: value for name, value in read.items() if isinstance(value, str)} if isinstance(read, dict) else {}


def chosen(form: "MultiDict[str, str]") -> dict[str, str | None]:
    """MINE or THEIRS for each field the sender was asked about; None where they did not say."""
    return {name: form.get(f"keep-{name}") for name in form.getlist("asked")}
