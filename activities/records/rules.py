"""Rules of the record: what may be told of an activity, by whom, and until when. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities.records.counts import count_of
from models.activity import ActivityState
from models.errors import BadFields, BadInput
from models.staff import Role

MOST_HEADS = 999_999
MOST_SESSIONS = 400  # 次 of one activity: more than a year has days is a mistake
LONGEST_WORDS = 300
MOST_PICTURES = 9
ASKED_FOR = timedelta(days=400)  # what is gone longer is asked for no more: the yearly report is written by then
PHOTOS_FOLLOW = timedelta(minutes=10)
CODE_IS_GOOD = timedelta(minutes=10)
KEEPERS = frozenset({Role.EDITOR, Role.REVIEWER, Role.DESK, Role.ADMIN})  # console.rights says the same

NAMES = {"on_site": "到馆人次", "online": "线上人次", "sessions": "场次", "words": "一句话"}


@dataclass(frozen=True, slots=True)
class Figures:
    """Heads (人次) on site and online, None where nobody has told; sittings (次); one line of words."""

    on_site: int | None
    online: int | None
    sessions: int = 1
    words: str = ""

    @property
    def heads(self) -> int:
        """Both together."""
        return (self.on_site or 0) + (self.online or 0)


def figures_of(typed: Mapping[str, str]) -> Figures:
    """What a form holds. Raises: BadFields for numbers that cannot be, too many words, no number at all."""
    wrong: dict[str, str] = {}
    on_site = _read(typed, "on_site", heads, wrong)
    online = _read(typed, "online", heads, wrong)
    sessions = _read(typed, "sessions", _sessions, wrong)
    words = " ".join(typed.get("words", "").split())
    if len(words) > LONGEST_WORDS:
        wrong["words"] = f"最多 {LONGEST_WORDS} 个字，现在有 {len(words)} 个。"
    if on_site is online is None and not {"on_site", "online"} & wrong.keys():
        wrong["on_site"] = "到馆和线上至少写一个；真的没有人来就写 0。"
    if wrong:
        raise BadFields({name: wrong[name] for name in NAMES if name in wrong})
    return Figures(on_site, online, sessions or 1, words)


def _read(typed: Mapping[str, str], name: str, read: Callable[[str], int], wrong: dict[str, str]) -> int | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return read(text)
    except BadInput as error:
        wrong[name] = error.to_staff
        return None


def heads(written: str) -> int:
    """23 for 23, 二十三, 23人次. Raises: BadInput for what no number of people can be."""
    return _whole(written, least=0, most=MOST_HEADS, unit="人次")


def _sessions(written: str) -> int:
    return _whole(written, least=1, most=MOST_SESSIONS, unit="次")


def _whole(written: str, *, least: int, most: int, unit: str) -> int:
    number = count_of(written)
    if number is None:
        raise BadInput(f"“{written[:20]}”看不懂：请写数字，例如 23。")
    if number < 0:
        raise BadInput(f"{unit}不能是负数。")
    if number != number.to_integral_value():
        raise BadInput(f"{unit}要写整数，{written[:20]} 不是。")
    if number < least:
        raise BadInput(f"至少 {least} {unit}。")
    if number > most:
        raise BadInput(f"最多 {most} {unit}，{written[:20]} 太大了：多按了一位吗？")
    return int(number)


def has_begun(state: ActivityState, starts_on: date | None, *, today: date) -> bool:
    """May anything be told of it yet? Not of a draft, nor of what was called off."""
    took_place = state in (ActivityState.PUBLISHED, ActivityState.FINISHED)
    return took_place and (starts_on is None or starts_on <= today or state is ActivityState.FINISHED)


def may_be_kept(state: ActivityState, starts_on: date | None, *, today: date) -> None:
    """Raises: BadInput where there is nothing to tell."""
    if state is ActivityState.CANCELLED:
        raise BadInput("取消了的活动没有人次可记。")
    if state is ActivityState.DRAFT:
        raise BadInput("还是草稿：先发布，办过以后再记。")
    if not has_begun(state, starts_on, today=today):
        raise BadInput("还没到活动的日子，办过以后再记。")


def follows(sent_at: datetime | None, *, now: datetime) -> bool:
    """Does a photo that comes now belong to what was sent then?"""
    return sent_at is not None and sent_at <= now < sent_at + PHOTOS_FOLLOW


def unit_of(kind: str) -> str:
    """The ministry counts exhibitions by 个, all else by 次."""
    return "个" if "展览" in kind or kind.endswith(("书展", "画展")) else "次"


def held(kind: str, *, done: int, sessions: int) -> int:
    """举办: exhibitions as such, of all else every sitting. `sessions`: one for each that nobody has told of."""
    return done if unit_of(kind) == "个" else sessions
