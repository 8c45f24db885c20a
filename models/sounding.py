"""How characters sound. `sounds.txt` holds the 6 763 characters of GB 2312 by their first reading without tone, one sound a
line. It is made from pypinyin's dictionary (MIT, https://github.com/mozillazg/python-pinyin), which itself would cost 58 MB.
"""

import re
from functools import cache
from pathlib import Path

# Where a syllable begins or ends in the way of the south, or with a lazy finger.
_SLURRED = tuple((re.compile(old), new) for old, new in (
    (r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"^n", "l"), (r"^hu", "fu"), (r"ng$", "n"),
))  # fmt: skip


@cache
def sounds() -> dict[str, str]:
    """The sound of each character that has one, without its tone."""
    lines = Path(__file__).with_name("sounds.txt").read_text("utf-8").splitlines()
    return {char: sound for sound, chars in (line.split(" ") for line in lines) for char in chars}


@cache
def slurred(char: str) -> str:
    """How it sounds to a careless ear; a character without a sound stands for itself."""
    sound = sounds().get(char, char)
    for old, new in _SLURRED:
        sound = old.sub(new, sound)
    return sound
