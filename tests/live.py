"""An installation as it runs: an HTTP server, hands, and the pretend WeChat on the other side."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import pay_table, work_table
from bot.client import Client
from config.settings import Settings
from models import messages, outbox, times
from models.outbox import CLAIMABLE, CallState, OutboxCall
from tests.served import served
from tests.simulated import Simulator
from tests.wechat import shown
from tests.world import World
from worker.hands import Hands

PATIENCE_SECONDS = 20
AT_ONCE = timedelta(seconds=1)  # what a call owes in ending may be due a moment after we looked at the clock
READ_SECONDS = 1.5  # the client's own patience: short enough to test silence, long enough for a busy machine


class Live(World):
    """A World behind a real port."""

    def __init__(self, settings: Settings, wechat: Simulator) -> None:
        super().__init__(settings)
        self.wechat = wechat
        self._open = ExitStack()
        address = self._open.enter_context(served(self.app))
        wechat.reset(callback=f"{address}/wechat")
        self.client = self.another_client()
        secret = self.settings.secret_key
        table = work_table(self.client, media=self.settings.media, site=self.settings.site, secret=secret)
        reached = settings.model_copy(update={"public_url": address})
        self.hands = Hands(self.database, {**table, **pay_table(reached)})

    def another_client(self) -> Client:
        """As another process would have."""
        return Client(
            app_id=self.settings.wechat_app_id, secret=self.settings.wechat_app_secret,
            base=self.settings.wechat_api_base, database=self.database, read_seconds=READ_SECONDS,
        )  # fmt: skip

    def close(self) -> None:
        self.hands.stop()
        outbox.bell.ring = lambda: None
        self._open.close()
        self.wechat.heals()
        super().close()

    def reader(self, name: str = "小林", *, says: str | None = "在吗") -> str:
        """Somebody who follows and, unless told otherwise, has just written."""
        openid: str = self.wechat.post("/sim/readers", {"name": name})["openid"]
        self.phone(openid, type="event", event="subscribe")
        if says:
            self.phone(openid, type="text", content=says)
        return openid

    def phone(self, openid: str, **what: Any) -> list[dict[str, Any]]:
        """Do something on the phone; the tries of its callback."""
        tries: list[dict[str, Any]] = self.wechat.post(f"/sim/readers/{openid}/send", what)["tries"]
        return tries

    def screen(self, openid: str) -> list[str]:
        """Everything on the phone's screen, oldest first."""
        return [shown(item.get("text")) for item in self.wechat.get(f"/sim/readers/{openid}/screen?after=0")]

    def owes(self, openid: str, text: str, *, key: str | None = None, **more: Any) -> bool:
        """A message is promised."""
        with self.database.units() as session:
            return messages.owe_message(session, openid, text, key=key or text, now=times.now(), **more)

    def delivers(self) -> None:
        """Hands work until nothing is due and nothing is in flight."""
        if not self.hands.is_working:
            self.hands.start()
        outbox.bell.ring()
        pause = threading.Event()
        for _ in range(PATIENCE_SECONDS * 50):
            if not self.count(
                OutboxCall,
                OutboxCall.state.in_(CLAIMABLE),
                sa.or_(OutboxCall.state == CallState.CALLING, OutboxCall.due_at <= times.now() + AT_ONCE),
            ):
                return
            pause.wait(0.02)
        raise AssertionError(f"still at work after {PATIENCE_SECONDS} s: {self.states()}")

    def waits_for(self, holds: Callable[[], bool]) -> None:
        """What WeChat pushes by itself comes when it comes."""
        pause = threading.Event()
        for _ in range(PATIENCE_SECONDS * 50):
            if holds():
                return
            pause.wait(0.02)
        raise AssertionError(f"not after {PATIENCE_SECONDS} s: {self.states()}")

    def states(self) -> dict[str, str]:
        """key → state of everything owed."""
        with self.database.reading() as session:
            rows = session.execute(sa.select(OutboxCall.key, OutboxCall.state).order_by(OutboxCall.id))
            return {key: state.value for key, state in rows}

    def causes(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(OutboxCall.cause).order_by(OutboxCall.id)))

    def both_pass(self, **span: float) -> None:
        """Time goes by here and at the platform."""
        self.passes(**span)
        self.wechat.post("/sim/clock", {"advance_s": timedelta(**span).total_seconds()})
