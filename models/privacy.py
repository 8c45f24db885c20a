"""What we know of one person: exported and erased by walking the tables' own declarations.

Every column says whether it is personal (models.db: `plain`, `personal`), and a test refuses one that does not,
so a new table cannot be forgotten here.
"""

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import Base


def tables_about_people() -> list[sa.Table]:
    """Tables whose rows belong to one openid."""
    return [table for table in Base.metadata.sorted_tables if "openid" in table.c]


def export(session: Session, openid: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about this person, by table, under the Chinese words of the columns."""
    found = {table.name: _rows(session, table, openid) for table in tables_about_people()}
    return {name: rows for name, rows in found.items() if rows}


def _rows(session: Session, table: sa.Table, openid: str) -> list[dict[str, Any]]:
    rows = session.execute(sa.select(table).where(table.c.openid == openid)).mappings()
    return [{_said(table.c[name]): value for name, value in row.items()} for row in rows]


def _said(column: sa.Column[Any]) -> str:
    return column.info["personal"] or column.name


def digest(openid: str) -> str:
    """A name for an openid that cannot be turned back into it without knowing it."""
    return hashlib.blake2b(openid.encode(), digest_size=16, person=b"farewell").hexdigest()


def erase(session: Session, openid: str) -> None:
    """Rows keyed by the openid go; where other facts must stay, every personal column of the row is emptied but those
    that the law wants kept. A column `left_as` is given the digest: what is limited to a reader stays so (models.quiz)."""
    # An attempt before the place it brought, as whoever answers on a page holds them: neither waits for the other for ever.
    for table in filter(_must_keep_rows, tables_about_people()):
        emptied = {column.name: _empty(column) for column in table.c if _is_emptied(column)}
        if "left_as" in table.c:
            emptied["left_as"] = digest(openid)
        if emptied:
            session.execute(sa.update(table).where(table.c.openid == openid).values(emptied))
    for table in reversed(tables_about_people()):
        if not _must_keep_rows(table):
            session.execute(sa.delete(table).where(table.c.openid == openid))


def _must_keep_rows(table: sa.Table) -> bool:
    """A nullable openid says: this row is ours (a key that must not be used twice, a call that was made)."""
    return bool(table.c.openid.nullable)


def _is_emptied(column: sa.Column[Any]) -> bool:
    return bool(column.info["personal"]) and not column.info.get("kept")


def _empty(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return sa.null()  # SQL's NULL, for JSON columns too
    return {} if isinstance(column.type, sa.JSON) else ""
