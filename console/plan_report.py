"""What a member of staff reads after `plan import`: doubts, what was done, what readers see, how to undo it."""

from collections.abc import Iterable, Iterator

from activities.imported import Entry, Fate, Imported
from activities.plans.plan import Plan, PlannedActivity, quoted
from models.activity import ActivityState

COMMAND = "flask --app app plan withdraw"
_MOST_NAMED = 20
_STATES = {ActivityState.DRAFT: "\t（草稿）", ActivityState.CANCELLED: "\t（已取消）", ActivityState.PUBLISHED: ""}


def row_of(activity: PlannedActivity, entry: Entry | None) -> str:
    """One row for stdout; after an import with its code in front."""
    words = f"{activity.branch}\t{_days(activity)}\t{activity.title}"
    if entry:
        return f"{entry.code}\t{words}{_STATES[entry.state]}"
    mark = "（已取消）" if activity.is_cancelled else "（先不发布）" if activity.held else ""
    return f"{words}\t{mark}" if mark else words


def _days(activity: PlannedActivity) -> str:
    """The library's words; beside those that repeat, which of the days it is."""
    day = activity.when.starts_on
    which = f"（{day.month}月{day.day}日）" if activity.repeats and day else ""
    return f"{activity.when.text}{which}" if activity.when.text else "日期待定"


def lines_before(plan: Plan) -> Iterator[str]:
    """The preview: nothing was kept."""
    yield from _doubts(plan)
    yield f"{_found(plan)}这是预览，没有保存。"
    held = [activity for activity in plan.activities if activity.held]
    if held:
        yield f"导入时有 {len(held)} 项先不发布：{_reasons(held)}。"


def lines_after(plan: Plan, done: Imported, *, site: str) -> Iterator[str]:
    """The import: what it did, what readers can see now, and the way back."""
    yield from _doubts(plan)
    yield f"{_found(plan)}{done.summary}。"
    yield from _changed(done)
    yield from _visible(done, f"{site}/plan/{plan.month}")
    yield from _gone(done)
    yield from _way_back(plan, done)


def _doubts(plan: Plan) -> Iterator[str]:
    for doubt in plan.doubts:
        yield f"? {doubt.where}  {doubt.text}"


def _found(plan: Plan) -> str:
    return f"{plan.month or '月份不明'}：读出 {len(plan.activities)} 项活动，{len(plan.doubts)} 处请核对。"


def _changed(done: Imported) -> Iterator[str]:
    for entry in done.of(Fate.CHANGED):
        title, words = entry.planned.title, entry.planned.when.text or "日期待定"
        if entry.was:
            yield f"改了名：{entry.was} → {title}（{entry.code}，网页地址不变）"
        if entry.was_on is not None:
            yield f"改了时间：{title}，{entry.was_on or '日期待定'} → {words}"


def _visible(done: Imported, page: str) -> Iterator[str]:
    in_state = {state: [entry for entry in done.entries if entry.state is state] for state in ActivityState}
    published = len(in_state[ActivityState.PUBLISHED])
    drafts = in_state[ActivityState.DRAFT]
    held = [entry.planned for entry in drafts if entry.planned.held]
    if published:
        yield f"已发布 {published} 项，读者现在就能问到：{page}"
    if held:
        yield f"先不发布 {len(held)} 项：{_reasons(held)}。在文件里改好，再导入一次，就会发布。"
    if len(drafts) > len(held):
        yield f"存成草稿 {len(drafts) - len(held)} 项，读者看不到。不加 --draft 再导入一次，就会发布。"
    yield from _cancelled(in_state[ActivityState.CANCELLED])


def _cancelled(entries: list[Entry]) -> Iterator[str]:
    said = [entry for entry in entries if entry.planned.is_cancelled]
    if said:
        yield f"已取消 {len(said)} 项，读者会看到取消：{_names(entry.planned.title for entry in said)}。"
    for entry in entries:
        if not entry.planned.is_cancelled:
            title = quoted(entry.planned.title)
            yield f"{title}以前取消了，文件里没写取消：仍按取消算。要恢复：{COMMAND} {entry.code}，再导入一次。"


def _reasons(held: Iterable[PlannedActivity]) -> str:
    rows = {(activity.where, activity.title): f"{quoted(activity.title)}（{activity.held}）" for activity in held}
    return _names(rows.values())


def _names(names: Iterable[str]) -> str:
    every = list(names)
    return "、".join(every[:_MOST_NAMED]) + (" 等" if len(every) > _MOST_NAMED else "")


def _gone(done: Imported) -> Iterator[str]:
    if not done.gone:
        return
    if done.is_a_part_of_the_month:
        yield f"这个月另有 {len(done.gone)} 项是以前导入的，这份文件没有提到，保持原样。"
        return
    yield f"以前导入过、这份文件里没有的有 {len(done.gone)} 项，读者仍然看得到："
    for gone in done.gone[:_MOST_NAMED]:
        yield f"  {gone.code}  {gone.branch}  {gone.date_text or '日期待定'}  {gone.title}"
    codes = " ".join(gone.code for gone in done.gone[:_MOST_NAMED])
    yield f"  不办了，就收回：{COMMAND} {codes}"


def _way_back(plan: Plan, done: Imported) -> Iterator[str]:
    if any(entry.state is not ActivityState.DRAFT for entry in done.entries):
        yield (
            f"要撤回：{COMMAND} 编号（每行开头的八个字母；可以写几个），或整个月 {COMMAND} --month {plan.month}；"
            "只想换回原来的内容，就把原来的文件再导入一次。"
        )
