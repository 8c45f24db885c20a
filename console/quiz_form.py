"""设置答题: one form in four parts, new or a draft changed: when, which questions, how it is played, what is won."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.forms import Form
from console.rights import Act, may
from models import times
from models.errors import BadFields, BadInput
from models.money import fen_from, yuan
from models.payout import PayWay
from models.quiz import BankQuestion, Keeps, QuestionState, QuestionTag, Quiz
from payouts.plan import Plan, Tier, plan_of
from quizzes import rules, service
from quizzes.service import Wanted

GROUPS, TIERS, DRAWN = 3, 3, 3  # rows of the form
TIER_PARTS = ("at_least", "count", "each", "total", "floor", "ceiling", "gift")
DRAWN_PARTS = ("count", "each", "gift")
TICKS = ("shuffles", "is_one_out", "is_practice", "is_live", "is_elder", "has_board", "has_certificates")
PRIZE_TICKS = ("is_watched", "bars_staff")
NUMBERS = (
    "seconds_each", "seconds_in_all", "tries_a_day", "tries_in_all", "pass_score", "prizes_each", "prizes_a_day",
)  # fmt: skip
WORDS = ("freeze_hours", "group_word", "board_groups", "certificates_first")
NAMES = {  # in the order of the form
    "title": "名称", "intro": "说明", "opens_at": "开始", "closes_at": "结束", "day_from": "每天从", "day_until": "每天到",
    "groups": "抽哪些题", "seconds_each": "每题几秒", "seconds_in_all": "一共几秒", "tries_a_day": "每人每天几次",
    "tries_in_all": "每人一共几次", "pass_score": "答对几题及格", "elder_percent": "长辈模式的时间", "is_elder": "整场用长辈模式",
    "is_practice": "练习", "is_live": "现场抢答", "freeze_hours": "结束前几小时封榜", "group_word": "分组是什么", "board_groups": "有哪些组",
    "has_certificates": "发证书", "certificates_first": "只发给前几名", "tiers": "奖品", "way": "怎样发",
    **{f"tier{n}": f"第 {n + 1} 档" for n in range(TIERS)}, **{f"drawn{n}": f"{'一二三'[n]}等奖" for n in range(DRAWN)},
    "prizes_each": "每人最多几份", "prizes_a_day": "每人每天几份", "hours": "分批放出",
}  # fmt: skip
WAYS = {
    PayWay.DESK: "到馆领取（兑奖码）",
    PayWay.TRANSFER: "微信转账（读者在页面上确认）",
    PayWay.RED_PACKET: "微信红包（发到聊天里）",
}
ELDER = {"100": "一样长", "150": "一倍半", "200": "两倍", "300": "三倍", "0": "不限时"}
NEW = {
    "seconds_each": "60", "seconds_in_all": "0", "tries_a_day": "3", "tries_in_all": "0", "pass_score": "8",
    "prizes_each": "1", "prizes_a_day": "0", "keeps": "best", "elder_percent": "200", "shuffles": "1", "has_board": "1",
    "group0_count": "10",
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/new, /console/quizzes/<number>/edit"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes/new", "new_quiz", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/quizzes/<int:number>/edit", "edit_quiz", views.edit, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_QUIZZES)
    def new(self) -> Response | tuple[str, int]:
        """An empty form with what most quizzes want; sent, a draft."""
        chosen = {"way": self._desk.payout, "group0_tag": request.args.get("tag", "")}
        return self._form(None, {**_blank(), **NEW, **chosen})

    @may(Act.CHANGE_QUIZZES)
    def edit(self, number: int) -> Response | tuple[str, int]:
        """A draft as it stands; sent, changed."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            values = _kept(session, quiz)
        values["way"] = values["way"] or self._desk.payout
        values["hours"] = request.args.get("hours", values["hours"])  # proposed by console.quiz_dry_run
        return self._form(number, values)

    def _form(self, number: int | None, values: dict[str, str]) -> Response | tuple[str, int]:
        if request.method == "GET":
            return self._page(Form(values), number), 200
        values = {name: request.form.get(name, "").strip() for name in values}
        try:
            with self._desk.unit() as session:
                quiz = session.get_one(Quiz, number, with_for_update=True) if number else None
                kept = service.set_up(session, _wanted(values), by=by_me(), quiz=quiz)
                where = url_for("console.quiz", number=kept.id)
        except BadFields as error:
            return self._page(Form(values, _in_order(error.wrong)), number), 400
        except BadInput as error:
            return self._page(Form(values, {"title": error.to_staff}), number), 409
        return done("已保存为草稿。", where)

    def _page(self, form: Form, number: int | None) -> str:
        with self._desk.reading() as session:
            tags = _tags(session)
        ways = {way: words for way, words in WAYS.items() if way in (PayWay.DESK, PayWay(self._desk.payout))}
        return drawn(
            "quiz_form.html", form=form, number=number, names=NAMES, tags=tags, ways=ways, groups=range(GROUPS),
            tiers=range(TIERS), drawn=range(DRAWN), keeps={"best": "最好的一次", "last": "最后一次"}, elder=ELDER,
        )  # fmt: skip


def _in_order(wrong: Mapping[str, str]) -> dict[str, str]:
    """What is wrong at the fields where it is shown, from the top of the form down."""
    at = {{"tries": "tries_a_day", "count": "groups"}.get(name, name): said for name, said in wrong.items()}
    return dict(sorted(at.items(), key=lambda one: list(NAMES).index(one[0])))


def _tags(session: Session) -> list[tuple[str, int]]:
    counts = (
        sa.select(QuestionTag.tag, sa.func.count())
        .join(BankQuestion, BankQuestion.id == QuestionTag.question_id)
        .where(BankQuestion.state == QuestionState.ACTIVE)
        .group_by(QuestionTag.tag)
        .order_by(QuestionTag.tag)
    )
    return [(row[0], row[1]) for row in session.execute(counts)]


def _blank() -> dict[str, str]:
    names = [
        "title",
        "intro",
        "opens_at",
        "closes_at",
        "day_from",
        "day_until",
        "keeps",
        "elder_percent",
        "way",
        "hours",
        *NUMBERS,
        *TICKS,
        *WORDS,
        *PRIZE_TICKS,
    ]
    names += [f"group{n}_{part}" for n in range(GROUPS) for part in ("tag", "difficulty", "count")]
    names += [
        f"{name}{n}_{part}"
        for name, count, parts in (("tier", TIERS, TIER_PARTS), ("drawn", DRAWN, DRAWN_PARTS))
        for n in range(count)
        for part in parts
    ]
    return dict.fromkeys(names, "")


def _kept(session: Session, quiz: Quiz) -> dict[str, str]:
    """As the form shows a draft."""
    values = _blank() | {name: str(getattr(quiz, name)) for name in NUMBERS}
    values |= {name: "1" if getattr(quiz, name) else "" for name in TICKS}
    values |= {
        "title": quiz.title,
        "intro": quiz.intro,
        "keeps": quiz.keeps.value,
        "elder_percent": str(quiz.elder_percent),
        "day_from": quiz.day_from,
    }
    values |= {
        "day_until": quiz.day_until,
        "opens_at": _written(quiz.opens_at),
        "closes_at": _written(quiz.closes_at),
    }
    values |= {"freeze_hours": str(_freeze_hours(quiz) or ""), "group_word": quiz.group_word}
    values["certificates_first"] = str(quiz.certificates_first or "")
    values["board_groups"] = "\n".join(quiz.board_groups)
    for n, group in enumerate(rules.groups_of(quiz.groups)):
        values |= {
            f"group{n}_tag": group.tag,
            f"group{n}_difficulty": str(group.difficulty or ""),
            f"group{n}_count": str(group.count or ""),
        }
    pool = service.pool_of(session, quiz)
    values["way"] = pool.way.value if pool else ""
    if pool is not None:
        prizes = plan_of(pool.plan)
        values |= {name: "1" if getattr(pool, name) else "" for name in PRIZE_TICKS}
        values["hours"] = "、".join(prizes.hours)
        for name, parts, tiers in (("tier", TIER_PARTS, prizes.tiers), ("drawn", DRAWN_PARTS, prizes.drawn)):
            for n, tier in enumerate(tiers):
                words = _tier_words(tier)
                values |= {f"{name}{n}_{part}": words[part] for part in parts}
    return values


def _freeze_hours(quiz: Quiz) -> int:
    return round((quiz.closes_at - quiz.freezes_at).total_seconds() / 3600) if quiz.freezes_at else 0


def _tier_words(tier: Tier) -> dict[str, str]:
    money = {"each": tier.fen, "total": tier.total, "floor": tier.floor, "ceiling": tier.ceiling}
    words = {name: yuan(fen) if fen else "" for name, fen in money.items()}
    return {"at_least": str(tier.at_least), "count": str(tier.count), "gift": tier.gift, **words}


def _written(moment: datetime) -> str:
    return f"{times.local(moment):%Y-%m-%dT%H:%M}"


def _wanted(values: Mapping[str, str]) -> Wanted:
    """Raises: BadFields for what cannot be read."""
    wrong: dict[str, str] = {}
    numbers = {name: _number(values[name], name, wrong) for name in NUMBERS}
    opens, closes = (_moment(values[name], name, wrong) for name in ("opens_at", "closes_at"))
    groups = _groups(values, wrong)
    tiers, drawn = (
        _tiers(values, wrong, "tier", TIERS, TIER_PARTS),
        _tiers(values, wrong, "drawn", DRAWN, DRAWN_PARTS),
    )
    elder_percent = _number(values["elder_percent"] or "100", "elder_percent", wrong)
    board, first = _board(values, wrong), _number(values["certificates_first"], "certificates_first", wrong)
    hours = tuple(
        filter(None, (hour.strip() for hour in values["hours"].replace("，", "、").replace(",", "、").split("、")))
    )
    if any(not _is_hour(hour) for hour in hours):
        wrong["hours"] = "写成 07:30、12:00、18:30 这样，用顿号隔开。"
    if not values["title"]:
        wrong["title"] = "请起个名字，读者会看到。"
    if wrong or opens is None or closes is None:
        raise BadFields(wrong)
    return Wanted(
        values["title"][:100], values["intro"], rules.Hours(opens, closes, values["day_from"], values["day_until"]),
        rules.Shape(groups, **numbers), Keeps(values["keeps"]) if values["keeps"] in set(Keeps) else Keeps.BEST,
        **{name: bool(values[name]) for name in (*TICKS, *PRIZE_TICKS)}, board=board,
        elder_percent=elder_percent, certificates_first=first, prizes=Plan(tiers, hours, drawn) if tiers or drawn else None,
        way=PayWay(values["way"]) if values["way"] in set(PayWay) else PayWay.DESK,
    )  # fmt: skip


def _board(values: Mapping[str, str], wrong: dict[str, str]) -> rules.Board:
    named = (group.strip() for group in re.split(r"[\n、，,;；]", values["board_groups"]))
    return rules.Board(
        _number(values["freeze_hours"], "freeze_hours", wrong), values["group_word"][:10], tuple(filter(None, named))
    )  # fmt: skip


def _number(word: str, name: str, wrong: dict[str, str]) -> int:
    if not word:
        return 0
    if not (word.isdecimal() and word.isascii() and len(word) <= 5):
        wrong[name] = "请写整数，比如 10。"
        return 0
    return int(word)


def _moment(word: str, name: str, wrong: dict[str, str]) -> datetime | None:
    try:
        return datetime.fromisoformat(word).replace(tzinfo=times.local(times.now()).tzinfo)
    except ValueError:
        wrong[name] = "请选日期和时间。"
        return None


def _is_hour(word: str) -> bool:
    try:
        return len(word) == 5 and bool(datetime.strptime(word, "%H:%M"))  # noqa: DTZ007  (a time of day, no moment)
    except ValueError:
        return False


def _groups(values: Mapping[str, str], wrong: dict[str, str]) -> tuple[rules.Group, ...]:
    found = []
    for n in range(GROUPS):
        tag, difficulty, count = (values[f"group{n}_{part}"] for part in ("tag", "difficulty", "count"))
        if not (tag or difficulty or count):
            continue
        number = _number(count, "groups", wrong)
        if not count:
            wrong["groups"] = f"第 {n + 1} 行没写抽几题：写题数，或写 0 表示全部。"
        level = _number(difficulty, "groups", wrong) or None
        found.append(rules.Group(tag, level, number))
    return tuple(found)


def _tiers(
    values: Mapping[str, str], wrong: dict[str, str], name: str, rows: int, parts: Sequence[str]
) -> tuple[Tier, ...]:
    found = []
    for n in range(rows):
        typed = dict.fromkeys(TIER_PARTS, "") | {part: values[f"{name}{n}_{part}"] for part in parts}
        if any(word for part, word in typed.items() if part != "at_least"):
            found.append(_tier(typed, f"{name}{n}", wrong))
    return tuple(found)


def _tier(typed: Mapping[str, str], name: str, wrong: dict[str, str]) -> Tier:
    money: dict[str, Any] = {}
    for part in ("each", "total", "floor", "ceiling"):
        try:
            money[part] = fen_from(typed[part]) if typed[part] else 0
        except ValueError:
            wrong[name] = f"“{typed[part][:12]}”不是金额：写 1.88 这样的元，最多两位小数。"
            money[part] = 0
    at_least, count = _number(typed["at_least"], name, wrong), _number(typed["count"], name, wrong)
    if not (typed["gift"] or money["each"] or money["total"]):
        wrong.setdefault(name, "请写每份多少元、或拼手气的总额、或礼品的名字。")
    return Tier(
        at_least, count, fen=money["each"], total=money["total"], floor=money["floor"],
        ceiling=money["ceiling"], gift=typed["gift"][:60],
    )  # fmt: skip
