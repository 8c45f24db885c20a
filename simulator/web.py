"""Which door a request came to: the simulator's own pages and API, or the platform's API."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.wrappers import Request

from simulator import (
    articles,
    basics,
    codes,
    datacube,
    drafts,
    jssdk,
    masses,
    materials,
    media,
    menu,
    messages,
    newtmpl,
    oauth,
    pay,
    subscriptions,
    tags,
    template_messages,
    users,
)
from simulator.callbacks import Pushes
from simulator.calls import answer_call
from simulator.faults import PAY_PATHS
from simulator.pay_notices import Notices
from simulator.phone import phone
from simulator.platform import Platform
from simulator.server import LARGEST_BODY, WsgiApp
from simulator.sim_api import sim_api

# Importing a module of endpoints registers them.
API_MODULES = (
    jssdk,
    oauth,
    articles,
    basics,
    codes,
    datacube,
    drafts,
    masses,
    materials,
    media,
    menu,
    messages,
    newtmpl,
    subscriptions,
    tags,
    template_messages,
    users,
)
OWN_PAGES = ("/", "/jweixin.js")
OWN_PATHS = ("/sim/", "/static/", "/s/")


def own_app(platform: Platform, pushes: Pushes, notices: Notices) -> Flask:
    app = Flask("simulator")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(sim_api(platform, pushes, notices))
    app.register_blueprint(phone(platform))
    app.register_blueprint(articles.page(platform))
    return app


def whole_app(platform: Platform) -> WsgiApp:
    pushes, notices = Pushes(platform), Notices(platform)
    own = own_app(platform, pushes, notices)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in OWN_PAGES or path.startswith(OWN_PATHS):
            return own(environ, start_response)
        door = pay.DOOR if path.startswith(PAY_PATHS) else None
        response = answer_call(platform, Request(environ), pushes.owe, door)
        if door:
            notices.ring()
        return response(environ, start_response)

    return app
