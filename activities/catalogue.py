"""The version of what readers can see."""

from sqlalchemy.orm import Session

from models.activity import Catalogue
from models.db import insert


def readers_see_anew(session: Session) -> None:
    """What readers can see has changed: no process answers from its memory any more."""
    statement = insert(session, Catalogue).values(one=1, version=1)
    grown = {"version": Catalogue.version + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=grown))
