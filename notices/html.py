"""Any HTML in, HTML that WeChat keeps out: pasted from Word, WPS or another editor. Pure; no text is ever lost.

nh3 (html5ever and ammonia) parses as browsers do and lets through what is listed here; what it gives back is well formed, so
that one plain walk can put our own names to it. Cleaning what is clean changes nothing: it is done until nothing changes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

import nh3

from config.limits import MOST_PASTE_BYTES
from models.errors import BadInput

BLOCKS = frozenset({
    "p", "section", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th", "hr",
})  # fmt: skip
INLINE = frozenset({"span", "strong", "em", "u", "s", "sub", "sup", "a", "img", "br"})
RENAMED = {
    "b": "strong", "i": "em", "del": "s", "strike": "s", "font": "span", "div": "section", "article": "section",
    "center": "section", "header": "section", "footer": "section", "main": "section", "h5": "h4", "h6": "h4", "tfoot": "tbody",
}  # fmt: skip
_KNOWN = BLOCKS | INLINE | frozenset(RENAMED)
_DROPPED = frozenset({"script", "style", "title", "noscript"})  # with what is in them: none of it was ever to be seen
_VOID = frozenset({"br", "img", "hr"})
_EMPTY_GOES = (BLOCKS | INLINE) - _VOID - {"table", "thead", "tbody", "tr", "td", "th"}
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}), "img": frozenset({"src", "alt"}), "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}), "ol": frozenset({"start"}),
}  # fmt: skip
_STYLES = frozenset({
    "color", "background-color", "text-align", "font-weight", "font-style", "font-size", "text-decoration", "text-indent",
    "line-height", "letter-spacing", "margin", "margin-top", "margin-bottom", "margin-left", "margin-right", "padding",
    "padding-top", "padding-bottom", "padding-left", "padding-right", "border", "border-top", "border-bottom", "border-left",
    "border-right", "border-color", "border-radius", "border-collapse", "vertical-align", "width", "max-width",
})  # fmt: skip
_VALUE = re.compile(r"(?:[#\w.,%\s+-]|(?:rgba?|hsla?)\([\d\s.,%/]+\)){1,60}", re.ASCII)
# Colours of paper and print: a phone at night has others, and black on black cannot be read.
_OF_PAPER = frozenset({
    "black", "windowtext", "#000", "#000000", "auto", "white", "#fff", "#ffffff", "window", "transparent", "initial", "inherit",
    "rgb(0,0,0)", "rgb(255,255,255)",
})  # fmt: skip
_COLOURS = frozenset({"color", "background-color"})
_NO_MARGIN = re.compile(r"mso|^0(?:px|pt|cm|em)?$")
_PRINTED = re.compile(r"\d(?:pt|cm|mm|in|pc)\b")  # sizes of paper
_INSIDE = re.compile(r"(data:[\w/+.-]{0,40}[;,])[^\"'>\s]{64,}")
_DRAWINGS = re.compile(r"</?(?:svg|math)\b[^>]*>", re.IGNORECASE)  # in them words have other rules, and would be lost
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_OURS = re.compile(r"(?:/media)?/pictures/([0-9a-f]{64})(?:\.jpg)?")
# Neither a browser nor Word nor a database takes these: controls, halves of a pair, what is no character at all.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
MOST_MARKUP = (
    4 * 1024 * 1024
)  # characters without the pictures in them: a full article as Word writes it is a fifth of that
MOST_ROUNDS = 8
NEARBY = 12  # characters that say where something stood


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture that is not ours. `after`: the last words before its place, "" at the beginning."""

    name: str
    after: str

    @property
    def words(self) -> str:
        """图片“a.png”（在“…欢迎来听”后面）"""
        return f"图片“{self.name}”（{f'在“{self.after}”后面' if self.after else '在开头'}）"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What WeChat keeps, and what of it could not stay."""

    html: str
    left_out: tuple[LeftOut, ...] = ()


def cleaned(given: str, *, site: str = "") -> Cleaned:
    """`site`: our own address; pictures and links below it are ours. Raises: BadInput above MOST_PASTE_BYTES."""
    if len(given) > MOST_PASTE_BYTES or len(given.encode(errors="replace")) > MOST_PASTE_BYTES:
        most = MOST_PASTE_BYTES // 1024 // 1024
        raise BadInput(f"这一段超过 {most} MB，放不进来：请分几次粘贴，图片用“加图片”另外上传。")
    words = _DRAWINGS.sub("", _INSIDE.sub(r"\1", CONTROLS.sub("", given)))
    if len(words) > MOST_MARKUP:
        raise BadInput(
            f"不算图片，这一段还有 {len(words) // 1024 // 1024} MB，放不进来：微信一篇不能超过 2 万字。请分几次粘贴。"
        )
    found, left_out = _once(words, site)
    for _ in range(MOST_ROUNDS):
        again, _ = _once(found, site)
        if again == found:
            return Cleaned(found, left_out)
        found = again
    return Cleaned("".join(f"<p>{escape(line, quote=False)}</p>" for line in lines_of(found)), left_out)


def _once(given: str, site: str) -> tuple[str, tuple[LeftOut, ...]]:
    walk = _Walk(site)
    walk.feed(_let_through(given))
    walk.close()
    return walk.made(), tuple(walk.left_out)


def _let_through(given: str) -> str:
    """What is listed above, well formed."""
    return nh3.clean(
        given, tags=set(_KNOWN), clean_content_tags=set(_DROPPED), link_rel=None, url_schemes={"http", "https", "data", "file", "cid", "blob"},
        attributes={**{tag: set(names) for tag, names in _ATTRIBUTES.items()}, "*": {"style"}, "font": {"color"}},
        filter_style_properties=set(_STYLES),
    )  # fmt: skip


# ── one walk ──


class _Walk(HTMLParser):
    """Puts our own names to what nh3 let through, and writes it down again."""

    def __init__(self, site: str) -> None:
        super().__init__(convert_charrefs=True)
        self.left_out: list[LeftOut] = []
        self._site = site.rstrip("/")
        self._out: list[str] = []
        self._open: list[
            tuple[str, str, int]
        ] = []  # tag as given, as written ("" where it is left out), where it begins
        self._has_own_p = False  # words that stood in no paragraph were given one
        self._said = ""  # the last words of a paragraph
        self._is_new_line = False

    def made(self) -> str:
        self._end_own_p()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: CONTROLS.sub("", value or "") for name, value in attrs}
        name = RENAMED.get(tag, tag)
        if name in BLOCKS and not any(written for _, written, _ in self._open):
            self._end_own_p()
        self._is_new_line = self._is_new_line or name in BLOCKS
        if tag in _VOID:
            self._stands_alone(name, given)
            return
        kept = self._kept(name, given)
        written = "" if (name == "a" and "href" not in kept) or (name == "span" and not kept) else name
        if written in INLINE:
            self._in_a_paragraph()
        self._open.append((tag, written, len(self._out)))
        if written:
            self._out.append(_tag(written, kept))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not any(one[0] == tag for one in self._open):
            return
        while self._open:
            given, written, at = self._open.pop()
            if written and written in _EMPTY_GOES and len(self._out) == at + 1:
                self._out.pop()
            elif written:
                self._out.append(f"</{written}>")
            if given == tag:
                return

    def handle_data(self, data: str) -> None:
        data = _BLANKS.sub(" ", CONTROLS.sub("", data))  # written as &#1; it is one only now
        if self._begins_a_line():
            data = data.lstrip(" ")
        if not data or (not data.strip() and not self._in_words()):
            return
        self._in_a_paragraph()
        self._out.append(escape(data, quote=False).replace("\xa0", "&nbsp;"))
        if data.strip():
            self._said = (data if self._is_new_line else self._said + data)[-200:]
            self._is_new_line = False

    def _stands_alone(self, name: str, given: Mapping[str, str]) -> None:
        if name == "img":
            digest = self._digest(given.get("src", ""))
            if not digest:
                self.left_out.append(LeftOut(_name_of(given), "".join(self._said.split())[-NEARBY:]))
                return
            given = {"src": f"/media/pictures/{digest}", "alt": " ".join(given.get("alt", "").split())[:120]}
        else:
            given = {}
        if name != "hr":
            self._in_a_paragraph()
        self._out.append(_tag(name, given))

    def _digest(self, address: str) -> str:
        own = address.removeprefix(self._site) if self._site else address
        found = _OURS.fullmatch(own)
        return found[1] if found else ""

    def _kept(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        if name == "a" and (address := self._address(given.get("href", ""))):
            kept["href"] = address
        for number in ("colspan", "rowspan", "start"):
            if name in ("td", "th", "ol") and re.fullmatch(r"[1-9]\d{0,2}", given.get(number, ""), re.ASCII):
                kept[number] = given[number]
        style = given.get("style", "")
        if "color" in given:
            style = f"color:{given['color']};{style}"
        if said := _style(style):
            kept["style"] = said
        return kept

    def _address(self, given: str) -> str:
        given = given.strip()
        if given.startswith("/") and not given.startswith("//") and self._site:
            given = self._site + given
        return given if re.match(r"https?://[^\s/]", given) else ""

    def _begins_a_line(self) -> bool:
        """Would a blank not be seen here, since nothing stands before it?"""
        last = self._out[-1] if self._out else "<p>"
        return last.startswith("<") and re.split(r"[ >]", last.strip("</"))[0] in BLOCKS | {"br"}

    def _in_words(self) -> bool:
        """Would a blank be seen here?"""
        inside = next((written for _, written, _ in reversed(self._open) if written), "p" if self._has_own_p else "")
        return inside not in ("", "table", "thead", "tbody", "tr", "ul", "ol")

    def _in_a_paragraph(self) -> None:
        if not self._has_own_p and not any(written for _, written, _ in self._open):
            self._out.append("<p>")
            self._has_own_p = True

    def _end_own_p(self) -> None:
        if self._has_own_p:
            self._out.append("</p>")
            self._has_own_p = False


def _tag(name: str, given: Mapping[str, str]) -> str:
    said = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
    return f"<{name}{said}>"


def _name_of(given: Mapping[str, str]) -> str:
    """A picture's own name, as somebody would find it again."""
    address = given.get("src", "")
    if address.startswith("data:"):
        return given.get("alt", "").strip()[:30] or "粘贴进来的图"
    last = re.split(r"[?#]", address)[0].rstrip("/").rpartition("/")[2]
    return (given.get("alt", "").strip() or last or "没有名字的图")[:40]


def _style(given: str) -> str:
    """What of an inline style WeChat keeps and a phone can show, each property once."""
    kept: dict[str, str] = {}
    for part in given.split(";"):
        name, _, value = part.partition(":")
        name, value = name.strip().lower(), " ".join(value.split()).removesuffix("!important").strip().lower()
        if name == "text-indent" and _PRINTED.search(value) and not value.startswith(("0", "-")):
            value = "2em"  # as deep as paper has it: two characters
        if name in _STYLES and _VALUE.fullmatch(value) and not _is_of_paper(name, value):
            kept[name] = value
    return ";".join(f"{name}:{value}" for name, value in kept.items())


def _is_of_paper(name: str, value: str) -> bool:
    if name in _COLOURS:
        return value.replace(" ", "") in _OF_PAPER
    return bool(_PRINTED.search(value)) or (name.startswith(("margin", "padding")) and bool(_NO_MARGIN.search(value)))


# ── read ──


class _Reading(HTMLParser):
    """Its words a paragraph each; pictures and addresses said in words where `tells_all`."""

    def __init__(self, *, tells_all: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.links: list[tuple[str, str]] = []
        self.pictures: list[tuple[str, str]] = []
        self._tells_all = tells_all
        self._at: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in BLOCKS or tag == "br":
            self.lines.append("")
        if tag == "a":
            self._at.append((given.get("href", ""), ""))
        if tag == "img":
            self.pictures.append((given.get("src", ""), given.get("alt", "")))
            self.lines[-1] += f"［图片：{given.get('alt') or '没有说明'}］" if self._tells_all else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.lines.append("")
        if tag == "a" and self._at:
            address, words = self._at.pop()
            self.links.append((address, words.strip()))
            self.lines[-1] += f"（{address}）" if self._tells_all and words.strip() != address else ""

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data
        if self._at:
            self._at[-1] = (self._at[-1][0], self._at[-1][1] + data)


def _read(html: str, *, tells_all: bool = False) -> _Reading:
    reading = _Reading(tells_all=tells_all)
    reading.feed(html)
    reading.close()
    return reading


def lines_of(html: str, *, tells_all: bool = False) -> list[str]:
    """Its words, a paragraph each, without empty ones; `tells_all`: pictures and addresses too."""
    return [said for line in _read(html, tells_all=tells_all).lines if (said := " ".join(line.split()))]


def links_in(html: str) -> list[tuple[str, str]]:
    """(address, the words it lies on), in their order."""
    return _read(html).links


def pictures_in(html: str) -> list[str]:
    """The SHA-256 of each picture of ours, in their order."""
    return [found[1] for source, _ in _read(html).pictures if (found := _OURS.fullmatch(source))]


def of_typed(typed: str) -> str:
    """What somebody typed into a box: HTML where there is any, else a paragraph a line."""
    return typed if "<" in typed else from_text(typed)


def from_text(text: str) -> str:
    """Plain words as paragraphs."""
    return "".join(f"<p>{escape(line.strip(), quote=False)}</p>" for line in text.splitlines() if line.strip())
