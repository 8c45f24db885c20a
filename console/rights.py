"""Who may do what: one table from roles to acts, and the mark by which every page names the act it needs. Pure."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from models.staff import Role

V = TypeVar("V", bound=Callable[..., object])


class Act(StrEnum):
    """What a page does for whoever may open it."""

    SEE_ACTIVITIES = "see activities"
    CHANGE_ACTIVITIES = "change activities"  # publish, take back, cancel
    KEEP_RECORDS = "keep records"  # how many came: enter and confirm
    IMPORT_PLANS = "import plans"  # check a file and put it into the calendar
    CHANGE_BRANCHES = "change branches"  # what they are called, when they are open, closures, days off
    SEE_SIGN_UPS = "see sign-ups"  # names, with phones masked
    CHANGE_SIGN_UPS = "change sign-ups"  # terms, yes and no, the door, words to those who come
    SEE_PHONES = "see phones"  # whole, for a reason that is written down
    SEE_QUIZZES = "see quizzes"
    CHANGE_QUIZZES = "change quizzes"  # set up, bank of questions, open, pause
    CHECK_PAPERS = "check papers"  # look through a paper: two of them before it opens
    SEE_CONTESTS = "see contests"
    CHANGE_CONTESTS = "change contests"  # set up, open, lead from phase to phase
    SCREEN_WORKS = "screen works"  # accept, return, hide
    RUN_JUDGING = "run judging"  # rounds, judges, places
    AWARD_WORKS = "award works"  # who has won, certificates, issues of a programme
    SEE_NOTICES = "see notices"
    WRITE_NOTICES = "write notices"  # and hand them in to be proofread
    PROOF_NOTICES = "proof notices"  # 一校, 二校
    REVIEW_NOTICES = "review notices"  # 一审, 二审
    SEND_NOTICES = "send notices"  # plan a broadcast, confirm somebody else's, pause, stop
    CHANGE_MENU = "change menu"  # of the account
    SEE_PRIZES = "see prizes"  # who won what, and where it is
    HAND_OVER = "hand over"  # a prize against its code, at the desk
    APPROVE_PRIZES = (
        "approve prizes"  # seal a pot somebody else planned; hold, refuse, pause, close, the finance sheet
    )
    SEE_DESK = "see desk"  # questions, answers, places, volunteers: to read
    KEEP_VOLUNTEERS = "keep volunteers"  # calls, shifts, hours, trainings
    SEE_OUTBOX = "see outbox"
    DECIDE_MESSAGES = "decide messages"  # send again, drop, run a push again
    SEE_WAYS = "see ways"
    MEND_WAYS = "mend ways"
    SEE_READERS = "see readers"
    EXPORT_READERS = "export readers"
    FORGET_READERS = "forget readers"
    MANAGE_STAFF = "manage staff"
    SEE_AUDIT = "see audit"


class Open(StrEnum):
    """Pages without an act: for everybody, or for whoever is signed in."""

    TO_ALL = "to all"
    TO_STAFF = "to staff"


Rule = Act | Open

_SIGN_UPS = frozenset({Act.SEE_SIGN_UPS, Act.CHANGE_SIGN_UPS})
_ACTIVITIES = frozenset({
    Act.SEE_ACTIVITIES, Act.CHANGE_ACTIVITIES, Act.KEEP_RECORDS, Act.IMPORT_PLANS, Act.CHANGE_BRANCHES,
})  # fmt: skip
_QUIZZES = frozenset({Act.SEE_QUIZZES, Act.CHANGE_QUIZZES, Act.CHECK_PAPERS})
_CONTESTS = frozenset({
    Act.SEE_CONTESTS, Act.CHANGE_CONTESTS, Act.SCREEN_WORKS, Act.RUN_JUDGING, Act.AWARD_WORKS,
})  # fmt: skip
_NOTICES = frozenset({
    Act.SEE_NOTICES, Act.WRITE_NOTICES, Act.PROOF_NOTICES, Act.SEND_NOTICES, Act.CHANGE_MENU,
})  # fmt: skip
_DESK = frozenset({Act.SEE_DESK, Act.KEEP_VOLUNTEERS})
_MONEY = frozenset({Act.SEE_PRIZES, Act.APPROVE_PRIZES, Act.HAND_OVER})
_READERS = frozenset({Act.SEE_READERS, Act.EXPORT_READERS})
_MESSAGES = frozenset({Act.SEE_OUTBOX, Act.DECIDE_MESSAGES})

ACTS: dict[Role, frozenset[Act]] = {
    Role.EDITOR: _ACTIVITIES | _SIGN_UPS | _QUIZZES | _CONTESTS | _NOTICES | _DESK | {Act.SEE_WAYS},
    Role.PROOFREADER: frozenset(
        {Act.SEE_ACTIVITIES, Act.SEE_QUIZZES, Act.CHECK_PAPERS, Act.SEE_CONTESTS, Act.SCREEN_WORKS}
        | {Act.SEE_NOTICES, Act.PROOF_NOTICES, Act.SEE_DESK}
    ),
    Role.REVIEWER: _ACTIVITIES | _SIGN_UPS | _QUIZZES | _CONTESTS | _NOTICES | _DESK | {Act.REVIEW_NOTICES},
    Role.JUDGE: frozenset({Act.SEE_ACTIVITIES}),
    Role.DESK: frozenset(
        {Act.SEE_ACTIVITIES, Act.KEEP_RECORDS, Act.SEE_PHONES, Act.SEE_WAYS, Act.SEE_QUIZZES, Act.HAND_OVER}
        | {Act.SEE_NOTICES}
    )
    | _DESK
    | _SIGN_UPS
    | _READERS
    | _MESSAGES,
    Role.FINANCE: _MONEY
    | {Act.SEE_ACTIVITIES, Act.SEE_QUIZZES, Act.SEE_CONTESTS, Act.SEE_DESK, Act.SEE_WAYS, Act.MEND_WAYS},
    Role.ADMIN: frozenset(Act),
}


def acts_of(roles: Iterable[Role]) -> frozenset[Act]:
    """Everything somebody with these roles may do."""
    return frozenset[Act]().union(*(ACTS[role] for role in roles))


def may(rule: Rule) -> Callable[[V], V]:
    """Mark a view with what it needs. A view without a mark is opened to nobody (console.guard)."""

    def marked(view: V) -> V:
        view.rule = rule  # type: ignore[attr-defined]
        return view

    return marked


def rule_of(view: object) -> Rule | None:
    """The mark of a view; None for one that was forgotten."""
    return getattr(view, "rule", None)


def is_theirs(own_branch: int | None, branch: int) -> bool:
    """Somebody of a branch changes what that branch does; others of the whole library everything."""
    return own_branch is None or own_branch == branch


def is_of_the_whole(own_branch: int | None, roles: Iterable[Role]) -> bool:
    """Those of no branch and the admin speak for the whole library: close all of it, add, merge and delete branches."""
    return own_branch is None or Role.ADMIN in roles
