"""The platform as one object: account, clock, state, faults, and the address it is reached at."""

import threading
from dataclasses import asdict
from typing import Any

from simulator import template_shelf
from simulator.account import Account
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.merchant import Merchant
from simulator.state import State, keep_setting, setting

SECRET = ("app_secret", "token", "aes_key")
MSGID_SHIFT = 22  # milliseconds shifted so far give numbers of the size seen in the wild (about 7·10¹⁸)


class Platform:
    """Handed to every door of the simulator; there is one in a program."""

    def __init__(self, started_as: Account, state: State, merchant: Merchant | None = None) -> None:
        self.merchant = merchant
        self.started_as = started_as
        self.account = started_as
        self.state = state
        self.faults = Faults()
        self.address = ""
        self.stopping = threading.Event()
        self._numbering = threading.Lock()
        with state.unit() as db:
            self.clock = Clock(setting(db, "clock_ahead_s", 0.0))
            self._last_msgid: int = setting(db, "last_msgid", 0)
            template_shelf.fill(db)

    def next_msgid(self) -> int:
        """A 64-bit number above every earlier one, also across restarts: it grows with the clock."""
        with self._numbering:
            self._last_msgid = max(self._last_msgid + 1, int(self.clock.now() * 1000) << MSGID_SHIFT)
            return self._last_msgid

    def advance(self, seconds: float) -> float:
        """Move the clock; returns the new now."""
        with self.state.unit() as db:
            self.clock.ahead_s += seconds
            keep_setting(db, "clock_ahead_s", self.clock.ahead_s)
            keep_setting(db, "last_msgid", self._last_msgid)
        return self.clock.now()

    def reset(self, wishes: dict[str, Any]) -> dict[str, Any]:
        """Forget everything and be the account of the command line again, changed as wished."""
        account = self.started_as.changed(wishes)
        self.faults.clear()
        self.state.wipe()
        self.clock.ahead_s = 0.0
        self.account = account
        with self.state.unit() as db:
            template_shelf.fill(db)
        return self.account_shown()

    def account_shown(self) -> dict[str, Any]:
        """The account without its keys."""
        return {name: value for name, value in asdict(self.account).items() if name not in SECRET}
