"""One thing that 今天 says is to be done."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do. `act` are the words on its button; `post` says whether the button does it or leads there."""

    at: datetime
    icon: str
    colour: str
    title: str
    note: str
    act: str
    url: str
    post: bool = False
