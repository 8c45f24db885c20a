"""Which door a request came to: the simulator's own pages and API, or the platform's API."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.wrappers import Request

from simulator import basics, codes, media, menu, messages, probes, tags, users
from simulator.calls import answer_call
from simulator.phone import phone
from simulator.platform import Platform
from simulator.server import LARGEST_BODY, WsgiApp
from simulator.sim_api import sim_api

# Importing a module of endpoints registers them.
API_MODULES = (basics, codes, media, menu, messages, probes, tags, users)
OWN_PATHS = ("/sim/", "/static/")


def own_app(platform: Platform) -> Flask:
    app = Flask("simulator")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(sim_api(platform))
    app.register_blueprint(phone(platform))
    return app


def whole_app(platform: Platform) -> WsgiApp:
    own = own_app(platform)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/" or path.startswith(OWN_PATHS):
            return own(environ, start_response)
        return answer_call(platform, Request(environ))(environ, start_response)

    return app
