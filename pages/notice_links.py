"""/n/<code>: from a notice to a page of ours, counted once a visitor and day."""

from functools import partial

from flask import Blueprint, abort, redirect
from werkzeug.wrappers import Response

from models import codes, times
from models.audience import NoticeLink
from models.db import Database
from notices import tracking
from pages.visitors import Visitors


class _Views:
    def __init__(self, database: Database, visitors: Visitors) -> None:
        self._database = database
        self._visitors = visitors

    def follow(self, code: str) -> Response:
        """To the page, which is one of ours: the row holds a path and no host. Nobody keeps it, or it would count once."""
        with self._database.reading() as session:
            link = session.get(NoticeLink, codes.as_printed(code)[:10]) or abort(404)
            code, path = link.code, link.path
        self._visitors.came(f"notice link {code}", partial(tracking.note, code=code), times.now())
        response = redirect(path, 302)
        response.headers["Cache-Control"] = "no-store"
        return response


def register(blueprint: Blueprint, database: Database, visitors: Visitors) -> None:
    """The route."""
    blueprint.add_url_rule("/n/<code>", "notice_link", _Views(database, visitors).follow)
