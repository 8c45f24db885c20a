"""An issue on paper: every word that was signed is there, in Word and as PDF, whatever was pasted."""

import io
import re
import subprocess
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from notices.blocks import blocks_of, words_of
from notices.html import cleaned
from web import issue_pdf, issue_word, lettering
from web.issue import Paper


def paper(body: str, *, name: str = "简报", about: str = "") -> Paper:
    return Paper(
        name,
        about,
        "2026年第11期",
        "总第47期",
        "书声图书馆",
        "2026年11月28日",
        body,
        Path("/nowhere"),
        site="https://x.cn",
    )


def counted(body: str) -> list[tuple[str, int, int]]:
    """(words, which list, where that begins to count) of numbered paragraphs in Word."""
    document = Document(io.BytesIO(issue_word.draw(paper(body))))
    numbering = document.part.numbering_part.element
    found: list[tuple[str, int, int]] = []
    for one in document.paragraphs:
        for number in map(int, one._p.xpath("./w:pPr/w:numPr/w:numId/@w:val")):
            start = numbering.num_having_numId(number).lvlOverride_lst[0].startOverride.val
            found.append((one.text, number, start))
    return found


def test_every_list_counts_from_its_own_start_in_word() -> None:
    first, second, third, fourth, fifth = counted(
        '<ol><li>一</li><li>二</li></ol><p>隔开</p><ol><li>三</li><li>四</li></ol><ol start="7"><li>五</li></ol>'
    )
    assert [one[0] for one in (first, second, third, fourth, fifth)] == ["一", "二", "三", "四", "五"]
    assert first[1:] == second[1:]
    assert third[1:] == fourth[1:]
    assert len({first[1], third[1], fifth[1]}) == 3
    assert (first[2], third[2], fifth[2]) == (1, 1, 7)


ILL = '<p>好&#1;的\x02文\ud83d字&#xD800;&#xFFFF;</p><table><tr><td>格&#8;子</td></tr></table><p title="&#1;">完</p>'


def test_what_no_file_can_hold_is_left_out_and_all_words_stay() -> None:
    clean = cleaned(ILL).html
    assert clean == cleaned(clean).html
    for words in (clean, issue_words(ILL), issue_words(clean)):
        assert not any(ord(one) < 32 and one not in "\n\t" for one in words)
        assert not any(0xD800 <= ord(one) <= 0xDFFF or ord(one) == 0xFFFF for one in words)
    for words in (issue_words(ILL), issue_words(clean)):
        assert "好的文字" in words.replace("\ufffd", "")
        assert "格子" in words
        assert words.endswith("完")
    assert issue_word.draw(paper(ILL))


def issue_words(body: str) -> str:
    return "".join(words for block in blocks_of(body) for words in words_of(block))


def printed(given: Paper) -> str:
    """The words of every page, of what lies inside its edges."""
    faces = lettering.faces()
    assert faces is not None
    command = ["pdftotext", "-layout", "-x", "0", "-y", "0", "-W", "595", "-H", "842", "-", "-"]
    done = subprocess.run(command, input=issue_pdf.draw(given, faces), capture_output=True, check=True)
    return done.stdout.decode()


def lost(body: str, **more: str) -> Counter[str]:
    """Characters that were signed and are on no page."""
    letters = Counter(re.sub(r"\s", "", unicodedata.normalize("NFKC", issue_words(body) + "".join(more.values()))))
    return letters - Counter(unicodedata.normalize("NFKC", printed(paper(body, **more))))


LONG = "".join(
    f"<p>第{number}段，很长很长很长很长很长很长很长很长很长很长很长很长的话。</p>" for number in range(120)
)


def test_what_is_too_tall_or_too_wide_for_a_page_goes_on_with_all_its_words() -> None:
    tall = f"<table><thead><tr><th>馆</th><th>事</th></tr></thead><tr><td>东</td><td>{LONG}完</td></tr></table>"
    wide = f"<table><tr>{''.join(f'<td>列{number}</td>' for number in range(60))}</tr></table>"
    assert not lost(
        tall + wide + f"<h2>{'很长的标题' * 400}终</h2><p>尾</p>", name="刊" * 40, about="身边的科学" * 40
    )


def test_a_picture_whose_file_is_not_there_leaves_its_words() -> None:
    body = f'<p><img src="/media/pictures/{"a" * 64}" alt="读者在听绘本"></p><p>读者在听绘本</p><p>完</p>'
    assert not lost(body)
    document = Document(io.BytesIO(issue_word.draw(paper(body))))
    assert "读者在听绘本" in [one.text for one in document.paragraphs]


def test_what_no_face_can_write_has_a_stand_in_and_staff_are_told() -> None:
    body = "<h2>活动\U0001f600</h2><p>一家\U0001f468\u200d\U0001f469\u200d\U0001f467人\ufe0f完</p>"
    words = re.sub(r"\s", "", printed(replace(paper(body), is_proof=True)))
    assert "活动〓" in words
    assert "一家〓〓〓人完" in words
    assert "有4种表情或生僻字" in words
    assert "生僻字" not in printed(paper(body))
    assert "生僻字" not in printed(replace(paper("<p>都能印</p>"), is_proof=True))


_WORDS = st.text("读者听绘本馆abc12，。（）“”", min_size=1, max_size=400)
_BLOCK = st.sampled_from(["p", "h2", "h3", "li", "blockquote"])


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(_BLOCK, _WORDS), max_size=8), st.lists(st.lists(_WORDS, min_size=3, max_size=3), max_size=4)
)
def test_every_word_that_was_signed_is_printed(blocks: list[tuple[str, str]], rows: list[list[str]]) -> None:
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    assert not lost("".join(f"<{tag}>{words}</{tag}>" for tag, words in blocks) + f"<table>{table}</table>")
