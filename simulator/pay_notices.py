"""Notices of transfers that ended: posted to the merchant's address, and again by WeChat Pay's table until one is taken."""

import http.client
import threading
from urllib.parse import urlsplit

from simulator import bills
from simulator.pay_v3 import sealed_notice, signature_headers
from simulator.platform import Platform

# Seconds from the beginning of each failed try to the next.
AGAIN_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600)
PATIENCE_S = 5.0


class Notices:
    """One thread that looks for notices that are due by the simulator's clock."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._bell = threading.Event()
        if platform.merchant is not None:
            threading.Thread(target=self._run, name="pay notices", daemon=True).start()

    def ring(self) -> None:
        """Something may be due."""
        self._bell.set()

    def _run(self) -> None:
        while not self._platform.stopping.is_set():
            self._bell.wait(1.0)
            self._bell.clear()
            if self._platform.stopping.is_set():
                return
            for number in self._due():
                self._tell(number)

    def _due(self) -> list[str]:
        with self._platform.state.unit() as db:
            rows = db.execute("SELECT number FROM pay_notices WHERE due_at <= ?", (self._platform.clock.now(),))
            return [row["number"] for row in rows.fetchall()]

    def _tell(self, number: str) -> None:
        with self._platform.state.unit() as db:
            bill = bills.find(db, number)
        merchant = self._platform.merchant
        if bill is None or merchant is None:
            return
        body = sealed_notice(self._platform, merchant, bill)
        headers = {"Content-Type": "application/json", **signature_headers(self._platform, merchant, body)}
        began = self._platform.clock.now()
        taken = _post(bill["notify_url"], body, headers)
        with self._platform.state.unit() as db:
            row = db.execute("SELECT tries FROM pay_notices WHERE number = ?", (number,)).fetchone()
            if row is None:
                return
            if taken or row["tries"] >= len(AGAIN_S):
                db.execute("DELETE FROM pay_notices WHERE number = ?", (number,))
                return
            due = began + AGAIN_S[row["tries"]]
            db.execute("UPDATE pay_notices SET tries = tries + 1, due_at = ? WHERE number = ?", (due, number))


def _post(url: str, body: bytes, headers: dict[str, str]) -> bool:
    """Was it taken? Only an address of this machine is ever written to."""
    where = urlsplit(url)
    if where.hostname not in ("127.0.0.1", "localhost"):
        return False
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE_S)
    try:
        connection.request("POST", where.path or "/", body, headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
