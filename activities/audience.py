"""Whom and what kind of activity readers mean, as words to look for. Pure.

Most plans write no ages; then the words must do. An activity with ages of its own is asked for those instead.
"""

import re
from collections.abc import Sequence

from activities.facets import Wanted
from models.wording import plain

OLDEST = 120
_CHILDREN = ("亲子", "儿童", "少儿", "小朋友", "孩子", "绘本", "宝宝", "宝贝", "幼儿", "小手", "小小", "学生", "童")

# Youngest and oldest age, and the words that activities for them are announced with.
_AGES: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 2, ("婴", "宝宝", "宝贝", "亲子", "幼儿", "绘本", "早教")),
    (3, 6, ("亲子", "幼儿", "绘本", "故事会", "宝宝", "宝贝", "小朋友", "儿童", "少儿", "学龄前")),
    (7, 12, ("少儿", "儿童", "小朋友", "小学", "亲子", "小小", "孩子", "童", "绘本")),
    (13, 17, ("青少年", "少年", "中学", "学生")),
    (18, 59, ("成人", "青年", "讲座", "读书会", "沙龙", "大众")),
    (60, OLDEST, ("老年", "老人", "长者", "银龄", "银发", "长辈", "中老年", "老有所")),
)
_PEOPLE: tuple[tuple[str, str, tuple[int, int], tuple[str, ...]], ...] = (
    (r"亲子", "亲子一起", (0, 12), ("亲子", "家长", "小手拉大手")),
    (r"宝宝|宝贝|婴幼儿|婴儿", "宝宝", (0, 3), _AGES[0][2]),
    (r"幼儿园|幼儿|学龄前|小班|中班|大班", "幼儿", (3, 6), _AGES[1][2]),
    (r"小学生|小学|[一二三四五六1-6]年级", "小学生", (6, 12), _AGES[2][2]),
    (r"中学生|初中生|高中生|初中|高中|青少年|中学", "青少年", (12, 17), _AGES[3][2]),
    (r"小朋友|小孩子?|孩子们?|儿童|少儿|娃娃?|小娃|女儿|儿子|孙子|孙女|外孙", "孩子", (0, 14), _CHILDREN),
    (r"老年人?|老人家?|长者|长辈|爸妈|父母|爷爷|奶奶|外公|外婆|退休", "老人", (60, OLDEST), _AGES[5][2]),
    (r"成年人|成人|大人|上班族|年轻人|青年", "成人", (18, 59), _AGES[4][2]),
)  # fmt: skip
_KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"讲座", "讲座", ("讲座", "讲堂", "报告会")),
    (r"展览|看展(?!览)|画展|书展", "展览", ("展览", "书展", "画展", "巡展", "作品展")),
    (r"电影展?|观影|影片", "电影", ("电影", "放映", "观影", "影片", "影展")),
    (r"手工", "手工", ("手工", "diy", "手绘", "剪纸", "折纸", "制作")),
    (r"志愿者?服务|志愿者?|义工", "志愿服务", ("志愿", "义工")),
)

PEOPLE = tuple(
    (re.compile(rf"(?:{pattern})(?:[和、]?(?:{pattern}))*"), Wanted(said, words, ages))
    for pattern, said, ages, words in _PEOPLE
)
KINDS = tuple((re.compile(pattern), Wanted(said, words)) for pattern, said, words in _KINDS)

_STAGES = frozenset({"宝宝", "幼儿", "小学生", "青少年"})  # words that name ages; 儿童 and 成人 name none for sure
_ANYBODY = r"不限|全体|所有|各年龄|全年龄|大众|公众|市民|居民|群众|老少|^读者(?:朋友)?$"
_NO_STAGE = re.compile(rf"{_ANYBODY}|成年?人|老年|老人|长者")
_TO = r"\s*周?岁?\s*(?:[-—–~～]+|[至到])\s*"
_YEARS = r"\s*周?岁"
_WRITTEN_AGES = re.compile(
    rf"(?P<first>\d{{1,3}}){_TO}(?P<last>\d{{1,3}}){_YEARS}"
    rf"|(?P<from>\d{{1,3}}){_YEARS}(?:\(含\d*{_YEARS}?\)|\(含\))?[及或]?(?:以上|起)"
    rf"|(?P<upto>\d{{1,3}}){_YEARS}(?:\(含\))?[及或]?(?:以下|以内)"
    rf"|(?P<one>\d{{1,3}}){_YEARS}"
)
Ages = tuple[int | None, int | None]


def is_for_anybody(words: str) -> bool:
    """不限, 全体读者, 市民: said, and means everybody."""
    return re.search(_ANYBODY, plain(words)) is not None


def ages_in(words: str) -> Ages:
    """Youngest and oldest of 3-6岁, 6岁以上, 12周岁以下, 小学生; None where the words leave it open."""
    text = plain(words)
    written = [_written(hit) for hit in _WRITTEN_AGES.finditer(text)]
    return _together(written or ([] if _NO_STAGE.search(text) else _stages_in(text)))


def _stages_in(text: str) -> list[Ages]:
    """The ages of 幼儿, 中小学生, 小学三年级以上; each word is read once: 婴幼儿 is no 幼儿."""
    text, found = text.replace("中小学", "中学、小学"), list[Ages]()
    for said, wanted in PEOPLE:
        if wanted.said in _STAGES and wanted.ages and said.search(text):
            text = said.sub("", text)
            first, last = wanted.ages
            found.append((None if "以下" in text else first, None if "以上" in text else last))
    return found


def _written(hit: re.Match[str]) -> Ages:
    first, last = hit["first"] or hit["from"] or hit["one"], hit["last"] or hit["upto"] or hit["one"]
    return int(first) if first else None, int(last) if last else None


def _together(several: Sequence[Ages]) -> Ages:
    """From the youngest to the oldest; what nobody can be is no age."""
    firsts, lasts = [first for first, _ in several], [last for _, last in several]
    first = min((age for age in firsts if age is not None), default=None) if None not in firsts else None
    last = max((age for age in lasts if age is not None), default=None) if None not in lasts else None
    is_wrong = any(age is not None and age > OLDEST for age in (first, last))
    return (None, None) if is_wrong or (first is not None and last is not None and last < first) else (first, last)


def of_age(youngest: int, oldest: int) -> Wanted | None:
    """What suits somebody of these ages; None for an age nobody has."""
    if not 0 <= youngest <= oldest <= OLDEST:
        return None
    words = dict.fromkeys(
        w for first, last, several in _AGES if youngest <= last and oldest >= first for w in several
    )
    return Wanted(said_ages(youngest, None if oldest == OLDEST else oldest), tuple(words), (youngest, oldest))


def said_ages(first: int | None, last: int | None) -> str:
    """3—6岁 · 55岁以上 · 12岁以下; nothing where no age is set."""
    if first is None and last is None:
        return ""
    if last is None:
        return f"{first}岁以上"
    if first == last:
        return f"{first}岁"
    return f"{first}—{last}岁" if first else f"{last}岁以下"
