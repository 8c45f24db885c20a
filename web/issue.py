"""An issue of a periodical as paper wants it: masthead, blocks, who signed. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from notices.blocks import Block, Picture, Table, blocks_of

PROOF = "校样　未经审签，请勿外传"
MOST_BARS = 12
_SUMS = ("合计", "总计")
_NOT_DIGITS = re.compile(r"[\s,，\u2009\u00a0]")


@dataclass(frozen=True, slots=True)
class Paper:
    """`number`: 第11期; `total`: 总第23期. `pictures`: where the file of a digest lies. `signed`: (初校, 小焦) in order."""

    name: str
    about: str
    number: str
    total: str
    library: str
    day: str
    body: str  # HTML, as it was signed
    pictures: Path
    signed: Sequence[tuple[str, str]] = ()
    is_proof: bool = False
    site: str = ""

    @property
    def blocks(self) -> list[Block]:
        """The body as paper wants it."""
        return blocks_of(self.body)


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart of a table: its first column of numbers that says most, without the sum."""

    title: str
    bars: Sequence[tuple[str, int]] = field(default_factory=tuple)


def grouped(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Pictures that follow each other go side by side, two at most."""
    pair: list[Block] = []
    for block in blocks:
        if isinstance(block, Picture):
            pair.append(block)
            if len(pair) == 2:
                yield pair
                pair = []
            continue
        if pair:
            yield pair
            pair = []
        yield [block]
    if pair:
        yield pair


def file_of(pictures: Path, digest: str) -> Path | None:
    """Its file, where it is there."""
    path = pictures / digest[:2] / f"{digest}.jpg"
    return path if digest and path.exists() else None


def bars_of(table: Table) -> Bars | None:
    """人次 where a column is of that, else the first of numbers; None where there is nothing to compare."""
    rows = [row for row in table.rows if row[0] not in _SUMS]
    columns = [at for at in range(1, len(table.head)) if all(_number(row[at]) is not None for row in rows)]
    if len(rows) < 2 or not columns:
        return None
    at = next((one for one in columns if "人次" in table.head[one]), columns[0])
    bars = sorted(((row[0], _number(row[at]) or 0) for row in rows), key=lambda bar: -bar[1])[:MOST_BARS]
    if not bars[0][1]:
        return None
    return Bars(f"{table.head[at]}：{bars[0][0]}最多", bars)


def is_number(text: str) -> bool:
    """Is a cell set to the right?"""
    return _number(text) is not None


def _number(text: str) -> int | None:
    plain = _NOT_DIGITS.sub("", text)
    return int(plain) if plain.isdecimal() else None
