"""Who acts, and when: what every verb of staff is handed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class By:
    """`who` is a login, or the name of a command; `at` is aware."""

    who: str
    at: datetime
