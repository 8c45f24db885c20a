"""An issue on paper: every word that was signed is there, in Word and as PDF, whatever was pasted."""

import io
from pathlib import Path

from docx import Document

from notices.blocks import blocks_of
from notices.html import cleaned
from web import issue_word
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
    return "".join(
        getattr(block, "text", "") or "".join(cell for row in getattr(block, "rows", ()) for cell in row)
        for block in blocks_of(body)
    )
