"""One reading of a reader's question into what is asked for: days, hours, branch, people, kind, words. Pure.

Words of any order, run together or apart, typed or as one speaks: 官塘 8号 · 4月讲座 · 周六有什么给孩子的活动吗.
What is left when all that is known has been taken out are words of a title.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property
from typing import TypeVar

from activities import audience
from activities.facets import Facets, Hours, Only, Wanted
from activities.festivals import NOTHING_TOLD, Told
from handlers.days import find_span
from handlers.spans import Span
from models.wording import compact, number_of, plain

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A branch a reader may mean."""

    id: int
    name: str


@dataclass(frozen=True)
class Known:
    """What a question may name: how readers say branches, and which they then mean; days off that staff have told."""

    places: dict[str, tuple[Place, ...]]
    told: Told = NOTHING_TOLD

    @classmethod
    def of(cls, names: Iterable[tuple[str, int, str]], told: Told = NOTHING_TOLD) -> "Known":
        """From (what readers may say, id, name)."""
        places: dict[str, tuple[Place, ...]] = {}
        for said, number, name in names:
            places[said] = (*places.get(said, ()), Place(number, name))
        return cls(places, told)

    @cached_property
    def all_places(self) -> list[Place]:
        """Every branch once, in the order in which they were named: main library first."""
        return list(dict.fromkeys(place for several in self.places.values() for place in several))

    @cached_property
    def short_names(self) -> dict[str, str]:
        """For each branch the shortest way of saying it that means no other, its own name if it is as short."""
        ways = ((places[0].name, said) for said, places in self.places.items() if len(places) == 1)
        return dict(sorted(ways, key=lambda way: (-len(way[1]), way[0] == way[1])))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any name, the longest first, with what may stand behind it; matches nothing where no branch is known."""
        longest_first = "|".join(map(re.escape, sorted(self.places, key=len, reverse=True)))
        return re.compile(rf"({longest_first or '(?!)'})(?:\s?(?:社区|街道|分馆|图书馆|馆)(?!员))*")


@dataclass(frozen=True, slots=True)
class Question:
    """What was understood. `words` are comparable, `written` the same as the reader wrote them.

    `whole`: all of it as one title would have it, where it may be one, and as it was written.
    """

    span: Span | None = None
    hours: Hours | None = None
    places: tuple[Place, ...] = ()
    people: Wanted | None = None
    kind: Wanted | None = None
    only: tuple[Only, ...] = ()
    words: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    whole: str = ""
    whole_written: str = ""

    @property
    def parts(self) -> int:
        """How many kinds of things are asked for at once."""
        return sum(map(bool, (self.span, self.hours, self.places, self.people, self.kind, self.only, self.words)))

    @property
    def facets(self) -> Facets:
        """As the search takes it."""
        return Facets(
            first=self.span.first if self.span else None,
            last=self.span.last if self.span else None,
            is_month=self.span.is_month if self.span else False,
            hours=self.hours,
            branches=tuple(place.id for place in self.places),
            wanted=tuple(wanted for wanted in (self.people, self.kind) if wanted),
            only=self.only,
            words=self.words,
        )

    def without(self, part: str) -> "Question":
        """The same question asking for one thing less."""
        gone = {part: getattr(_NOTHING, part)} | ({"written": ()} if part == "words" else {})
        return replace(self, **gone)


_NOTHING = Question()
NIGHT = Hours(time(17), time.max, "晚上")
_HOURS = (
    (re.compile(r"上午|早上|早晨|清晨|(?<=[\n天])早(?![教期])"), Hours(time(5), time(12), "上午")),
    (re.compile(r"中午"), Hours(time(11), time(14), "中午")),
    (re.compile(r"下午|午后"), Hours(time(12), time(18), "下午")),
    (re.compile(r"晚上|晚间|夜里|夜间|傍晚|(?<=[\n天末一二三四五六日号])晚(?![会宴报霞])"), NIGHT),
)
_ONLY = (
    (re.compile(r"线上|网上|云端|在线"), Only.ONLINE),
    (re.compile(r"免费|不要钱|不花钱|不收费|公益"), Only.FREE),
)
_YEARS = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_AGE = re.compile(
    rf"(?<!\d)(?P<from>{_YEARS})(?:周?岁)?(?:(?:[-~—–]+|至|到)(?P<to>{_YEARS}))?"
    r"(?:个?多)?周?岁(?:半|多)?(?:以[上下]|左右|大)?"
)

# What people say around what they ask for. Long ones may stand anywhere, short ones only at an edge.
_SPOKEN = re.compile(
    r"有没有|有活动|有安排|有什么样?|办过|办了|举办过|有哪些|有啥|都有什么|还有什么|什么时候|什么|去哪儿?|在哪儿?|哪里|几点有?|几个|哪些|请问|请教|问一下|我?想问问?(?:一下)?|一下|我想要?|想要|想找|想看看?|我要|"
    r"帮我|麻烦|查一下|查查|看一下|看看|找一下|找找|说说|告诉我|推荐一?下?|介绍一?下?|可以参加|能参加|参加|适合|"
    r"活动安排|活动预告|活动|安排|计划|节目单?|场次|近期|最近|接下来|好玩的|有趣的|带着|一起|举办|举行|开展|附近|这边|那边|您好|你好|谢谢"
)
_WANTS_ANY = re.compile(
    r"活动|安排|计划|节目|场次|什么|有啥|哪些|近期|最近|接下来|推荐|介绍|看看|有没有|好玩|有趣|^有吗"
)
_QUESTION = re.compile(r"吗|呢|么$|[?？]|有没有|有什么|有哪些|有啥|什么|哪些|请问|活动$|推荐|适合|给")
_HEADS, _TAILS = "有在给带和跟与的了我您想要去能没是", "吗呢吧啊呀嘛么哦哈呗的了里"
_SMALL = _HEADS + _TAILS + "来到或及你们会找家这那个点些都也还就看听做"
_BETWEEN = re.compile(r"[\s,，、;；。.!！?？·/|+&和跟与及]+|的")
_CUT = "\n"  # stands where something was taken out


def read(raw: str, *, today: date, known: Known) -> Question | None:
    """What is asked for; None where the words only are polite, or nothing at all."""
    text = plain(raw)
    written = raw if len(text) == len(raw) else text
    question, left = _taken_out(text, today, known)
    words = [(start, end) for start, end in _pieces(left) if compact(left[start:end])]
    longer = [(start, end) for start, end in words if len(compact(left[start:end])) > 1]
    kept = longer if longer or question.parts else words
    pairs = {compact(left[start:end]): written[start:end].strip() for start, end in kept}
    question = replace(question, words=tuple(pairs), written=tuple(pairs.values()))
    if whole := _as_title(text, question):
        question = replace(question, whole=whole, whole_written=raw.strip())
    if question.parts or _WANTS_ANY.search(text):
        return question
    rest = compact(_SPOKEN.sub("", text))
    return Question(words=(rest,), written=(raw.strip(),)) if rest else None


def _as_title(text: str, question: Question) -> str:
    """All of it, where it is written in one piece and asks nothing: 周六故事会 may be a title."""
    whole = compact(text)
    is_one_piece = not re.search(r"\s", text.strip()) and not _QUESTION.search(text)
    may_be = question.parts and is_one_piece and len(whole) > 2 and (whole,) != question.words
    return whole if may_be else ""


def _taken_out(text: str, today: date, known: Known) -> tuple[Question, str]:
    """Days, hours, ages, branch, people and kind, and the text with a gap where each stood."""
    people, text = _age(text)
    span, text = _span(text, today, known.told)
    hours, text = _first(text, _HOURS)
    places, text = _places(text, known)
    of_people, text = _wanted(text, audience.PEOPLE)  # 3岁孩子: the age says more
    kind, text = _wanted(text, audience.KINDS)
    only, text = _only(text)
    return Question(span, hours, places, people or of_people, kind, only), text


def _age(text: str) -> tuple[Wanted | None, str]:
    match = _AGE.search(text)
    youngest = number_of(match["from"]) if match else None
    if match is None or youngest is None:
        return None, text
    oldest = audience.OLDEST if match[0].endswith("以上") else number_of(match["to"] or "") or youngest
    people = audience.of_age(0 if match[0].endswith("以下") else youngest, oldest)
    return (people, _without(text, match.start(), match.end())) if people else (None, text)


def _span(text: str, today: date, told: Told) -> tuple[Span | None, str]:
    found = find_span(text, today=today, told=told)
    if found is None:
        return None, text
    rest = _without(text, found.start, found.end)
    if found.span.missing and compact(_SPOKEN.sub("", rest)).strip(_SMALL):
        return None, text  # 99号文件: no day, then, but words
    return found.span, rest


def _first(text: str, table: Sequence[tuple[re.Pattern[str], T]]) -> tuple[T | None, str]:
    for pattern, meant in table:
        if match := pattern.search(text):
            return meant, _without(text, match.start(), match.end())
    return None, text


def _only(text: str) -> tuple[tuple[Only, ...], str]:
    found = []
    for pattern, only in _ONLY:
        if match := pattern.search(text):
            found.append(only)
            text = _without(text, match.start(), match.end())
    return tuple(found), text


def _wanted(text: str, table: Sequence[tuple[re.Pattern[str], Wanted]]) -> tuple[Wanted | None, str]:
    """With the word itself among those looked for: what has it in its title is found in any case."""
    wanted, rest = _first(text, table)
    if wanted is None:
        return None, text
    said = compact("".join(char for char, left in zip(text, rest, strict=True) if left != char))
    return (replace(wanted, words=(said, *wanted.words)) if said not in wanted.words else wanted), rest


def _places(text: str, known: Known) -> tuple[tuple[Place, ...], str]:
    places: dict[Place, None] = {}
    for match in known.pattern.finditer(text):
        places |= dict.fromkeys(known.places[match[1]])
        text = _without(text, match.start(), match.end())
    return tuple(places), text


def _without(text: str, start: int, end: int) -> str:
    """The same length, so that places in it stay places in what was written."""
    return text[:start] + _CUT * (end - start) + text[end:]


def _pieces(left: str) -> list[tuple[int, int]]:
    """Where the words that are left stand."""
    bare = _BETWEEN.sub(lambda gap: _CUT * len(gap[0]), _SPOKEN.sub(lambda said: _CUT * len(said[0]), left))
    pieces = (_trimmed(bare, match.start(), match.end()) for match in re.finditer(r"[^\n]+", bare))
    return [(start, end) for start, end in pieces if start < end]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without small words at the edges, as long as two characters stay."""
    if all(char in _SMALL for char in text[start:end]):
        return start, start
    while end - start > 2 and text[start] in _HEADS:
        start += 1
    while end - start > 2 and text[end - 1] in _TAILS:
        end -= 1
    return start, end
