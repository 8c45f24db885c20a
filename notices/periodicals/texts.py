"""An issue drafted: sections of sentences, a table, stories with pictures, what comes; as HTML that WeChat keeps. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from activities.queries import Shown
from activities.records.ledger import Ledger, Line
from activities.records.sentences import said, sentences
from activities.texts import said_when, said_where
from notices.content import Article, Content
from notices.periodicals.rules import TO_WRITE, Kind, Section

MOST_STORIES, MOST_PICTURES, PICTURES_EACH, MOST_AHEAD, MOST_ROWS = 8, 9, 2, 12, 14
LONGEST_SUMMARY = 160
_CAPTION = "text-align:center;color:#888888;font-size:14px"
_CELL, _NUMBER = "border:1px solid #cfd0cf;padding:6px", "border:1px solid #cfd0cf;padding:6px;text-align:right"


@dataclass(frozen=True, slots=True)
class Story:
    """What took place: `heads` in 人次, `pictures` by their digest."""

    shown: Shown
    words: str
    heads: int
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What an issue is drafted from. `span`: 2026年11月"""

    library: str
    name: str
    number: str  # 2026年第11期
    total: int
    span: str
    ledger: Ledger
    stories: Sequence[Story]
    ahead: Sequence[Shown]
    today: date


def draft(material: Material, sections: Sequence[Section]) -> Content:
    """All of it; what staff have to write is marked."""
    body = "".join(f"<h2>{escape(one.heading)}</h2>{_section(material, one.kind)}" for one in sections)
    pictures = [digest for story in material.stories for digest in story.pictures]
    lead = next(
        iter(sentences(material.ledger, material.span, "")), f"{material.library}{material.name}{material.number}。"
    )
    article = Article(
        title=f"{material.library}{material.name}｜{material.number}"[:64], author=material.library[:16], digest=lead[:110],
        body=body, cover=pictures[0] if pictures else "",
    )  # fmt: skip
    return Content(articles=(article,))


def _section(material: Material, kind: Kind) -> str:
    made = {Kind.FIGURES: _figures, Kind.STORIES: _stories, Kind.AHEAD: _ahead}
    return made[kind](material) if kind in made else f"<p>{TO_WRITE}</p>"


def _figures(material: Material) -> str:
    lines = list(sentences(material.ledger, material.span, ""))
    if not lines:
        return f"<p>{material.span}没有记录在案的活动。</p>"
    by_branch = [line for line in material.ledger.by_branch if line.held]
    rows = by_branch if len(by_branch) > 1 else [line for line in material.ledger.by_type if line.held]
    first = "分馆" if len(by_branch) > 1 else "类型"
    # What the table says is not said twice.
    words = [line for line in lines if not (len(by_branch) > 1 and "；" in line)]
    return "".join(f"<p>{escape(line)}</p>" for line in words) + _table(
        first, rows[:MOST_ROWS], material.ledger.total
    )


def _table(first: str, rows: Sequence[Line], total: Line) -> str:
    head = "".join(
        f'<th style="{_CELL}">{word}</th>' for word in (first, "活动（场）", "参加（人次）", "到馆", "线上")
    )
    body = "".join(f"<tr>{_cells(line)}</tr>" for line in (*rows, total))
    return f'<table style="border-collapse:collapse;width:100%"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cells(line: Line) -> str:
    numbers = (line.held, line.heads, line.on_site, line.online)
    name = escape(line.name or "其他")
    return f'<td style="{_CELL}">{name}</td>' + "".join(f'<td style="{_NUMBER}">{said(one)}</td>' for one in numbers)


def _stories(material: Material) -> str:
    if not material.stories:
        return f"<p>{TO_WRITE}</p>"
    return "".join(part for story in material.stories for part in _story(story, material.today))


def _story(story: Story, today: date) -> Iterator[str]:
    one = story.shown
    yield f"<h3>{escape(one.title)}</h3>"
    heads = f"，参加 {said(story.heads)} 人次" if story.heads else ""
    facts = f"{said_when(one.when, today=today)}，{said_where(one)}{heads}。"
    words = story.words or one.summary[:LONGEST_SUMMARY]
    yield f"<p>{escape(facts)}{escape(_ended(words))}</p>"
    for at, digest in enumerate(story.pictures, 1):
        caption = escape(one.title + (f"（{at}）" if len(story.pictures) > 1 else ""), quote=True)
        yield f'<p><img src="/media/pictures/{digest}" alt="{caption}"></p><p style="{_CAPTION}">{caption}</p>'


def _ended(words: str) -> str:
    """With a stop behind it."""
    return words if not words or words[-1] in "。！？…”）" else f"{words}。"


def _ahead(material: Material) -> str:
    if not material.ahead:
        return f"<p>{TO_WRITE}</p>"
    lines = (
        f"{said_when(one.when, today=material.today)}，{one.title}（{said_where(one)}）" for one in material.ahead
    )
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
