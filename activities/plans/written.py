"""Date words that staff type by hand into a form, read by the same grammar as those of a plan."""

from datetime import date

from activities.plans.dating import NOT_FIXED
from activities.plans.occasions import Base, read_occasions
from activities.plans.plan import quoted
from models.errors import BadInput
from models.when import Precision, When

EXAMPLES = "4月8日9:00-11:00、4月中下旬、5月28日至6月2日、每周六上午9点"
LONGEST_WORDS = 80


def when_written(words: str, *, near: date) -> tuple[When, ...]:
    """The occasions that the words name, in order; one without a day for 待定 and for no words at all.

    `near`: the day to lean on for words without a year or month, and for 下周三.
    Raises: BadInput for words that contradict the calendar or that were not understood, if only in part: whoever
    types can still say it in another way.
    """
    words = " ".join(words.split())
    if len(words) > LONGEST_WORDS:
        raise BadInput(f"时间最多 {LONGEST_WORDS} 个字，现在有 {len(words)} 个。")
    found = read_occasions(words, Base(near.year, near.month, near))
    if found.complaints:
        raise BadInput(f"{quoted(words)}有误：{'；'.join(complaint for _, complaint in found.complaints)}。")
    if found.whens and not found.note:
        return found.whens
    if not words or (not found.whens and NOT_FIXED.search(words)):
        return (When(words, Precision.OPEN),)
    unread = found.note if found.whens else words
    raise BadInput(f"{quoted(unread)}没能读成日期。可以这样写：{EXAMPLES}；还没定就写“待定”。")
