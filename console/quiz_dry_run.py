"""模拟一遍: a quiz played by readers who do not exist, in words and charts, before its pot is sealed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from console import words
from console.charts import Chart, Columns, chart, columns
from console.desk import Desk, drawn
from console.rights import Act, may
from models import times
from models.money import yuan
from models.payout import Pool
from models.quiz import Quiz
from quizzes import forecast, service
from quizzes.dry_run import ASSUMED, FEWEST, MOST, Run, Setting, played, proposed

READERS, SEED = 1000, 1  # unless somebody asks for others
MOST_COLUMNS = 48
PARTS = (
    ("夜里", 22, 6), ("早晨", 6, 9), ("上午", 9, 12), ("中午", 12, 14), ("下午", 14, 16), ("放学后", 16, 19), ("晚上", 19, 22),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A run in sentences: when the pot is empty, then who got what; `warning` where the first take most of it."""

    head: str
    lines: tuple[str, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Hours that would serve more people: as the form takes them, and what they would bring."""

    hours: str
    told: Told


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/dry-run"""
    blueprint.add_url_rule("/quizzes/<int:number>/dry-run", "quiz_dry_run", _Views(desk).run)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_QUIZZES)
    def run(self, number: int) -> str:
        """One run; how many readers and which seed stand in the address."""
        readers = _bounded("readers", READERS, FEWEST, MOST)
        seed = _bounded("seed", SEED, 1, 999_999)
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            pool = service.pool_of(session, quiz)
            setting = forecast.setting_of(session, quiz, pool) if pool else None
            shown = {"quiz": quiz, "pool": pool, "readers": readers, "seed": seed, "fewest": FEWEST, "most": MOST}
            if setting is None:
                return drawn("quiz_dry_run.html", told=None, **shown)
            run = played(setting, readers, seed=seed)
            return drawn(
                "quiz_dry_run.html", told=told(run, setting), advice=advice(run, setting, seed), pot=_pot(run, setting),
                parts=_parts(run), assumed=ASSUMED, right=_right(setting), **shown,
            )  # fmt: skip


def told_of(session: Session, quiz: Quiz, pool: Pool) -> Told | None:
    """What the usual run of this quiz says; None while there are no questions for it."""
    setting = forecast.setting_of(session, quiz, pool)
    return told(played(setting, READERS, seed=SEED), setting) if setting else None


def _bounded(name: str, otherwise: int, least: int, most: int) -> int:
    word = request.args.get(name, "")
    return min(most, max(least, int(word))) if word.isdecimal() and word.isascii() and len(word) < 9 else otherwise


def told(run: Run, setting: Setting) -> Told:
    """In plain words."""
    return Told(_head(run, setting), tuple(_lines(run, setting)), _warning(run))


def _head(run: Run, setting: Setting) -> str:
    if run.out_at is not None:
        return f"奖池预计撑到 {_moment(run.out_at)}。"
    left = setting.prizes.count - run.prizes_won
    return f"奖池撑得到结束，预计还剩 {words.number(left)} 份没人得。"


def _lines(run: Run, setting: Setting) -> list[str]:
    many = words.number
    lines = [
        f"{many(run.readers)} 位读者里，{many(run.winners)} 位得奖；{many(run.too_late)} 位答够了但来晚了，空手而归；"
        f"{many(run.too_few)} 位没有答够。"
    ]
    if run.school_at is not None:
        left = run.left_at(run.school_at)
        lines.append(
            f"下午放学后来的读者（{_moment(run.school_at)}）{f'还有 {many(left)} 份' if left else '已经没有奖了'}。"
        )
    cost, pot = yuan(run.fen), yuan(setting.prizes.pot)
    lines.append(
        f"预计发出 {many(run.prizes_won)} 份、{cost} 元；奖池一共 {many(setting.prizes.count)} 份、{pot} 元。"
    )
    return lines


def _warning(run: Run) -> str:
    if not run.takes_all_early:
        return ""
    share = round(100 * run.won_early / run.prizes_won)
    return f"开始后一小时就发掉 {share}%，后面来的 {words.number(run.too_late)} 位答对了也没有奖。"


def advice(run: Run, setting: Setting, seed: int) -> Advice | None:
    """Where the first take all and nothing is let out in parts yet: what parts would bring."""
    better = proposed(setting) if run.takes_all_early and not setting.prizes.hours else None
    if better is None:
        return None
    return Advice("、".join(better.prizes.hours), told(played(better, run.readers, seed=seed), better))


def _moment(at: datetime) -> str:
    local = times.local(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _right(setting: Setting) -> int:
    count = sum(part.count for part in setting.drawn)
    return round(100 * sum(part.count * part.right for part in setting.drawn) / max(1, count))


def _pot(run: Run, setting: Setting) -> Columns:
    """How many prizes can be won, through the days until they are gone."""
    first = setting.hours.opens_at
    last = min(setting.hours.closes_at, (run.out_at or setting.hours.closes_at) + timedelta(hours=1))
    step = (last - first) / MOST_COLUMNS
    moments = [first + step * at for at in range(MOST_COLUMNS + 1)]
    points = [(_moment(moment), run.left_at(moment)) for moment in moments]
    title = "还能得的奖：越来越少，直到发完" if run.out_at else "还能得的奖：到结束都有"
    return columns(title, "份", "时间", points, named=(0, MOST_COLUMNS // 2, MOST_COLUMNS))


def _parts(run: Run) -> Chart:
    """Who comes when, and who wins when, by the parts of the day."""
    came, won = (Counter(_part(moment) for moment in moments) for moments in (run.came_at, run.won_at))
    names = [name for name, *_ in PARTS]
    most = max(names, key=lambda name: won[name])
    title = f"{most}得奖的最多：{words.number(won[most])} 份" if won else "没有人得奖"
    return chart(title, "位", "什么时候", names, ("来答", "hollow", [came[name] for name in names]),
                 ("得奖", "full", [won[name] for name in names]))  # fmt: skip


def _part(moment: datetime) -> str:
    hour = times.local(moment).hour
    return next((name for name, first, until in PARTS if first <= hour < until), PARTS[0][0])
