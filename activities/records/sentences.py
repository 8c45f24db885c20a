"""The 台账 in sentences, for the yearly report and the 简报. Pure."""

from collections.abc import Iterator

from activities.records.ledger import Ledger, Line
from activities.records.rules import unit_of

MOST_TYPES = 6


def sentences(ledger: Ledger, span: str, whole: str) -> Iterator[str]:
    """`span`: 2026年全年; `whole`: whose figures these are, "" for all of the library's."""
    total = ledger.total
    if not total.done:
        return
    yield (
        f"{span}{whole}举办活动 {said(total.held)} 场，参加 {said(total.heads)} 人次，"
        f"其中到馆 {said(total.on_site)} 人次，线上 {said(total.online)} 人次。"
    )
    kinds = [
        f"{line.name} {said(line.held)} {unit_of(line.name)}" for line in ledger.by_type if line.name and line.held
    ]
    if kinds:
        yield f"其中{'、'.join(kinds[:MOST_TYPES])}{'等' if len(kinds) > MOST_TYPES else ''}。"
    if len(ledger.by_branch) > 1:
        yield "；".join(_of_branch(line) for line in ledger.by_branch if line.held) + "。"
    yield f"计划 {said(total.planned)} 项，办了 {said(total.done)} 项，取消 {said(total.cancelled)} 项。"


def _of_branch(line: Line) -> str:
    return f"{line.name}举办 {said(line.held)} 场、参加 {said(line.heads)} 人次"


def said(count: int) -> str:
    """30 000: an ordinary blank, since it is copied."""
    return f"{count:,}".replace(",", " ")
