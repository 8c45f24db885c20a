"""What we ask of WeChat, one function a kind of owed work. No session and no row comes in here."""

from collections.abc import Callable
from typing import Any

from bot.client import Client, Json
from bot.errcodes import NO_RIGHT
from models.errors import Rejected, Stopped

# A harmless question per right. An error other than "no such right" proves the right.
PROBES: dict[str, Callable[[Client], Any]] = {
    "customer_message": lambda client: client.message.send_text("", ""),
    "menu": lambda client: client.menu.get(),
    "users": lambda client: client.user.get_followers(),
    "template": lambda client: client.template.get_all_private_template(),
    "subscription": lambda client: client.get(client.api("wxaapi/newtmpl/gettemplate")),
    "publish": lambda client: client.post("freepublish/batchget", data={"offset": 0, "count": 1, "no_content": 1}),
    "mass": lambda client: client.post("message/mass/speed/get", data={}),
}


def send_customer_message(client: Client, payload: Json) -> Json:
    """{"openid", "text"} by message/custom/send. Not repeated by us: the platform knows no key for it."""
    return client.ask(lambda: client.message.send_text(payload["openid"], payload["text"]))


def create_menu(client: Client, payload: Json) -> Json:
    """{"menu"} by menu/create. The same menu twice is the same menu."""
    return client.ask(lambda: client.menu.create(payload["menu"]))


def probe_rights(client: Client, _payload: Json) -> Json:
    """{"rights": {name: errcode}}: 0 where the right is there. Raises what concerns every call (token, IP)."""
    return {"rights": {name: _probe(client, question) for name, question in PROBES.items()}}


def _probe(client: Client, question: Callable[[Client], Any]) -> int:
    try:
        client.ask(lambda: question(client))
    except Stopped as stopped:
        if stopped.errcode not in NO_RIGHT:
            raise
        return stopped.errcode
    except Rejected:
        return 0
    return 0
