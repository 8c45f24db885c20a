"""A page as a reader or a browser meets it: its words, links and sections, by Python's own HTML parser."""

from html.parser import HTMLParser

HIDDEN = {"svg", "style", "script", "title"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.by_id: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append((int(tag[1]), ""))
        if tag not in {"meta", "link", "br", "input", "path", "rect", "circle"}:
            self._open.append((tag, named.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = {tag for tag, _ in self._open}
        if not data.strip() or inside & HIDDEN:
            return
        self.words.append(data.strip())
        if inside & {"h1", "h2", "h3"} and self.headings:
            level, said = self.headings[-1]
            self.headings[-1] = (level, said + data.strip())
        for _, name in self._open:
            if name:
                self.by_id.setdefault(name, []).append(data.strip())


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def text_of(page: str) -> str:
    """The words a reader sees, pieces joined by a bar."""
    return "|".join(_read(page).words)


def links(page: str) -> list[str]:
    """Where every link leads, in order."""
    return _read(page).links


def section(page: str, name: str) -> str:
    """The words inside the element of this id."""
    return "|".join(_read(page).by_id.get(name, []))


def headings(page: str) -> list[tuple[int, str]]:
    """(level, words), in order."""
    return _read(page).headings


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every element with its attributes."""
    return _read(page).tags
