"""Names of packed files, by a pattern with fields: safe on any disk, none twice. Pure."""

import re
import unicodedata
from collections.abc import Mapping

from models.errors import BadFields

FIELDS = {
    "number": "编号", "group": "组别", "genre": "体裁", "title": "作品名", "author": "作者", "organisation": "单位", "teacher": "指导老师",
}  # fmt: skip
USUAL = "{number}-{group}-{title}-{author}"
LONGEST_PATTERN = 120
MOST_BYTES = 180  # of a name without its ending: a file system takes 255
_FIELD = re.compile(r"\{([^{}]*)\}")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names that Windows keeps for itself
_GAPS = re.compile(r"([-_ ])\1+")


def checked(pattern: str) -> str:
    """Raises: BadFields."""
    pattern = pattern.strip() or USUAL
    if len(pattern) > LONGEST_PATTERN:
        raise BadFields({"pattern": f"最多 {LONGEST_PATTERN} 个字。"})
    unknown = [name for name in _FIELD.findall(pattern) if name not in FIELDS]
    if unknown or "{" in _FIELD.sub("", pattern) or "}" in _FIELD.sub("", pattern):
        said = "、".join(f"{{{name}}}（{words}）" for name, words in FIELDS.items())
        wrong = f"没有 {{{unknown[0][:20]}}} 这一项。" if unknown else "大括号没有成对。"
        raise BadFields({"pattern": f"{wrong}可以用：{said}。"})
    if not {"number", "title"} & set(_FIELD.findall(pattern)):
        raise BadFields({"pattern": "至少要有 {number} 或 {title}，不然认不出是哪件作品。"})
    return pattern


def named(pattern: str, fields: Mapping[str, str]) -> str:
    """007-小学组-春天-林小小; what a work has nothing of leaves no gap."""
    words = _FIELD.sub(lambda match: safe(fields.get(match[1], "")), pattern)
    name = _GAPS.sub(r"\1", safe(words)).strip("-_ .")
    name = name.encode()[:MOST_BYTES].decode(errors="ignore").strip("-_ .") or "作品"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def safe(words: str) -> str:
    """What no disk takes in a name is a hyphen; signs nobody sees are gone."""
    words = unicodedata.normalize("NFC", words)
    kept = "".join(sign for sign in words if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(_UNSAFE.sub("-", kept).split())


class Names:
    """Every name once, whether or not a disk tells small letters from large ones."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str) -> str:
        """`name`, or 春天（2）."""
        found, number = name, 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{name}（{number}）"
        self._taken.add(found.casefold())
        return found
