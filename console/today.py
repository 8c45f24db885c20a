"""今天: what needs this person, oldest first, each with its one act."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

import sqlalchemy as sa
import structlog
from flask import Blueprint, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import festivals, holidays
from console import (
    answer_needs,
    broadcasts,
    case_needs,
    contest_awards,
    contest_figures,
    contests,
    deliveries,
    followers,
    loans,
    notice_needs,
    periodicals,
    plan_owners,
    prize,
    programmes,
    question_care,
    quizzes,
    record_list,
    send_plan,
    sign_up_needs,
    volunteers,
    words,
)
from console.branch_rows import is_whole
from console.desk import Desk, done, drawn, me, note, refused
from console.needs import EACH, Need
from console.rights import Act, Open, may
from models import times
from models.activity import Activity, ActivityState
from models.db import is_unreachable
from models.errors import IllegalMove
from models.inbox import Push, PushState
from models.outbox import CallState, OutboxCall
from models.plan import PlanDoubt, PlanFile, PlanState
from models.platform import Breaker

log = structlog.get_logger("console.today")

TOLD_SINCE = (11, 1)  # month and day from which next year's days off can be known
STUCK = (CallState.UNSURE, CallState.DEAD)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/, /console/inbox/<key>/rerun"""
    views = _Views(desk)
    blueprint.add_url_rule("/", "today", views.today)
    blueprint.add_url_rule("/inbox/<key>/rerun", "rerun", views.rerun, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Open.TO_STAFF)
    def today(self) -> str:
        """The first page."""
        with self._desk.reading() as session:
            needs = [need for _, need in needs_of(self._desk, session)]
        today = times.local(times.now())
        return drawn("today.html", needs=needs, now=today, weekday=times.weekday(today.date()))

    @may(Act.DECIDE_MESSAGES)
    def rerun(self, key: str) -> Response:
        """Answer a failed push again; its reader gets the answer as a message."""
        where = url_for("console.today")
        try:
            with self._desk.unit() as session:
                asked = sa.select(Push).where(Push.key == key).with_for_update()
                push = session.execute(asked).scalar_one_or_none() or abort(404)
                if push.state is not PushState.FAILED or not push.content or not push.openid:
                    raise IllegalMove(f"push {key} is {push.state}")
                self._desk.outside.rerun(session, push, me().login)
        except IllegalMove:
            return refused("这一条已经有人处理过了。", where)
        except Exception as error:
            if is_unreachable(error) or getattr(error, "code", 0) == 404:
                raise
            self._still_broken(key, error)
            return refused("还是没办好，原因没有变。它留在这里，等修好了再试。", where)
        return done("已重新办好，答复正在发给读者。", where)

    def _still_broken(self, key: str, error: Exception) -> None:
        log.error("push failed again", key=key, error=type(error).__name__)
        with self._desk.unit() as session:
            note(session, "push run again", key, detail=f"{type(error).__name__}")


@dataclass(frozen=True, slots=True)
class Question:
    """What 今天 asks for whoever has this act. `kind` is its word on a phone; `is_approval`: somebody waits for a yes or a no."""

    act: Act
    kind: str
    needs: Callable[[Session], Iterator[Need]]
    is_approval: bool = False


def needs_of(desk: Desk, session: Session) -> list[tuple[Question, Need]]:
    """All that needs whoever asks (`me()`), oldest first."""
    mine = me().acts
    found = [(one, need) for one in _questions(desk) if one.act in mine for need in one.needs(session)]
    return sorted(found, key=lambda pair: pair[1].at)


def _questions(desk: Desk) -> Sequence[Question]:
    return (
        Question(Act.DECIDE_MESSAGES, "没办好的消息", _failed_pushes),
        Question(Act.DECIDE_MESSAGES, "没送到的消息", _stuck_messages),
        Question(Act.SEE_WAYS, "通道", partial(_shut_roads, desk)),
        Question(Act.CHANGE_ACTIVITIES, "活动草稿", _drafts),
        Question(Act.ANSWER_READERS, "我的提问", case_needs.mine),
        Question(Act.ANSWER_READERS, "转来的提问", case_needs.offered, is_approval=True),
        Question(Act.ANSWER_READERS, "没接的提问", case_needs.not_accepted),
        Question(Act.ANSWER_READERS, "新提问", case_needs.waiting),
        Question(Act.ANSWER_READERS, "超时的提问", case_needs.late),
        Question(Act.KEEP_RECORDS, "人次", record_list.needs),
        Question(Act.KEEP_PLACES, "送书待核", deliveries.needs, is_approval=True),
        Question(Act.SCREEN_WORKS, "作品待审", contests.to_screen, is_approval=True),
        Question(Act.CHANGE_CONTESTS, "比赛", contests.to_lead_on),
        Question(Act.AWARD_WORKS, "异议和颁奖", contest_awards.to_answer, is_approval=True),
        Question(Act.AWARD_WORKS, "点赞待核", contest_figures.to_check, is_approval=True),
        Question(Act.AWARD_WORKS, "节目", programmes.fallen),
        Question(Act.SEE_NOTICES, "通知待签", notice_needs.to_sign, is_approval=True),
        Question(Act.WRITE_NOTICES, "通知退回", notice_needs.returned),
        Question(Act.REVIEW_NOTICES, "紧急通知补看", notice_needs.emergencies, is_approval=True),
        Question(Act.SEND_NOTICES, "通知发送", broadcasts.needs, is_approval=True),
        Question(Act.SEND_NOTICES, "关注者名单", followers.to_decide),
        Question(Act.SEND_NOTICES, "群发计划", send_plan.overdue),
        Question(Act.IMPORT_PLANS, "活动计划", _plans),
        Question(Act.CHANGE_SIGN_UPS, "报名待定", sign_up_needs.undecided, is_approval=True),
        Question(Act.CHANGE_SIGN_UPS, "申诉", sign_up_needs.unanswered, is_approval=True),
        Question(Act.SEE_QUIZZES, "答题待审", quizzes.needs, is_approval=True),
        Question(Act.APPROVE_PRIZES, "奖品", prize.needs, is_approval=True),
        Question(Act.APPROVE_PRIZES, "奖金封存", contest_awards.to_seal, is_approval=True),
        Question(Act.CHANGE_BRANCHES, "放假安排", _days_off_untold),
        Question(Act.CHANGE_QUIZZES, "题目复核", question_care.needs),
        Question(Act.WRITE_NOTICES, "刊物", periodicals.needs),
        Question(Act.KEEP_VOLUNTEERS, "志愿者申请", volunteers.to_decide, is_approval=True),
        Question(Act.KEEP_VOLUNTEERS, "闭馆日的班", volunteers.shut),
        Question(Act.KEEP_VOLUNTEERS, "缺人的班", volunteers.lacking),
        Question(Act.KEEP_VOLUNTEERS, "志愿时长", volunteers.to_confirm, is_approval=True),
        Question(Act.APPROVE_ANSWERS, "问答待审", answer_needs.to_approve, is_approval=True),
        Question(Act.WRITE_ANSWERS, "问答退回", answer_needs.returned),
        Question(Act.WRITE_ANSWERS, "过期的问答", answer_needs.over),
        Question(Act.WRITE_ANSWERS, "没答上的话", answer_needs.unanswered),
        Question(Act.KEEP_LOANS, "借阅", loans.needs),
    )


def _shut_roads(desk: Desk, session: Session) -> Iterator[Need]:
    for road in session.scalars(sa.select(Breaker)):
        yield Need(
            road.opened_at, "plug", "stopped", words.shut(road.kind),
            desk.outside.advice(road.errcode) or road.cause, "去看怎么办", url_for("console.ways"),
        )  # fmt: skip


def _failed_pushes(session: Session) -> Iterator[Need]:
    failed = sa.select(Push).where(Push.state == PushState.FAILED, sa.text("state = 'failed'"))
    for push in session.scalars(failed.order_by(Push.received_at).limit(EACH)):
        note = f"读者已收到致歉，重新处理后答复会补发。原因：{_cause(push.error or '')}"
        yield Need(
            push.received_at, "inbox", "stopped", f"读者发来的{words.push(push.kind)}没办好", note, "重新处理",
            url_for("console.rerun", key=push.key), post=True,
        )  # fmt: skip


def _stuck_messages(session: Session) -> Iterator[Need]:
    for state in STUCK:
        asked = sa.select(OutboxCall).where(OutboxCall.state == state).order_by(OutboxCall.created_at)
        calls = session.scalars(asked.limit(EACH + 1)).all()
        for call in calls[:EACH]:
            yield _stuck(call)
        if len(calls) > EACH:
            yield Need(
                calls[EACH].created_at, "send", "stopped", f"还有更多“{words.state(state).words}”的消息",
                "在发件里可以一条条看。", "去看看", url_for("console.outbox"),
            )  # fmt: skip


def _stuck(call: OutboxCall) -> Need:
    what = words.CALLS[call.kind]
    if call.state is CallState.UNSURE:
        return Need(
            call.created_at, "send", "stopped", f"{what}可能发出去了，也可能没有", call.cause, "去决定",
            url_for("console.outbox", _anchor=f"call-{call.id}"),
        )  # fmt: skip
    failed, again = ("没办成", "再办一次") if call.kind in words.OUR_OWN else ("没发成", "再发一次")
    return Need(
        call.created_at, "send", "stopped", f"{what}{failed}", call.cause, again,
        url_for("console.retry_call", number=call.id), post=True,
    )  # fmt: skip


def _drafts(session: Session) -> Iterator[Need]:
    drafts = sa.select(Activity.plan_month, sa.func.count(), sa.func.min(Activity.changed_at))
    drafts = drafts.where(Activity.state == ActivityState.DRAFT).group_by(Activity.plan_month)
    if (branch := me().branch_id) is not None:
        drafts = drafts.where(Activity.branch_id == branch)
    for month, count, since in session.execute(drafts.order_by(Activity.plan_month).limit(EACH)):
        yield Need(
            since, "calendar", "waiting", f"{words.month(month)}有 {words.number(count)} 项活动还是草稿",
            "发布以后读者才看得到、问得到。", "去看看", url_for("console.activities", state="draft", month=month),
        )  # fmt: skip


def _plans(session: Session) -> Iterator[Need]:
    still_open = (
        sa.select(sa.func.count())
        .where(PlanDoubt.plan_id == PlanFile.id, PlanDoubt.answer.is_(None))
        .correlate(PlanFile)
        .scalar_subquery()
    )
    files = sa.select(PlanFile, still_open).where(PlanFile.state.in_((PlanState.CHECKING, PlanState.PUBLISHING)))
    found = session.execute(files.order_by(PlanFile.read_at, PlanFile.id)).all()
    for file, count in islice((pair for pair in found if plan_owners.is_mine(session, pair[0])), EACH):
        note = f"还有 {count} 处要核对。" if count else "核对完了，发布以后读者才看得到。"
        yield Need(
            file.read_at, "calendar", "waiting", f"{words.month(file.month)}计划“{file.name}”还没发布", note,
            "去核对" if count else "去发布", url_for("console.plan", number=file.id),
        )  # fmt: skip


def _days_off_untold(session: Session) -> Iterator[Need]:
    """The State Council tells next year's days off in the autumn; until somebody enters them nobody here knows."""
    today = times.today(times.now())
    since = date(today.year, *TOLD_SINCE)
    if today < since or not is_whole():
        return
    if untold := festivals.untold(today.year + 1, holidays.told(session)):
        yield Need(
            times.start_of(since), "calendar", "waiting", f"{today.year + 1}年的放假安排还没有录入",
            f"还差{'、'.join(untold)}。录入后，读者问“春节假期”和计划里的“国庆期间”才知道是哪几天。",
            "录入明年的放假安排", url_for("console.holidays_of", year=today.year + 1),
        )  # fmt: skip


def _cause(error: str) -> str:
    """The first line of an error, without what comes after the sentence."""
    return error.splitlines()[0][:120] if error else "没有记下原因"
