"""Entries of 常见问题 that a test begins with: written by one, approved by another."""

from dataclasses import replace
from datetime import date
from typing import Any

from activities.catalogue import answers_are_new
from desk.answers import service
from desk.answers.content import Answer, Content, Form, Resource
from desk.matching import starter
from models import times
from models.by import By
from models.faq import DraftState, EntryKind, EntryState, FaqVersion
from tests.world import World

WRITER, APPROVER = "chen", "wang"


def text(words: str, branch: str = "") -> Answer:
    return Answer(branch, text=words)


def live(world: World, content: Content, *, kind: EntryKind = EntryKind.QUESTION, topic: str | None = None) -> int:
    """An entry that readers have; its number."""
    now = times.now()
    with world.database.units() as session:
        row = service.begin(session, content, kind=kind, by=By(WRITER, now), topic=topic)
        service.hand_in(session, row, by=By(WRITER, now))
        service.approve(session, row, by=By(APPROVER, now), seen=row.version)
        return row.id


def question(world: World, name: str, *ways: str, say: str = "", **more: Any) -> int:
    return live(world, Content(name, ways, more.pop("answers", (text(say),)), **more))


def resource(world: World, name: str, *ways: str, free_until: date | None = None, **more: Any) -> int:
    told = Resource(free_until=free_until, **more)
    return live(world, Content(name, ways, resource=told), kind=EntryKind.RESOURCE)


def starter_but(world: World, left_out: str, answers: dict[str, str]) -> None:
    """The house's topics as entries that readers have, as one who writes all of them at once would put them in."""
    now = times.now()
    with world.database.units() as session:
        for topic, (name, ways) in starter().items():
            if name == left_out:
                continue
            content = service.starting(topic, name, ways)
            if not content.answers:
                content = replace(content, answers=(text(answers.get(name, f"（{name}的回答）")),))
            row = service.begin(session, content, by=By(WRITER, now), topic=topic)
            row.live, row.number, row.state, row.draft_state, row.draft = (
                row.draft,
                1,
                EntryState.LIVE,
                DraftState.NONE,
                None,
            )
            session.add(
                FaqVersion(
                    entry_id=row.id,
                    number=1,
                    content=content.to_json,
                    writers=[WRITER],
                    approved_by=APPROVER,
                    approved_at=now,
                )
            )
        answers_are_new(session)


CARD = Answer(form=Form.CARD, title="座位预约", text="选馆、选时段，提前七天开放。", url="https://example.org/seats")
MINI = Answer(
    form=Form.MINI, title="掌上知网", text="手机上看论文。", appid="wx0123456789abcdef", path="pages/index/index"
)
PAGE = Answer(
    form=Form.PAGE,
    title="怎么办读者证",
    text="带身份证来，当场办。",
    body="第一步，到服务台。\n\n详见 https://example.org/card 。",
)
