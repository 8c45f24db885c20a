"""Reading a short text from left to right, one pattern at a time; for dates and clock times."""

import re
from dataclasses import dataclass


@dataclass(slots=True)
class Scanner:
    """A text and how far it has been read."""

    text: str
    at: int = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read `pattern` if it stands right here."""
        hit = pattern.match(self.text, self.at)
        if hit:
            self.at = hit.end()
        return hit

    def rest(self) -> str:
        return self.text[self.at :]
