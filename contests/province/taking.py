"""Results of the province held against our own works, shown first, then stored as awards that say who gives them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from activities.signup.rules import morning_after
from contests import awards, service, telling, texts
from contests.judging.queries import rounds_of, submissions
from contests.province import results
from contests.province.results import Found, Listed
from models import audit, times
from models.award import AWARD_MOVES, Award, AwardKind, AwardState, AwardTier
from models.by import By
from models.contest import Contest, ContestState, Submission, SubmissionState
from models.errors import BadFields, BadInput
from models.judging import RoundState
from models.messages import owe_messages
from models.states import moved

A, C = AwardState, ContestState
LONGEST_GIVER, LONGEST_AWARD = 60, 40
CORRECTED = "更正获奖名单"
RANK = 1000  # behind our own
PART = 25  # awards a unit


@dataclass(slots=True)
class Line:
    """A row of the file beside our work. `wrong`: why it cannot be taken; `doubts`: what staff may let pass."""

    found: Found
    work: Submission | None = None
    award: str = ""
    before: str = ""  # what the work has from this giver already
    wrong: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Is it stored already, just so?"""
        return not self.wrong and self.before == self.award


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be stored of a file: awards by work; rows that are stored already, and those that are left out."""

    awards: list[tuple[int, str]]
    known: int
    left: int


def compared(session: Session, contest: Contest, listed: Listed, giver: str) -> list[Line]:
    """Every row of the file with what is wrong or doubtful about it."""
    rows = sa.select(Submission).where(Submission.contest_id == contest.id, Submission.number.is_not(None))
    # Their texts are not compared.
    works = session.scalars(rows.options(defer(Submission.words), defer(Submission.likeness))).all()
    by_number, alike = {work.number or 0: work for work in works}, _by_title(works)
    before = _had(session, contest, giver)
    lines = []
    for found in listed.rows:
        line = Line(found, award=(found.award or found.award_words)[:LONGEST_AWARD])
        line.work = _work(line, by_number, alike)
        if line.work is not None:
            _weigh(line, line.work)
            line.before = before.get(line.work.id, "")
            if line.before and line.before != line.award:
                line.doubts.append(
                    (found.place("award"), f"以前导入的是{line.before}，会改成{line.award}，并告诉作者。")
                )
        if found.award is None:
            line.doubts.append((found.place("award"), f"没见过“{found.award_words[:20]}”这样的奖项，写错了吗？"))
        lines.append(line)
    _named_twice(lines)
    return lines


def _had(session: Session, contest: Contest, giver: str, works: Sequence[int] | None = None) -> dict[int, str]:
    rows = sa.select(Award.submission_id, AwardTier.name).join(AwardTier, AwardTier.id == Award.tier_id)
    rows = rows.where(
        Award.contest_id == contest.id, AwardTier.kind == AwardKind.PROVINCE, AwardTier.giver == giver, Award.state == A.GIVEN,
        Award.submission_id.is_not(None),
    )  # fmt: skip
    if works is not None:
        rows = rows.where(Award.submission_id.in_(works))
    return {work: name for work, name in session.execute(rows) if work is not None}


def _by_title(works: Sequence[Submission]) -> dict[str, list[Submission]]:
    """Without signs, so that a long list is not held against each of thousands of works."""
    found: dict[str, list[Submission]] = {}
    for work in works:
        found.setdefault(results.bare(work.title), []).append(work)
    return found


def _work(line: Line, by_number: dict[int, Submission], by_title: dict[str, list[Submission]]) -> Submission | None:
    found = line.found
    if found.number:
        number = results.number_in(found.number)
        work = by_number.get(number) if number is not None else None
        if work is None:
            line.wrong.append((found.place("number"), f"没有编号“{found.number[:20]}”的作品。"))
        return work
    near = by_title.get(results.bare(found.title), []) if found.title else []
    alike = [work for work in near if _fits_author(found, work)]
    alike = [work for work in alike if work.state is SubmissionState.ACCEPTED] or alike
    if len(alike) == 1 and found.title and found.author:
        return alike[0]
    where = found.place("title")
    if len(alike) > 1:
        said = "、".join(str(work.number) for work in alike[:5])
        line.wrong.append(
            (where, f"有几件都是《{found.title[:20]}》{found.author[:20]}（编号 {said}），请写上编号。")
        )
    else:
        line.wrong.append((where, f"没有编号，也没有找到《{found.title[:20]}》{found.author[:20]}。"))
    return None


def _fits_title(found: Found, work: Submission) -> bool:
    return not found.title or results.same(found.title, work.title)


def _fits_author(found: Found, work: Submission) -> bool:
    if not found.author:
        return True
    ours, theirs = set(results.people(texts.on_paper(work))), set(results.people(found.author))
    return bool(ours & theirs) or results.same(found.author, texts.on_paper(work))


def _weigh(line: Line, work: Submission) -> None:
    """Does the row speak of this work?"""
    found = line.found
    if work.state is not SubmissionState.ACCEPTED:
        line.wrong.append((found.place("number"), f"{work.number} 号《{work.title}》撤稿了，或者没有通过审核。"))
        return
    title, author = _fits_title(found, work), _fits_author(found, work)
    ours = f"{work.number} 号是《{work.title}》{texts.on_paper(work)}"
    if not title and not author:
        line.wrong.append((found.place("number"), f"{ours}，表里写的是《{found.title[:20]}》{found.author[:20]}。"))
    elif not title:
        line.doubts.append((found.place("title"), f"{ours}，表里的作品是《{found.title[:20]}》。"))
    elif not author:
        line.doubts.append((found.place("author"), f"{ours}，表里的作者是{found.author[:20]}。"))


def _named_twice(lines: Sequence[Line]) -> None:
    counts = Counter(line.work.id for line in lines if line.work is not None)
    for line in lines:
        if line.work is not None and counts[line.work.id] > 1:
            others = [one for one in lines if one is not line and one.work is line.work]
            if any(one.award != line.award for one in others):
                line.wrong.append(
                    (line.found.place("award"), f"{line.work.number} 号在表里有几个不同的奖，请留一个。")
                )
            elif others and lines.index(others[0]) < lines.index(line):
                line.wrong.append((line.found.place("row"), f"{line.work.number} 号写了两次，这一行不用。"))


# ── storing ──


def checked_giver(giver: str) -> str:
    """Raises: BadFields."""
    giver = " ".join(giver.split())
    if not giver:
        raise BadFields({"giver": "请写是谁颁的奖，例如：省图书馆。"})
    if len(giver) > LONGEST_GIVER:
        raise BadFields({"giver": f"最多 {LONGEST_GIVER} 个字。"})
    return giver


def can_take(session: Session, contest: Contest) -> str:
    """Why results cannot be taken now, "" where they can."""
    if contest.state in (C.AWARDED, C.CLOSED):
        return ""
    if contest.state is not C.JUDGING:
        return "要到评审以后：作品审核完，才能导入上级的结果。"
    if awards.listed(session, contest, A.PROPOSED, A.SHOWN):
        return "本馆的奖拟好了还没有颁：先公示、颁奖，再导入上级的结果。"
    if any(one.state is RoundState.OPEN for one in rounds_of(session, contest.id)):
        return "还有一轮评审没有结束。"
    return ""


def ends_contest(contest: Contest) -> bool:
    """Are these its only awards, since the library gives none itself?"""
    return contest.state is C.JUDGING


def chosen(session: Session, contest: Contest, listed: Listed, giver: str, let_pass: Collection[int]) -> Chosen:
    """Rows without a doubt, and those of `let_pass` (places in the list, from 0). Raises: BadFields, BadInput.

    Beside everybody else: a thousand rows are compared for longer than readers' answers may wait.
    """
    giver = checked_giver(giver)
    if why := can_take(session, contest):
        raise BadInput(why)
    found, known, left = [], 0, 0
    for at, line in enumerate(compared(session, contest, listed, giver)):
        if line.work is None or line.wrong or (line.doubts and at not in let_pass):
            left += 1
        elif line.is_known:
            known += 1
        else:
            found.append((line.work.id, line.award))
    return Chosen(found, known, left)


def take(
    session: Session, contest: Contest, part: Sequence[tuple[int, str]], giver: str, *, page: str, by: By
) -> tuple[int, int]:
    """Some of what was chosen, as the works are now; authors are told. How many are new, and how many changed. Again
    changes nothing twice. Raises: BadFields, BadInput.
    """
    giver = checked_giver(giver)
    service.hold(session, contest)
    if why := can_take(session, contest):
        raise BadInput(why)
    names = dict(part)
    ids = list(names)
    works, had = submissions(session, ids), _had(session, contest, giver, ids)
    tiers: dict[str, AwardTier] = {}
    stored: list[tuple[Award, Submission, str]] = []
    for number, name in part:
        work, before = works.get(number), had.get(number, "")
        if work is None or work.state is not SubmissionState.ACCEPTED or before == name:
            continue
        if before:
            _take_back(session, contest, work, giver)
        tier = tiers.setdefault(name, tiers.get(name) or _tier(session, contest, name, giver))
        stored.append((_award(contest, tier, work, by), work, before))
    session.add_all(award for award, _, _ in stored)
    session.flush()
    if not ends_contest(contest):
        letters = [
            (
                f"award:{award.id}:given",
                work.openid,
                _letter(contest, work, f"{giver} {names[work.id]}", page, before),
            )
            for award, work, before in stored
            if work.openid
        ]
        owe_messages(session, letters, now=by.at, due_at=morning_after(by.at))
    changed = sum(bool(before) for _, _, before in stored)
    new = len(stored) - changed
    note = f"{giver}：新 {new}，改 {changed}"
    audit.note(session, "results taken", who=by.who, subject=f"contest {contest.code}", at=by.at, detail=note)
    return new, changed


def end(session: Session, contest: Contest, *, page: str, by: By) -> None:
    """Where these are all the awards there are: everybody is told what came of their work."""
    service.hold(session, contest)
    if ends_contest(contest) and _is_any(session, contest):
        _end(session, contest, page, by)


def _is_any(session: Session, contest: Contest) -> bool:
    return (
        session.scalar(sa.select(Award.id).where(Award.contest_id == contest.id, Award.state == A.GIVEN).limit(1))
        is not None
    )


def _end(session: Session, contest: Contest, page: str, by: By) -> None:
    """These are all the awards there are: everybody is told what came of their work."""
    service.lead_on(session, contest, C.NOTICE, by=by)
    service.lead_on(session, contest, C.AWARDED, by=by)
    contest.awards_on = times.today(by.at)
    telling.tell_results(session, contest, page, by=by)


def _award(contest: Contest, tier: AwardTier, work: Submission, by: By) -> Award:
    return Award(
        contest_id=contest.id, tier_id=tier.id, submission_id=work.id, openid=work.openid, state=A.GIVEN, place=None,
        name=texts.on_paper(work), title=work.title, code=None, made_at=by.at, given_at=by.at,
    )  # fmt: skip


def _letter(contest: Contest, work: Submission, award: str, page: str, before: str) -> str:
    return texts.won_above(contest, work, award, page, is_corrected=bool(before))


def _take_back(session: Session, contest: Contest, work: Submission, giver: str) -> None:
    rows = sa.select(Award).join(AwardTier, AwardTier.id == Award.tier_id)
    rows = rows.where(
        Award.submission_id == work.id, AwardTier.kind == AwardKind.PROVINCE, AwardTier.giver == giver, Award.state == A.GIVEN
    )  # fmt: skip
    for award in session.scalars(rows).all():
        award.state = moved(award.state, to=A.REVOKED, moves=AWARD_MOVES)
        award.cause = CORRECTED
    session.flush()


def _tier(session: Session, contest: Contest, name: str, giver: str) -> AwardTier:
    rows = sa.select(AwardTier).where(
        AwardTier.contest_id == contest.id, AwardTier.kind == AwardKind.PROVINCE, AwardTier.giver == giver, AwardTier.name == name
    )  # fmt: skip
    tier = session.scalars(rows).first()
    if tier is None:
        tier = AwardTier(
            contest_id=contest.id, group_id=None, kind=AwardKind.PROVINCE, rank=RANK + results.rank_of(name), name=name,
            giver=giver, quota=0, fen=0, gift="",
        )  # fmt: skip
        session.add(tier)
        session.flush()
    return tier


def givers_of(session: Session, contest: Contest) -> list[tuple[str, int]]:
    """Whose results were taken before, with how many awards."""
    rows = sa.select(AwardTier.giver, sa.func.count()).join(Award, Award.tier_id == AwardTier.id)
    rows = rows.where(
        AwardTier.contest_id == contest.id, AwardTier.kind == AwardKind.PROVINCE, Award.state == A.GIVEN
    )
    return [(row[0], row[1]) for row in session.execute(rows.group_by(AwardTier.giver))]
