"""Two versions of a notice side by side: by paragraph, and by characters within a paragraph that changed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from notices import html
from notices.content import Content

SAME, GONE, NEW = "same", "gone", "new"
ALIKE = 0.35  # above it two paragraphs are one that was changed, below it one went and another came
LONGEST_COMPARED = 4000  # characters of a paragraph that are compared one by one
AROUND = 1  # paragraphs shown beside a change


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters that stayed, went or came."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph. `kind` is SAME, GONE, NEW, or "changed" with its pieces; `hidden`: so many equal ones were left out here."""

    where: str
    kind: str
    pieces: tuple[Piece, ...] = ()
    hidden: int = 0


def between(old: Content, new: Content) -> list[Change]:
    """What changed, with a paragraph around; nothing where both say the same."""
    return [*_folded(list(_changes(_told(old), _told(new)))), *_formats(old, new)]


def _formats(old: Content, new: Content) -> Iterator[Change]:
    """Articles that say the same and look different."""
    for n, (before, after) in enumerate(zip(old.articles, new.articles, strict=False), 1):
        says_the_same = html.lines_of(before.body, tells_all=True) == html.lines_of(after.body, tells_all=True)
        if says_the_same and before.body != after.body:
            yield Change(
                f"第 {n} 篇格式", "changed", (Piece(SAME, "字没有变，粗细、颜色、对齐、段落这样的格式变了"),)
            )


def _told(content: Content) -> list[tuple[str, str]]:
    """(where, words) of everything a reader would see, and of what WeChat is handed beside."""
    told: list[tuple[str, str]] = []
    for n, article in enumerate(content.articles, 1):
        own = f"第 {n} 篇" if len(content.articles) > 1 else ""
        named = (
            ("标题", article.title),
            ("作者", article.author),
            ("摘要", article.digest),
            ("封面", article.cover and f"图片 {article.cover[:8]}"),
            ("阅读原文", article.source),
        )
        told += [(own + name, words) for name, words in named if words]
        told += [(f"{own}正文", words) for words in html.lines_of(article.body, tells_all=True)]
    told += [("文字", line) for line in content.text.splitlines() if line.strip()]
    told += [("图片", digest[:12]) for digest in content.pictures]
    return told + ([("录音", content.voice[:12])] if content.voice else [])


def _changes(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Change]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Change(where, SAME, (Piece(SAME, words),)) for where, words in new[c:d])
            continue
        paired = min(b - a, d - c)
        for (was, before), (where, after) in zip(old[a : a + paired], new[c : c + paired], strict=True):
            yield from _one(was, before, where, after)
        yield from (Change(where, GONE, (Piece(GONE, words),)) for where, words in old[a + paired : b])
        yield from (Change(where, NEW, (Piece(NEW, words),)) for where, words in new[c + paired : d])


def _one(was: str, before: str, where: str, after: str) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before[:LONGEST_COMPARED], after[:LONGEST_COMPARED], autojunk=False)
    if was != where or matcher.ratio() < ALIKE:
        yield Change(was, GONE, (Piece(GONE, before),))
        yield Change(where, NEW, (Piece(NEW, after),))
        return
    pieces: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, before[a:b]))
        else:
            pieces += [Piece(name, words) for name, words in ((GONE, before[a:b]), (NEW, after[c:d])) if words]
    yield Change(where, "changed", tuple(pieces))


def _folded(changes: Sequence[Change]) -> Iterator[Change]:
    """Equal paragraphs far from any change become one line that counts them."""
    near = {n + step for n, one in enumerate(changes) if one.kind != SAME for step in range(-AROUND, AROUND + 1)}
    if not near:
        return
    hidden = 0
    for n, one in enumerate(changes):
        if n in near:
            if hidden:
                yield Change("", SAME, (), hidden)
            hidden = 0
            yield one
        else:
            hidden += 1
    if hidden:
        yield Change("", SAME, (), hidden)
