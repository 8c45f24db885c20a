"""评审: the rounds of a contest and its judges, one round with who lacks what, a second look, closing, marks as a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, note, refused
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.rights import Act, may
from contests import queries as contest_queries
from contests.judging import queries, service, texts
from models.by import By
from models.contest import Contest, ContestState, Submission
from models.errors import BadInput
from models.judging import JudgingRound, Mark, RoundState

MOST_SHOWN = 100  # works of a list on a page; the file has all


@dataclass(frozen=True, slots=True)
class Ranked:
    """A work as the places show it, closed or as they would be now."""

    work: Submission
    place: int
    judged: int
    likes: int
    score: int
    goes_on: bool
    why: str


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/judging"""
    views = _Views(desk)
    base = "/contests/<int:number>/judging"
    blueprint.add_url_rule(base, "judging", views.overview)
    blueprint.add_url_rule(f"{base}/rounds/<int:at>", "judging_round", views.round)
    blueprint.add_url_rule(f"{base}/rounds/<int:at>/marks.xlsx", "judging_marks", views.marks)
    acts: tuple[tuple[str, Callable[[Session, JudgingRound, By], str]], ...] = (
        ("open", _opened), ("deal", _dealt), ("close", _closed), ("reopen", _reopened), ("look", _looked), ("drop", _dropped),
    )  # fmt: skip
    for name, act in acts:
        blueprint.add_url_rule(
            f"{base}/rounds/<int:at>/{name}", f"judging_{name}", views.acting(act), methods=["POST"]
        )  # fmt: skip


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.RUN_JUDGING)
    def overview(self, number: int) -> str:
        """The rounds in their order, and the judges."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            rounds = queries.rounds_of(session, number)
            rows = [(one, queries.count_works(session, one), queries.progress(session, one)) for one in rounds]
            groups = {group.id: group.name for group in contest_queries.groups_of(session, contest)}
            theirs = queries.groups_by_judge(session, number)
            judges = [
                (at, judge, "、".join(groups[one] for one in groups if one in theirs.get(judge.id, ())))
                for at, judge in enumerate(queries.judges_of(session, number), 1)
            ]
            return drawn(
                "judging.html", contest=contest, rounds=rows, judges=judges, is_judged=contest.state is ContestState.JUDGING
            )  # fmt: skip

    @may(Act.RUN_JUDGING)
    def round(self, number: int, at: int) -> str:
        """How far it is, who lacks what, marks far apart; and the places, once it is closed."""
        with self._desk.reading() as session:
            contest, this = _of(session, number, at)
            criteria = queries.criteria_of(session, at)
            names = [one.name for one in criteria]
            is_open = this.state is RoundState.OPEN
            works, missing = queries.unfinished(session, this, most=MOST_SHOWN) if is_open else ([], 0)
            apart = queries.far_apart(session, this) if this.state is not RoundState.DRAFT else []
            return drawn(
                "judging_round.html", contest=contest, round=this, criteria=criteria, rules=rule_lines(this, names),
                judges=queries.by_judge(session, this), works=works, missing=missing, apart=apart[:MOST_SHOWN],
                held=service.held_likes(session, this) if is_open else 0, count=queries.count_works(session, this),
                groups=list(_places(session, contest, this)),
                score=texts.said_score, most=MOST_SHOWN, can_reopen=contest.state is ContestState.JUDGING,
            )  # fmt: skip

    @may(Act.RUN_JUDGING)
    def marks(self, number: int, at: int) -> Response:
        """Every mark by work, judges by number, by name where that is asked for; once the round is closed."""
        by_name = request.args.get("names") == "1"
        with self._desk.unit() as session:
            contest, this = _of(session, number, at)
            if this.state is not RoundState.CLOSED:
                abort(404)
            sheets = _sheets(session, contest, this, by_name)
            note(session, "marks exported", f"contest {contest.code}", detail="评委姓名" if by_name else "评委编号")
            name = f"{contest.title}-{this.name}-评分"
        return downloaded(name, workbook(*sheets, most_rows=EVERY_ROW))

    def acting(self, act: Callable[[Session, JudgingRound, By], str]) -> Callable[..., Response]:
        """A view that does one thing to a round; what a rule refuses is said on its page."""

        @may(Act.RUN_JUDGING)
        def view(number: int, at: int) -> Response:
            where = url_for("console.judging_round", number=number, at=at)
            try:
                with self._desk.unit() as session:
                    _, this = _of(session, number, at)
                    said = act(session, this, by_me())
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", where)
            return done(said, url_for("console.judging", number=number) if act is _dropped else where)

        return view


def _of(session: Session, number: int, at: int) -> tuple[Contest, JudgingRound]:
    """The contest, and its round. Aborts with 404 for another's."""
    contest, this = session.get(Contest, number), session.get(JudgingRound, at)
    if contest is None or this is None or this.contest_id != number:
        abort(404)
    return contest, this


def rule_lines(this: JudgingRound, names: Sequence[str]) -> list[str]:
    """The rule in words, as it may be printed."""
    return texts.rule_lines(
        mean=this.mean, judges_each=this.judges_each, percent=this.public_percent, cap=this.public_cap,
        shortlist=this.shortlist, spread_flag=this.spread_flag, ties=this.ties, names=names,
    )  # fmt: skip


# ── what is done ──


def _opened(session: Session, this: JudgingRound, by: By) -> str:
    lacking = service.open_round(session, this, by=by)
    return _said_dealt("已开始，作品分给评委了。", this) + _said_lacking(lacking)


def _dealt(session: Session, this: JudgingRound, by: By) -> str:
    lacking = service.deal_on(session, this, by=by)
    return _said_dealt("补分好了。", this) + _said_lacking(lacking)


def _said_dealt(done: str, this: JudgingRound) -> str:
    return "作品很多，正在一批一批分给评委，分到的已经可以评。" if this.is_dealing else done


def _said_lacking(lacking: Mapping[int, int]) -> str:
    return f"有 {len(lacking)} 件作品评委不够，列在下面：再邀请评委，然后点“补分作品”。" if lacking else ""


def _closed(session: Session, this: JudgingRound, by: By) -> str:
    count = service.close_round(session, this, by=by, reason=request.form.get("reason", ""))
    return f"已结束，{count} 件作品的名次都记下了。"


def _reopened(session: Session, this: JudgingRound, by: By) -> str:
    service.reopen(session, this, by=by, reason=request.form.get("reason", ""))
    return "已重新打开，分数都在；再结束时重排名次。"


def _looked(session: Session, this: JudgingRound, by: By) -> str:
    raw = request.form.get("work", "")
    work = session.get(Submission, int(raw)) if raw.isdecimal() and len(raw) < 10 else None
    judge = service.look_again(session, this, work or abort(404), by=by)
    return f"已请 {judge.name} 复看，这件作品在对方的列表里了。"


def _dropped(session: Session, this: JudgingRound, by: By) -> str:
    service.drop_round(session, this, by=by)
    return "这一轮删掉了。"


# ── places ──


def _places(session: Session, contest: Contest, this: JudgingRound) -> Iterator[tuple[str, int, list[Ranked]]]:
    """By group: its name, how many there are, and the first of them."""
    if this.state is not RoundState.CLOSED:  # whoever sees places as they come could close at a moment that suits
        return
    rows = _ranked(session, this)
    for group_id, name in [
        *((group.id, group.name) for group in contest_queries.groups_of(session, contest)),
        (None, "没有分组"),
    ]:
        if here := rows.get(group_id):
            shown = here[:MOST_SHOWN]
            works = queries.submissions(session, [number for number, _ in shown])
            yield name, len(here), [Ranked(works[number], *said) for number, said in shown]


Said = tuple[int, int, int, int, bool, str]


def _ranked(session: Session, this: JudgingRound) -> dict[int | None, list[tuple[int, Said]]]:
    """(work, what is said of its place) by group, as it was written down."""
    found: dict[int | None, list[tuple[int, Said]]] = {}
    for row in queries.places_of(session, this.id):
        said = (row.place, row.judged, row.likes, row.score, row.goes_on, row.why)
        found.setdefault(row.group_id, []).append((row.submission_id, said))
    return found


# ── the file ──


def _sheets(session: Session, contest: Contest, this: JudgingRound, by_name: bool) -> list[Sheet]:
    """The ranking with every score, and every mark with its criteria and remark."""
    criteria = queries.criteria_of(session, this.id)
    judges = {
        judge.id: judge.name if by_name else f"评委{at}"
        for at, judge in enumerate(queries.judges_of(session, contest.id), 1)
    }
    marks, rows = queries.marks_of(session, this), _ranked(session, this)
    works = queries.submissions(session, [number for here in rows.values() for number, _ in here])
    groups = {group.id: group.name for group in contest_queries.groups_of(session, contest)}
    head = (
        ("组别", 12), ("名次", 8), ("编号", 8), ("作品", 28), ("作者", 14), ("总分", 10), ("评委分", 10), ("计入的赞", 10),
        ("进入下一轮", 12), ("说明", 40), ("作品码", 10),
    )  # fmt: skip
    ranking = [
        (
            groups.get(group, "") if group else "", said[0], works[number].number, works[number].title, works[number].author,
            said[3] / 100, said[1] / 100, said[2], "是" if said[4] else "", said[5], works[number].code,
            *({mark.judge_id: mark for mark in marks.get(number, ())}.get(judge) for judge in judges),
        )
        for group, here in rows.items()
        for number, said in here
    ]  # fmt: skip
    every = [
        (
            works[number].number, works[number].title, judges[mark.judge_id], *mark.points, (mark.score or 0) / 100,
            mark.remark, "复看" if mark.is_second_look else "",
        )
        for number in works
        for mark in marks.get(number, ())
    ]  # fmt: skip
    return [
        Sheet("名次", (*head, *((name, 10) for name in judges.values())), [_in_figures(row) for row in ranking]),
        Sheet(
            "每位评委的分",
            (("编号", 8), ("作品", 28), ("评委", 14), *((one.name, 10) for one in criteria), ("总分", 10), ("评语", 40), ("", 8)),
            every,
        ),
    ]  # fmt: skip


def _in_figures(row: Sequence[object]) -> list[object]:
    """Marks as their score."""
    return [(one.score or 0) / 100 if isinstance(one, Mark) else one for one in row]
