"""What staff do: a series, its issues, which recordings are in one and in which order, published and taken down."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from contests import keeping
from contests.programmes import queries, rules, texts
from contests.programmes.queries import Part, Said
from contests.service import new_code
from models import audit
from models.by import By
from models.contest import Genre, Submission, SubmissionState
from models.errors import BadFields, BadInput
from models.messages import owe_message
from models.programme import ISSUE_MOVES, Issue, IssuePart, IssueState, Programme
from models.states import moved

I = IssueState  # noqa: E741
CHANGEABLE = (I.DRAFT, I.MADE)
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT, LONGEST_CAUSE = 60, 100, 2000, 200


@dataclass(frozen=True, slots=True)
class IssueWanted:
    """An issue as staff write it."""

    number: int
    title: str = ""
    intro: str = ""
    credits: str = ""


# ── a series ──


def make_programme(session: Session, name: str, about: str, *, by: By) -> Programme:
    """Raises: BadFields."""
    programme = Programme(name=_name(session, name, None), about=_text(about, "about"), made_at=by.at)
    session.add(programme)
    session.flush()
    _note(session, "programme made", f"programme {programme.id}", by, programme.name)
    return programme


def change_programme(session: Session, programme: Programme, name: str, about: str, *, by: By) -> None:
    """Raises: BadFields."""
    programme.name, programme.about = _name(session, name, programme), _text(about, "about")
    readers_see_anew(session)
    _note(session, "programme changed", f"programme {programme.id}", by, programme.name)


def _name(session: Session, name: str, programme: Programme | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadFields({"name": "请写节目的名字，例如：LS朗读者。"})
    if len(name) > LONGEST_NAME:
        raise BadFields({"name": f"最多 {LONGEST_NAME} 个字，现在有 {len(name)} 个。"})
    other = session.scalar(sa.select(Programme.id).where(Programme.name == name))
    if other is not None and (programme is None or other != programme.id):
        raise BadFields({"name": f"已经有“{name}”了。"})
    return name


def _text(words: str, name: str) -> str:
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_TEXT:
        raise BadFields({name: f"最多 {LONGEST_TEXT} 个字，现在有 {len(words)} 个。"})
    return words


# ── an issue ──


def begin_issue(session: Session, programme: Programme, wanted: IssueWanted, *, by: By) -> Issue:
    """A draft. Raises: BadFields."""
    session.refresh(programme, with_for_update={"key_share": True})
    values = _checked(session, programme, wanted, None)
    issue = Issue(
        programme_id=programme.id, code=new_code(), state=I.DRAFT, made_by=by.who, made_at=by.at, cover="", audio="",
        length_ms=0, cause="", **values,
    )  # fmt: skip
    session.add(issue)
    session.flush()
    _note(session, "issue begun", f"issue {issue.code}", by, f"{programme.name} 第{issue.number}期")
    return issue


def change_issue(session: Session, issue: Issue, wanted: IssueWanted, *, by: By) -> None:
    """Words may be mended whatever its state; the audio stays what it is. Raises: BadFields."""
    programme = session.get_one(Programme, issue.programme_id)
    session.refresh(programme, with_for_update={"key_share": True})
    hold(session, issue)
    for name, value in _checked(session, programme, wanted, issue).items():
        setattr(issue, name, value)
    readers_see_anew(session)
    _note(session, "issue changed", f"issue {issue.code}", by)


def _checked(
    session: Session, programme: Programme, wanted: IssueWanted, issue: Issue | None
) -> dict[str, int | str]:
    wrong: dict[str, str] = {}
    title = " ".join(wanted.title.split())
    if not 1 <= wanted.number <= rules.LARGEST_NUMBER:
        wrong["number"] = f"期数写 1 到 {rules.LARGEST_NUMBER} 的数。"
    taken = sa.select(Issue.id).where(Issue.programme_id == programme.id, Issue.number == wanted.number)
    other = None if wrong else session.scalar(taken)
    if other is not None and (issue is None or other != issue.id):
        wrong["number"] = f"已经有第 {wanted.number} 期了。"
    if len(title) > LONGEST_TITLE:
        wrong["title"] = f"最多 {LONGEST_TITLE} 个字，现在有 {len(title)} 个。"
    found = {"intro": wanted.intro, "credits": wanted.credits}
    for name, words in found.items():
        try:
            found[name] = _text(words, name)
        except BadFields as error:
            wrong |= error.wrong
    if wrong:
        raise BadFields(wrong)
    return {"number": wanted.number, "title": title, **found}


def set_cover(session: Session, issue: Issue, digest: str, *, by: By) -> str:
    """The picture of this hash, or none for "". The hash before."""
    hold(session, issue)
    before, issue.cover = issue.cover, digest
    _note(session, "issue cover", f"issue {issue.code}", by)
    return before


def has_cover(session: Session, digest: str) -> bool:
    """Is the picture of this hash the cover of any issue?"""
    session.flush()
    return session.scalar(sa.select(Issue.id).where(Issue.cover == digest).limit(1)) is not None


def hold(session: Session, issue: Issue) -> Issue:
    """Its row, for who changes it: a reader's word and the worker wait."""
    session.flush()
    session.refresh(issue, with_for_update={"key_share": True})
    return issue


def move(issue: Issue, to: IssueState) -> None:
    """The only way in which staff and the worker change its state."""
    issue.state = moved(issue.state, to=to, moves=ISSUE_MOVES)


# ── its recordings ──


def add_parts(session: Session, issue: Issue, works: Sequence[int], *, by: By) -> int:
    """Behind those that are there, in this order: how many. Raises: BadInput."""
    _changeable(session, issue)
    there = {row.submission_id: row for row in _rows(session, issue)}
    wanted = [one for one in dict.fromkeys(works) if one not in there]
    if len(there) + len(wanted) > rules.MOST_PARTS:
        raise BadInput(f"一期最多 {rules.MOST_PARTS} 条录音，请分成两期。")
    for position, number in enumerate(wanted, len(there) + 1):
        work = session.get(Submission, number)
        if (
            work is None
            or work.genre is not Genre.VOICE
            or work.state is not SubmissionState.ACCEPTED
            or not work.whole
        ):
            raise BadInput("有一件作品刚才撤稿了，或者不再是“通过”的录音，请重新选。")
        caption = texts.default_caption(work, is_named=False)
        session.add(
            IssuePart(issue_id=issue.id, submission_id=number, position=position, caption=caption, is_named=False)
        )
    if wanted:
        _unmade(session, issue)
        _note(session, "issue parts added", f"issue {issue.code}", by, f"{len(wanted)} 条")
    return len(wanted)


def remove_part(session: Session, issue: Issue, number: int, *, by: By) -> None:
    """A consent that was given for it stays in the books. Raises: BadInput."""
    _changeable(session, issue)
    row = session.get(IssuePart, (issue.id, number))
    if row is None:
        raise BadInput("它刚才已经拿掉了。")
    session.delete(row)
    session.flush()
    _ordered(_rows(session, issue))
    _unmade(session, issue)
    if work := session.get(Submission, number):
        keeping.look_again(session, work.contest_id)
    _note(session, "issue part removed", f"issue {issue.code}", by, f"work {number}")


def move_part(session: Session, issue: Issue, number: int, to: int, *, by: By) -> None:
    """To this place, from 1. Raises: BadInput."""
    _changeable(session, issue)
    rows = {row.submission_id: row for row in _rows(session, issue)}
    if number not in rows:
        raise BadInput("它刚才已经拿掉了。")
    order = rules.placed(list(rows), number, to)
    if order != list(rows):
        _ordered([rows[one] for one in order])
        _unmade(session, issue)


def caption(session: Session, issue: Issue, number: int, words: str, *, by: By) -> None:
    """What stands beside it on the page; "" is the usual. Raises: BadFields, BadInput."""
    hold(session, issue)
    row, work = session.get(IssuePart, (issue.id, number)), session.get(Submission, number)
    if row is None or work is None:
        raise BadInput("它刚才已经拿掉了。")
    words = " ".join(words.split())
    if len(words) > texts.LONGEST_CAPTION:
        raise BadFields({"caption": f"最多 {texts.LONGEST_CAPTION} 个字，现在有 {len(words)} 个。"})
    names = [name for name in (work.author, work.partner) if name]
    if work.is_child and not row.is_named and any(name in words for name in names):
        raise BadFields({"caption": "作者不满 14 岁，监护人没有同意写全名，说明里不要写全名。"})
    row.caption = words or texts.default_caption(work, is_named=row.is_named)
    _note(session, "issue caption", f"issue {issue.code}", by, row.caption)


def _rows(session: Session, issue: Issue) -> Sequence[IssuePart]:
    session.flush()
    rows = sa.select(IssuePart).where(IssuePart.issue_id == issue.id)
    return session.scalars(rows.order_by(IssuePart.position, IssuePart.submission_id)).all()


def _ordered(rows: Sequence[IssuePart]) -> None:
    for position, row in enumerate(rows, 1):
        row.position = position


def _changeable(session: Session, issue: Issue) -> None:
    why = {
        I.MAKING: "正在合成，先停下再改。", I.PUBLISHED: "已经发布了：先撤下，再改录音。", I.TAKEN_DOWN: "先点“重新编辑”，再改录音。",
    }  # fmt: skip
    if (no := why.get(hold(session, issue).state)) is not None:
        raise BadInput(no)


def _unmade(session: Session, issue: Issue) -> None:
    """What was made is of other recordings, or in another order."""
    if issue.state is I.MADE:
        move(issue, I.DRAFT)
    issue.audio, issue.length_ms, issue.cause = "", 0, ""
    session.flush()


# ── published ──


def obstacles(parts: Sequence[Part]) -> list[str]:
    """Why it may not be heard yet, a sentence each."""
    if not parts:
        return ["还没有选录音。"]
    found = []
    for place, part in enumerate(parts, 1):
        name = f"第 {place} 条《{part.work.title}》"
        if part.work.state is not SubmissionState.ACCEPTED:
            found.append(f"{name}{texts.GONE_WORK}，请拿掉。")
        elif part.said in (Said.DECLINED, Said.TAKEN_BACK):
            found.append(f"{name}{texts.GONE_CONSENT}，请拿掉。")
        elif part.said is not Said.AGREED:
            found.append(f"{name}还没有得到同意。")
        elif part.is_blind:
            found.append(f"{name}的比赛还没有颁奖：评委不知道作者是谁，颁奖以后才能播出。")
    return found


def publish(session: Session, issue: Issue, *, page: str, by: By) -> None:
    """Everybody may hear it, and those who agreed are told. Raises: BadInput with whatever stands in the way."""
    if hold(session, issue).state is not I.MADE:
        raise BadInput("先合成这一期的声音，听过再发布。")
    parts = queries.parts_of(session, issue)
    if found := obstacles(parts):
        raise BadInput("".join(found))
    move(issue, I.PUBLISHED)
    issue.published_at, issue.cause, issue.fell_at = by.at, "", None
    programme = session.get_one(Programme, issue.programme_id)
    for part in parts:
        if part.given is not None and part.given.openid:
            said = texts.published(programme, issue, part.work, page)
            key = f"issue:{issue.id}:{part.work.id}:{by.at:%Y%m%d%H%M%S}"
            owe_message(session, part.given.openid, said, key=key, now=by.at)
    readers_see_anew(session)
    _note(session, "issue published", f"issue {issue.code}", by, f"{len(parts)} 条")


def take_down(session: Session, issue: Issue, cause: str, *, by: By) -> None:
    """Nobody hears it any more. Raises: BadFields, BadInput."""
    if not cause.strip():
        raise BadFields({"cause": "请写撤下的理由。"})
    if hold(session, issue).state is not I.PUBLISHED:
        raise BadInput("它现在没有在播。")
    move(issue, I.TAKEN_DOWN)
    issue.cause, issue.fell_at = cause.strip()[:LONGEST_CAUSE], None
    readers_see_anew(session)
    _note(session, "issue taken down", f"issue {issue.code}", by, issue.cause)


def reopen(session: Session, issue: Issue, *, by: By) -> None:
    """A draft again; its audio has to be made anew. Raises: BadInput."""
    if hold(session, issue).state is not I.TAKEN_DOWN:
        raise BadInput("只有撤下来的才要重新编辑。")
    move(issue, I.DRAFT)
    issue.audio, issue.length_ms, issue.cause, issue.fell_at = "", 0, "", None
    _note(session, "issue reopened", f"issue {issue.code}", by)


def _note(session: Session, act: str, subject: str, by: By, detail: str = "") -> None:
    audit.note(session, act, who=by.who, subject=subject, at=by.at, detail=detail)
