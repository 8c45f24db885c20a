"""What an address or a form gives that no database knows: numbers beyond every row, and NUL, which PostgreSQL keeps nowhere."""

from flask import request
from werkzeug.routing import IntegerConverter, Map

GREATEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` of every address of ours: the number of a row, or none of ours."""

    def __init__(
        self, url_map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = GREATEST
    ) -> None:
        super().__init__(url_map, fixed_digits, min, max)


def row_number(typed: str) -> int | None:
    """The number of a row as a query or a form gives it; None for what is no number, or beyond every row."""
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(GREATEST)) else None
    return number if number is not None and number <= GREATEST else None


def holds_nul() -> bool:
    """Does an address or a form hold what nobody types?"""
    given = (*request.args.values(), *request.form.values(), *(request.view_args or {}).values())
    return any("\x00" in str(value) for value in given)
