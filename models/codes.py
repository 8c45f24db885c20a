"""Codes that people read, copy and type: on certificates, at the desk, in addresses."""

import re
import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is mistaken for something else


def new_code(length: int) -> str:
    """As many letters and digits, drawn so that nobody guesses the next."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def as_printed(typed: str) -> str:
    """A code however it was written: in small letters, with blanks or hyphens between."""
    return re.sub(r"[\s-]", "", typed).upper()
