"""The typographic cover: every title fits on its slip, and the same activity always has the same book."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.when import Precision, When
from pages.cover import SLIP_HEIGHT, SLIP_LEFT, SLIP_TOP, cover_of, date_words, upright
from tests.pages.shelf import nov, shown

DAY = When("11月28日", Precision.DAY, nov(28), nov(28))


@given(st.text(max_size=200))
def test_any_title_stays_on_its_slip(title: str) -> None:
    cover = cover_of(shown(title, DAY), library="书声图书馆")
    for glyph in cover.glyphs:
        assert SLIP_LEFT + cover.size / 2 <= glyph.x <= SLIP_LEFT + cover.slip_width - cover.size / 2
        assert SLIP_TOP + cover.size * 0.8 <= glyph.y <= SLIP_TOP + SLIP_HEIGHT


@given(st.text("书香满城", min_size=1, max_size=33))
def test_a_title_that_fits_is_written_whole(title: str) -> None:
    assert "".join(glyph.char for glyph in cover_of(shown(title, DAY), library="馆").glyphs) == title


def test_outer_book_marks_are_not_written_on_a_book() -> None:
    assert upright("《植物界的活化石》") == "植物界的活化石"
    assert upright("读《论语》谈处世") == "读︽论语︾谈处世"


def test_the_same_series_is_bound_in_the_same_cloth() -> None:
    first, second = (
        cover_of(shown(title, DAY, series="绘读慧悦", code=title), library="馆") for title in ("甲", "乙")
    )
    assert (first.tint, first.motif) == (second.tint, second.motif)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (DAY, ("28", "11月 · 周六")),
        (When("11月28日", Precision.TIME, nov(28), nov(28), time(9)), ("28", "11月 · 周六")),
        (When("", Precision.DAY, nov(5), nov(26)), ("11.5—11.26", "2026")),
        (When("11月中下旬", Precision.PERIOD, nov(11), nov(30)), ("11月中下旬", "日期待定")),
        (When("11月17日起", Precision.OPEN, nov(17)), ("11.17起", "2026")),
        (When("", Precision.OPEN), ("日期待定", "")),
    ],
)
def test_the_cover_never_says_more_about_the_date_than_is_known(when: When, said: tuple[str, str]) -> None:
    assert date_words(when) == said


@pytest.mark.parametrize(("library", "seal"), [("铜官区图书馆", "铜官"), ("书声图书馆", "书声"), ("图书馆", "图书")])
def test_the_seal_is_the_librarys(library: str, seal: str) -> None:
    assert "".join(glyph.char for glyph in cover_of(shown("书", DAY), library=library).seal) == seal
