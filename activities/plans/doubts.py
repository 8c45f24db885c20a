"""What a librarian should look at before a plan goes out, in plain sentences that say what to do."""

from collections.abc import Iterable, Sequence

from activities.plans.announced import Count
from activities.plans.plan import MAIN_LIBRARY, Doubt, DoubtKind, PlannedActivity
from models.when import Precision, When

_MOST_NAMED = 30  # titles named in one sentence; the rest is found by `where`


def about_the_count(count: Count | None, activities: Sequence[PlannedActivity]) -> list[Doubt]:
    """Announced against found: in all, in the main library, in the branches."""
    if count is None:
        return []
    main = sum(activity.branch == MAIN_LIBRARY for activity in activities)
    sides = [
        ("总馆", count.main, main),
        ("分馆", count.branches, len(activities) - main),
    ]
    off = [f"{name}写了 {said} 场，表里是 {found} 场" for name, said, found in sides if said not in (None, found)]
    if count.total == len(activities) and not off:
        return []
    text = f"正文写着共 {count.total} 场活动，表里读到 {len(activities)} 场（总馆 {main} 场、分馆 {len(activities) - main} 场）"
    return [
        Doubt(
            DoubtKind.COUNT,
            f"{text}{'：' if off else ''}{'；'.join(off)}。请核对是不是漏了一行，或者把正文的数字改过来。",
            count.where,
        )
    ]


def about_the_announced_month(count: Count | None, month: int | None) -> list[Doubt]:
    """3月份 in the plan of April."""
    if count is None or month is None or count.month in (None, month):
        return []
    text = f"这是 {month}月 的计划，正文里说活动场数的那一句却写着“{count.month}月”。请核对是不是沿用了上个月的文字。"
    return [Doubt(DoubtKind.MONTH, text.replace(" ", ""), count.where)]


def about_the_day(title: str, when: When, *, year: int, month: int | None, where: str) -> list[Doubt]:
    """A date outside the year or the month of the plan."""
    if when.starts_on is None:
        return []
    years = {when.starts_on.year, (when.ends_on or when.starts_on).year}
    if year not in years:
        text = f"“{title}”的时间“{when.text}”不在计划的{year}年里。请核对年份。"
        return [Doubt(DoubtKind.YEAR, text, where)]
    if month is None or _touches(when, year, month):
        return []
    text = f"“{title}”的时间“{when.text}”不在计划的{month}月里。请核对月份。"
    return [Doubt(DoubtKind.MONTH, text, where)]


def _touches(when: When, year: int, month: int) -> bool:
    if when.starts_on is None:
        return False
    first = (when.starts_on.year, when.starts_on.month)
    last = (when.ends_on.year, when.ends_on.month) if when.ends_on else (9999, 12)
    return first <= (year, month) <= last


def about_missing_times(activities: Iterable[PlannedActivity], file_name: str) -> list[Doubt]:
    """One sentence for all: most plans name no times at all, and a list is easier to work through."""
    untimed = [activity for activity in activities if activity.when.precision is not Precision.TIME]
    if not untimed:
        return []
    named = "、".join(activity.title for activity in untimed[:_MOST_NAMED])
    more = " 等" if len(untimed) > _MOST_NAMED else ""
    text = f"有 {len(untimed)} 场活动没写几点开始（或没能读出来）：{named}{more}。发布前请补上时间。"
    return [Doubt(DoubtKind.NO_TIME, text, _together([activity.where for activity in untimed], file_name))]


def _together(places: list[str], file_name: str) -> str:
    """plan.txt:23、28、33: the file once, then every place in it."""
    prefix = f"{file_name}:"
    return prefix + "、".join(dict.fromkeys(place.removeprefix(prefix) for place in places))


def about_duplicates(activities: Iterable[PlannedActivity]) -> list[Doubt]:
    """The same title at the same place and time twice; both are kept."""
    seen: dict[tuple[str, str, str, str], PlannedActivity] = {}
    doubts = []
    for activity in activities:
        same = (activity.series, activity.title, activity.branch, activity.when.text)
        if first := seen.get(same):
            row = f"“{activity.title}”（{activity.branch}，{activity.when.text or '没写时间'}）"
            text = f"{row}与 {first.where} 那一行完全一样，两行都保留了。如果是重复，请删去一行。"
            doubts.append(Doubt(DoubtKind.DUPLICATE_ROW, text, activity.where))
        seen.setdefault(same, activity)
    return doubts


def about_the_cleaning(readings: Sequence[str], *, was_simplified: bool, file_name: str) -> list[Doubt]:
    """What copying had done to the text and was undone, so that names can be checked."""
    doubts = []
    if readings:
        kinds = "、".join(sorted(set(readings), key=readings.index))
        text = f"去掉了 {len(readings)} 处夹在字后面的拼音（{kinds}），它们是复制时多出来的。请核对标题里的字。"
        doubts.append(Doubt(DoubtKind.READING_REMOVED, text, file_name))
    if was_simplified:
        text = "原文是繁体字，已经转成简体。请核对人名、地名和书名。"
        doubts.append(Doubt(DoubtKind.SIMPLIFIED, text, file_name))
    return doubts


def about_the_year(*, written: int | None, used: int, is_inferred: bool, file_name: str) -> list[Doubt]:
    """A year that was given against the heading's, or that had to be inferred."""
    if written and written != used:
        text = f"计划的标题写着{written}年，导入时说的是{used}年；没写年份的日期都按{used}年算。请核对。"
    elif is_inferred:
        text = f"计划的标题没有写年份，按正文里提到的推算为{used}年。请核对；不对的话请加 --year 重新导入。"
    else:
        return []
    return [Doubt(DoubtKind.YEAR, text, file_name)]
