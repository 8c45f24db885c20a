"""A notice for groups of readers: words to paste. Pure."""

import re
from html import unescape

from notices.content import Article, Content

LONGEST_LEAD = 300  # characters of an article in the words to paste
_BREAK = re.compile(r"<\s*(?:br|/p|/h\d|/li|/section|/tr|/blockquote)[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def plain(html: str) -> str:
    """The words of HTML, a paragraph a line."""
    text = unescape(_TAG.sub("", _BREAK.sub("\n", html)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def to_paste(content: Content, *, library: str, addresses: dict[int, str], url: str) -> str:
    """What somebody pastes into a group of readers. `addresses`: of articles that are out, by their place; `url`: where
    the rest is to be read, or ""."""
    parts = [_article(one, addresses.get(at, "")) for at, one in enumerate(content.articles)]
    if content.text:
        parts.append(plain(content.text))
    foot = f"—— {library}" + (f"\n更多：{url}" if url and not addresses else "")
    return "\n\n".join([*filter(None, parts), foot])


def _article(article: Article, address: str) -> str:
    body = article.digest or plain(article.body)
    lead = body if len(body) <= LONGEST_LEAD else body[: LONGEST_LEAD - 1] + "…"
    return "\n".join(filter(None, (f"【{article.title}】", lead, address)))


_ADDRESS_ONLY = re.compile(r"(?:[^：:]{1,6}[：:])?\s*https?://[!-~]+")


def body_of(content: Content) -> str:
    """All words for the long picture; titles of further articles stand above theirs. Lines that are an address only fall out:
    nobody can tap a picture, and its code leads to all of them."""
    parts = []
    for at, one in enumerate(content.articles):
        words = "\n".join(line for line in plain(one.body).splitlines() if not _ADDRESS_ONLY.fullmatch(line))
        parts.append("\n".join(filter(None, (one.title if at else "", words or one.digest))))
    if content.text:
        parts.append(plain(content.text))
    return "\n\n".join(filter(None, parts))


_URL = re.compile(r'href\s*=\s*"([^"]+)"|(https?://[^\s<>"，。；！？、）】》”]+)')


def links(content: Content) -> list[str]:
    """Every address in it, in the order in which it is read."""
    found = []
    for one in content.articles:
        found += [hit[1] or hit[2] for hit in _URL.finditer(one.body)] + [one.source]
    found += [hit[1] or hit[2] for hit in _URL.finditer(content.text)]
    return [unescape(url) for url in found if url]
