"""Sentences for the yearly report, made of the 台账. Pure."""

from collections.abc import Iterator, Sequence

from activities.records.ledger import Ledger, Line
from activities.records.rules import unit_of
from contests.figures import Line as Contested

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


def of_contests(lines: Sequence[Contested], span: str) -> Iterator[str]:
    """Of the contests that closed within that time."""
    told = [line for line in lines if line.works]
    if told:
        total = [sum(getattr(line, name) for line in told) for name in ("works", "likes", "plays", "visits")]
        works, likes, plays, visits = map(said, total)
        yield (
            f"{span}举办征集和比赛 {len(told)} 项，收到作品 {works} 件，获点赞 {likes} 个、播放 {plays} 次、访问 {visits} 次；"
            + "；".join(f"“{line.name}”收到 {said(line.works)} 件" for line in told[:MOST_TYPES])
            + "。"
        )


def _of_branch(line: Line) -> str:
    return f"{line.name}举办 {said(line.held)} 场、参加 {said(line.heads)} 人次"


def said(count: int) -> str:
    """30 000: an ordinary blank, since it is copied."""
    return f"{count:,}".replace(",", " ")
