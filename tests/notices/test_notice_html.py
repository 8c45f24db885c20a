"""Whatever is pasted comes out as HTML that WeChat keeps: nothing foreign, nothing that runs, and every word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.limits import MOST_PASTE_BYTES
from models.errors import BadInput
from notices.html import BLOCKS, INLINE, cleaned, lines_of, links_in, pictures_in

OURS = "a" * 64
WORDS = st.text(alphabet="春眠不觉晓ab<>&\"' \xa0", min_size=1, max_size=6)
TAGS = st.sampled_from(
    [*BLOCKS - {"hr"}, *INLINE - {"img", "br"}, "div", "font", "b", "o:p", "center", "form", "marquee", "svg", "math"]
)  # fmt: skip
STYLES = st.sampled_from(
    ["", "color:red", "mso-x:1;color:black", "position:fixed;width:50%", "background:url(https://x.y/z)", "text-indent:21pt"]
)  # fmt: skip
LOOSE = st.sampled_from(
    ["<br>", "<hr>", f'<img src="/media/pictures/{OURS}">', '<img src="https://x.y/q.png">', "<!--x-->", "</p>", "</section>", "<p>"]
)  # fmt: skip


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def wrapped(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.builds(lambda tag, style, words: f'<{tag} style="{style}">{words}</{tag}>', TAGS, STYLES, inside)
    return st.lists(st.one_of(one, LOOSE, WORDS.map(escaped)), max_size=4).map("".join)


PASTED = st.recursive(WORDS.map(escaped), wrapped, max_leaves=14)
_ALLOWED = re.compile(
    rf"</?({'|'.join(sorted(BLOCKS | INLINE))})(?: (?:style|href|src|alt|colspan|rowspan|start)=\"[^\"<>]*\")*>"
)


def letters(words: str) -> str:
    return "".join(sorted("".join(words.split())))


@given(PASTED)
def test_cleaning_what_is_clean_changes_nothing(pasted: str) -> None:
    once = cleaned(pasted).html
    assert cleaned(once).html == once
    assert cleaned(once).left_out == ()


BROKEN = st.one_of(
    WORDS.map(lambda word: (escaped(word), word)),
    TAGS.map(lambda tag: (f"<{tag}>", "")),
    TAGS.map(lambda tag: (f"</{tag}>", "")),
)


@given(st.lists(BROKEN, max_size=25))
def test_no_word_is_lost_however_broken_it_is(parts: list[tuple[str, str]]) -> None:
    pasted, words = ("".join(side) for side in zip(*parts, strict=True)) if parts else ("", "")
    assert letters("".join(lines_of(cleaned(pasted).html))) == letters(words)


@given(st.one_of(PASTED, st.text(alphabet="<>/=\"' apimgsrconhref:javt&;#x0", max_size=60)))
def test_nothing_comes_out_but_what_is_listed(pasted: str) -> None:
    out = cleaned(pasted).html
    assert [tag for tag in re.findall(r"<[^>]*>", out) if not _ALLOWED.fullmatch(tag)] == []
    assert "url(" not in out
    assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', out))


FROM_WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>文档</title>
<style>p.MsoNormal {{margin:0cm}}</style>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body lang=ZH-CN>
<p class=MsoNormal style='text-indent:21.0pt;mso-char-indent-count:2.0'>
<b><span style='font-family:宋体;color:black'>周末到图书馆来</span></b><o:p></o:p></p>
<script>alert('x')</script>
<table class=MsoTableGrid border=1 style='border-collapse:collapse;width:415.3pt'><tr><td width=277 style='border:solid windowtext 1.0pt'>
<p>周六上午9:30</p></td><td colspan=2><p>二楼</p></td></tr></table>
<p>报名见<a href="/a/abc" onclick="x()">这里</a>，<a href="javascript:alert(1)">不能点</a></p>
<p>海报<img src="file:///C:/Users/chen/poster.png">
<img src="https://mmbiz.qpic.cn/a/640?wx_fmt=png" alt="公众号的图"><img src="data:image/png;base64,{"A" * 500}">
<img src="https://lib.example/pictures/{OURS}.jpg" alt="我们的海报"></p></body></html>"""


def test_a_page_from_word_keeps_its_words_table_links_and_our_pictures() -> None:
    found = cleaned(FROM_WORD, site="https://lib.example")
    assert lines_of(found.html) == ["周末到图书馆来", "周六上午9:30", "二楼", "报名见这里，不能点", "海报"]
    assert links_in(found.html) == [("https://lib.example/a/abc", "这里")]
    assert pictures_in(found.html) == [OURS]
    assert '<p style="text-indent:2em"><strong>周末到图书馆来</strong></p>' in found.html
    assert '<td colspan="2">' in found.html
    assert "Mso" not in found.html + "".join(one.name for one in found.left_out)
    assert [one.words for one in found.left_out] == [
        "图片“poster.png”（在“海报”后面）",
        "图片“公众号的图”（在“海报”后面）",
        "图片“粘贴进来的图”（在“海报”后面）",
    ]


def test_25_megabytes_of_pictures_go_and_the_words_stay() -> None:
    pasted = f'<p>前<img src="data:image/png;base64,{"A" * (24 * 1024 * 1024)}">后</p>'
    assert cleaned(pasted).html == "<p>前后</p>"


@pytest.mark.parametrize(
    ("pasted", "said"), [("a" * (MOST_PASTE_BYTES + 1), "超过 25 MB"), ("<p>春</p>" * 700_000, "不算图片")]
)
def test_what_is_too_large_is_refused_in_a_clear_sentence(pasted: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        cleaned(pasted)
