"""What staff do to 常见问题: written, handed in, approved by somebody else, stopped. What readers do is in telling.py."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import answers_are_new
from desk.answers import queries, rules
from desk.answers.content import OWN_TOPICS, Answer, Content, Form, Resource
from desk.matching import starter
from models import audit, codes
from models.by import By
from models.errors import BadFields, BadInput
from models.faq import (
    DRAFT_MOVES,
    ENTRY_MOVES,
    DraftState,
    EntryKind,
    EntryState,
    FaqEntry,
    FaqSynonym,
    FaqVersion,
)  # fmt: skip
from models.states import moved
from models.wording import compact

LONGEST_REASON, LONGEST_SYNONYMS = 300, 200
CODE_LENGTH = 6
HELD = {"key_share": True}  # against others who change it, not against questions that are counted meanwhile
CHANGED_MEANWHILE = "刚才有人改过这一条，请重新打开再看一眼。"


def begin(
    session: Session, content: Content, *, kind: EntryKind = EntryKind.QUESTION, by: By, topic: str | None = None
) -> FaqEntry:
    """A new entry, as a draft. Raises: BadFields."""
    content = rules.tidied(content)
    _check(session, content)
    row = FaqEntry(
        code=_new_code(session), topic=topic, kind=kind, state=EntryState.NEW, draft_state=DraftState.WRITING,
        name=content.name, live=None, number=0, draft=content.to_json, writers=[by.who], handed_by="", reason="", version=1,
        made_by=by.who, made_at=by.at, changed_at=by.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, "answer begun", row, by)
    return row


def save(session: Session, row: FaqEntry, content: Content, *, by: By, seen: int) -> None:
    """The draft says this from now on; what is live stays. Raises: BadFields, BadInput where somebody was quicker."""
    _seen(row, seen)
    content = rules.tidied(content)
    _check(session, content)
    row.draft_state = moved(row.draft_state, to=DraftState.WRITING, moves=DRAFT_MOVES)
    row.writers = sorted({*row.writers, by.who}) if row.draft is not None else [by.who]
    row.draft, row.name, row.handed_by = content.to_json, content.name, ""
    _changed(row, by)
    _note(session, "answer written", row, by)


def hand_in(session: Session, row: FaqEntry, *, by: By) -> None:
    """Somebody else is to look at it. Raises: BadInput while something lacks."""
    if row.draft is None or row.draft_state is not DraftState.WRITING:
        raise BadInput("没有写好的草稿。" if row.draft is None else "先改一改，再交去批准。")
    if missing := rules.lacks(Content.of_json(row.draft)):
        raise BadInput("".join(missing))
    row.draft_state = moved(row.draft_state, to=DraftState.WAITING, moves=DRAFT_MOVES)
    row.handed_by = by.who
    _changed(row, by)
    _note(session, "answer handed in", row, by)


def approve(session: Session, row: FaqEntry, *, by: By, seen: int) -> None:
    """Readers get these words from the next message on. Raises: BadInput."""
    _seen(row, seen)
    if row.draft_state is not DraftState.WAITING or row.draft is None:
        raise BadInput("这一条现在没有等批准的草稿。")
    if not rules.may_approve(by.who, row.writers, row.handed_by):
        raise BadInput("自己写的、自己交的不能自己批准，请另一位来看。")
    row.number += 1
    session.add(
        FaqVersion(
            entry_id=row.id, number=row.number, content=row.draft, writers=row.writers, approved_by=by.who, approved_at=by.at
        )
    )  # fmt: skip
    row.state = moved(row.state, to=EntryState.LIVE, moves=ENTRY_MOVES)
    row.live, row.name = row.draft, str(row.draft["name"])
    _drop_draft(row)
    _changed(row, by)
    answers_are_new(session)
    _note(session, "answer approved", row, by, f"第 {row.number} 版")


def send_back(session: Session, row: FaqEntry, reason: str, *, by: By) -> None:
    """Not like this. Raises: BadInput."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(f"请写明哪里要改，最多 {LONGEST_REASON} 个字。")
    if row.draft_state is not DraftState.WAITING:
        raise BadInput("这一条现在没有等批准的草稿。")
    row.draft_state, row.reason = moved(row.draft_state, to=DraftState.RETURNED, moves=DRAFT_MOVES), reason
    _changed(row, by)
    _note(session, "answer returned", row, by, reason)


def drop_draft(session: Session, row: FaqEntry, *, by: By) -> bool:
    """The draft is wanted no more; of an entry that readers never had nothing is left. True where it is gone whole."""
    if row.draft is None:
        raise BadInput("没有草稿。")
    _note(session, "answer draft dropped", row, by)
    if row.state is EntryState.NEW:
        session.delete(row)
        session.flush()
        return True
    _drop_draft(row)
    row.name = str(row.live["name"]) if row.live else row.name
    _changed(row, by)
    return False


def stop(session: Session, row: FaqEntry, *, by: By) -> None:
    """Readers get it no more, at once: what is wrong need not wait for a second person. Raises: BadInput."""
    if row.state is not EntryState.LIVE:
        raise BadInput("这一条现在没有在用。")
    row.state = moved(row.state, to=EntryState.STOPPED, moves=ENTRY_MOVES)
    _changed(row, by)
    answers_are_new(session)
    _note(session, "answer stopped", row, by)


def resume(session: Session, row: FaqEntry, *, by: By) -> None:
    """As it was approved. Raises: BadInput."""
    if row.state is not EntryState.STOPPED:
        raise BadInput("这一条没有停用。")
    row.state = moved(row.state, to=EntryState.LIVE, moves=ENTRY_MOVES)
    row.number += 1  # the books of all processes hold it by its number
    session.add(
        FaqVersion(
            entry_id=row.id, number=row.number, content=row.live or {}, writers=[], approved_by=by.who, approved_at=by.at
        )
    )  # fmt: skip
    _changed(row, by)
    answers_are_new(session)
    _note(session, "answer back", row, by)


def go_back_to(session: Session, row: FaqEntry, number: int, *, by: By) -> None:
    """What an earlier version said becomes the draft. Raises: BadInput."""
    version = session.get(FaqVersion, (row.id, number))
    if version is None:
        raise BadInput("没有这一版。")
    save(session, row, Content.of_json(version.content), by=by, seen=row.version)


def begin_with_starter(session: Session, *, by: By) -> int:
    """The house's topics, as drafts: those that the bot knows by itself complete, the others to be answered. How many are new."""
    known = set(session.scalars(sa.select(FaqEntry.topic).where(FaqEntry.topic.is_not(None))))
    names = set(session.scalars(sa.select(FaqEntry.name)))
    new = 0
    for topic, (name, ways) in starter().items():
        if topic in known or name in names:
            continue
        begin(session, starting(topic, name, ways), by=by, topic=topic)
        new += 1
    return new


def starting(topic: str, name: str, ways: Sequence[str]) -> Content:
    """A topic of the starter as an entry."""
    own = OWN_TOPICS.get(topic)
    return Content(name, tuple(ways), (Answer(form=Form.OWN, own=own.value),) if own else ())


# ── synonyms ──


def add_synonyms(session: Session, words: str, *, by: By) -> FaqSynonym:
    """From the next message on these mean one thing. Raises: BadFields."""
    said = list(dict.fromkeys(filter(None, map(compact, words.replace("、", " ").replace("，", " ").split()))))
    if len(said) < 2:
        raise BadFields({"words": "请写两个以上的词，中间空一格，例如“续借 延期 再借”。"})
    line = " ".join(said)
    if len(line) > LONGEST_SYNONYMS:
        raise BadFields({"words": f"一行最多 {LONGEST_SYNONYMS} 个字。"})
    others = session.scalars(sa.select(FaqSynonym.words)).all()
    if (twice := next((word for word in said for other in others if word in other.split()), None)) is not None:
        raise BadFields({"words": f"“{twice}”已经在另一行里了，请合成一行。"})
    row = FaqSynonym(words=line, added_by=by.who, added_at=by.at)
    session.add(row)
    session.flush()
    answers_are_new(session)
    audit.note(session, "synonyms added", who=by.who, subject="answers", at=by.at, detail=line)
    return row


def drop_synonyms(session: Session, number: int, *, by: By) -> bool:
    """They mean what the house makes of them. False if they were gone."""
    row = session.get(FaqSynonym, number, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    answers_are_new(session)
    audit.note(session, "synonyms dropped", who=by.who, subject="answers", at=by.at, detail=row.words)
    return True


# ── several at once ──


@dataclass(frozen=True, slots=True)
class Together:
    """What became of several: how many it was done to, and why not to the others, by name."""

    done: int
    refused: Sequence[tuple[str, str]]


def all_of(session: Session, numbers: Sequence[int], act: str, *, by: By) -> Together:
    """`act` is hand_in, approve or stop; each by itself, in the order of their numbers."""
    done, refused = 0, []
    for number in sorted(set(numbers)):
        row = held(session, number)
        if row is None:
            continue
        try:
            if act == "hand_in":
                hand_in(session, row, by=by)
            elif act == "approve":
                approve(session, row, by=by, seen=row.version)
            else:
                stop(session, row, by=by)
            done += 1
        except BadInput as error:
            refused.append((row.name, error.to_staff))
    return Together(done, refused)


def held(session: Session, number: int) -> FaqEntry | None:
    """One entry, for whoever changes it."""
    return session.get(FaqEntry, number, with_for_update=HELD)


def draft_of(row: FaqEntry) -> Content:
    """What an editor begins with: the draft, or what is live."""
    kept = row.draft or row.live
    return Content.of_json(kept) if kept else Content(row.name)


def empty(kind: EntryKind) -> Content:
    """A form's beginning."""
    return Content("", (), (), resource=Resource()) if kind is EntryKind.RESOURCE else Content("", (), (Answer(),))


def with_way(content: Content, words: str) -> Content:
    """One more way of asking."""
    return replace(content, ways=(*content.ways, words))


def _check(session: Session, content: Content) -> None:
    if wrong := rules.wrong_in(content, queries.names_of_branches(session)):
        raise BadFields(wrong)


def _seen(row: FaqEntry, seen: int) -> None:
    if row.version != seen:
        raise BadInput(CHANGED_MEANWHILE)


def _changed(row: FaqEntry, by: By) -> None:
    row.version, row.changed_at = row.version + 1, by.at


def _drop_draft(row: FaqEntry) -> None:
    row.draft_state = moved(row.draft_state, to=DraftState.NONE, moves=DRAFT_MOVES)
    row.draft, row.writers, row.handed_by, row.reason = None, [], "", ""


def _new_code(session: Session) -> str:
    while True:
        code = codes.new_code(CODE_LENGTH)
        if session.scalar(sa.select(FaqEntry.id).where(FaqEntry.code == code)) is None:
            return code


def _note(session: Session, act: str, row: FaqEntry, by: By, detail: str = "") -> None:
    audit.note(session, act, who=by.who, subject=f"answer {row.id}", at=by.at, detail=f"{row.name} {detail}".strip())


@dataclass(frozen=True, slots=True)
class Imported:
    """How many of a file's entries became new drafts, changed drafts, or were as they are."""

    new: int
    changed: int
    same: int


def take_in(session: Session, entries: Sequence[tuple[EntryKind, Content]], *, by: By) -> Imported:
    """Entries of a file, as drafts; one of a name that is there changes that one. Raises: BadFields."""
    known = {compact(row.name): row.id for row in session.execute(sa.select(FaqEntry.id, FaqEntry.name))}
    new = changed = same = 0
    for kind, content in entries:
        number = known.get(compact(content.name))
        if number is None:
            begin(session, content, kind=kind, by=by)
            new += 1
            continue
        row = session.get_one(FaqEntry, number, with_for_update=HELD)
        if row.kind is not kind or draft_of(row) == content:
            same += 1
            continue
        save(session, row, content, by=by, seen=row.version)
        changed += 1
    return Imported(new, changed, same)
