"""An issue as a Word file: real styles, so that an office can go on with it; the same order as the PDF."""

import io
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from PIL import Image

from notices.blocks import Block, Heading, Paragraph, Picture, Rule, Table
from web.issue import PROOF, Paper, file_of, grouped, is_number

SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
INK, QUIET, SEAL = RGBColor(0x1F, 0x2A, 0x2E), RGBColor(0x5B, 0x64, 0x68), RGBColor(0xB5, 0x38, 0x2A)
TALLEST, ALONE, SIDE_BY_SIDE = 62, 96, 78  # mm: of a picture; how wide one is
CAPTION = "Caption"
_SIZES = {1: 17, 2: 15, 3: 12, 4: 11}


def draw(paper: Paper) -> bytes:
    """The whole file."""
    document = Document()
    _pages(document, paper)
    _styles(document)
    _masthead(document, paper)
    numbers = _Numbers(document)
    for group in grouped(paper.blocks):
        _put(document, group, paper, numbers)
    _colophon(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pages(document: DocumentType, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = not paper.is_proof
    head = section.header.paragraphs[0]
    head.text = PROOF if paper.is_proof else f"{paper.library}　{paper.name}　{paper.number}（{paper.total}）"
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER if paper.is_proof else WD_ALIGN_PARAGRAPH.RIGHT
    for foot in (section.footer, section.first_page_footer):
        _page_number(foot.paragraphs[0])
    document.core_properties.title = f"{paper.library}{paper.name} {paper.number}"
    document.core_properties.author = paper.library
    document.core_properties.language = "zh-CN"


def _page_number(paragraph: WordParagraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _styles(document: DocumentType) -> None:
    normal = _style(document, "Normal", SANS, 10.5, INK)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(4), 1.5
    for level, size in _SIZES.items():
        heading = _style(document, f"Heading {level}", SERIF, size, INK)
        heading.font.bold = True
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = (
            Pt(14 if level < 3 else 8),
            Pt(4),
        )
        heading.paragraph_format.keep_with_next = True
    title = _style(document, "Title", SERIF, 40, SEAL)
    title.font.bold = True
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(2)
    _without_border(title)
    _style(document, "Subtitle", SANS, 9.5, QUIET).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption = _style(document, CAPTION, SANS, 8.5, QUIET)
    caption.font.bold = False
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Header", "Footer"):
        _style(document, name, SANS, 8.5, QUIET)


def _style(document: DocumentType, name: str, face: str, size: float, colour: RGBColor) -> ParagraphStyle:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    style.font.name, style.font.size, style.font.italic = face, Pt(size), False
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(which), face)
    for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    return style


def _without_border(style: ParagraphStyle) -> None:
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _masthead(document: DocumentType, paper: Paper) -> None:
    spaced = "　".join(paper.name) if len(paper.name) <= 3 else paper.name
    document.add_paragraph(spaced, style="Title")
    if paper.about:
        document.add_paragraph(paper.about, style="Subtitle")
    line = document.add_paragraph(style="Subtitle")
    line.add_run(f"{paper.number}（{paper.total}）　　{paper.library} 主办　　{paper.day}").font.color.rgb = INK
    _bordered(line, "top", 18, "B5382A")
    _bordered(line, "bottom", 4, "1F2A2E")


def _bordered(paragraph: WordParagraph, edge: str, size: int, colour: str) -> None:
    """`size` in eighths of a point."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.append(borders)
    border = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "4"), ("color", colour)):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)


def _put(document: DocumentType, group: Sequence[Block], paper: Paper, numbers: "_Numbers") -> None:
    block = group[0]
    if isinstance(block, Heading):
        document.add_heading(block.text, level=block.level)
    elif isinstance(block, Paragraph):
        numbers.give(_paragraph(document, block), block)
        return
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Picture):
        _pictures(document, [one for one in group if isinstance(one, Picture)], paper)
    elif isinstance(block, Rule):
        _bordered(document.add_paragraph(), "bottom", 4, "CFD0CF")
    numbers.end()


def _paragraph(document: DocumentType, block: Paragraph) -> WordParagraph:
    style = "List Number" if block.mark.rstrip(".").isdecimal() else "List Bullet" if block.mark else "Normal"
    paragraph = document.add_paragraph(style=style)
    if not block.mark:
        paragraph.paragraph_format.first_line_indent = Pt(21)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for run in block.runs:
        written = paragraph.add_run(run.text)
        written.bold, written.italic = run.is_bold or None, run.is_slanted or None
    return paragraph


class _Numbers:
    """Word counts the items of a style through the whole document: every list is given a count of its own."""

    def __init__(self, document: DocumentType) -> None:
        self._all = document.part.numbering_part.element
        own = document.styles["List Number"].element.pPr.numPr.numId.val
        self._pattern = self._all.num_having_numId(own).abstractNumId.val
        self._last, self._count = 0, 0

    def end(self) -> None:
        """Something else stands here."""
        self._last = 0

    def give(self, paragraph: WordParagraph, block: Paragraph) -> None:
        """The number that stands before it in the PDF, where it has one."""
        words = block.mark.rstrip(".")
        number = int(words) if words.isdecimal() else 0
        if number and (not self._last or number != self._last + 1):
            count = self._all.add_num(self._pattern)
            count.add_lvlOverride(ilvl=0).add_startOverride(number)
            self._count = count.numId
        if number:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, self._count
        self._last = number


def _pictures(document: DocumentType, pictures: Sequence[Picture], paper: Paper) -> None:
    """One alone, or two in the cells of a table without lines."""
    there = [(one, path) for one in pictures if (path := file_of(paper.pictures, one.digest))]
    kept = [one for one, _ in there]
    for words in (one.caption for one in pictures if one not in kept and one.caption):
        document.add_paragraph(words)  # they were signed, wherever the file is
    if len(there) == 1:
        ((one, path),) = there
        _picture(document.add_paragraph(), one, path, ALONE)
        document.add_paragraph(one.caption, style=CAPTION)
    elif there:
        table = document.add_table(rows=1, cols=len(there))
        for cell, (one, path) in zip(table.rows[0].cells, there, strict=True):
            _picture(cell.paragraphs[0], one, path, SIDE_BY_SIDE)
            cell.add_paragraph(one.caption, style=CAPTION)


def _picture(holder: WordParagraph, picture: Picture, path: Path, widest: float) -> None:
    with Image.open(path) as opened:
        ratio = opened.height / opened.width
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.paragraph_format.keep_with_next = True
    holder.paragraph_format.space_after = Pt(2)
    shape = holder.add_run().add_picture(str(path), width=Mm(min(widest, TALLEST / ratio)))
    shape._inline.docPr.set("descr", picture.caption)  # read aloud


def _table(document: DocumentType, block: Table) -> None:
    rows = [block.head, *block.rows] if block.head else list(block.rows)
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    numbers = [all(is_number(row[at]) for row in block.rows) for at in range(len(rows[0]))]
    for at, row in enumerate(rows):
        _row(table.rows[at].cells, row, is_head=at == 0 and bool(block.head), numbers=numbers)
    if block.head:
        repeats = OxmlElement("w:tblHeader")
        repeats.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeats)
    document.add_paragraph()


def _row(cells: Sequence[_Cell], row: Sequence[str], *, is_head: bool, numbers: Sequence[bool]) -> None:
    for cell, words, is_right in zip(cells, row, numbers, strict=True):
        paragraph = cell.paragraphs[0]
        written = paragraph.add_run(words)
        written.font.size, written.bold = Pt(9.5), is_head or row[0] == "合计" or None
        paragraph.paragraph_format.space_after = Pt(0)
        if is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _colophon(document: DocumentType, paper: Paper) -> None:
    said = "　".join(f"{step}：{name}" for step, name in paper.signed)
    for at, line in enumerate(line for line in (said, f"{paper.library}　{paper.site}".strip()) if line):
        paragraph = document.add_paragraph()
        written = paragraph.add_run(line)
        written.font.size, written.font.color.rgb = Pt(8.5), QUIET
        if at == 0:
            _bordered(paragraph, "top", 4, "1F2A2E")
