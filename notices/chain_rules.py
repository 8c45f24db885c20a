"""Two proofs and two reviews: whose turn it is, who may sign, by when. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.errors import BadInput
from models.notice import NoticeSignature, NoticeState, Step
from models.staff import Role

FULL = tuple(Step)
EMERGENCY = (Step.SECOND_PROOF, Step.SECOND_REVIEW)  # two people: one for the facts, one who answers for it
SHORTER: Mapping[str, tuple[Step, ...]] = {  # what a small branch may choose
    "two": (Step.SECOND_PROOF, Step.SECOND_REVIEW),
    "one": (Step.SECOND_REVIEW,),
}
STEPS: Mapping[Step, str] = {
    Step.FIRST_PROOF: "一校", Step.SECOND_PROOF: "二校", Step.FIRST_REVIEW: "一审", Step.SECOND_REVIEW: "二审",
}  # fmt: skip
TASKS: Mapping[Step, str] = {
    Step.FIRST_PROOF: "看语言：错别字、语病、标点、称呼",
    Step.SECOND_PROOF: "核事实：日期、星期、地点、人名、数字、电话",
    Step.FIRST_REVIEW: "审内容：该不该发、说得对不对、有没有风险",
    Step.SECOND_REVIEW: "终审：放行，对发出去的话负责",
}
PROOFS = frozenset({Step.FIRST_PROOF, Step.SECOND_PROOF})
# Who may sign, as console.rights has it: a test holds the two together.
PROOFREADERS = frozenset({Role.EDITOR, Role.PROOFREADER, Role.REVIEWER, Role.ADMIN})
REVIEWERS = frozenset({Role.REVIEWER, Role.ADMIN})
SIGNERS: Mapping[Step, frozenset[Role]] = {step: PROOFREADERS if step in PROOFS else REVIEWERS for step in Step}
LEAST_REASON = 4  # characters


@dataclass(frozen=True, slots=True)
class Signed:
    """A yes as the rules see it. `deputy_for`: the colleague whose place it was, or ""."""

    step: Step
    digest: str
    who: str
    deputy_for: str = ""
    is_void: bool = False

    @property
    def people(self) -> frozenset[str]:
        """Who has signed with it: whoever did, and whoever they stood for."""
        return frozenset({self.who, self.deputy_for} - {""})


@dataclass(frozen=True, slots=True)
class Chain:
    """A notice for this reading: its steps, the digest of its words, everybody who wrote any of them, and its yeses."""

    state: NoticeState
    steps: Sequence[Step]
    digest: str
    writers: frozenset[str]
    signed: Sequence[Signed]

    @property
    def standing(self) -> dict[Step, Signed]:
        """The yeses to these very words."""
        return {one.step: one for one in self.signed if not one.is_void and one.digest == self.digest}

    @property
    def next_step(self) -> Step | None:
        """Whose turn it is; None where everybody has signed."""
        standing = self.standing
        return next((step for step in self.steps if step not in standing), None)

    @property
    def is_complete(self) -> bool:
        """Has each step a yes to these words, by people who are all different and wrote none of them?"""
        yeses = [self.standing[step] for step in self.steps if step in self.standing]
        people = [who for one in yeses for who in one.people]
        return (
            bool(self.steps)
            and len(yeses) == len(self.steps)
            and len(set(people)) == len(people)
            and not self.writers.intersection(people)
        )


def facts_step(steps: Sequence[Step]) -> Step | None:
    """Who looks at everything the pre-check found: the second proof, or the first there is of a shorter chain."""
    return Step.SECOND_PROOF if Step.SECOND_PROOF in steps else next(iter(steps), None)


def may_sign(chain: Chain, step: Step, *, who: str, deputy_for: str = "") -> None:
    """Raises: BadInput, as a sentence for staff."""
    if chain.state is not NoticeState.CHECKING:
        raise BadInput("这份通知现在不在校审中，不能签。")
    if chain.next_step is not step:
        turn = chain.next_step
        raise BadInput(f"现在轮到{STEPS[turn]}，{STEPS[step]}还不能签。" if turn else "每一步都已经签过了。")
    if deputy_for == who:
        raise BadInput("不用代自己签：请把“代谁签”留空。")
    signed = {person for one in chain.standing.values() for person in one.people}
    for person, own in ((who, True), (deputy_for, False)):
        if not person:
            continue
        if person in chain.writers:
            raise BadInput(
                "您写过这份通知里的字，不能自己签，请别的同事来。" if own else "这位同事写过这份通知，不能代他签。"
            )
        if person in signed:
            raise BadInput(
                "您已经签过一步了，一个人只能签一步。" if own else "这位同事已经签过一步了，不能再代他签。"
            )


def checked_reason(words: str) -> str:
    """Raises: BadInput for less than a few words."""
    words = words.strip()
    if len(words) < LEAST_REASON:
        raise BadInput("请写清楚原因，写稿的同事要照着改。")
    return words[:1000]


def checked_steps(steps: Iterable[Step]) -> tuple[Step, ...]:
    """In their order, ending with a review. Raises: BadInput."""
    wanted = set(steps)
    ordered = tuple(step for step in FULL if step in wanted)
    if not ordered or ordered[-1] in PROOFS:
        raise BadInput("流程里至少要有一次审核。")
    return ordered


def deadlines(steps: Sequence[Step], *, begun: date, due: date | None) -> dict[Step, date]:
    """A day for each step: the last the day before it goes out, each before it a day earlier, none before it was begun."""
    if due is None:
        return {}
    last = due - timedelta(days=1) if due > begun else begun
    return {step: max(begun, last - timedelta(days=after)) for after, step in enumerate(reversed(steps))}


def signed_of(rows: Iterable[NoticeSignature]) -> list[Signed]:
    """The yeses among rows of NoticeSignature."""
    return [
        Signed(row.step, row.digest, row.who, row.deputy_for, row.voided_at is not None) for row in rows if row.is_yes
    ]


def said_chain(steps: Collection[Step]) -> str:
    """一校、二校、一审、二审"""
    return "、".join(STEPS[step] for step in steps)
