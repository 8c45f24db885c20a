"""Judging: rounds with criteria, judges by invitation, who judges what, their marks, and the places of a closed round.

Points are whole numbers; scores are hundredths of a point, so that nothing is lost in a float.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class Mean(StrEnum):
    """How the marks of several judges become one."""

    TRIMMED = "trimmed"  # highest and lowest dropped, where there are three or more
    PLAIN = "plain"
    MEDIAN = "median"


class RoundState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"  # places are written down


ROUND_MOVES: Moves[RoundState] = {
    RoundState.DRAFT: frozenset({RoundState.OPEN}),
    RoundState.OPEN: frozenset({RoundState.CLOSED, RoundState.DRAFT}),
    RoundState.CLOSED: frozenset({RoundState.OPEN}),  # a second look; marks stay
}


_IS_DEALING = sa.text("is_dealing")


class JudgingRound(Base):
    """初评, 复评, 终评: its rule is fixed when it opens."""

    __tablename__ = "judging_rounds"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    position: Mapped[int] = plain(sa.SmallInteger)
    name: Mapped[str] = plain(sa.String(20))
    state: Mapped[RoundState] = plain(word(RoundState))
    mean: Mapped[Mean] = plain(word(Mean))
    judges_each: Mapped[int] = plain(sa.SmallInteger)  # who mark one work; 0: all
    shortlist: Mapped[int] = plain(sa.SmallInteger)  # of each group that go on to the next round; 0: all
    public_percent: Mapped[int] = plain(sa.SmallInteger)  # of the score that likes make; decided before opening
    public_cap: Mapped[int] = plain(sa.Integer)  # likes above it count no more
    spread_flag: Mapped[int] = plain(
        sa.Integer
    )  # hundredths between the highest and the lowest mark that ask for a second look; 0: never
    ties: Mapped[list[str]] = plain(sa.JSON)  # contests.judging.rules.Tie, in the order in which they decide
    due_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    opened_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    is_dealing: Mapped[bool] = plain(
        sa.Boolean, server_default=sa.false()
    )  # works wait to be dealt: the clock goes on
    closed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    # Until when likes were counted, since the round was closed first: RoundLikes has how many
    likes_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    # Of the lots (models.lots): the hash is shown while it is open, the seed once it is closed; a second look draws anew.
    lot_seed: Mapped[str] = plain(sa.String(64), server_default="")
    lot_hash: Mapped[str] = plain(sa.String(64), server_default="")

    __table_args__ = (
        sa.UniqueConstraint("contest_id", "position"),
        sa.Index("ix_judging_rounds_dealing", "id", sqlite_where=_IS_DEALING, postgresql_where=_IS_DEALING),
    )


class Criterion(Base):
    """What is marked, from 0 to `most`; the score of a work weighs it by `weight` in the sum of all weights."""

    __tablename__ = "criteria"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    round_id: Mapped[int] = plain(sa.ForeignKey("judging_rounds.id", ondelete="CASCADE"))
    position: Mapped[int] = plain(sa.SmallInteger)
    name: Mapped[str] = plain(sa.String(20))
    weight: Mapped[int] = plain(sa.SmallInteger)
    most: Mapped[int] = plain(sa.SmallInteger)
    anchors: Mapped[str] = plain(sa.Text)  # what which points mean, a line each

    __table_args__ = (sa.UniqueConstraint("round_id", "position"),)


class JudgeState(StrEnum):
    INVITED = "invited"
    JUDGING = "judging"  # opened the link and said who they are
    STOPPED = "stopped"  # the link opens nothing any more; marks stay


JUDGE_MOVES: Moves[JudgeState] = {
    JudgeState.INVITED: frozenset({JudgeState.JUDGING, JudgeState.STOPPED}),
    JudgeState.JUDGING: frozenset({JudgeState.STOPPED}),
    JudgeState.STOPPED: frozenset({JudgeState.INVITED}),
}


class Judge(Base):
    """Somebody from outside who judges by a link; of the link a hash is kept."""

    __tablename__ = "judges"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = personal("评委姓名", sa.String(40))
    title: Mapped[str] = plain(sa.String(60), server_default="")  # where they come from
    state: Mapped[JudgeState] = plain(word(JudgeState))
    link_hash: Mapped[str] = plain(sa.String(64), unique=True)
    link_until: Mapped[datetime] = plain(UtcDateTime)
    browser_hash: Mapped[str | None] = plain(
        sa.String(64), unique=True, nullable=True
    )  # the one browser the link was opened in
    seed: Mapped[int] = plain(sa.Integer)  # of their own order
    invited_by: Mapped[str] = plain(sa.String(40))
    invited_at: Mapped[datetime] = plain(UtcDateTime)
    seen_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class JudgeGroup(Base):
    """The groups that a judge marks; none: all of them."""

    __tablename__ = "judge_groups"

    judge_id: Mapped[int] = plain(sa.ForeignKey("judges.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[int] = plain(sa.ForeignKey("contest_groups.id", ondelete="CASCADE"), primary_key=True)


class Conflict(Base):
    """This judge does not mark this work (回避): they know whose it is, or staff say so."""

    __tablename__ = "judge_conflicts"

    judge_id: Mapped[int] = plain(sa.ForeignKey("judges.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = plain(sa.String(200))
    said_at: Mapped[datetime] = plain(UtcDateTime)


class MarkState(StrEnum):
    WAITING = "waiting"  # to be marked
    DONE = "done"
    GIVEN_BACK = "given_back"  # a conflict, or the judge was stopped: somebody else takes it


MARK_MOVES: Moves[MarkState] = {
    MarkState.WAITING: frozenset({MarkState.DONE, MarkState.GIVEN_BACK}),
    MarkState.DONE: frozenset({MarkState.DONE, MarkState.GIVEN_BACK}),
}


class Mark(Base):
    """One judge and one work of a round: `points` in the order of the criteria, -1 where none is given yet."""

    __tablename__ = "marks"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    round_id: Mapped[int] = plain(sa.ForeignKey("judging_rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = plain(sa.ForeignKey("judges.id"))
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id"))
    state: Mapped[MarkState] = plain(word(MarkState))
    points: Mapped[list[int]] = plain(sa.JSON)
    score: Mapped[int | None] = plain(sa.Integer, nullable=True)  # hundredths of 100
    remark: Mapped[str] = plain(sa.String(300), server_default="")
    is_second_look: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())
    given_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (
        sa.UniqueConstraint("round_id", "judge_id", "submission_id"),
        sa.Index("ix_marks_submission", "round_id", "submission_id"),
        sa.Index("ix_marks_judge", "judge_id", "state"),
    )


class RoundLikes(Base):
    """Likes of a work when its round closed first: a second look, months later, ranks by the same."""

    __tablename__ = "round_likes"

    round_id: Mapped[int] = plain(sa.ForeignKey("judging_rounds.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id"), primary_key=True)
    likes: Mapped[int] = plain(sa.Integer)


class RoundPlace(Base):
    """Where a work stood when its round closed. Ties that no rule decided share a place."""

    __tablename__ = "round_places"

    round_id: Mapped[int] = plain(sa.ForeignKey("judging_rounds.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id"), primary_key=True)
    group_id: Mapped[int | None] = plain(sa.Integer, nullable=True)
    judged: Mapped[int] = plain(sa.Integer)  # hundredths
    likes: Mapped[int] = plain(sa.Integer)  # that were counted, capped
    score: Mapped[int] = plain(sa.Integer)  # hundredths, likes in it
    place: Mapped[int] = plain(sa.Integer)
    goes_on: Mapped[bool] = plain(sa.Boolean)
    why: Mapped[str] = plain(sa.String(200), server_default="")  # what decided where others had the same score

    __table_args__ = (sa.Index("ix_round_places_place", "round_id", "group_id", "place"),)
