"""What a librarian should look at before a plan goes out, in plain sentences that say what to do.

They are read before an import, as a preview, and after it: none may say "before publishing".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from activities.plans.announced import Count
from activities.plans.plan import LONGEST, MAIN_LIBRARY, Doubt, DoubtKind, PlannedActivity, quoted, together
from activities.plans.tables import Cell
from models.when import Precision, When

_MOST_OF_A_KIND = 100
MOST_NAMED = 30  # titles named in one sentence; the rest is found by `where`
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ABOUT_THE_DATE = frozenset(
    {DoubtKind.UNREAD, DoubtKind.WEEKDAY, DoubtKind.IMPOSSIBLE_DATE, DoubtKind.YEAR, DoubtKind.MONTH}
)


def bounded(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """The first hundred of each kind, and how many more there are: nobody reads thousands."""
    kept: list[Doubt] = []
    number: Counter[DoubtKind] = Counter()
    last: dict[DoubtKind, Doubt] = {}
    for doubt in doubts:
        number[doubt.kind] += 1
        if number[doubt.kind] <= _MOST_OF_A_KIND:
            kept.append(doubt)
        else:
            last[doubt.kind] = doubt
    rest = [_and_more(doubt, number[kind] - _MOST_OF_A_KIND) for kind, doubt in last.items()]
    return (*kept, *rest)


def _and_more(doubt: Doubt, number: int) -> Doubt:
    text = f"像这样的还有 {number} 处，没有一一列出，最后一处是：{doubt.text}"
    return Doubt(doubt.kind, text, doubt.where)


def about_the_count(count: Count | None, activities: Sequence[PlannedActivity]) -> list[Doubt]:
    """Announced against found: in all, in the main library, in the branches. A row that repeats counts once or each time."""
    if count is None:
        return []
    rows = _rows(activities)
    found = rows if count.total == len(rows) else activities
    main = sum(activity.branch == MAIN_LIBRARY for activity in found)
    sides = [("总馆", count.main, main), ("分馆", count.branches, len(found) - main)]
    off = [f"{name}写了 {said} 场，表里是 {read} 场" for name, said, read in sides if said not in (None, read)]
    if count.total == len(found) and not off:
        return []
    text = f"正文写着共 {count.total} 场活动，表里读到 {len(found)} 场（总馆 {main} 场、分馆 {len(found) - main} 场）"
    details = f"{'：' if off else ''}{'；'.join(off)}"
    return [Doubt(DoubtKind.COUNT, f"{text}{details}。{_what_to_check(count.total, len(found))}", count.where)]


def _rows(activities: Iterable[PlannedActivity]) -> list[PlannedActivity]:
    """One of each row: an activity that repeats is several, and was written once."""
    return list({(activity.where, activity.title, activity.branch): activity for activity in activities}.values())


def _what_to_check(announced: int, found: int) -> str:
    if found < announced:
        return "请核对是不是漏了一行，或者把正文的数字改过来。"
    if found > announced:
        return "请核对表里是不是多了几行，或者把正文的数字改过来。"
    return "请核对总馆和分馆各有几场。"


def about_the_announced_month(count: Count | None, month: int | None) -> list[Doubt]:
    """3月份 in the plan of April."""
    if count is None or month is None or count.month in (None, month):
        return []
    text = f"这是{month}月的计划，正文里说活动场数的那一句却写着“{count.month}月”。请核对是不是沿用了上个月的文字。"
    return [Doubt(DoubtKind.MONTH, text, count.where)]


def about_other_years(activities: Iterable[PlannedActivity], year: int, file_name: str) -> list[Doubt]:
    """Dates outside the year of the plan, in one sentence; 1月1日 in the plan of December in one of its own."""
    misfits = [activity for activity in activities if not _is_in_year(activity.when, year)]
    next_year = [activity for activity in misfits if _was_taken_for_next(activity.when, year)]
    others = [activity for activity in misfits if activity not in next_year]
    return [
        *_about_misfits(others, DoubtKind.YEAR, f"不在计划的{year}年里。请核对年份。", file_name),
        *_about_misfits(next_year, DoubtKind.YEAR, f"没写年份，按{year + 1}年算。请核对年份。", file_name),
    ]


def _was_taken_for_next(when: When, year: int) -> bool:
    return (
        when.starts_on is not None
        and when.starts_on.year == year + 1
        and "年" not in when.text
        and str(year + 1) not in when.text
    )


def about_months_mixed(activities: Iterable[PlannedActivity], month: str | None, file_name: str) -> list[Doubt]:
    """No heading names the month, and the dates lie in several: which of them is the plan's was only counted."""
    if month is None:
        return []
    year, number = map(int, month.split("-"))
    misfits = [activity for activity in activities if not _touches(activity.when, year, number)]
    why = f"不在{number}月里。标题没写是几月的计划，按活动最多的{year}年{number}月算，请核对。"
    return _about_misfits(misfits, DoubtKind.MONTH, why, file_name)


def about_other_months(
    activities: Iterable[PlannedActivity], year: int, month: int | None, file_name: str
) -> list[Doubt]:
    """Dates of the year that lie outside the month of their table, all in one sentence."""
    misfits = [
        activity
        for activity in activities
        if month and _is_in_year(activity.when, year) and not _touches(activity.when, year, month)
    ]
    return _about_misfits(misfits, DoubtKind.MONTH, f"不在计划的{month}月里。请核对月份。", file_name)


def _about_misfits(misfits: list[PlannedActivity], kind: DoubtKind, why: str, file_name: str) -> list[Doubt]:
    rows = _rows(misfits)
    if not rows:
        return []
    named = "、".join(f"{quoted(row.title)}（{row.when.text}）" for row in rows[:MOST_NAMED])
    more = " 等" if len(rows) > MOST_NAMED else ""
    text = f"{quoted(rows[0].title)}的时间{quoted(rows[0].when.text)}{why}"
    if len(rows) > 1:
        text = f"有 {len(rows)} 场活动的时间{why}它们是：{named}{more}。"
    return [Doubt(kind, text, together([row.dated_at for row in rows], file_name))]


def _is_in_year(when: When, year: int) -> bool:
    ends = [day.year for day in (when.starts_on, when.ends_on) if day]
    return not ends or year in ends


def _touches(when: When, year: int, month: int) -> bool:
    first, last = when.starts_on, when.ends_on
    begun = first is None or (first.year, first.month) <= (year, month)
    return begun and (last is None or (year, month) <= (last.year, last.month))


def about_missing_times(
    activities: Iterable[PlannedActivity], doubts: Iterable[Doubt], file_name: str
) -> list[Doubt]:
    """One sentence for all that take place on site on one fixed day; a date that is doubted has its own sentence."""
    doubted = {place for doubt in doubts if doubt.kind in _ABOUT_THE_DATE for place in doubt.where.split("、")}
    untimed = [
        activity
        for activity in _rows(activities)
        if _needs_a_time(activity)
        and not {activity.dated_at, activity.dated_at.removeprefix(f"{file_name}:")} & doubted
    ]
    if not untimed:
        return []
    named = "、".join(activity.title for activity in untimed[:MOST_NAMED])
    more = " 等" if len(untimed) > MOST_NAMED else ""
    text = f"有 {len(untimed)} 场活动没写几点开始：{named}{more}。读者会问几点，请补上。"
    return [Doubt(DoubtKind.NO_TIME, text, together([activity.dated_at for activity in untimed], file_name))]


def _needs_a_time(activity: PlannedActivity) -> bool:
    when = activity.when
    is_one_day = when.precision is Precision.DAY and when.starts_on == when.ends_on
    return is_one_day and activity.is_on_site and not activity.is_cancelled and not activity.held


def about_contacts(activities: Iterable[PlannedActivity], file_name: str) -> list[Doubt]:
    """Mobile numbers in what readers will see: perhaps a colleague's own."""
    rows = [row for row in _rows(activities) if _MOBILE.search(row.contact)]
    if not rows:
        return []
    numbers = "、".join(dict.fromkeys(number for row in rows for number in _MOBILE.findall(row.contact)))
    text = f"有 {len(rows)} 场活动的联系方式里有手机号（{numbers}），读者看得到。请核对能不能公开；不能的话，请改成馆里的电话。"
    return [Doubt(DoubtKind.CONTACT, text, together([row.where for row in rows], file_name))]


def about_words(activities: Iterable[PlannedActivity], file_name: str) -> list[Doubt]:
    """Activities that stood in sentences: where title and place end was for us to find."""
    rows = _rows(activity for activity in activities if activity.is_from_words)
    if not rows:
        return []
    named = "、".join(f"{quoted(row.title)}（{row.when.text}）" for row in rows[:MOST_NAMED])
    more = " 等" if len(rows) > MOST_NAMED else ""
    text = f"有 {len(rows)} 项不在活动表里，是从文字里读出来的：{named}{more}。请核对名称、时间和地点。"
    if held := sum(bool(row.held) for row in rows):
        text += f"其中 {held} 项出自整段的话，先不发布，核对过再发布。"
    return [Doubt(DoubtKind.PROSE, text, together([row.where for row in rows], file_name))]


def about_repeats(activities: Iterable[PlannedActivity], file_name: str) -> list[Doubt]:
    """What 每周六 became, so that days on which the library is closed can be found."""
    days: dict[tuple[str, str], list[PlannedActivity]] = {}
    for activity in activities:
        if activity.repeats:
            days.setdefault((activity.where, activity.title), []).append(activity)
    if not days:
        return []
    named = "；".join(
        f"{quoted(rows[0].title)}{quoted(rows[0].when.text)}，{len(rows)} 场（{_days_said(rows)}）"
        for rows in days.values()
    )
    text = f"反复举办的活动按日子排开了：{named}。请核对；哪天不办，请写明“（…日除外）”，或者去掉那一场。"
    return [Doubt(DoubtKind.REPEATED, text, together([rows[0].dated_at for rows in days.values()], file_name))]


def _days_said(rows: Sequence[PlannedActivity]) -> str:
    """4月5日、12日、19日、5月3日"""
    said, month = [], 0
    for day in (row.when.starts_on for row in rows):
        if day:
            said.append(f"{day.day}日" if day.month == month else f"{day.month}月{day.day}日")
            month = day.month
    return "、".join(said)


def about_long_words(activities: Iterable[PlannedActivity]) -> list[Doubt]:
    """Words of which only the beginning is kept."""
    return [
        Doubt(
            DoubtKind.LONG,
            f"{quoted(row.title[:20])}的{said}有 {len(getattr(row, name))} 个字，只带入了前 {most} 个。请核对，改短一些。",
            row.where,
        )
        for row in _rows(activities)
        for name, (said, most) in LONGEST.items()
        if len(getattr(row, name)) > most
    ]


def about_duplicates(activities: Iterable[PlannedActivity]) -> list[Doubt]:
    """The same title at the same place and time twice; both are kept."""
    seen: dict[tuple[object, ...], PlannedActivity] = {}
    doubts = []
    for activity in activities:
        same = (activity.series, activity.title, activity.branch, activity.when)
        if first := seen.get(same):
            row = f"{quoted(activity.title)}（{activity.branch}，{activity.when.text or '没写时间'}）"
            text = f"{row}与 {first.where} 那一行完全一样，两行都保留了。请核对；如果是重复，请去掉一项。"
            doubts.append(Doubt(DoubtKind.DUPLICATE_ROW, text, activity.where))
        seen.setdefault(same, activity)
    return doubts


def about_left_out_columns(left_out: Mapping[str, Sequence[Cell]], file_name: str) -> list[Doubt]:
    """Every column that was not carried over, with the number of its values."""
    if not left_out:
        return []
    named = "、".join(f"{quoted(word)}（{len(cells)} 格）" for word, cells in left_out.items())
    text = f"这些栏没有带入活动，因为读者用不到，或者不认识：{named}。要给读者看的话，请写进“活动内容”或“备注”。"
    return [Doubt(DoubtKind.COLUMN, text, together([cells[0].where for cells in left_out.values()], file_name))]


def about_asides(asides: Mapping[str, Sequence[Cell]], file_name: str) -> list[Doubt]:
    """What stood in brackets behind names of branches."""
    return [
        Doubt(
            DoubtKind.ASIDE,
            f"{len(cells)} 个馆名后面写着{quoted(words)}，这说的是馆，不是活动，没有写进活动里。",
            together([cell.where for cell in cells], file_name),
        )
        for words, cells in asides.items()
    ]


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
        text = f"计划的标题没有写年份，按正文里提到的推算为{used}年。请核对；不对的话，请在导入时写明年份。"
    else:
        return []
    return [Doubt(DoubtKind.YEAR, text, file_name)]
