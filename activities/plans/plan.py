"""A month's plan as a library wrote it: its activities, and every doubt a librarian should look at.

Values only; `reading.read_plan` makes them from a file. Nothing here knows a database, a clock or a door.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from models.errors import BadInput
from models.when import When

MAIN_LIBRARY = "总馆"
LONGEST_BRANCH = 64  # characters of its name
LONGEST = {"title": ("活动名称", 200), "series": ("系列", 64), "type": ("类型", 32), "place": ("地点", 120)}
SOME_BRANCH = "分馆"  # the branch of a row that did not say which
# What stands behind the name of the file in a place: a line, a paragraph, a row of a table, a cell of a sheet.
_INSIDE = re.compile(r":(?:\d+|第\d+段|脚注\d+|表\d+:\d+行|[^:]+:[A-Z]+\d+)$")


class DoubtKind(StrEnum):
    """Why a librarian should look; the word in the JSON is the word in the code."""

    COUNT = "count"  # the plan announces another number of activities than its tables hold
    MONTH = "month"  # a date, or the announcement, lies outside the month of the heading
    YEAR = "year"  # a written year differs from the plan's, or the year was only inferred
    WEEKDAY = "weekday"  # 4月8日（周日）, but that day is a Saturday
    FESTIVAL = "festival"  # 4月6日（清明节）, but it is the fifth
    IMPOSSIBLE_DATE = "impossible_date"  # 2月30日
    REPEATED = "repeated"  # 每周六 was unfolded into its days
    NO_DATE = "no_date"
    NO_TIME = "no_time"
    NO_TITLE = "no_title"
    NO_HEADER = "no_header"  # the meaning of the columns was inferred
    BRANCH = "branch"  # which branch is meant is not written where it should be
    RAGGED = "ragged"  # a row has more or fewer cells than its header
    DUPLICATE_ROW = "duplicate_row"
    SAME_ROOM = "same_room"  # two rows in one room at one time
    SAME_AUDIENCE = "same_audience"  # two rows for the same people at one time
    COLUMN = "column"  # columns that were not carried over
    LONG = "long"  # more words than their field holds
    UNREAD = "unread"  # words that were not understood
    PROSE = "prose"  # read from sentences, not from a table
    OUTSIDE = "outside"  # a date in words outside every table that was read
    SHEET = "sheet"  # a sheet or table in which no activities were found
    CONTACT = "contact"  # a mobile number readers will see
    CALLED_OFF = "called_off"  # 已取消, 延期
    ASIDE = "aside"  # what stands in brackets behind the name of a branch
    READING_REMOVED = "reading_removed"  # 區(qū) became 区
    SIMPLIFIED = "simplified"  # the plan was in traditional characters
    # Beside what the library has already (activities.against):
    UNKNOWN_BRANCH = "unknown_branch"
    PAST = "past"
    ROOM_TAKEN = "room_taken"
    CLOSED = "closed"
    DUPLICATE_IMPORT = "duplicate_import"  # the last month's file again, or nothing new


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at: what was found, what was expected, what to do, in one Chinese sentence."""

    kind: DoubtKind
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """One row of a plan, cleaned and simplified.

    `title` is what a reader should see in a list: without its list number, its series and a leading 开展 or
    举办. `where` is file:line, file:sheet:cell or file:table:row; `dated_at` the same for its date. `held` says
    in Chinese why readers must not see it yet; "" if nothing speaks against it. `fee` is None where the plan says
    nothing of it and "" for 免费; of the other words "" is nothing said. Ages in years, both included. `spots`: every
    place the row was read from.
    """

    title: str
    series: str
    type: str
    branch: str
    when: When
    place: str
    summary: str
    is_online: bool
    is_on_site: bool
    where: str
    dated_at: str = ""
    held: str = ""
    is_cancelled: bool = False
    is_from_words: bool = False  # it stood in a sentence or a bare line
    repeats: bool = False  # one of several days that a rule such as 每周六 names
    spots: tuple[str, ...] = ()
    audience: str = ""
    age_from: int | None = None
    age_to: int | None = None
    fee: str | None = None
    contact: str = ""
    materials: str = ""  # what to bring
    campaign: str = ""  # 第十一届读书节


@dataclass(frozen=True, slots=True)
class Plan:
    """`month` is "2023-04": what the heading says, or else the month most rows fall in."""

    library: str | None
    month: str | None
    activities: tuple[PlannedActivity, ...]
    doubts: tuple[Doubt, ...]


class PlanUnreadable(BadInput):
    """No plan can be read from this file; `to_staff` names the file, what was expected and what to do."""


def cut(name: str, words: str) -> str:
    """As much of a title, series, type or place as is kept; a doubt says what was not (`doubts.about_long_words`)."""
    return words[: LONGEST[name][1]]


def together(places: Collection[str], file_name: str) -> str:
    """plan.txt:23、28、33: the file once, then every place in it."""
    prefix = f"{file_name}:"
    return prefix + "、".join(dict.fromkeys(place.removeprefix(prefix) for place in places))


def file_of(place: str) -> str:
    """The name of the file that a place is in; a name may hold a colon, too."""
    return _INSIDE.sub("", place)


def quoted(words: str) -> str:
    """The words in quotes that do not collide with their own: “故事会”, but 「“小小志愿者”活动」."""
    return f"「{words}」" if set(words) & set("“”") else f"“{words}”"
