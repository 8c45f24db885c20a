"""Reading contests: the call with its groups and limits, works with their files and consents, and who looked at them.

A work is a row from its first word on; its pieces (voice messages, pictures, a video) are rows with states of their own,
since WeChat keeps a file for three days only and a phone loses its network. How works are judged stands in
models.judging, what is won in models.award, what is made of them in models.programme.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves

SIGNED = "同意留存的作品保留署名；没有同意的，退出后随作品删除"  # contests.leaving does the second half


class ContestState(StrEnum):
    """The phases of a contest. What may be seen and done in each is said in contests.rules."""

    DRAFT = "draft"
    OPEN = "open"  # called for; works come in between opens_at and closes_at
    SCREENING = "screening"
    JUDGING = "judging"
    NOTICE = "notice"  # 公示: results are shown masked, and may be objected to
    AWARDED = "awarded"  # certificates and prizes are given
    CLOSED = "closed"
    CANCELLED = "cancelled"


C = ContestState
CONTEST_MOVES: Moves[ContestState] = {
    C.DRAFT: frozenset({C.OPEN, C.CANCELLED}),
    C.OPEN: frozenset({C.SCREENING, C.CANCELLED}),
    C.SCREENING: frozenset({C.OPEN, C.JUDGING, C.CANCELLED}),
    C.JUDGING: frozenset({C.SCREENING, C.NOTICE, C.CANCELLED}),
    C.NOTICE: frozenset({C.JUDGING, C.AWARDED}),
    C.AWARDED: frozenset({C.CLOSED}),
}


class Genre(StrEnum):
    VOICE = "voice"  # 朗读: voice messages or a sound file
    VIDEO = "video"
    PICTURE = "picture"  # 绘画, 手抄报, 摄影: a series of pictures
    ESSAY = "essay"
    POEM = "poem"


WRITTEN = frozenset({Genre.ESSAY, Genre.POEM})


class VoteRule(StrEnum):
    """How often a reader may like one work."""

    NEVER = "never"
    ONCE = "once"
    DAILY = "daily"


class Contest(Base):
    """One contest. The library's days; `closes_at` is the first moment at which nothing comes in any more."""

    __tablename__ = "contests"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    title: Mapped[str] = plain(sa.String(100))
    call: Mapped[str] = plain(sa.Text)  # 征稿启事
    rules: Mapped[str] = plain(sa.Text)  # what the rules page says beyond what the settings say by themselves
    state: Mapped[ContestState] = plain(word(ContestState))
    opens_at: Mapped[datetime] = plain(UtcDateTime)
    closes_at: Mapped[datetime] = plain(UtcDateTime)
    screened_by: Mapped[date | None] = plain(sa.Date, nullable=True)  # last day of screening, as announced
    judged_by: Mapped[date | None] = plain(sa.Date, nullable=True)
    notice_from: Mapped[date | None] = plain(sa.Date, nullable=True)
    notice_until: Mapped[date | None] = plain(sa.Date, nullable=True)  # last day on which one may object
    awards_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    pays_at_desk: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # prize money is picked up, all of it
    works_each: Mapped[int] = plain(sa.SmallInteger)  # of one reader that stand, in the whole contest
    keeps_until: Mapped[date | None] = plain(
        sa.Date, nullable=True
    )  # until when files of works without an award stay
    is_let_go: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # … and they are gone: contests.keeping
    has_gallery: Mapped[bool] = plain(sa.Boolean)  # accepted works are shown
    shows_ranks: Mapped[bool] = plain(sa.Boolean)  # by likes; never of groups of under-14s unless staff say so
    votes: Mapped[VoteRule] = plain(word(VoteRule))
    votes_a_day: Mapped[int] = plain(sa.SmallInteger)  # that one reader has for all works; 0: no limit
    votes_at_least: Mapped[int] = plain(sa.SmallInteger)  # different works a ballot must name; 0: each like by itself
    votes_from: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    votes_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_contests_state", "state", "closes_at"),)


class ContestGenre(Base):
    """What kind of work is taken, and how much of it. 0 is no limit."""

    __tablename__ = "contest_genres"

    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), primary_key=True)
    genre: Mapped[Genre] = plain(word(Genre), primary_key=True)
    least_characters: Mapped[int] = plain(sa.Integer)
    most_characters: Mapped[int] = plain(sa.Integer)
    least_seconds: Mapped[int] = plain(sa.Integer)
    most_seconds: Mapped[int] = plain(sa.Integer)
    most_pieces: Mapped[int] = plain(
        sa.SmallInteger
    )  # voice messages that become one recording; pictures of a series
    most_megabytes: Mapped[int] = plain(sa.Integer)  # of one file


class GroupKind(StrEnum):
    ANYONE = "anyone"
    BIRTH = "birth"  # born within two days, both included
    FAMILY = "family"  # 亲子: a child and a grown-up together


class ContestGroup(Base):
    """A group that is judged by itself. Its own limits, where they are set, take the place of the genre's."""

    __tablename__ = "contest_groups"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    position: Mapped[int] = plain(sa.SmallInteger)
    name: Mapped[str] = plain(sa.String(40))
    kind: Mapped[GroupKind] = plain(word(GroupKind))
    born_from: Mapped[date | None] = plain(sa.Date, nullable=True)
    born_until: Mapped[date | None] = plain(sa.Date, nullable=True)
    least_characters: Mapped[int] = plain(sa.Integer)
    most_characters: Mapped[int] = plain(sa.Integer)
    most_seconds: Mapped[int] = plain(sa.Integer)

    __table_args__ = (
        sa.UniqueConstraint("contest_id", "position"),
        sa.UniqueConstraint("contest_id", "name"),
    )


class SetText(Base):
    """指定篇目: what may be read aloud, for one group or for all."""

    __tablename__ = "set_texts"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = plain(sa.ForeignKey("contest_groups.id", ondelete="CASCADE"), nullable=True)
    position: Mapped[int] = plain(sa.SmallInteger)
    title: Mapped[str] = plain(sa.String(100))
    author: Mapped[str] = plain(sa.String(60))
    words: Mapped[str] = plain(sa.Text)  # the text itself, to read from; may be empty


class Organisation(Base):
    """A school or a branch that takes part with a code of its own; with `is_post_box` its teacher sends works in."""

    __tablename__ = "contest_organisations"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    name: Mapped[str] = plain(sa.String(60))
    code: Mapped[str] = plain(sa.String(8), unique=True)  # what a reader writes to take part for it
    is_post_box: Mapped[bool] = plain(sa.Boolean)
    box_code: Mapped[str | None] = plain(sa.String(24), unique=True, nullable=True)  # the teacher's, secret
    most_works: Mapped[int] = plain(sa.SmallInteger)  # through the box; 0: no limit

    __table_args__ = (sa.UniqueConstraint("contest_id", "name"),)


class LateCode(Base):
    """Lets one work in after the closing, for a reason that is written down."""

    __tablename__ = "late_codes"

    code: Mapped[str] = plain(sa.String(12), primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = plain(UtcDateTime)
    reason: Mapped[str] = plain(sa.String(200))
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    used_for: Mapped[int | None] = plain(sa.Integer, nullable=True)  # id of the work


# ── works ──


class SubmissionState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"  # handed in by a child: the guardian has not agreed yet
    SUBMITTED = "submitted"  # staff look at it
    RETURNED = "returned"  # 退稿: with a reason; may be mended and handed in again
    ACCEPTED = "accepted"
    HIDDEN = "hidden"  # by staff, after it was accepted or instead
    WITHDRAWN = "withdrawn"  # 撤稿: by the reader or a guardian, for good


S = SubmissionState
SUBMISSION_MOVES: Moves[SubmissionState] = {
    S.DRAFT: frozenset({S.WAITING, S.SUBMITTED, S.WITHDRAWN}),
    S.WAITING: frozenset({S.DRAFT, S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.DRAFT, S.RETURNED, S.ACCEPTED, S.HIDDEN, S.WITHDRAWN}),
    S.RETURNED: frozenset({S.DRAFT, S.WAITING, S.SUBMITTED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.RETURNED, S.HIDDEN, S.WITHDRAWN}),
    S.HIDDEN: frozenset({S.SUBMITTED, S.WITHDRAWN}),
}
STANDING = (S.DRAFT, S.WAITING, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.HIDDEN)  # count against works_each
HANDED_IN = (S.WAITING, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.HIDDEN)

_IS_QUEUED = sa.text("state = 'submitted' AND ready_at IS NOT NULL")
_HAS_LEFT = sa.text("left_as IS NOT NULL")
_HAS_OPENID = sa.text("openid IS NOT NULL")


class Submission(Base):
    """One work of one contest, by a reader or through a school's box (then without an openid from the start)."""

    __tablename__ = "submissions"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id"))
    code: Mapped[str] = plain(sa.String(8), unique=True)  # of its page
    number: Mapped[int | None] = plain(
        sa.Integer, nullable=True
    )  # 编号 on the receipt, from 1, given with the first handing in
    state: Mapped[SubmissionState] = plain(word(SubmissionState))
    genre: Mapped[Genre] = plain(word(Genre))
    group_id: Mapped[int | None] = plain(sa.ForeignKey("contest_groups.id"), nullable=True)
    text_id: Mapped[int | None] = plain(sa.ForeignKey("set_texts.id"), nullable=True)
    organisation_id: Mapped[int | None] = plain(sa.ForeignKey("contest_organisations.id"), nullable=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    is_boxed: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # came through a school's box
    title: Mapped[str] = personal("作品名", sa.String(100), kept=SIGNED)
    author: Mapped[str] = personal("作者", sa.String(60), kept=SIGNED)
    partner: Mapped[str] = personal("同读的家长", sa.String(60), server_default="", kept=SIGNED)
    teacher: Mapped[str] = personal("指导老师", sa.String(60), server_default="", kept=SIGNED)
    born_on: Mapped[date | None] = personal("作者生日", sa.Date, nullable=True)
    is_child: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # under 14 when it was handed in
    phone: Mapped[str] = personal("联系电话", sa.String(20), server_default="")
    words: Mapped[str] = personal("作品正文", sa.Text, server_default="", kept=SIGNED)
    characters: Mapped[int] = plain(sa.Integer, server_default="0")  # of `words`, as contests.rules counts them
    likeness: Mapped[list[int] | None] = plain(sa.JSON, nullable=True)  # of `words`, to find near-same texts
    whole: Mapped[str] = plain(sa.String(64), server_default="")  # SHA-256 of the playable file made of all pieces
    length_ms: Mapped[int] = plain(sa.Integer, server_default="0")
    intro_ms: Mapped[int] = plain(
        sa.Integer, server_default="0"
    )  # the spoken self-introduction ends here: judges do not hear it
    found: Mapped[list[str]] = plain(
        sa.JSON, server_default="[]"
    )  # what the sound check and others found, in words for staff
    ready_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # everything of it can be played; null while pieces are made
    late_code: Mapped[str | None] = plain(sa.String(12), nullable=True)
    made_at: Mapped[datetime] = plain(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # the last time
    looked_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    looked_by: Mapped[str] = plain(sa.String(40), server_default="")
    reason: Mapped[str] = plain(
        sa.String(300), server_default=""
    )  # why it was returned or hidden, in words for its author
    # Of a reader who left or had everything erased (models.privacy.digest): contests.leaving looks at it, and leaving
    # gives no work back.
    left_as: Mapped[str | None] = plain(sa.String(32), nullable=True)

    contest: Mapped[Contest] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("contest_id", "number"),
        sa.Index(
            "ix_submissions_openid", "openid", "contest_id", sqlite_where=_HAS_OPENID, postgresql_where=_HAS_OPENID
        ),
        sa.Index("ix_submissions_state", "contest_id", "state", "group_id", "id"),
        sa.Index(
            "ix_submissions_queue", "contest_id", "handed_in_at", sqlite_where=_IS_QUEUED, postgresql_where=_IS_QUEUED
        ),
        sa.Index("ix_submissions_whole", "contest_id", "whole"),
        sa.Index("ix_submissions_file", "whole"),
        sa.Index("ix_submissions_organisation", "organisation_id"),
        sa.Index("ix_submissions_left", "left_as", sqlite_where=_HAS_LEFT, postgresql_where=_HAS_LEFT),
    )


class PieceKind(StrEnum):
    SOUND = "sound"
    VIDEO = "video"
    PICTURE = "picture"
    SLIP = "slip"  # a scanned consent slip: seen by staff only


class PieceState(StrEnum):
    WANTED = "wanted"  # WeChat has it, or a browser is still sending it
    KEPT = "kept"  # the original is on our disk; it is being made playable
    READY = "ready"
    REFUSED = "refused"  # `cause` says why, in words for its author
    REMOVED = "removed"  # by the reader


P = PieceState
PIECE_MOVES: Moves[PieceState] = {
    P.WANTED: frozenset({P.KEPT, P.REFUSED, P.REMOVED}),
    P.KEPT: frozenset({P.READY, P.REFUSED, P.REMOVED}),
    P.READY: frozenset({P.REMOVED}),
    P.REFUSED: frozenset({P.REMOVED}),
}
LIVING_PIECES = (P.WANTED, P.KEPT, P.READY)
UNDERWAY = (P.WANTED, P.KEPT)
_IS_UNDERWAY = sa.text("state IN ('wanted', 'kept')")
PIECE_IS_UNDERWAY = sa.text("submission_pieces.state IN ('wanted', 'kept')")  # the words of the index


class Piece(Base):
    """One file of a work, in the order in which it is heard or seen."""

    __tablename__ = "submission_pieces"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"))
    position: Mapped[int] = plain(sa.SmallInteger)
    kind: Mapped[PieceKind] = plain(word(PieceKind))
    state: Mapped[PieceState] = plain(word(PieceState))
    source: Mapped[str] = plain(sa.String(300))  # "wechat:<media_id>", "upload:<token>", "box:<name>"
    name: Mapped[str] = plain(sa.String(120), server_default="")  # of the file, as it was handed in
    original: Mapped[str] = plain(sa.String(64), server_default="")  # SHA-256 of the file as it came
    bytes: Mapped[int] = plain(sa.BigInteger, server_default="0")
    playable: Mapped[str] = plain(sa.String(64), server_default="")  # SHA-256 of what is played or shown
    length_ms: Mapped[int] = plain(sa.Integer, server_default="0")
    width: Mapped[int] = plain(sa.Integer, server_default="0")
    height: Mapped[int] = plain(sa.Integer, server_default="0")
    facts: Mapped[dict[str, Any]] = plain(sa.JSON, server_default="{}")  # contests.sound: loudness, silence, clipping
    cause: Mapped[str] = plain(sa.String(200), server_default="")
    came_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("submission_id", "source"),
        sa.Index("ix_submission_pieces_work", "submission_id", "position"),
        sa.Index("ix_submission_pieces_original", "original"),
        sa.Index("ix_submission_pieces_playable", "playable"),
        sa.Index("ix_submission_pieces_underway", "id", sqlite_where=_IS_UNDERWAY, postgresql_where=_IS_UNDERWAY),
    )


class Upload(Base):
    """A file on its way from a browser, in parts: `received` bytes are safely on disk, so that a lost network goes on there."""

    __tablename__ = "uploads"

    token: Mapped[str] = plain(sa.String(32), primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = plain(sa.String(120))
    bytes: Mapped[int] = plain(sa.BigInteger)
    received: Mapped[int] = plain(sa.BigInteger)
    began_at: Mapped[datetime] = plain(UtcDateTime)
    touched_at: Mapped[datetime] = plain(UtcDateTime, index=True)


# ── agreements ──


class Purpose(StrEnum):
    """What somebody agrees to."""

    ENTRY = "entry"  # taking part, by these rules
    GUARDIAN = "guardian"  # a child under 14 takes part
    KEEP = "keep"  # the work stays when its author leaves, and after keeps_until
    SERIES = "series"  # it is used in an issue of a programme


class Wording(Base):
    """A text that people agree to; a changed one is a new version, and what was agreed to before stays what it was."""

    __tablename__ = "agreement_wordings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = plain(word(Purpose))
    version: Mapped[int] = plain(sa.SmallInteger)
    words: Mapped[str] = plain(sa.Text)
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("contest_id", "purpose", "version"),)


class AgreementWay(StrEnum):
    CHAT = "chat"
    PAGE = "page"
    SLIP = "slip"  # on paper, ticked by a teacher or staff


_STANDS = sa.text("withdrawn_at IS NULL")


class Agreement(Base):
    """Somebody agreed to this wording for this work. Two guardians may; either may take it back."""

    __tablename__ = "agreements"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = plain(word(Purpose))
    use: Mapped[str] = plain(sa.String(40), server_default="")  # of a series: which issue
    wording_id: Mapped[int] = plain(sa.ForeignKey("agreement_wordings.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    name: Mapped[str] = personal("同意人", sa.String(60), kept="证明作品的使用得到过同意")
    relation: Mapped[str] = plain(sa.String(20), server_default="")  # 妈妈, 爸爸, 监护人
    way: Mapped[AgreementWay] = plain(word(AgreementWay))
    recorded_by: Mapped[str] = plain(sa.String(60), server_default="")  # who ticked a slip
    given_at: Mapped[datetime] = plain(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (
        sa.Index(
            "uq_agreements_standing", "submission_id", "purpose", "use", "openid", unique=True,
            sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
    )  # fmt: skip


# ── readers look and like ──

# Each database wants the index's words as queries say them (COUNTED), or leaves it aside.
_COUNTS_HERE, _COUNTS_THERE = (
    sa.text("is_held IS 0 AND is_cast IS 1"),
    sa.text("is_held IS false AND is_cast IS true"),
)
_FRESH_HERE, _FRESH_THERE = sa.text("is_fresh IS 1"), sa.text("is_fresh IS true")
_HELD_HERE, _HELD_THERE = sa.text("is_held IS 1"), sa.text("is_held IS true")


class Like(Base):
    """One reader likes one work, on one day (once: always the first day of the year 2000, so that there is one row)."""

    __tablename__ = "likes"

    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    day: Mapped[date] = plain(sa.Date, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    is_held: Mapped[bool] = plain(sa.Boolean)  # aside until somebody has looked (LikeCheck): it was never shown
    is_cast: Mapped[bool] = plain(sa.Boolean, server_default=sa.true())  # false: of a ballot that names too few works
    is_fresh: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # of whoever did not follow, or only just
    given_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_likes_reader", "openid", "contest_id", "day"),
        sa.Index(
            "ix_likes_contest", "contest_id", "given_at", sqlite_where=_COUNTS_HERE, postgresql_where=_COUNTS_THERE
        ),
        sa.Index(
            "ix_likes_work", "submission_id", "given_at", sqlite_where=_COUNTS_HERE, postgresql_where=_COUNTS_THERE
        ),
        sa.Index(
            "ix_likes_fresh", "submission_id", "given_at", sqlite_where=_FRESH_HERE, postgresql_where=_FRESH_THERE
        ),
        sa.Index(
            "ix_likes_held", "contest_id", "submission_id", sqlite_where=_HELD_HERE, postgresql_where=_HELD_THERE
        ),
    )


COUNTED = sa.and_(Like.is_held.is_(False), Like.is_cast.is_(True))  # what anybody is shown, and every sum


class LikeCheck(Base):
    """Somebody looked at the likes of a work that were held aside, those given until a moment."""

    __tablename__ = "like_checks"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"))
    until: Mapped[datetime] = plain(UtcDateTime)
    is_fine: Mapped[bool] = plain(sa.Boolean)  # they count; else they stay aside for good
    likes: Mapped[int] = plain(sa.Integer)  # how many
    by: Mapped[str] = plain(sa.String(40))
    at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_like_checks_work", "submission_id", "until"),)


class LookKind(StrEnum):
    VISIT = "visit"  # its page was opened
    PLAY = "play"  # it was played for a while


class Look(Base):
    """Somebody looked at a work on a day, once however often. `visitor` is a digest of that day's own."""

    __tablename__ = "submission_looks"

    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = plain(sa.Date, primary_key=True)
    kind: Mapped[LookKind] = plain(word(LookKind), primary_key=True)
    visitor: Mapped[str] = plain(sa.String(32), primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))

    __table_args__ = (sa.Index("ix_submission_looks_contest", "contest_id", "day", "kind"),)


class SubmissionSum(Base):
    """How often a work was liked, played and visited, as far as it was added up from the rows: contests.sums."""

    __tablename__ = "submission_sums"

    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    likes: Mapped[int] = plain(sa.Integer)
    plays: Mapped[int] = plain(sa.Integer)
    visits: Mapped[int] = plain(sa.Integer)
    summed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_submission_sums_contest", "contest_id", "likes", "submission_id"),)
