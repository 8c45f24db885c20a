"""报送包 as rows: which works are chosen, whose consents cover it, owed to the worker, kept for some days."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awards, queries, texts
from contests.judging import queries as judging
from contests.province import naming
from contests.rules import said_length
from models import audit, outbox
from models.award import Award
from models.by import By
from models.contest import (
    WRITTEN,
    Agreement,
    Contest,
    Genre,
    Piece,
    PieceKind,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
)
from models.errors import BadFields, BadInput, Rejected, Stopped
from models.judging import RoundState
from models.outbox import CLAIMABLE, CallKind, CallState, Claimed, OutboxCall
from models.pack import PACK_MOVES, Pack, PackState
from models.states import moved
from models.work import Json, NotNow, Outcome, Ready

K = PackState
KEPT = timedelta(days=7)
LEASE = timedelta(hours=1)  # gigabytes, on a slow disk
ALL, AWARDED, PLACED, WENT_ON = "all", "awarded", "placed", "went_on"
CHOICES = {
    ALL: "全部通过的作品",
    AWARDED: "得了这些奖的",
    PLACED: "每组前几名",
    WENT_ON: "入围的（最后一轮里进入下一轮的）",
}
NO_ENTRY, NO_GUARDIAN = "没有站得住的参赛同意", "没有监护人的同意"
LOST = "后来又改过，或者不要了"
NOT_MADE = "打了几次都没有打成，请再打包一次；还是不行，请把这一页的样子告诉技术人员。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What staff chose. `tiers`: awards, by id; `places`: down to which place of a group."""

    which: str = ALL
    tiers: tuple[int, ...] = ()
    places: int = 0
    pattern: str = naming.USUAL
    birthdays: bool = False
    phones: bool = False
    originals: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the worker needs, and who was left out and why: (number, title, why)."""

    works: list[int]
    files: list[Json]
    heads: list[tuple[str, int]]
    rows: list[list[Any]]
    left_out: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def as_json(self) -> Json:
        """As it lies beside the pack until that is made."""
        return asdict(self)


def checked(wanted: Wanted) -> Wanted:
    """Raises: BadFields."""
    if wanted.which not in CHOICES:
        raise BadFields({"which": "请选报送哪些作品。"})
    if wanted.which == AWARDED and not wanted.tiers:
        raise BadFields({"tiers": "请勾至少一个奖。"})
    if wanted.which == PLACED and not 1 <= wanted.places <= 999:
        raise BadFields({"places": "请写每组前几名，例如 3。"})
    return Wanted(**{**asdict(wanted), "tiers": tuple(wanted.tiers), "pattern": naming.checked(wanted.pattern)})


# ── which works ──


def plan(session: Session, contest: Contest, wanted: Wanted) -> Plan:
    """Read beside everybody else. Raises: BadInput where nothing is left to be packed."""
    works = sorted(_chosen(session, contest, wanted), key=lambda work: work.number or 0)
    why = _uncovered(session, works)
    covered = [work for work in works if work.id not in why]
    if not covered:
        raise BadInput("没有可以报送的作品：要通过审核，并且有参赛同意；孩子的作品要有监护人的同意。")
    made = _Maker(session, contest, wanted, covered)
    for work in covered:
        made.add(work)
    left_out = [(work.number or 0, work.title, why[work.id]) for work in works if work.id in why]
    return Plan([work.id for work in covered], made.files, made.heads, made.rows, left_out)


def _chosen(session: Session, contest: Contest, wanted: Wanted) -> Sequence[Submission]:
    rows = sa.select(Submission).where(
        Submission.contest_id == contest.id, Submission.state == SubmissionState.ACCEPTED
    )
    if wanted.which == AWARDED:
        won = sa.select(Award.submission_id).where(Award.tier_id.in_(wanted.tiers), Award.state.in_(awards.LIVING))
        rows = rows.where(Submission.id.in_(won))
    elif wanted.which in (PLACED, WENT_ON):
        rows = rows.where(Submission.id.in_(_of_last_round(session, contest, wanted)))
    return session.scalars(rows).all()


def _of_last_round(session: Session, contest: Contest, wanted: Wanted) -> list[int]:
    closed = [one for one in judging.rounds_of(session, contest.id) if one.state is RoundState.CLOSED]
    if not closed:
        raise BadInput("还没有结束的一轮评审，没有名次。")
    places = judging.places_of(session, closed[-1].id)
    if wanted.which == PLACED:
        return [row.submission_id for row in places if row.place <= wanted.places]
    return [row.submission_id for row in places if row.goes_on]


def _uncovered(session: Session, works: Iterable[Submission]) -> dict[int, str]:
    """Whose consent does not stand, and which is missing."""
    by_id = {work.id: work for work in works}
    rows = sa.select(Agreement.submission_id, Agreement.purpose).where(
        Agreement.submission_id.in_(by_id), Agreement.withdrawn_at.is_(None)
    )
    given = {(number, purpose) for number, purpose in session.execute(rows)}
    found = {number: NO_ENTRY for number in by_id if (number, Purpose.ENTRY) not in given}
    for number, work in by_id.items():
        if work.is_child and (number, Purpose.GUARDIAN) not in given:
            found.setdefault(number, NO_GUARDIAN)
    return found


class _Maker:
    """Names, files and rows of works, one after another."""

    def __init__(self, session: Session, contest: Contest, wanted: Wanted, works: Sequence[Submission]) -> None:
        self._wanted, self._names = wanted, naming.Names()
        self._groups = {one.id: texts.group_name(one) for one in queries.groups_of(session, contest)}
        self._schools = {one.id: one.name for one in queries.organisations_of(session, contest)}
        self._pieces: dict[int, list[Piece]] = {}
        ready = sa.select(Piece).where(
            Piece.submission_id.in_([work.id for work in works]), Piece.state == PieceState.READY, Piece.kind != PieceKind.SLIP
        )  # fmt: skip
        for piece in session.scalars(ready.order_by(Piece.submission_id, Piece.position, Piece.id)):
            self._pieces.setdefault(piece.submission_id, []).append(piece)
        self._width = max(3, len(str(max(work.number or 0 for work in works))))
        self.files: list[Json] = []
        self.rows: list[list[Any]] = []

    @property
    def heads(self) -> list[tuple[str, int]]:
        """Of the table, with their widths."""
        more = [("生日", 12)] * self._wanted.birthdays + [("电话", 14)] * self._wanted.phones
        return [
            ("编号", 8), ("组别", 12), ("体裁", 8), ("作品名", 30), ("作者", 16), ("单位", 20), ("指导老师", 12), ("字数", 8), ("时长", 10),
            *more, ("文件", 50),
        ]  # fmt: skip

    def add(self, work: Submission) -> None:
        """Its files and its row."""
        fields = self._fields(work)
        stem = self._names.free(naming.named(self._wanted.pattern, fields))
        named = list(self._files(work, stem))
        self.files += named
        more: list[Any] = [f"{work.born_on or ''}"] * self._wanted.birthdays + [work.phone] * self._wanted.phones
        self.rows.append([
            work.number, fields["group"], fields["genre"], work.title, fields["author"], fields["organisation"], work.teacher,
            work.characters or "", said_length(work.length_ms / 1000) if work.length_ms else "", *more,
            "\n".join(one["name"] for one in named),
        ])  # fmt: skip

    def _fields(self, work: Submission) -> dict[str, str]:
        return {
            "number": str(work.number or 0).zfill(self._width), "group": self._groups.get(work.group_id or 0, ""),
            "genre": texts.GENRES[work.genre], "title": work.title, "author": texts.on_paper(work),
            "organisation": self._schools.get(work.organisation_id or 0, ""), "teacher": work.teacher,
        }  # fmt: skip

    def _files(self, work: Submission, stem: str) -> Iterable[Json]:
        if work.genre in WRITTEN:
            head = f"{work.title}\n{texts.on_paper(work)}\n\n"
            yield {"work": work.number, "name": f"{stem}.txt", "text": f"{head}{work.words}\n"}
            return
        pieces = self._pieces.get(work.id, [])
        if work.genre is Genre.VOICE and not self._wanted.originals:
            yield {"work": work.number, "name": stem, "digest": work.whole}
            return
        for place, piece in enumerate(pieces, 1):
            name = stem if len(pieces) == 1 else self._names.free(f"{stem}-{place}")
            if self._wanted.originals:
                ending = piece.name.rpartition(".")[2][:8] if "." in piece.name else "dat"
                yield {"work": work.number, "name": f"{name}.{naming.safe(ending)}", "original": piece.original}
            else:
                yield {"work": work.number, "name": name, "digest": piece.playable}


# ── owed, made, gone ──


def new_token() -> str:
    """Of the name of its files."""
    return secrets.token_hex(16)


def ask(session: Session, contest: Contest, wanted: Wanted, made: Plan, token: str, *, by: By) -> Pack:
    """The plan lies on disk under `token` by now; the worker does the rest."""
    pack = Pack(
        contest_id=contest.id, state=K.MAKING, wanted={**asdict(wanted), "ids": made.works, "left": made.left_out}, token=token,
        works=len(made.works), left_out=len(made.left_out), bytes=0, cause="", made_by=by.who, asked_at=by.at,
    )  # fmt: skip
    session.add(pack)
    session.flush()
    _owe(session, pack, by.at)
    detail = f"{pack.works} 件" + ("，带电话" if wanted.phones else "") + ("，带生日" if wanted.birthdays else "")
    audit.note(session, "pack asked", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=detail)
    return pack


def _owe(session: Session, pack: Pack, now: datetime) -> None:
    key = f"pack:{pack.id}:{now.timestamp():.6f}"
    outbox.owe(session, CallKind.MAKE_PACK, key=key, now=now, payload={"pack_id": pack.id, "token": pack.token})


def packs_of(session: Session, contest: Contest) -> Sequence[Pack]:
    """The newest first."""
    rows = sa.select(Pack).where(Pack.contest_id == contest.id, Pack.state != K.GONE)
    return session.scalars(rows.order_by(Pack.id.desc()).limit(20)).all()


def no_longer_covered(session: Session, pack: Pack) -> int:
    """How many of its works were taken back since, or lost a consent: it is not handed out any more then."""
    ids: list[int] = pack.wanted["ids"]
    standing = sa.select(Submission).where(Submission.id.in_(ids), Submission.state == SubmissionState.ACCEPTED)
    works = session.scalars(standing).all()
    gone = set(_uncovered(session, works))
    if pack.wanted["phones"] or pack.wanted["birthdays"]:  # whoever had everything erased is in it with them
        gone |= {work.id for work in works if work.left_as is not None}
    return len(ids) - len(works) + len(gone)


def drop(session: Session, pack: Pack, *, by: By) -> None:
    """Not wanted any more; its file is swept away. Raises: BadInput."""
    session.refresh(pack, with_for_update=True)
    if pack.state is K.GONE:
        raise BadInput("已经删掉了。")
    _forget(pack)


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Its row is ours for as long as gigabytes take."""
    pack = session.get(Pack, int(call.payload["pack_id"]))
    if pack is None or pack.state is not K.MAKING:
        return NotNow(CallState.DROPPED, LOST)
    outbox.keep_longer(session, call, until=now + LEASE)
    return Ready(call.payload)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """{"bytes", "missing"}: numbers of works whose file was not there, or is not what it was."""
    pack = session.get(Pack, int(call.payload["pack_id"]))
    if pack is None:
        return NotNow(CallState.DROPPED, LOST)
    session.refresh(pack, with_for_update=True)
    if pack.state is not K.MAKING:
        return NotNow(CallState.DROPPED, LOST)
    if isinstance(outcome.error, Rejected) and not isinstance(outcome.error, Stopped):
        _move(pack, K.FAILED)
        pack.cause = str(outcome.error)[:200]
        return NotNow(CallState.DROPPED, pack.cause)
    if outcome.answer is None:
        pack.cause = f"还没有打好：{outcome.error}"[:200] if outcome.error else ""
        return None
    _move(pack, K.READY)
    pack.bytes, pack.made_at = outcome.answer["bytes"], now
    missing = "、".join(map(str, outcome.answer["missing"]))
    pack.cause = f"这些编号的文件不在了，包里没有：{missing}"[:200] if missing else ""
    return None


def give_up_lost(session: Session, now: datetime) -> int:
    """Packs whose call is over without them, whatever ended it: how many."""
    key = sa.literal("pack:") + sa.cast(Pack.id, sa.String) + ":%"
    is_owed = sa.exists().where(
        OutboxCall.kind == CallKind.MAKE_PACK, OutboxCall.state.in_(CLAIMABLE), OutboxCall.key.like(key)
    )
    lost = sa.select(Pack).where(Pack.state == K.MAKING, ~is_owed).limit(1)
    found = session.scalars(lost.with_for_update(skip_locked=True)).all()
    for pack in found:
        _move(pack, K.FAILED)
        pack.cause = NOT_MADE
    return len(found)


def _move(pack: Pack, to: PackState) -> None:
    pack.state = moved(pack.state, to=to, moves=PACK_MOVES)


def expire(session: Session, now: datetime) -> int:
    """Packs whose days are over, of a part: their files are swept away next."""
    old = sa.select(Pack).where(Pack.state != K.GONE, Pack.asked_at < now - KEPT).order_by(Pack.id)
    rows = session.scalars(old.limit(20).with_for_update(skip_locked=True)).all()
    for pack in rows:
        _forget(pack)
    return len(rows)


def _forget(pack: Pack) -> None:
    """What it was stays in the books, whom it was about does not."""
    _move(pack, K.GONE)
    pack.wanted = {**pack.wanted, "ids": [], "left": []}


def states_of(session: Session, tokens: Iterable[str]) -> dict[str, PackState]:
    """Where the packs of these files are."""
    rows = sa.select(Pack.token, Pack.state).where(Pack.token.in_(list(tokens)))
    return {row[0]: row[1] for row in session.execute(rows)}
