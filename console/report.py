"""Sentences about contests for the yearly report; those of the 台账 are activities.records.sentences'. Pure."""

from collections.abc import Iterator, Sequence

from activities.records.sentences import MOST_TYPES, said
from contests.figures import Line as Contested


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
