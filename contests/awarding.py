"""评奖: who is proposed by places, the public notice with objections, awards given, taken back, and picked up."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awards, keeping, prizes, service, telling, texts
from contests.judging import queries as judging
from models import audit, times
from models.award import AWARD_MOVES, Award, AwardKind, AwardState, AwardTier, Objection
from models.by import By
from models.codes import new_code
from models.contest import Contest, ContestState, Organisation, Submission, SubmissionState
from models.errors import BadFields, BadInput
from models.judging import JudgingRound, RoundPlace, RoundState
from models.messages import owe_message
from models.payout import PayWay
from models.signup import APPEAL_MOVES, AppealState
from models.states import moved

A, C = AwardState, ContestState
LONGEST_NOTICE = 60  # days


# ── proposing ──


def propose(session: Session, contest: Contest, *, by: By) -> int:
    """The ranked awards by the places of the last round, anew: how many. What staff chose by hand, and took out, stays.

    An award that takes from earlier rounds goes on with their places, once those of the last are used up.

    Raises: BadInput while a round is open, or none has been closed.
    """
    service.hold(session, contest)
    _in(contest, C.JUDGING, "只有评审中的比赛可以拟名单。")
    before = sa.select(AwardTier.id).where(AwardTier.contest_id == contest.id, AwardTier.kind == AwardKind.RANKED)
    session.execute(
        sa.delete(Award).where(
            Award.tier_id.in_(before), Award.state == A.PROPOSED, Award.place.is_not(None)
        )
    )  # fmt: skip
    rounds = _judged_rounds(session, contest)
    taken = awards.with_a_rank(session, contest)
    places = _places(session, rounds, taken)
    works = judging.submissions(session, [row.submission_id for row, _ in places])
    given = awards.by_places(
        [
            awards.Tier(
                tier.id,
                tier.group_id,
                tier.quota,
                awards.count_living(session, tier),
                takes_earlier=tier.takes_earlier,
            )
            for tier in awards.ranked_tiers(session, contest)
        ],
        [
            awards.Placed(row.submission_id, row.group_id, row.place, row.score, depth)
            for row, depth in places
            if works[row.submission_id].state is SubmissionState.ACCEPTED  # not taken back since it was judged
        ],
    )
    rows = [_award(contest, tier, works[work], by, place=place) for work, tier, place in given]
    session.add_all(rows)
    session.flush()
    _note(session, "awards proposed", contest, by, f"{len(rows)} 个")
    return len(rows)


def _places(session: Session, rounds: Sequence[JudgingRound], taken: Collection[int]) -> list[tuple[RoundPlace, int]]:
    """Where each work came to stand, in the last round in which it was marked, and how many rounds ago that was."""
    found: dict[int, tuple[RoundPlace, int]] = {}
    for depth, one in enumerate(reversed(rounds)):
        for row in judging.places_of(session, one.id):
            if row.submission_id not in taken and (row.score or not depth):
                found.setdefault(row.submission_id, (row, depth))
    return list(found.values())


def _judged_rounds(session: Session, contest: Contest) -> Sequence[JudgingRound]:
    rounds = judging.rounds_of(session, contest.id)
    if any(one.state is RoundState.OPEN for one in rounds):
        raise BadInput("还有一轮评审没有结束。")
    closed = [one for one in rounds if one.state is RoundState.CLOSED]
    if not closed:
        raise BadInput("还没有评审结果：先结束一轮评审。")
    if closed[-1] is not rounds[-1]:
        raise BadInput("最后一轮评审还没有开始；不办的话，请先把它删掉。")
    return closed


def add(
    session: Session, contest: Contest, tier: AwardTier, *, by: By, work: Submission | None = None,
    organisation: Organisation | None = None, name: str = "",
) -> Award:  # fmt: skip
    """An award that staff chose: for a work, an organisation, or a person by name (优秀指导教师). Raises: BadFields, BadInput."""
    service.hold(session, contest)
    _in(contest, C.JUDGING, "公示以后名单不能再加；要改请先撤下公示。")
    if tier.quota and awards.count_living(session, tier) >= tier.quota:
        raise BadFields({"tier": f"{tier.name}只有 {tier.quota} 名，已经满了。"})
    if work is not None:
        if work.state is not SubmissionState.ACCEPTED:
            raise BadFields({"to": "这件作品没有通过审核，或者撤稿了。"})
        if tier.group_id not in (None, work.group_id):
            raise BadFields({"to": "这件作品不在这个组。"})
        if awards.living(session, tier, work) is not None:
            raise BadFields({"to": f"这件作品已经有{tier.name}了。"})
        made = _award(contest, tier, work, by)
    elif organisation is not None or name.strip():
        made = _award(contest, tier, None, by, name=organisation.name if organisation else name.strip()[:60])
        made.organisation_id = organisation.id if organisation else None
    else:
        raise BadFields({"to": "请写作品编号，或者单位、老师的名字。"})
    session.add(made)
    session.flush()
    _note(session, "award added", contest, by, f"{tier.name} {made.name}")
    return made


def _award(
    contest: Contest, tier: AwardTier | int, work: Submission | None, by: By, *, place: int | None = None, name: str = ""
) -> Award:  # fmt: skip
    return Award(
        contest_id=contest.id, tier_id=tier if isinstance(tier, int) else tier.id, submission_id=work.id if work else None,
        openid=work.openid if work else None, state=A.PROPOSED, place=place,
        name=texts.on_paper(work) if work else name, title=work.title if work else "", made_at=by.at,
    )  # fmt: skip


def rename(session: Session, award: Award, name: str, *, by: By, title: str | None = None) -> None:
    """The name on the certificate, and how the work is called there. Raises: BadInput."""
    if not name.strip():
        raise BadInput("请写证书上的名字。")
    session.refresh(award, with_for_update={"key_share": True})
    if award.state is A.REVOKED:
        raise BadInput("这个奖取消了，名字不用再改。")
    before, award.name = award.name, name.strip()[:60]
    if award.title and title is not None:
        if not title.strip():
            raise BadInput("请写证书上的作品名。")
        award.title = title.strip()[:100]
    _note(session, "award renamed", _contest(session, award), by, f"{before} → {award.name}")


def take_out(session: Session, award: Award, cause: str, *, by: By) -> None:
    """It is not given, or no longer: whoever was told already is told why. Raises: BadFields, BadInput."""
    if not cause.strip():
        raise BadFields({"cause": "请写理由。"})
    contest = _contest(session, award)
    service.hold(session, contest)
    session.refresh(award, with_for_update={"key_share": True})
    if award.state is A.REVOKED:
        raise BadInput("已经取消过了。")
    was_told = award.state is A.GIVEN
    prizes.take_back(session, award, cause.strip()[:200], by=by)
    _move(award, A.REVOKED)
    award.cause = cause.strip()[:200]
    keeping.look_again(session, contest.id)
    if was_told and award.openid:
        tier = session.get_one(AwardTier, award.tier_id)
        said = texts.award_taken_back(contest, tier.name, award.cause)
        owe_message(session, award.openid, said, key=f"award:{award.id}:revoked", now=by.at)
    _note(session, "award taken out", contest, by, f"{award.name}：{award.cause}")


# ── public notice ──


def show(
    session: Session, contest: Contest, until: date, *, page: str, by: By, way: PayWay = PayWay.DESK
) -> int:  # fmt: skip
    """公示 from today to `until`, both included; everybody with a work is told where; a pot is planned for what carries money,
    which goes by `way`. How many awards. Raises: BadFields, BadInput."""
    service.hold(session, contest)
    today = times.today(by.at)
    _checked_last_day(until, today, first=today)
    _leave_out_withdrawn(session, contest)
    count = _all(session, contest, A.PROPOSED, A.SHOWN)
    if not count:
        raise BadInput("还没有拟好名单。")
    prizes.plan_pot(session, contest, way=way, by=by)
    service.lead_on(session, contest, C.NOTICE, by=by)
    # What was announced gives way to what is, as when judging began.
    contest.notice_from, contest.notice_until = today, until
    contest.judged_by = min(contest.judged_by or today, today)
    telling.tell(session, contest, texts.is_shown(contest, page, today=today), by=by)
    return count


def _checked_last_day(until: date, today: date, *, first: date) -> None:
    if until < today:
        raise BadFields({"until": "公示的最后一天不能在今天之前。"})
    if (until - first).days >= LONGEST_NOTICE:
        raise BadFields({"until": f"公示最长 {LONGEST_NOTICE} 天。"})


def prolong(session: Session, contest: Contest, until: date, *, by: By) -> None:
    """A later last day of the notice. Raises: BadFields, BadInput."""
    service.hold(session, contest)
    _in(contest, C.NOTICE, "现在没有在公示。")
    today = times.today(by.at)
    _checked_last_day(until, today, first=contest.notice_from or today)
    if contest.notice_until is not None and until <= contest.notice_until:
        raise BadFields({"until": "延长到的日子要在现在的最后一天之后。"})
    contest.notice_until = until
    _note(session, "notice prolonged", contest, by, f"{until}")


def take_down(session: Session, contest: Contest, reason: str, *, by: By) -> None:
    """An objection changes the list: back to judging, nobody sees it. Raises: BadFields, BadInput."""
    if not reason.strip():
        raise BadFields({"reason": "请写撤下公示的理由。"})
    service.hold(session, contest)
    _in(contest, C.NOTICE, "现在没有在公示。")
    service.lead_on(session, contest, C.JUDGING, by=by)
    _all(session, contest, A.SHOWN, A.PROPOSED)
    prizes.drop_pot(session, contest, by=by)
    _note(session, "notice taken down", contest, by, reason.strip()[:200])


def answer(session: Session, objection: Objection, *, is_right: bool, words: str, by: By) -> None:
    """Whoever objected is told; what follows for the list is done by itself. Raises: BadFields, BadInput."""
    if not words.strip():
        raise BadFields({"answer": "请写答复，提出异议的人会收到。"})
    session.refresh(objection, with_for_update=True)
    to = AppealState.GRANTED if is_right else AppealState.REFUSED
    if to not in APPEAL_MOVES.get(objection.state, frozenset()):
        raise BadInput("已经答复过了。")
    objection.state = moved(objection.state, to=to, moves=APPEAL_MOVES)
    objection.answer, objection.answered_at, objection.answered_by = words.strip()[:300], by.at, by.who
    contest = session.get_one(Contest, objection.contest_id)
    if objection.openid:
        said = texts.objection_answered(contest, objection.answer, is_right=is_right)
        owe_message(session, objection.openid, said, key=f"objection:{objection.id}:{to}", now=by.at)
    _note(session, "objection answered", contest, by, objection.answer)


# ── giving ──


def give(session: Session, contest: Contest, *, page: str, by: By) -> int:
    """Everybody with a work is told, winners what they won; certificates have their codes, and money is promised.

    How many awards. Raises: BadInput.
    """
    service.hold(session, contest)
    _in(contest, C.NOTICE, "只有公示完的比赛可以颁奖。")
    if contest.notice_until is not None and times.today(by.at) <= contest.notice_until:
        raise BadInput(f"公示到 {contest.notice_until:%m-%d} 为止，过了这天才能颁奖。")
    if waiting := awards.count_objections(session, contest, AppealState.ASKED):
        raise BadInput(f"还有 {waiting} 条异议没有答复。")
    _leave_out_withdrawn(session, contest)
    rows = awards.listed(session, contest, A.SHOWN)
    if not rows:
        raise BadInput("名单里一个奖也没有了。")
    for award in rows:
        _move(award, A.GIVEN)
        award.code, award.given_at = new_code(12), by.at
    prizes.promise(session, contest, rows, at=by.at)
    service.lead_on(session, contest, C.AWARDED, by=by)
    contest.awards_on = times.today(by.at)
    telling.tell_results(session, contest, page, by=by)
    return len(rows)


def close(session: Session, contest: Contest, *, by: By) -> None:
    """Nothing is left to be done."""
    service.lead_on(session, contest, C.CLOSED, by=by)


def hand_over(session: Session, award: Award, to: str, *, by: By) -> None:
    """Certificate and gift, on paper, to whoever came for them. Raises: BadInput."""
    session.refresh(award, with_for_update={"key_share": True})
    if award.state is not A.GIVEN:
        raise BadInput("还没有颁奖，或者这个奖取消了。")
    if award.picked_up_at is not None:
        raise BadInput(f"{times.local(award.picked_up_at):%m-%d %H:%M} 已经领过了，领取人：{award.picked_up_by}。")
    if not to.strip():
        raise BadInput("请写领取人的名字。")
    award.picked_up_at, award.picked_up_by, award.handed_over_by = by.at, to.strip()[:60], by.who
    _note(session, "award handed over", _contest(session, award), by, f"{award.name}：{award.picked_up_by}")


# ── small things ──


def _in(contest: Contest, state: ContestState, why_not: str) -> None:
    if contest.state is not state:
        raise BadInput(why_not)


def _contest(session: Session, award: Award) -> Contest:
    return session.get_one(Contest, award.contest_id)


def _move(award: Award, to: AwardState) -> None:
    award.state = moved(award.state, to=to, moves=AWARD_MOVES)


def _all(session: Session, contest: Contest, before: AwardState, to: AwardState) -> int:
    rows = awards.listed(session, contest, before)
    for award in rows:
        _move(award, to)
    return len(rows)


def _leave_out_withdrawn(session: Session, contest: Contest) -> None:
    """A work that was taken back in between wins nothing."""
    gone = sa.select(Award).join(Submission, Submission.id == Award.submission_id)
    gone = gone.where(
        Award.contest_id == contest.id, Award.state.in_((A.PROPOSED, A.SHOWN)),
        Submission.state != SubmissionState.ACCEPTED,
    )  # fmt: skip
    for award in session.scalars(gone):
        _move(award, A.REVOKED)
        award.cause = "作品撤稿了，或者不再参加评选"
    session.flush()


def _note(session: Session, act: str, contest: Contest, by: By, detail: str) -> None:
    audit.note(session, act, who=by.who, subject=f"contest {contest.code}", at=by.at, detail=detail)
