"""The official account being simulated: its keys, its kind, and what that kind may do."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Right(StrEnum):
    """What an account may or may not do, a row each of the platform's table of rights."""

    BASIC = "basic"
    MENU = "menu"
    CUSTOM = "custom"
    MASS = "mass"
    PUBLISH = "publish"
    TEMPLATE = "template"
    SUBSCRIPTION = "subscription"
    USERS = "users"
    REMARK = "remark"
    CODES = "codes"
    OAUTH = "oauth"


EVERYONE = frozenset({Right.BASIC})
VERIFIED = EVERYONE | {Right.MENU, Right.CUSTOM, Right.MASS, Right.PUBLISH, Right.USERS}
RIGHTS: dict[tuple[str, bool], frozenset[Right]] = {
    ("subscription", False): EVERYONE,
    ("subscription", True): VERIFIED,
    ("service", False): EVERYONE | {Right.MENU},
    ("service", True): VERIFIED | {Right.TEMPLATE, Right.SUBSCRIPTION, Right.REMARK, Right.CODES, Right.OAUTH},
}

KINDS = ("subscription", "service")
MODES = ("safe", "compatible", "plain")


class WrongSetting(ValueError):
    """A reset or a command line asked for something an account cannot be."""


@dataclass(frozen=True)
class Account:
    """Everything the admin console of a real account would hold; a reset may change any of it."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    callback: str
    kind: str = "service"
    verified: bool = True
    account_id: str = "gh_demo"
    name: str = "书声图书馆"
    mode: str = "safe"
    callback_timeout_s: float = 5.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WrongSetting(f"kind must be one of {', '.join(KINDS)}")
        if self.mode not in MODES:
            raise WrongSetting(f"mode must be one of {', '.join(MODES)}")
        if len(self.aes_key) != 43 or not self.aes_key.isalnum():
            raise WrongSetting("aes_key must be 43 letters and digits")
        if not 0 < self.callback_timeout_s <= 60:
            raise WrongSetting("callback_timeout_s must be above 0 and at most 60")

    def may(self, right: Right) -> bool:
        return right in RIGHTS[(self.kind, self.verified)]

    def changed(self, wishes: dict[str, Any]) -> "Account":
        """This account with some settings replaced. Raises: WrongSetting for an unknown or ill-typed one."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in wishes.items():
            if name not in kinds:
                raise WrongSetting(f"unknown setting {name}; known: {', '.join(kinds)}")
            fits = isinstance(value, (int, float)) if kinds[name] is float else isinstance(value, kinds[name])
            if not fits:
                raise WrongSetting(f"{name} must be of type {kinds[name].__name__}")
        return replace(self, **wishes)
