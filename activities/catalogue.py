"""The version of what readers can see."""

from sqlalchemy.orm import Session

from models.activity import Catalogue
from models.db import insert


def readers_see_anew(session: Session) -> None:
    """What readers can see has changed: no process answers from its memory any more."""
    statement = insert(session, Catalogue).values(one=1, version=1)
    grown = {"version": Catalogue.version + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=grown))


def places_are_new(session: Session) -> None:
    """The same where a branch, a place or a route has changed: the map is made anew as well."""
    statement = insert(session, Catalogue).values(one=1, version=1, places=1)
    grown = {"version": Catalogue.version + 1, "places": Catalogue.places + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=grown))


def answers_are_new(session: Session) -> None:
    """The same of 常见问题 alone: everything else that is kept stays."""
    statement = insert(session, Catalogue).values(one=1, version=1, answers=1)
    grown = {"answers": Catalogue.answers + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=grown))
