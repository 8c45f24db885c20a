"""Word documents (.docx): paragraphs, text boxes and tables in the order they stand, then footnotes; merged cells filled.

Read straight from the XML: python-docx would cost 17 MB of memory in every process, and passes over what
stands in content controls and tracked insertions.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from activities.plans.tables import Block, Cell, Line, Page, Row, Table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HOLDS_BLOCKS = {f"{_W}{tag}" for tag in ("body", "sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")}
_GONE = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "txbxContent", "pPr", "rPr")}
_ALSO_GONE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


_PICTURES = {
    "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic",
    "{urn:schemas-microsoft-com:vml}imagedata",
}


class StrangeXml(ValueError):
    """The document declares entities, which no word processor writes."""


def read_document(xml: bytes, name: str, *, footnotes: bytes | None = None) -> Page:
    """Raises: ParseError, StrangeXml."""
    body = _root(xml).find(f"{_W}body")
    blocks: list[Block] = []
    tables = 0
    for at, element in enumerate(_blocks_in(body) if body is not None else ()):
        if element.tag == f"{_W}tbl":
            tables += 1
            blocks.append(Table(tuple(_rows_of(element, f"{name}:表{tables}"))))
        else:
            first, *rest = _text_of(element).split("\n")
            place = f"{name}:第{at + 1}段"
            blocks += [
                Line(first, place, _numbering(element), _pictures(element)),
                *(Line(text, place) for text in rest),
            ]
    notes = list(_root(footnotes)) if footnotes else []
    return Page("", (*blocks, *(line for at, note in enumerate(notes) for line in _note(note, f"{name}:脚注{at}"))))


def _numbering(paragraph: Element) -> str:
    """Its own list, or that of a style made for lists."""
    own = paragraph.find(f"{_W}pPr/{_W}numPr")
    if own is not None:
        level, number = (own.find(f"{_W}{tag}") for tag in ("ilvl", "numId"))
        values = [one.get(f"{_W}val", "0") if one is not None else "0" for one in (number, level)]
        return "" if values[0] == "0" else "/".join(values)
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = style.get(f"{_W}val", "") if style is not None else ""
    return f"{name}/0" if name.startswith(("ListNumber", "ListBullet")) else ""


def _pictures(paragraph: Element) -> int:
    """Drawings and old pictures of a paragraph."""
    return sum(1 for one in paragraph.iter() if one.tag in _PICTURES)


def _root(xml: bytes) -> Element:
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise StrangeXml
    return fromstring(xml)  # noqa: S314 - entities were refused above


def _note(note: Element, where: str) -> list[Line]:
    return [Line(text, where) for block in _blocks_in(note) if (text := _text_of(block).strip())]


def _blocks_in(holder: Element) -> Iterator[Element]:
    """Paragraphs and tables, also those inside content controls; behind a paragraph what its text boxes hold."""
    for child in holder:
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
            yield from _boxed(child) if child.tag == f"{_W}p" else ()
        elif child.tag in _HOLDS_BLOCKS:
            yield from _blocks_in(child)


def _boxed(element: Element) -> Iterator[Element]:
    """The blocks of text boxes; their second form for old programs (Fallback) says the same again."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield from _blocks_in(child)
        elif child.tag != _ALSO_GONE:
            yield from _boxed(child)


def _inside(holder: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also those inside content controls."""
    for child in holder:
        if child.tag == f"{_W}{tag}":
            yield child
        elif child.tag in _HOLDS_BLOCKS:
            yield from _inside(child, tag)


def _rows_of(table: Element, place: str) -> Iterator[Row]:
    above: Row = ()
    for number, element in enumerate(_inside(table, "tr"), start=1):
        row: list[Cell] = [Cell("", f"{place}:{number}行")] * _skipped(element)
        for cell in _inside(element, "tc"):
            goes_on = _continues_above(cell) and len(row) < len(above)
            own = above[len(row)] if goes_on else Cell(_cell_text(cell), f"{place}:{number}行")
            row += [own] * _width(cell)
        above = tuple(row)
        yield above


def _skipped(row: Element) -> int:
    """Columns the row leaves out before its first cell."""
    before = row.find(f"{_W}trPr/{_W}gridBefore")
    return _small_number(before)


def _width(cell: Element) -> int:
    return max(1, _small_number(cell.find(f"{_W}tcPr/{_W}gridSpan")))


def _small_number(element: Element | None) -> int:
    value = element.get(f"{_W}val", "") if element is not None else ""
    return min(int(value), 100) if value.isdecimal() else 0


def _continues_above(cell: Element) -> bool:
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"


def _cell_text(cell: Element) -> str:
    """The lines of a cell; a table inside it gives its cells in order."""
    lines = []
    for block in _blocks_in(cell):
        if block.tag == f"{_W}tbl":
            lines += [_cell_text(inner) for row in _inside(block, "tr") for inner in _inside(row, "tc")]
        else:
            lines.append(_text_of(block))
    return "\n".join(line for line in lines if line.strip())


def _text_of(element: Element) -> str:
    """The words of a paragraph as they now stand: deleted ones are gone, inserted ones are there."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag not in _GONE and child.tag != _ALSO_GONE:
            yield from _pieces(child)
