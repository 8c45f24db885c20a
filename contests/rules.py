"""May it be handed in, shown, liked? In which group, within which limits, by whose consent? Pure.

Days are the library's; `now` is handed in.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.contest import WRITTEN, ContestState, Genre, GroupKind

C = ContestState
GUARDED_BELOW = 14  # years: 未成年人网络保护条例, 个人信息保护法 31
MOST_AT_ONCE = 100  # groups, set texts, organisations: what a page can still show


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one work is taken. 0 is no limit."""

    least_characters: int = 0
    most_characters: int = 0
    least_seconds: int = 0
    most_seconds: int = 0
    most_pieces: int = 1
    most_megabytes: int = 0

    def narrowed(self, *, least_characters: int, most_characters: int, most_seconds: int) -> "Limits":
        """A group's own limits take the place of the genre's, where they are set."""
        return Limits(
            least_characters or self.least_characters, most_characters or self.most_characters,
            self.least_seconds, most_seconds or self.most_seconds, self.most_pieces, self.most_megabytes,
        )  # fmt: skip


# ── phases ──

_WORKS_ARE_SHOWN = frozenset({C.JUDGING, C.NOTICE, C.AWARDED, C.CLOSED})
_RESULTS_ARE_SHOWN = frozenset({C.NOTICE, C.AWARDED, C.CLOSED})
_IS_PUBLIC = frozenset(C) - {C.DRAFT}


def is_public(state: ContestState) -> bool:
    """May readers know of it at all?"""
    return state in _IS_PUBLIC


def takes_works(state: ContestState, *, opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Between its two moments, the second no longer in it."""
    return state is C.OPEN and opens_at <= now < closes_at


def takes_mended(state: ContestState) -> bool:
    """A work that staff returned may be handed in again as long as they screen."""
    return state in (C.OPEN, C.SCREENING)


def shows_works(state: ContestState, *, has_gallery: bool) -> bool:
    """Accepted works are public from judging on; nothing is before it was screened."""
    return has_gallery and state in _WORKS_ARE_SHOWN


def shows_results(state: ContestState) -> bool:
    """Who has won: masked in the public notice, and by the names on the certificates from the awards on."""
    return state in _RESULTS_ARE_SHOWN


def masks_results(state: ContestState) -> bool:
    """While they may be objected to."""
    return state is C.NOTICE


def takes_objections(state: ContestState, *, first: date | None, last: date | None, today: date) -> bool:
    """On every day of the public notice, both ends included."""
    return state is C.NOTICE and (first is None or first <= today) and (last is None or today <= last)


def takes_likes(state: ContestState, *, first: datetime | None, last: datetime | None, now: datetime) -> bool:
    """While works are shown and before the results are; `last` is the first moment after."""
    return state is C.JUDGING and (first is None or first <= now) and (last is None or now < last)


def likes_matter(state: ContestState) -> bool:
    """May a like still be let count, or kept aside? Once works are ranked it could no longer change a place."""
    return state is C.JUDGING


# ── groups and ages ──


def group_takes(kind: GroupKind, *, born_from: date | None, born_until: date | None, born_on: date | None) -> bool:
    """Is this birthday within the group's window? Both of its days are."""
    if kind is not GroupKind.BIRTH:
        return True
    if born_on is None:
        return False
    return (born_from is None or born_from <= born_on) and (born_until is None or born_on <= born_until)


def age_on(day: date, *, born_on: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March where there is no such day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def needs_guardian(day: date, *, born_on: date | None, is_child: bool) -> bool:
    """Whoever is not fourteen yet on that day; without a birthday, who says so."""
    return age_on(day, born_on=born_on) < GUARDED_BELOW if born_on is not None else is_child


# ── how long a text is ──

# A run of letters and digits counts once, as Word counts it; every other character once, but blanks.
_COUNTED = re.compile(r"[A-Za-z0-9À-ɏ'’.\-_]+|\S")


def characters_in(words: str) -> int:
    """字数 as editors count it: characters and punctuation marks, a Latin word or a number as one, no blanks."""
    return sum(1 for _ in _COUNTED.finditer(unicodedata.normalize("NFC", words)))


# ── near-same texts ──

SHINGLE = 4  # characters
SIZE = 32  # of a text's likeness: the error of two is about a sixth at most
NEAR = 0.6


def likeness_of(compact: str) -> list[int]:
    """The smallest hashes of a text's shingles (a bottom sketch); two texts share about as many as they share words.

    `compact` is the text without blanks and punctuation (models.wording.compact).
    """
    shingles = {compact[at : at + SHINGLE] for at in range(max(1, len(compact) - SHINGLE + 1))} if compact else set()
    return sorted(map(_hashed, shingles))[:SIZE]


def _hashed(shingle: str) -> int:
    """The same in every process: FNV-1a in 32 bits."""
    found = 2166136261
    for byte in shingle.encode():
        found = ((found ^ byte) * 16777619) & 0xFFFFFFFF
    return found


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """0 … 1: the share of shingles that two texts have in common, as their sketches tell it."""
    if not one or not other:
        return 0.0
    union = sorted({*one, *other})[:SIZE]
    both = set(one) & set(other)
    return sum(1 for shingle in union if shingle in both) / len(union)


# ── what is still wrong with a work ──


@dataclass(frozen=True, slots=True)
class Facts:
    """What a work has by now."""

    genre: Genre
    title: str
    author: str
    group: str | None  # its name
    is_in_group: bool  # the birthday fits
    characters: int = 0
    pieces: int = 0  # that stand: ready or on their way
    refused: Sequence[str] = ()  # causes of pieces that could not be used
    seconds: float = 0
    needs_text: bool = False  # one of the set texts has to be chosen


def mistakes(facts: Facts, limits: Limits) -> list[str]:
    """What is to be mended before it can be handed in, a sentence each, in the order in which one would."""
    return [said for _, said in mistakes_at(facts, limits)]


def mistakes_at(facts: Facts, limits: Limits) -> list[tuple[str, str]]:
    """The same, each with what it is about: title, author, group, text, words, files."""
    found: list[tuple[str, str]] = []
    if not facts.title:
        found.append(("title", "还没有作品名。"))
    if not facts.author:
        found.append(("author", "还没有写作者。"))
    if facts.group is None:
        found.append(("group", "还没有选组别。"))
    elif not facts.is_in_group:
        found.append(("group", f"作者的生日不在{facts.group}的范围里，请换一个组，或者改生日。"))
    if facts.needs_text:
        found.append(("text", "还没有选篇目。"))
    found += [("files", cause) for cause in facts.refused]
    is_written = facts.genre in WRITTEN
    of_work = _of_words(facts, limits) if is_written else _of_files(facts, limits)
    return found + [("words" if is_written else "files", said) for said in of_work]


def _of_words(facts: Facts, limits: Limits) -> list[str]:
    if not facts.characters:
        return ["还没有正文。"]
    if limits.least_characters and facts.characters < limits.least_characters:
        return [f"正文 {facts.characters} 字，至少要 {limits.least_characters} 字。"]
    if limits.most_characters and facts.characters > limits.most_characters:
        return [
            f"正文 {facts.characters} 字，最多 {limits.most_characters} 字，要删 {facts.characters - limits.most_characters} 字。"
        ]
    return []


_PIECES = {Genre.VOICE: ("录音", "段"), Genre.VIDEO: ("视频", "个"), Genre.PICTURE: ("图片", "张")}


def _of_files(facts: Facts, limits: Limits) -> list[str]:
    what, unit = _PIECES[facts.genre]
    if not facts.pieces:
        return [f"还没有{what}。"]
    found = []
    if limits.most_pieces and facts.pieces > limits.most_pieces:
        found.append(f"{what}有 {facts.pieces} {unit}，最多 {limits.most_pieces} {unit}。")
    return found + wrong_length(facts.genre, facts.seconds, limits)


def wrong_length(genre: Genre, seconds: float, limits: Limits) -> list[str]:
    """Too long or too short, a sentence; half a second more or less is nobody's fault. Nothing where no length is known."""
    what = _PIECES[genre][0]
    if limits.most_seconds and seconds > limits.most_seconds + 0.5:
        return [f"{what}一共 {said_length(seconds)}，最长 {said_length(limits.most_seconds)}。"]
    if limits.least_seconds and seconds and seconds < limits.least_seconds - 0.5:
        return [f"{what}一共 {said_length(seconds)}，至少 {said_length(limits.least_seconds)}。"]
    return []


def said_place(genre: Genre, number: int, *, of: int) -> str:
    """第 2 段, of several; 录音 where there is one alone."""
    what, unit = _PIECES.get(genre, ("文件", "个"))
    return what if of <= 1 else f"第 {number} {unit}"


def said_length(seconds: float) -> str:
    """3分05秒, 45秒."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}分{rest:02}秒" if minutes and rest else f"{minutes}分钟" if minutes else f"{rest}秒"


# ── what staff may set ──


def wrong_phases(
    opens_at: datetime, closes_at: datetime, days: Iterable[tuple[str, str, date | None]], *, closing_day: date
) -> dict[str, str]:
    """Field → what is wrong. `days`: field, name and day of what follows the closing, in their order."""
    wrong = {}
    if closes_at <= opens_at:
        wrong["closes_at"] = "截稿要在开始之后。"
    before, named = closing_day, "截稿"
    for field, name, day in days:
        if day is None:
            continue
        if day < before:
            wrong[field] = f"{name}不能在{named}之前。"
        before, named = day, name
    return wrong


def last_day(closes_at: datetime) -> datetime:
    """The last moment that is still in it: what people read as the closing day."""
    return closes_at - timedelta(microseconds=1)
