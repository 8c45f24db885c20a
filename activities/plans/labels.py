"""Lines such as 时间：12月5日9:30　地点：二楼: words with a colon, each of which would head a column of a table."""

import re

from activities.plans.headers import Field, field_of
from activities.plans.titles import without_number

_LABEL = re.compile(
    r"(?:^|[\s;；,，。|｜·•●◆▪■★☆☛>*-])[【\[]?([\u3400-\u9fff]{2,7}(?:[（(][^（）()]{1,6}[）)])?)[】\]]?\s*[:：丨]\s*"
)
_BULLETS = re.compile(r"^[^\w《“【「（(\[]+")  # · ▶ ⏰ 📍 and whatever else people put in front of a line

Labelled = tuple[Field, str, str]  # what it means, the word, what stands behind it


def without_bullet(text: str) -> str:
    """▶ 讲座｜端午的前世今生 → 讲座｜端午的前世今生"""
    return _BULLETS.sub("", text)


def labels_in(text: str) -> list[Labelled]:
    """Every label of a line that begins with one, in their order; none for other lines."""
    text = without_number(without_bullet(text))
    hits = [(hit, field) for hit in _LABEL.finditer(text) if (field := field_of(hit[1]))]
    if not hits or hits[0][0].start() > 0:
        return []
    ends = [hit.start() for hit, _ in hits[1:]] + [len(text)]
    return [
        (field, hit[1], text[hit.end() : end].strip(" ;；,，|｜"))
        for (hit, field), end in zip(hits, ends, strict=True)
    ]
