"""What a rule says no to, in the words of the volunteer whom it concerns."""

from models.errors import Refused


class NotNow(Refused):
    """`to_reader` says why, and the way on."""

    def __init__(self, to_reader: str) -> None:
        super().__init__(to_reader)
        self.to_reader = to_reader


class BadForm(Refused):
    """What was written in a form; `wrong` by field."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__("；".join(wrong.values()))
        self.to_reader = next(iter(wrong.values()))
        self.wrong = wrong
