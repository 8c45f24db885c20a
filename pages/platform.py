"""What pages may ask of WeChat, handed over by app.py; a bare app has nobody to ask."""

from typing import Protocol


class Platform(Protocol):
    """As bot.platform has it. Never asked inside a unit."""

    script: str

    def authorize_url(self, back: str, state: str) -> str:
        """Where the reader is sent to say who they are; "" where the account cannot ask."""

    def openid_for(self, code: str) -> str | None:
        """The reader who came back with this code, if it is one."""

    def signature(self, url: str) -> dict[str, str] | None:
        """For wx.config on the page at this address: app, time, nonce, signature."""

    def pay(self, package: str) -> dict[str, str]:
        """What WeChat's sheet for a transfer is opened with: app, merchant, package; and the script of the simulator."""


class Nobody:
    """No platform: readers are known by links from the chat alone."""

    script = ""

    def authorize_url(self, _back: str, _state: str) -> str:
        """Nowhere."""
        return ""

    def openid_for(self, _code: str) -> str | None:
        """Nobody."""
        return None

    def signature(self, _url: str) -> dict[str, str] | None:
        """None."""
        return None

    def pay(self, _package: str) -> dict[str, str]:
        """Nothing."""
        return {}
