"""校审单: who wrote, proofread and reviewed a notice, on paper. Pure: what it says and the faces are handed in.

A4, black and white: states are words, never colours alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from web.lettering import Faces

TITLE, TEXT = "title", "text"  # faces
MARGIN = 20.0  # mm
WIDTH = 210 - 2 * MARGIN
LINE = 7.0  # mm
INK, QUIET, RULE = 25, 95, 150  # greys


@dataclass(frozen=True, slots=True)
class Row:
    """One signature or return: `step` 一校, `who` their names, `what` 通过 or 退回, `note` the reason, or for whom."""

    step: str
    who: str
    what: str
    when: str
    version: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says. `digest`: SHA-256 of the words that were signed; `marks`: what is out of the ordinary of its chain."""

    library: str
    title: str
    code: str
    digest: str
    facts: Sequence[tuple[str, str]]
    marks: Sequence[str]
    rows: Sequence[Row]
    printed: str


class _Paper(FPDF):
    def __init__(self, said: Said) -> None:
        super().__init__(unit="mm", format="A4")
        self._said = said

    def footer(self) -> None:
        self.set_y(-MARGIN + 4)
        self.set_font(TEXT, size=8.5)
        self.set_text_color(QUIET)
        words = f"{self._said.library} · 校审单 {self._said.code} · {self._said.printed} 打印 · 第 {self.page_no()} 页，共 {{nb}} 页"
        self.cell(WIDTH, 5, words, align="C")


def page(said: Said, faces: Faces) -> bytes:
    """The form as a PDF."""
    paper = _Paper(said)
    for name, (path, number) in ((TITLE, faces.serif), (TEXT, faces.sans)):
        paper.add_font(name, fname=path, collection_font_number=number if path.endswith(".ttc") else 0)
    paper.set_margins(MARGIN, MARGIN, MARGIN)
    paper.set_auto_page_break(True, MARGIN)
    paper.add_page()
    _head(paper, said)
    for name, value in said.facts:
        _fact(paper, name, value)
    for mark in said.marks:
        _mark(paper, mark)
    _signed(paper, said.rows)
    _foot(paper, said)
    return bytes(paper.output())


def _head(paper: FPDF, said: Said) -> None:
    paper.set_text_color(QUIET)
    paper.set_font(TEXT, size=10.5)
    paper.cell(WIDTH, 6, said.library, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_text_color(INK)
    paper.set_font(TITLE, size=22)
    paper.cell(WIDTH, 15, "校　审　单", align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_font(TITLE, size=13)
    paper.multi_cell(WIDTH, 7.5, said.title, align="C", wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(4)
    _rule(paper, 0.5)
    paper.ln(3)


def _rule(paper: FPDF, width: float) -> None:
    paper.set_draw_color(RULE)
    paper.set_line_width(width)
    paper.line(MARGIN, paper.get_y(), MARGIN + WIDTH, paper.get_y())


def _fact(paper: FPDF, name: str, value: str) -> None:
    paper.set_font(TEXT, size=10.5)
    paper.set_text_color(QUIET)
    paper.cell(28, LINE, name)
    paper.set_text_color(INK)
    paper.multi_cell(WIDTH - 28, LINE, value, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _mark(paper: FPDF, words: str) -> None:
    """In a box: whoever looks for the irregular finds it without reading."""
    paper.ln(2)
    paper.set_font(TITLE, size=10.5)
    paper.set_draw_color(INK)
    paper.set_line_width(0.4)
    paper.multi_cell(
        WIDTH, LINE, words, border=1, padding=2, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )


def _signed(paper: FPDF, rows: Sequence[Row]) -> None:
    paper.ln(5)
    paper.set_font(TEXT, size=10)
    paper.set_text_color(INK)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    with paper.table(
        col_widths=(16, 34, 16, 36, 16, 52),
        width=int(WIDTH),
        line_height=6,
        padding=1.2,
        wrapmode=WrapMode.CHAR,
        text_align="L",
        headings_style=FontFace(family=TITLE, emphasis="", color=INK),
    ) as table:
        head = table.row()
        for name in ("步骤", "谁", "意见", "时间", "版本", "说明"):
            head.cell(name)
        for one in rows:
            line = table.row()
            for words in (one.step, one.who, one.what, one.when, one.version, one.note or "—"):
                line.cell(words)


def _foot(paper: FPDF, said: Said) -> None:
    paper.ln(6)
    paper.set_text_color(QUIET)
    paper.set_font(TEXT, size=9)
    spaced = " ".join(said.digest[at : at + 4].upper() for at in range(0, 24, 4))
    for words in (
        f"文字的指纹（前 24 位）：{spaced}",
        "签的是有这个指纹的文字。改动一个字，指纹就变了，签过的随之作废。",
    ):
        paper.cell(WIDTH, 5.5, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(10)
    paper.set_text_color(INK)
    paper.set_font(TEXT, size=10.5)
    paper.cell(WIDTH / 2, 6, "存档人：＿＿＿＿＿＿＿＿")
    paper.cell(WIDTH / 2, 6, "（盖章处）", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
