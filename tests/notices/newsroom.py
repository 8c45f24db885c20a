"""A library whose notices are ready to go out: staff at their browsers, readers with phones, hands, the pretend WeChat."""

import io
import threading
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from PIL import Image

from activities import picture_files
from config.settings import Settings
from models import times
from models.by import By
from models.db import insert
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    Notice,
    NoticeForm,
    NoticeState,
    NoticeUse,
    NoticeVersion,
    Step,
    Way,
)
from models.record import StaffPhone
from models.staff import Role
from notices import chain
from notices import service as notices
from notices.audience import freezing
from notices.audience.rules import Rules
from notices.content import Article, Content
from notices.sending import looking, service, steps
from tests.console.office import Office
from tests.live import Live
from tests.simulated import Simulator

SIGNERS = ("yi", "er", "san", "si")
SENDALL, SEND, GET = (f"/cgi-bin/message/mass/{name}" for name in ("sendall", "send", "get"))
DRAFT = "/cgi-bin/draft/add"


class Newsroom(Live, Office):
    """陈馆员 (chen) plans, 王主任 (wang) confirms. It is ten in the morning of the second of a month: all sends are left."""

    def __init__(self, settings: Settings, wechat: Simulator) -> None:
        super().__init__(settings, wechat)
        self.hires("li", Role.EDITOR, name="李馆员")
        local = times.local(times.now())
        second = (local.replace(day=1) + timedelta(days=32)).replace(
            day=2, hour=10, minute=0, second=0, microsecond=0
        )
        self.both_pass(seconds=(second - local).total_seconds())

    # ── what is told ──
    def picture(self, colour: str = "teal", size: tuple[int, int] = (900, 383)) -> str:
        """A picture file of ours; its digest."""
        body = io.BytesIO()
        Image.new("RGB", size, colour).save(body, "JPEG")
        file = picture_files.made_anew(body.getvalue())
        picture_files.keep(self.settings.media, file)
        return file.digest

    def article(self, title: str = "周末看点", **more: Any) -> Article:
        inside = self.picture("orange", (640, 480))
        body = f'<p>周六听绘本</p><img src="/media/pictures/{inside}">'
        return Article(**{"title": title, "body": body, "digest": "听绘本、写春联", "cover": self.picture(), **more})

    def ready(
        self, content: Content | None = None, *, form: NoticeForm = NoticeForm.ARTICLES, use: NoticeUse = NoticeUse.GENERAL,
        title: str = "周末看点",
    ) -> int:  # fmt: skip
        """A notice that everybody of its chain has signed."""
        content = content or Content((self.article(),))
        by = By("chen", times.now())
        with self.database.units() as session:
            notice = notices.begin(session, notices.Wanted(title, content, form=form, use=use), by=by)
            chain.hand_in(session, notice, by=by)
            for step, who in zip(Step, SIGNERS, strict=True):
                chain.sign(session, notice, step, by=By(who, times.now()), seen=notice.version)
            return notice.id

    def text(self, words: str = "明天下午照常开门。") -> int:
        return self.ready(Content(text=words), form=NoticeForm.TEXT, title="开门")

    def rewrites(self, notice: int, words: str) -> None:
        """Somebody writes at it: a new version, and no signature stands."""
        content = Content(text=words)
        with self.database.units() as session:
            one = session.get_one(Notice, notice)
            one.version += 1
            one.state = NoticeState.READY
            version = NoticeVersion(
                notice_id=one.id, number=one.version, content=content.json, digest=content.sha256, who="chen",
                saved_at=times.now(),
            )  # fmt: skip
            session.add(version)

    # ── staff ──
    def plans(  # type: ignore[override]  # of a newsroom plans are of broadcasts
        self, notice: int, way: Way = Way.MASS_ALL, *, rules: Rules | None = None, due: datetime | None = None,
        confirmed: bool = True, by: str = "chen",
    ) -> int:  # fmt: skip
        with self.database.units() as session:
            one = session.get_one(Notice, notice)
            now = times.now()
            broadcast = service.plan(session, one, way, rules or Rules(), due or now, by=By(by, now))
            if confirmed:
                looking.look(session, broadcast, by=By("wang", now))
                service.confirm(session, broadcast, by=By("wang", now))
            return broadcast.id

    def does_to(self, number: int, verb: Any, *, by: str = "wang", **more: Any) -> Any:
        with self.database.units() as session:
            return verb(session, session.get_one(Broadcast, number), by=By(by, times.now()), **more)

    def binds(self, login: str, openid: str) -> None:
        """Their phone is known."""
        with self.database.units() as session:
            session.execute(insert(session, StaffPhone).values(openid=openid, login=login, bound_at=times.now()))

    # ── the clock ──
    def ticks(self) -> None:
        """The clock's part, and the hands, until nothing moves."""
        for _ in range(30):
            moved = 0
            while self.step():
                moved += 1
            self.delivers()
            if not moved:
                return

    def step(self) -> int:
        """One step of the clock's parts: 0 when none is due."""
        parts = (steps.carry_on, freezing.carry_on)
        return sum(self.database.unit(lambda session, part=part: part(session, times.now())) for part in parts)  # type: ignore[misc]

    def steps(self, number: int, *, to: str) -> None:
        """Steps of the clock alone, no hands, until it is there."""
        for _ in range(20):
            if self.state(number) == to:
                return
            self.step()
        raise AssertionError(f"{self.state(number)}, not {to}: {self.cause(number)}")

    def runs(self, number: int, *, to: str) -> None:
        """Until the broadcast is where it is to be; WeChat's word comes when it comes."""
        self.ticks()
        pause = threading.Event()
        for _ in range(300):
            if self.state(number) == to:
                return
            pause.wait(0.03)
            self.ticks()
        raise AssertionError(f"{self.state(number)}, not {to}: {self.cause(number)} {self.states()} {self.causes()}")

    # ── the books ──
    def broadcast(self, number: int) -> Broadcast:
        with self.database.reading() as session:
            found = session.get_one(Broadcast, number)
            session.expunge(found)
            return found

    def state(self, number: int) -> str:
        return self.broadcast(number).state.value

    def cause(self, number: int) -> str:
        return self.broadcast(number).cause

    def parts(self, number: int) -> list[BroadcastPart]:
        with self.database.reading() as session:
            mine = sa.select(BroadcastPart).where(BroadcastPart.broadcast_id == number).order_by(BroadcastPart.number)
            found = list(session.scalars(mine))
            session.expunge_all()
            return found

    def outcomes(self, number: int) -> dict[str, tuple[int, str]]:
        """openid → part, outcome."""
        with self.database.reading() as session:
            mine = sa.select(BroadcastReader).where(BroadcastReader.broadcast_id == number)
            return {row.openid: (row.part, row.outcome.value) for row in session.scalars(mine)}

    # ── the platform ──
    def masses(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.wechat.get("/sim/masses")["masses"]
        return found

    def seen(self, openid: str, words: str) -> int:
        """How often this is on the reader's screen."""
        return sum(words in line for line in self.screen(openid))

    def readers(self, count: int) -> list[str]:
        return [self.reader(f"读者{number}", says=None) for number in range(count)]
