"""设置比赛: one form in parts, new from what libraries hold again and again, or one changed while works still come in."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.contest_lists import said_organisations, said_texts, told_organisations, told_texts
from console.desk import Desk, by_me, done, drawn
from console.forms import Form
from console.rights import Act, may
from contests import presets, queries, service, tiers
from contests.rules import Limits
from contests.service import DAYS, GroupWanted, Votes, Wanted
from contests.tiers import TierWanted
from models import times
from models.award import AwardKind
from models.contest import Contest, ContestState, Genre, GroupKind, Purpose, VoteRule
from models.errors import BadFields, BadInput
from models.money import fen_from, yuan
from models.payout import PayWay
from payouts import pools

GROUPS, TIERS = 8, 6  # rows of the form
LIMITS: Mapping[Genre, tuple[str, ...]] = {
    Genre.VOICE: ("least_seconds", "most_seconds", "most_pieces"),
    Genre.VIDEO: ("least_seconds", "most_seconds", "most_megabytes"),
    Genre.PICTURE: ("most_pieces",),
    Genre.ESSAY: ("least_characters", "most_characters"),
    Genre.POEM: ("least_characters", "most_characters"),
}
LIMIT_NAMES = {
    "least_seconds": "至少几秒", "most_seconds": "最长几秒", "most_pieces": "最多几段（张）", "most_megabytes": "最大几 MB",
    "least_characters": "至少几个字", "most_characters": "最多几个字",
}  # fmt: skip
GENRES = {
    Genre.VOICE: "朗读录音", Genre.VIDEO: "视频", Genre.PICTURE: "图片", Genre.ESSAY: "文章", Genre.POEM: "诗歌",
}  # fmt: skip
KINDS = {GroupKind.ANYONE: "不限", GroupKind.BIRTH: "按生日", GroupKind.FAMILY: "亲子"}
PURPOSES = {Purpose.ENTRY: "参赛须知", Purpose.GUARDIAN: "监护人同意书", Purpose.KEEP: "留存作品"}
GROUP_PARTS = ("name", "kind", "born_from", "born_until", "least", "most", "seconds")
TIER_PARTS = ("name", "quota", "each", "special", "earlier", "money", "gift")
WORDS = ("title", "call", "rules", "texts", "organisations")
NUMBERS = ("works_each", "votes_a_day", "votes_at_least")
TICKS = ("has_gallery", "likes", "likes_daily", "shows_ranks", "pays_at_desk")
MOMENTS = ("opens_at", "closes_at", "votes_from", "votes_until")
DATES = (*(name for name, _ in DAYS), "keeps_until")
NAMES = {  # in the order of the form
    "title": "名称", "call": "征集启事", "rules": "补充的规则", "opens_at": "开始收稿", "closes_at": "截稿", **dict(DAYS),
    "keeps_until": "文件留到哪天",
    "genres": "收什么作品", "groups": "组别",
    **{f"group{n}": f"第 {n + 1} 组" for n in range(GROUPS)}, "works_each": "每人最多几件", "texts": "指定篇目",
    "organisations": "学校和分馆", "votes_a_day": "每天几个赞",
    "votes_at_least": "至少选几件", "votes_from": "点赞开始", "votes_until": "点赞结束",
    "tiers": "奖项", **{f"tier{n}": f"第 {n + 1} 个奖项" for n in range(TIERS)},
    **{f"wording_{purpose.value}": name for purpose, name in PURPOSES.items()},
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/new, /console/contests/<number>/edit"""
    views = _Views(desk)
    blueprint.add_url_rule("/contests/new", "new_contest", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/contests/<int:number>/edit", "edit_contest", views.edit, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_CONTESTS)
    def new(self) -> Response | tuple[str, int]:
        """What the chosen kind starts from; sent, a draft."""
        _, start = presets.PRESETS.get(request.args.get("like", ""), ("", presets.BLANK))
        return self._form(None, {**_blank(), **_next_month(), **start})

    @may(Act.CHANGE_CONTESTS)
    def edit(self, number: int) -> Response | tuple[str, int]:
        """A contest as it stands; sent, changed."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            values = _kept(session, contest)
        return self._form(number, values)

    def _form(self, number: int | None, values: dict[str, str]) -> Response | tuple[str, int]:
        if request.method == "GET":
            return self._page(Form(values), number), 200
        values = {name: request.form.get(name, "").strip() for name in values}
        try:
            wanted, awards = _wanted(values), _tiers(values)
            with self._desk.unit() as session:
                contest = session.get_one(Contest, number) if number else None
                kept = service.set_up(session, wanted, by=by_me(), contest=contest)
                way, at_desk = PayWay(self._desk.payout), bool(values["pays_at_desk"])
                tiers.set_tiers(session, kept, awards, way=way, pays_at_desk=at_desk)
                where = url_for("console.contest", number=kept.id)
        except BadFields as error:
            return self._page(Form(values, _in_order(error.wrong)), number), 400
        except BadInput as error:
            return self._page(Form(values, {"title": error.to_staff}), number), 409
        return done("已保存。" if number else "已保存为草稿。看过没有问题，就可以开放征集。", where)

    def _page(self, form: Form, number: int | None) -> str:
        return drawn(
            "contest_form.html", form=form, number=number, names=NAMES, genres=GENRES, limits=LIMITS, days=DAYS,
            limit_names=LIMIT_NAMES, kinds=KINDS, purposes=PURPOSES, groups=range(GROUPS), tiers=range(TIERS),
            presets={key: name for key, (name, _) in presets.PRESETS.items()}, way=self._desk.payout,
            most=yuan(pools.AMOUNTS[PayWay(self._desk.payout)][1]),
        )  # fmt: skip


def _in_order(wrong: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, from the top of the form down."""
    order = list(NAMES)
    return dict(sorted(wrong.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))


def _blank() -> dict[str, str]:
    names = [*WORDS, *NUMBERS, *TICKS, *MOMENTS, *DATES]
    names += [f"genre_{genre.value}" for genre in LIMITS]
    names += [f"genre_{genre.value}_{limit}" for genre, limits in LIMITS.items() for limit in limits]
    names += [f"group{n}_{part}" for n in range(GROUPS) for part in GROUP_PARTS]
    names += [f"tier{n}_{part}" for n in range(TIERS) for part in TIER_PARTS]
    names += [f"wording_{purpose.value}" for purpose in PURPOSES]
    return dict.fromkeys(names, "")


def _next_month() -> dict[str, str]:
    """A beginning: works come in from tomorrow for a month, and a week for each phase after it."""
    today = times.today(times.now())
    closing = today + timedelta(days=31)
    after = {name: str(closing + timedelta(weeks=n)) for n, (name, _) in enumerate(DAYS, 1)}
    keeps = str(closing + timedelta(days=365))
    return {
        "opens_at": f"{today + timedelta(days=1)}T09:00",
        "closes_at": f"{closing}T23:59",
        "keeps_until": keeps,
        **after,
    }


def _kept(session: Session, contest: Contest) -> dict[str, str]:
    """As the form shows a contest."""
    values = _blank() | {name: str(getattr(contest, name)) for name in (*NUMBERS, "title", "call", "rules")}
    values |= {name: str(getattr(contest, name) or "") for name in DATES}
    values |= {name: _written(getattr(contest, name)) for name in MOMENTS}
    for row in queries.genres_of(session, contest):
        values[f"genre_{row.genre.value}"] = "1"
        values |= {f"genre_{row.genre.value}_{limit}": str(getattr(row, limit) or "") for limit in LIMITS[row.genre]}
    for n, group in enumerate(queries.groups_of(session, contest)[:GROUPS]):
        shown = {
            "name": group.name, "kind": group.kind.value, "born_from": str(group.born_from or ""),
            "born_until": str(group.born_until or ""), "least": str(group.least_characters or ""),
            "most": str(group.most_characters or ""), "seconds": str(group.most_seconds or ""),
        }  # fmt: skip
        values |= {f"group{n}_{part}": said for part, said in shown.items()}
    for n, tier in enumerate(tiers.wanted_of(session, contest)[:TIERS]):
        shown = {
            "name": tier.name, "quota": str(tier.quota), "each": "1" if tier.is_each else "", "gift": tier.gift,
            "special": "1" if tier.kind is not AwardKind.RANKED else "", "money": yuan(tier.fen) if tier.fen else "",
            "earlier": "1" if tier.takes_earlier else "",
        }  # fmt: skip
        values |= {f"tier{n}_{part}": said for part, said in shown.items()}
    for purpose in PURPOSES:
        wording = queries.wording_of(session, contest, purpose)
        values[f"wording_{purpose.value}"] = wording.words if wording else ""
    values["has_gallery"] = "1" if contest.has_gallery else ""
    values["shows_ranks"] = "1" if contest.shows_ranks else ""
    values["likes"] = "1" if contest.votes is not VoteRule.NEVER else ""
    values["pays_at_desk"] = "1" if contest.pays_at_desk else ""
    values["likes_daily"] = "1" if contest.votes is VoteRule.DAILY else ""
    values["texts"] = said_texts(session, contest)
    values["organisations"] = said_organisations(session, contest)
    return values


def _written(moment: datetime | None) -> str:
    return f"{times.local(moment):%Y-%m-%dT%H:%M}" if moment else ""


# ── read ──


def _wanted(values: Mapping[str, str]) -> Wanted:
    """Raises: BadFields for what cannot be read."""
    wrong: dict[str, str] = {}
    numbers = {name: _number(values[name], name, wrong) for name in NUMBERS}
    moments = {name: _moment(values[name], name, wrong) for name in MOMENTS}
    dates: dict[str, Any] = {name: _date(values[name], name, wrong) for name in DATES}
    groups, genres = _groups(values, wrong), _genres(values, wrong)
    opens, closes = moments["opens_at"], moments["closes_at"]
    for name in ("opens_at", "closes_at"):
        if moments[name] is None:
            wrong.setdefault(name, "请选日期和时间。")
    if wrong or opens is None or closes is None:
        raise BadFields(wrong)
    return Wanted(
        title=values["title"][:100], call=values["call"], rules=values["rules"], opens_at=opens, closes_at=closes,
        genres=genres, groups=groups, texts=told_texts(values["texts"]),
        organisations=told_organisations(values["organisations"]), works_each=numbers["works_each"], **dates,
        has_gallery=bool(values["has_gallery"] or values["likes"]), shows_ranks=bool(values["shows_ranks"] and values["likes"]),
        votes=Votes(
            _votes(values), numbers["votes_a_day"], numbers["votes_at_least"], moments["votes_from"], moments["votes_until"]
        ),
        wordings={purpose: values[f"wording_{purpose.value}"] for purpose in PURPOSES},
    )  # fmt: skip


def _votes(values: Mapping[str, str]) -> VoteRule:
    if not values["likes"]:
        return VoteRule.NEVER
    return VoteRule.DAILY if values["likes_daily"] else VoteRule.ONCE


def _number(word: str, name: str, wrong: dict[str, str]) -> int:
    if not word:
        return 0
    if not (word.isdecimal() and word.isascii() and len(word) <= 5):
        wrong[name] = f"“{word[:10]}”不是整数，请写 3 这样的数。"
        return 0
    return int(word)


def _moment(word: str, name: str, wrong: dict[str, str]) -> datetime | None:
    if not word:
        return None
    try:
        return datetime.fromisoformat(word).replace(tzinfo=times.local(times.now()).tzinfo)
    except ValueError:
        wrong[name] = "请选日期和时间。"
        return None


def _date(word: str, name: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        wrong[name] = "请选日期。"
        return None


def _genres(values: Mapping[str, str], wrong: dict[str, str]) -> dict[Genre, Limits]:
    found: dict[Genre, Limits] = {}
    for genre, limits in LIMITS.items():
        if values[f"genre_{genre.value}"]:
            read = {name: _number(values[f"genre_{genre.value}_{name}"], "genres", wrong) for name in limits}
            found[genre] = Limits(**{"most_pieces": 1 if genre is Genre.VIDEO else 0, **read})
    return found


def _groups(values: Mapping[str, str], wrong: dict[str, str]) -> tuple[GroupWanted, ...]:
    found = []
    for n in range(GROUPS):
        typed = {part: values[f"group{n}_{part}"] for part in GROUP_PARTS}
        if not any(word for part, word in typed.items() if part != "kind"):
            continue
        if not typed["name"]:
            wrong[f"group{n}"] = "请写组名。"
        first, last = (_date(typed[part], f"group{n}", wrong) for part in ("born_from", "born_until"))
        kind = GroupKind(typed["kind"]) if typed["kind"] in set(GroupKind) else GroupKind.ANYONE
        if (first or last) and kind is GroupKind.ANYONE:
            kind = GroupKind.BIRTH  # whoever wrote birthdays meant them
        numbers = [_number(typed[part], f"group{n}", wrong) for part in ("least", "most", "seconds")]
        found.append(GroupWanted(typed["name"][:40], kind, first, last, *numbers))
    return tuple(found)


def _tiers(values: Mapping[str, str]) -> list[TierWanted]:
    """Raises: BadFields."""
    found, wrong = [], {}
    for n in range(TIERS):
        typed = {part: values[f"tier{n}_{part}"] for part in TIER_PARTS}
        if not (typed["name"] or typed["quota"] or typed["gift"] or typed["money"]):
            continue
        money: Any = 0
        try:
            money = fen_from(typed["money"]) if typed["money"] else 0
        except ValueError:
            wrong[f"tier{n}"] = f"“{typed['money'][:12]}”不是金额：写 200 或 88.50 这样的元。"
        quota = _number(typed["quota"], f"tier{n}", wrong)
        kind = AwardKind.SPECIAL if typed["special"] else AwardKind.RANKED
        takes_earlier = bool(typed["earlier"]) and kind is AwardKind.RANKED
        found.append(
            TierWanted(typed["name"][:40], quota, bool(typed["each"]), kind, money, typed["gift"][:60], takes_earlier)
        )
    if wrong:
        raise BadFields(wrong)
    return found


def may_change(contest: Contest) -> bool:
    """Are its settings still open?"""
    return contest.state in (ContestState.DRAFT, ContestState.OPEN)
