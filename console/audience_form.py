"""发给谁: a form by which readers are described, with what may be chosen in it, and the rules it says.

Rows of the same kind are alternatives (报了 A 或 B); rows of different kinds must all hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity, Branch
from models.audience import PlatformTag
from models.contest import Contest, ContestState
from models.errors import BadFields
from models.notice import Notice, NoticeState
from models.signup import SignUp
from notices.audience import service
from notices.audience.rules import Kind, Rule, Rules

ROWS = 6
MOST_ACTIVITIES, MOST_CONTESTS, MOST_NOTICES = 60, 30, 30
LATELY = timedelta(days=180)
EVERYBODY, BY_RULES, SEGMENT, TAG = "all", "rules", "segment", "tag"
ALL_OF, NONE_OF = "all", "none"
HOWS = {ALL_OF: "符合", NONE_OF: "不含"}
SINCE_DAYS = {7: "最近一周关注的", 30: "最近一个月关注的", 90: "最近三个月关注的"}
GROUPS = {
    Kind.BRANCH: "在哪个馆报过名、到过场", Kind.ENTERED: "报了哪个活动", Kind.WAITING: "在哪个活动候补", Kind.CAME: "来过哪个活动",
    Kind.INTEREST: "一年里报过、关注过哪类活动", Kind.SUBMITTED: "给哪个比赛投过稿", Kind.WON: "在哪个比赛得了奖",
    Kind.NOT_TOLD: "还没收到哪个通知", Kind.SINCE: "什么时候关注的",
}  # fmt: skip

SAID = {
    Kind.BRANCH: "到过", Kind.ENTERED: "报了", Kind.WAITING: "候补", Kind.CAME: "来过", Kind.INTEREST: "喜欢", Kind.SUBMITTED: "投过",
    Kind.WON: "得奖", Kind.NOT_TOLD: "没收到", Kind.SINCE: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers: `groups` of (heading, [(value, name)]) for its rows, segments and tags by their value."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    segments: Mapping[str, tuple[str, Rules]]
    tags: Mapping[str, tuple[str, int]]
    titles: Mapping[str, str] = field(
        default_factory=dict
    )  # of activities, by their value, without the date behind them

    def said(self, value: str, name: str) -> str:
        """报了：听绘本, so that a closed list says what was chosen."""
        verb = SAID[Kind(value.partition(":")[0])]
        return f"{verb}：{name}" if verb else name

    def name_of(self, value: str) -> str | None:
        """As it is called; None for what is not offered."""
        return next((name for _, options in self.groups for one, name in options if one == value), None)


def choices(session: Session, now: datetime, *, beside: Rules | None = None) -> Choices:
    """What can be chosen at this moment, and whatever `beside` (rules that were kept) names."""
    found = {kind: list[tuple[str, str]]() for kind in GROUPS}
    for number, name in session.execute(sa.select(Branch.id, Branch.name).order_by(Branch.id)):
        found[Kind.BRANCH].append((f"branch:{number}", name))
    activities, titles = _activities(session, now), dict[str, str]()
    for kind in (Kind.ENTERED, Kind.WAITING, Kind.CAME):
        found[kind] = [(f"{kind.value}:{number}", name) for number, name, _ in activities]
        titles |= {f"{kind.value}:{number}": title for number, _, title in activities}
    types = session.scalars(sa.select(Activity.type).where(Activity.type != "").distinct().order_by(Activity.type))
    found[Kind.INTEREST] = [(f"interest:{one}", one) for one in types]
    contests = sa.select(Contest.id, Contest.title).where(Contest.state != ContestState.DRAFT)
    held = session.execute(contests.order_by(Contest.opens_at.desc()).limit(MOST_CONTESTS)).all()
    for kind in (Kind.SUBMITTED, Kind.WON):
        found[kind] = [(f"{kind.value}:{number}", name) for number, name in held]
    notices = sa.select(Notice.id, Notice.title).where(Notice.state != NoticeState.DROPPED)
    for number, title in session.execute(notices.order_by(Notice.id.desc()).limit(MOST_NOTICES)):
        found[Kind.NOT_TOLD].append((f"not_told:{number}", title))
    today = times.today(now)
    found[Kind.SINCE] = [(f"since:{today - timedelta(days=days)}", said) for days, said in SINCE_DAYS.items()]
    _add(found, beside)
    groups = tuple((GROUPS[kind], tuple(options)) for kind, options in found.items() if options)
    segments = {f"segment:{one.id}": (one.name, Rules.of(one.rules)) for one in service.segments(session)}
    rows = session.scalars(sa.select(PlatformTag).order_by(PlatformTag.name))
    return Choices(groups, segments, {f"tag:{one.id}": (one.name, one.readers) for one in rows}, titles)


def _activities(session: Session, now: datetime) -> Sequence[tuple[int, str, str]]:
    """(id, title with its date, title) of those that take names, the newest first."""
    since = times.today(now) - LATELY
    rows = (
        sa.select(Activity.id, Activity.title, Activity.date_text)
        .join(SignUp, SignUp.activity_id == Activity.id)
        .where(Activity.last_on >= since)
        .order_by(Activity.last_on.desc(), Activity.id.desc())
        .limit(MOST_ACTIVITIES)
    )
    return [(number, f"{title}（{when}）" if when else title, title) for number, title, when in session.execute(rows)]


def _add(found: dict[Kind, list[tuple[str, str]]], rules: Rules | None) -> None:
    for rule in (*rules.all_of, *rules.none_of) if rules else ():
        named = dict(zip(rule.values, rule.names or rule.values, strict=True))
        offered = {value for value, _ in found[rule.kind]}
        extra = ((f"{rule.kind.value}:{value}", name) for value, name in named.items())
        found[rule.kind] += [one for one in extra if one[0] not in offered]


def rules_of(form: Mapping[str, str], offered: Choices) -> Rules:
    """What the form says. Raises: BadFields by the fields' names for what is not offered, or nothing chosen."""
    to = form.get("to", EVERYBODY)
    if to == EVERYBODY:
        return Rules()
    if to in offered.segments:
        return offered.segments[to][1]
    if to in offered.tags:
        return Rules(tag_id=int(to.partition(":")[2]), tag_name=offered.tags[to][0])
    if to != BY_RULES:
        raise BadFields({"to": "这一组读者已经没有了，请重新选。"})
    return _by_rows(form, offered)


def _by_rows(form: Mapping[str, str], offered: Choices) -> Rules:
    chosen: dict[tuple[str, Kind], list[tuple[str, str]]] = {}
    wrong = {}
    for number in range(ROWS):
        what = form.get(f"r{number}-what", "")
        if not what:
            continue
        name, (kind, _, value) = offered.name_of(what), what.partition(":")
        if name is None:
            wrong[f"r{number}-what"] = "这一条已经没有了，请重新选。"
            continue
        how = NONE_OF if form.get(f"r{number}-how") == NONE_OF else ALL_OF
        pair = (value, offered.titles.get(what, name))
        mine = chosen.setdefault((how, Kind(kind)), [])
        if pair not in mine:
            mine.append(pair)
    if wrong or not chosen:
        raise BadFields(wrong or {"r0-what": "请至少选一个条件，或者改成发给全部读者。"})
    all_of, none_of = (
        tuple(_rule(kind, pairs) for (one, kind), pairs in chosen.items() if one == how) for how in HOWS
    )
    return Rules(all_of, none_of)


def _rule(kind: Kind, pairs: Sequence[tuple[str, str]]) -> Rule:
    values, names = zip(*pairs, strict=True)
    if kind is Kind.SINCE:  # the earliest of them says it all
        return Rule(kind, (min(values),), ())
    return Rule(kind, tuple(values), tuple(names))


def values_of(rules: Rules) -> dict[str, str]:
    """The form that says so, for editing what was kept."""
    if rules.is_everybody:
        return {"to": EVERYBODY}
    if rules.tag_id is not None:
        return {"to": f"tag:{rules.tag_id}"}
    rows = [
        (how, f"{rule.kind.value}:{value}")
        for how, several in ((ALL_OF, rules.all_of), (NONE_OF, rules.none_of))
        for rule in several
        for value in rule.values
    ]
    values = {"to": BY_RULES}
    for number, (how, what) in enumerate(rows[:ROWS]):
        values |= {f"r{number}-how": how, f"r{number}-what": what}
    return values


def field_names() -> dict[str, str]:
    """Of what may be wrong, as the page sums it up."""
    return {
        "to": "发给谁",
        "name": "名字",
        **{f"r{number}-what": f"第 {number + 1} 个条件" for number in range(ROWS)},
    }
