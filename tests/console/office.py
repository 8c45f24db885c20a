"""A library's staff at their browsers."""

import re
from typing import Any

from argon2 import PasswordHasher
from werkzeug.test import Client as HttpClient
from werkzeug.test import TestResponse

from activities import holidays
from activities.festivals import OFFICIAL_FESTIVALS, ToldDay, day_of
from config.settings import Settings
from console import staff
from models import times
from models.audit import AuditLine
from models.staff import Role, StaffSession
from tests.world import World

PASSWORD = "梧桐叶落满阶 2026"
SEALED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # hundreds of tests sign in
CAST = {
    "chen": ("陈馆员", [Role.EDITOR]), "wang": ("王主任", [Role.ADMIN]), "he": ("小何", [Role.DESK]),
}  # fmt: skip
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One browser, with its cookies; forms carry the token of the page they are on."""

    def __init__(self, office: "Office", *, address: str = "198.51.100.7") -> None:
        self.office = office
        self.http = HttpClient(office.app)
        self.address = address
        self.page: TestResponse | None = None

    def opens(self, path: str, **more: Any) -> TestResponse:
        self.page = self.http.get(path, environ_base={"REMOTE_ADDR": self.address}, **more)
        return self.page

    def sends(
        self, path: str, *, on: str = "/console/sign-in", token: str | None = None, **fields: Any
    ) -> TestResponse:
        """POST a form found on the page `on`; `token=""` sends none."""
        carried = self.token_of(on) if token is None else token
        data = {**fields, **({"csrf_token": carried} if carried else {})}
        self.page = self.http.post(path, data=data, environ_base={"REMOTE_ADDR": self.address})
        return self.page

    def token_of(self, path: str) -> str:
        found = _TOKEN.search(self.opens(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def signs_in(self, login: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        return self.sends("/console/sign-in", login=login, password=password, **more)

    def does(self, path: str, *, on: str, **fields: Any) -> str:
        """Send a form of a page and follow to where it leads; the words there."""
        answer = self.sends(path, on=on, **fields)
        assert answer.status_code == 303, answer.text
        return self.opens(answer.headers["Location"]).text


class Office(World):
    """A World whose staff are known."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        for login, (name, roles) in CAST.items():
            self.hires(login, *roles, name=name)

    def hires(self, login: str, *roles: Role, name: str = "", branch: str = "", must_choose: bool = False) -> None:
        asked = staff.person(login=login, name=name or login, roles=roles, branch=branch)
        with self.database.units() as session:
            staff.add(session, asked, sealed=SEALED, must_choose=must_choose, by="test", now=times.now())

    def browser(self, login: str | None = None, **more: Any) -> Browser:
        """A new browser, signed in as `login`."""
        browser = Browser(self, **more)
        if login:
            answer = browser.signs_in(login)
            assert answer.status_code == 303, answer.text
        return browser

    def knows_next_years_days_off(self) -> None:
        """Nobody need be asked for them, whatever day it is."""
        year = times.today(times.now()).year + 1
        days = {
            day: ToldDay(is_workday=False, name=name) for name in OFFICIAL_FESTIVALS for day in day_of(name, year)
        }
        with self.database.units() as session:
            holidays.enter(session, days)

    def sessions(self) -> int:
        return self.count(StaffSession)

    def noted(self, act: str) -> int:
        """How often this act is in the audit log."""
        return self.count(AuditLine, AuditLine.act == act)
