"""更多: the rooms and settings that a phone's bar has no place for."""

from flask import Blueprint

from console.desk import Desk, drawn
from console.rights import Open, may


def register(_desk: Desk, blueprint: Blueprint) -> None:
    """/console/more"""
    blueprint.add_url_rule("/more", "more", _more)


@may(Open.TO_STAFF)
def _more() -> str:
    """All of the rail, to be opened by a thumb."""
    return drawn("more.html")
