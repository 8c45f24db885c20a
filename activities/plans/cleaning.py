"""Undoing what copying did to a text: readings in brackets, traditional characters, doubled punctuation.

Only what is certain is changed; honest text passes through untouched. Whether a text has been mangled is
asked of the whole file (one 爱(ài) proves nothing, fifty do), so a `Cleaner` is made once per file.

`traditional.txt` holds every character that simplifying changes, its simplified form and its readings. It is
made from pypinyin's dictionary (MIT, https://github.com/mozillazg/python-pinyin) and OpenCC, because loading
the dictionary itself would cost 58 MB:

    t2s = opencc.OpenCC("t2s").convert
    Path("activities/plans/traditional.txt").write_text("".join(f"{chr(c)}{t2s(chr(c))} {r}\\n"
        for c, r in sorted(pinyin_dict.items()) if t2s(chr(c)) != chr(c)), "utf-8")
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from models.wording import simplified

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_CLOSING = "，。、；：！？》】」』）…"
_OPENING = "《【「『（"
NEIGHBOUR = f"[{HAN}{_CLOSING}{_OPENING}“”‘’]"

READINGS_THAT_PROVE = 3  # fewer hits in a file may be an honest note on how to pronounce a word
TRADITIONAL_SHARE = 0.1  # real traditional text has 0.3 and more; a quoted name or verse stays below

_BREAK = re.compile(f"(?<={NEIGHBOUR})\n(?={NEIGHBOUR})")


def one_line(text: str) -> str:
    """Lines of a cell as one; between Chinese characters a line break was no space."""
    return " ".join(_BREAK.sub("", text).split())


def _toneless(reading: str) -> str:
    """yuè → yue, lǜ → lü; marks of tone go, the two dots stay."""
    kept = (c for c in unicodedata.normalize("NFD", reading) if c == "\u0308" or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(kept))


def _read_table() -> dict[str, str]:
    """Traditional character → its readings, with commas between; cut apart only when asked for."""
    table = {}
    for line in Path(__file__).with_name("traditional.txt").read_text("utf-8").splitlines():
        forms, readings = line.split(" ")
        table[forms[0]] = readings
    return table | {"衞": "wèi"}


_READINGS = _read_table()
_BRACKETED = re.compile(f"([{HAN}])[(（]([a-z\u00e0-\u01dc\u1e3f]{{1,6}})[)）]")


def _is_reading(hit: re.Match[str]) -> bool:
    """The character is traditional only, and the bracket is one of its readings."""
    readings = _READINGS.get(hit[1], "").split(",")
    return hit[2] in readings or hit[2] in map(_toneless, readings)


def readings_in(text: str) -> list[str]:
    """Every reading that copying has put behind a character, as it stands: 區(qū)."""
    return [hit[0] for hit in _BRACKETED.finditer(text) if _is_reading(hit)]


def _without_readings(text: str) -> str:
    return _BRACKETED.sub(lambda hit: hit[1] if _is_reading(hit) else hit[0], text)


def looks_traditional(text: str) -> bool:
    """Enough of its characters exist only in traditional writing."""
    han = re.findall(f"[{HAN}]", text)
    traditional = sum(character in _READINGS for character in han)
    return traditional >= READINGS_THAT_PROVE and traditional >= TRADITIONAL_SHARE * len(han)


_WIDTHS = {0xFF10 + n: 0x30 + n for n in range(10)}  # ０-９
_WIDTHS |= {base + n: base - 0xFEE0 + n for base in (0xFF21, 0xFF41) for n in range(26)}  # Ａ-Ｚ ａ-ｚ
_WIDTHS |= {0xA0: 0x20, 0x3000: 0x20}
_UNSEEN = dict.fromkeys((0xFEFF, 0x200B, 0x2060, 0xAD))  # marks that only a machine sees

_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_HALF_WIDTH = re.compile(rf"(?<={NEIGHBOUR})([,;:])\1*(?={NEIGHBOUR})|(?<=[{HAN}])[?!](?=[{HAN}])")
_SPACED_OUT = re.compile(f"(?<![{HAN}])(?:[{HAN}] ){{3,}}[{HAN}](?![{HAN}])")  # 活 动 安 排
_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("[ \t]*\n[ \t]*"), "\n"),
    (re.compile("[ \t]{2,}"), " "),
    (re.compile(f" +(?=[{_CLOSING}])|(?<=[{_OPENING}，。、；：]) +"), ""),
    (re.compile("。{3,}"), "……"),
    (re.compile(r"([，。、；：])\1+"), r"\1"),
    (re.compile(f"(?<={NEIGHBOUR})-{{2,}}(?={NEIGHBOUR})"), "——"),
)


def _repaired_once(text: str) -> str:
    text = _HALF_WIDTH.sub(lambda hit: _FULL_WIDTH[hit[0][0]], text)
    for wrong, right in _REPAIRS:
        text = wrong.sub(right, text)
    return _SPACED_OUT.sub(lambda hit: hit[0].replace(" ", ""), text).strip()


def _repaired(text: str) -> str:
    """Widths, doubled marks and stray spaces, where nobody can have meant them.

    One repair may lay bare the next; every repair shortens the text or widens a mark, so this ends.
    """
    text, before = text.translate(_WIDTHS).translate(_UNSEEN), None
    while text != before:
        before, text = text, _repaired_once(text)
    return text


@dataclass(frozen=True, slots=True)
class Cleaner:
    """What one file needs. `clean` is safe to repeat: cleaning a clean text changes nothing."""

    removes_readings: bool
    simplifies: bool

    def clean(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text)
        if self.removes_readings:
            text = _without_readings(text)
        if self.simplifies:
            text = simplified(text)
        return _repaired(text)


def cleaner_for(whole: str) -> Cleaner:
    """Decide from the whole file what each of its parts needs."""
    whole = unicodedata.normalize("NFC", whole)
    removes = len(readings_in(whole)) >= READINGS_THAT_PROVE
    return Cleaner(removes, looks_traditional(_without_readings(whole) if removes else whole))


def clean(text: str) -> str:
    """Clean a text that stands for itself."""
    return cleaner_for(text).clean(text)
