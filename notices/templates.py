"""What a new notice starts from: words in the house's voice, from plain values. Pure.

Every template fills what it is told and leaves 【…】 where somebody has to write; the pre-check finds those that were left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from config.limits import LONGEST_ARTICLE_AUTHOR, LONGEST_ARTICLE_DIGEST, LONGEST_ARTICLE_TITLE
from notices.content import Article, Content

BLANK = "【请填写】"


@dataclass(frozen=True, slots=True)
class Item:
    """An activity as a preview tells it; every part but the title may be ""."""

    title: str
    when: str = ""
    where: str = ""
    audience: str = ""
    summary: str = ""
    url: str = ""
    takes_names: bool = False
    picture: str = ""  # SHA-256 of its cover below media/pictures
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """One new book."""

    title: str
    author: str = ""
    shelf_mark: str = ""
    words: str = ""


def preview(items: Sequence[Item], *, heading: str, library: str, source: str = "") -> Content:
    """周末看点: what is on, in its order. `heading`: 周末看点｜4月11日—12日."""
    parts = [
        _p(
            f"{'、'.join(_titles(items))}……"
            if len(items) > 3
            else "、".join(_titles(items)) + "，欢迎来。"
            if items
            else BLANK
        )
    ]
    for n, item in enumerate(items, 1):
        parts += [
            _head(f"{n}. {item.title}"),
            *([_picture(item.picture, item.alt or item.title)] if item.picture else []),
        ]
        parts += [
            _line(name, said)
            for name, said in (("时间", item.when), ("地点", item.where), ("适合", item.audience))
            if said
        ]
        parts += [_p(item.summary)] if item.summary else []
        if item.url:
            parts.append(_p("报名：" if item.takes_names else "详情：", item.url))
    parts.append(_p("活动都是免费的，具体安排有变动时，以公众号里的活动页为准。"))
    words = f"{len(items)} 场活动：{'、'.join(_titles(items))}" if items else ""
    return _one(
        heading,
        "".join(parts),
        words,
        library,
        source,
        cover=next((item.picture for item in items if item.picture), ""),
    )


def _titles(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(item.title for item in items))[:3]


def winners(
    *,
    library: str,
    occasion: str = "",
    groups: Sequence[tuple[str, Sequence[str]]] = (),
    pick_up: str = "",
    url: str = "",
) -> Content:
    """获奖名单. `groups`: the name of an award with its names, masked as they are shown in public."""
    called = occasion or BLANK
    parts = [_p(f"“{called}”评出来了。谢谢每一位来投稿的读者，下面是得奖的朋友。")]
    for name, people in groups or ((BLANK, (BLANK,)),):
        parts += [_head(name), _p("、".join(people))]
    parts.append(_p(f"领奖：{pick_up or BLANK}"))
    parts += [_p("名单和作品：", url)] if url else []
    return _one(f"{called}获奖名单", "".join(parts), f"“{called}”的获奖名单和领奖办法", library)


def books(items: Iterable[Book] = (), *, library: str, heading: str = "新书到馆") -> Content:
    """新书. A paragraph each; without any, the shape to be filled."""
    parts = [_p("这些书刚上架，可以借了。")]
    for book in list(items) or [Book(BLANK, BLANK, BLANK, BLANK)]:
        parts.append(_head(f"《{book.title}》{f'　{book.author}' if book.author else ''}"))
        parts += [_p(book.words)] if book.words else []
        parts += [_line("索书号", book.shelf_mark)] if book.shelf_mark else []
    return _one(heading, "".join(parts), "刚上架的新书，可以借了", library)


def general(*, library: str, title: str = "") -> Content:
    """Nothing but a place to write."""
    return _one(title, _p(BLANK), "", library)


# ── set ──


def _one(title: str, body: str, digest: str, library: str, source: str = "", cover: str = "") -> Content:
    article = Article(
        title[:LONGEST_ARTICLE_TITLE],
        library[:LONGEST_ARTICLE_AUTHOR],
        digest[:LONGEST_ARTICLE_DIGEST],
        body,
        cover,
        source,
    )
    return Content((article,))


def _p(words: str, url: str = "") -> str:
    if not words and not url:
        return ""
    link = f'<a href="{escape(url)}">{escape(url, quote=False)}</a>' if url else ""
    return f"<p>{escape(words, quote=False)}{link}</p>"


def _line(name: str, words: str) -> str:
    return f"<p>{name}：{escape(words, quote=False)}</p>"


def _head(words: str) -> str:
    return f"<h3>{escape(words, quote=False)}</h3>"


def _picture(digest: str, alt: str) -> str:
    return f'<p><img src="/media/pictures/{digest}" alt="{escape(alt)}"></p>'
