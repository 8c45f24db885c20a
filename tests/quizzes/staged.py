"""A quiz that is open, as staff would have brought it there, and readers who play it in the chat."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import due_parts, patient_parts
from models import times
from models.by import By
from models.payout import PayWay, Prize
from models.quiz import Attempt, AttemptState, Standing
from payouts import pools
from payouts.plan import Plan, Tier
from quizzes import playing, rules, service
from quizzes.bank import rows
from quizzes.bank.question import LETTERS, Kind, Question, said_answer
from quizzes.service import Wanted
from tests.world import World, openid
from worker.clock import Clock

EDITOR, REVIEWER, FINANCE = "陈馆员", "王主任", "财务"


def questions(count: int = 3) -> list[Question]:
    return [
        Question(
            Kind.SINGLE, f"第{n}本书的作者是谁？", (f"作者甲{n}", f"作者乙{n}", f"作者丙{n}"), [n % 3],
            explanation=f"见《书{n}》。", source=f"《书{n}》", shelf_mark=f"I24/{n}",
        )
        for n in range(count)
    ]  # fmt: skip


def fixed(count: int = 2, *, at_least: int = 2, fen: int = 100, gift: str = "") -> Plan:
    return Plan((Tier(at_least, count, fen=0 if gift else fen, gift=gift),))


def by(who: str) -> By:
    return By(who, times.now())


def set_up(
    world: World,
    bank: list[Question] | None = None,
    *,
    prizes: Plan | None = None,
    way: PayWay = PayWay.DESK,
    **more: Any,
) -> int:
    """A quiz ready to be played now: its number."""
    bank = questions() if bank is None else bank
    shape: dict[str, Any] = {
        "groups": (rules.Group(),), "seconds_each": 0, "seconds_in_all": 0, "tries_a_day": 0, "tries_in_all": 0,
        "pass_score": 0, "prizes_each": 1 if prizes else 0, "prizes_a_day": 0,
    }  # fmt: skip
    shape |= {name: more.pop(name) for name in list(more) if name in shape}
    hours = more.pop("hours", None) or rules.Hours(times.now(), times.now() + timedelta(days=3))
    with world.database.units() as session:
        rows.add(session, [(one, "test") for one in bank], by=by(EDITOR))
        wanted = Wanted("读书答题", "来答题吧。", hours, rules.Shape(**shape), prizes=prizes, way=way, **more)
        quiz = service.set_up(session, wanted, by=by(EDITOR))
        service.fix_paper(session, quiz, by=by(EDITOR))
        for who in (EDITOR, REVIEWER):
            service.check_paper(session, quiz, by=by(who))
        if (pool := service.pool_of(session, quiz)) is not None:
            pools.seal(session, pool, by=by(FINANCE))
        service.approve(session, quiz, by=by(REVIEWER))
        return quiz.id


def right_word(world: World, who: str, *, right: bool = True) -> str:
    """The letter of the right option of the question that is open for this reader (or of a wrong one)."""
    with world.database.reading() as session:
        mine = sa.select(Attempt).where(Attempt.openid == openid(who), Attempt.state == AttemptState.OPEN)
        one = playing.asked(session, session.scalars(mine).one())
        if one.question.kind is Kind.JUDGE:
            return "对" if one.question.answer is right else "错"
        if one.question.kind is Kind.MULTIPLE:
            some = one.question.answer if right else one.question.answer[:1]
            return "".join(LETTERS[list(one.shown).index(place)] for place in some)
        if one.question.kind is Kind.BLANK:
            return str(one.question.answer[0]) if right else "不知道"
        if one.question.kind is not Kind.SINGLE:
            return said_answer(one.question, one.shown) if right else "不知道"
        place = one.question.answer[0] if right else (one.question.answer[0] + 1) % len(one.question.options)
        return LETTERS[list(one.shown).index(place)]


def plays(world: World, who: str, *, right: int = 3, of: int = 3) -> str:
    """Play a whole attempt in the chat: the last answer of the account."""
    world.says(who, "答题")
    world.says(who, "开始答题")
    said = ""
    for n in range(of):
        said = world.says(who, right_word(world, who, right=n < right))
    return said


def prizes_of(world: World, **where: Any) -> list[Prize]:
    with world.database.reading() as session:
        found = list(session.scalars(sa.select(Prize).filter_by(**where).order_by(Prize.number)))
        session.expunge_all()
        return found


def ticks(world: World) -> None:
    """The clock comes by and does whatever is due."""
    Clock(world.database, (), (), (*due_parts(), *patient_parts())).tick()


def stand(world: World, quiz: int, count: int, *, score: int = 3, missed: int = 0, group: str = "") -> list[str]:
    """So many readers who have played, the first the fastest: written at once, since nobody looks at how they played."""
    now, names = times.now(), [f"oPlayer{n:06}" for n in range(count)]
    attempts = [
        {
            "quiz_id": quiz, "openid": name, "number": 1, "day": times.today(now), "state": AttemptState.DONE, "drawn": [],
            "place": 3, "score": score, "asked_at": now, "started_at": now, "ends_at": now, "finished_at": now,
            "took_ms": 1000 + n,
        }
        for n, name in enumerate(names)
    ]  # fmt: skip
    with world.database.units() as session:
        session.execute(sa.insert(Attempt), attempts)
        numbers = session.execute(
            sa.select(Attempt.openid, Attempt.id).where(Attempt.openid.in_(names[:1] + names[-1:]))
        )
        first = min(number for _name, number in numbers)
        places = [
            {
                "quiz_id": quiz, "openid": name, "board_group": group, "attempt_id": first + n, "score": score, "missed": missed,
                "took_ms": 1000 + n, "reached_at": now,
            }
            for n, name in enumerate(names)
        ]  # fmt: skip
        session.execute(sa.insert(Standing), places)
    return names
