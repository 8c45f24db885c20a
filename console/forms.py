"""A form as a page shows it: what stands in its fields, and what is wrong with which."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Form:
    """`values` are texts as typed, by field; `wrong` says what is to mend, `clashes` what somebody else wrote there
    meanwhile, `was` what stood there when the form was opened. parts/fields.html draws it.
    """

    values: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    clashes: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> str:
        """What stood there when the form was opened, for the form to bring back."""
        return json.dumps(dict(self.was), ensure_ascii=False)


def print_of(*things: object) -> str:
    """A short mark of what somebody saw, for the form to bring back: is it still so?"""
    return hashlib.sha256(repr(things).encode()).hexdigest()[:16]
