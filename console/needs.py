"""One thing that a person is to do, as 今天 shows it."""

from dataclasses import dataclass
from datetime import datetime

EACH = 10  # of one kind; the rest is one line that leads to them


@dataclass(frozen=True, slots=True)
class Need:
    """`act` are the words on its button; `post` says whether the button does it or leads there."""

    at: datetime
    icon: str
    colour: str
    title: str
    note: str
    act: str
    url: str
    post: bool = False
