"""Whom a reader plays for: a branch, a school, an age group, of the list that staff set for a quiz. Nothing is asked without one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.board import Player
from models.db import insert
from models.errors import Refused
from models.quiz import Quiz
from quizzes import queries


class GroupIsChosen(Refused):
    """Played for one already."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self.to_reader = f"您这次已经{f'代表{group}' if group else '选了不分组'}，有了成绩就不能再换。"


class NoSuchGroup(Refused):
    to_reader = "没有这个选项，请照着列出来的选。"


def chosen_by(session: Session, quiz: Quiz, openid: str) -> str | None:
    """What the reader has chosen ("": for nobody); None where they have not been asked, or nothing is to be chosen."""
    kept = session.get(Player, (quiz.id, openid)) if quiz.board_groups else None
    return kept.board_group if kept is not None else None


def is_to_choose(session: Session, quiz: Quiz, openid: str) -> bool:
    """Are there groups, and has the reader said nothing yet?"""
    return bool(quiz.board_groups) and chosen_by(session, quiz, openid) is None


def choose(session: Session, quiz: Quiz, openid: str, group: str, *, now: datetime) -> None:
    """Play for `group` ("": for nobody). Raises: NoSuchGroup; GroupIsChosen once a result counts for another."""
    if group and group not in quiz.board_groups:
        raise NoSuchGroup
    kept, standing = chosen_by(session, quiz, openid), queries.standing_of(session, quiz, openid)
    if kept is not None and kept != group and standing is not None:
        raise GroupIsChosen(kept)
    values = {"board_group": group, "chosen_at": now}
    first = insert(session, Player).values(quiz_id=quiz.id, openid=openid, **values)
    session.execute(first.on_conflict_do_update(index_elements=["quiz_id", "openid"], set_=values))
    if standing is not None:
        standing.board_group = group


def at_first_result(quiz: sa.ColumnElement[int], reader: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """What the first standing of a reader is filed under, as a part of the statement that inserts it."""
    chosen = sa.select(Player.board_group).where(Player.quiz_id == quiz, Player.openid == reader)
    return sa.func.coalesce(chosen.scalar_subquery(), "")
