"""Words in the list of activities: found along an index of ours, and the same as a plain look would find."""

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from activities import changes
from console import activity_list, paging
from models import times
from models.activity import Activity, ActivityState
from models.by import By
from models.wording import parts
from tests.console.office import Office
from tests.console.test_console_activities import _neighbours, titles

SUBJECTS = ("书法", "古琴", "法书", "绘本", "书", "法律")
ASKED = ("书法", "书法 讲座", "律", "讲座", "古琴 体验 总馆", "体法", "官塘")


@pytest.fixture
def library(both_offices: Office) -> Office:
    """Sixty activities of every state, some of them on one day."""
    office, today, draw = both_offices, times.today(times.now()), random.Random(1)

    def some(count: int, word: str) -> list[Any]:
        return [
            office.activity(
                f"{draw.choice(SUBJECTS)}{draw.choice(('讲座', '体验'))}{word}{n}",
                day=today + timedelta(days=draw.randint(-9, 9)),
                branch=draw.choice(("总馆", "官塘分馆")),
            )
            for n in range(count)
        ]

    office.plans(*some(40, "甲"))
    office.plans(*some(20, "乙"), month="2026-12", publish=False)
    with office.database.units() as session:
        by = By("陈馆员", times.now())
        for row in session.scalars(sa.select(Activity).where(Activity.state == ActivityState.PUBLISHED)).all():
            if row.last_on < today and row.id % 3:
                changes.finish(session, row, how="", by=by)
            elif row.id % 5 == 0:
                changes.cancel(session, row, reason="讲师生病", by=by)
    return office


@pytest.mark.parametrize("sort", ["day", "-day", "-changed"])
@pytest.mark.parametrize("rare", [1, 8000])
def test_a_search_finds_what_a_plain_look_finds(
    library: Office, monkeypatch: pytest.MonkeyPatch, sort: str, rare: int
) -> None:
    monkeypatch.setattr(paging, "PAGE", 5)
    monkeypatch.setattr(activity_list, "RARE", rare)
    browser = library.browser("chen")
    with library.database.reading() as session:
        everything = session.scalars(sa.select(Activity)).all()
    assert {row.state for row in everything} == set(ActivityState)
    for asked in ASKED:
        expected = [row for row in everything if all(word in row.words for word in parts(asked))]
        seen: list[str] = []
        path: str | None = f"/console/activities?span=all&sort={sort}&words={asked}"
        while path:
            text = browser.opens(path).text
            seen += titles(text)
            path, _ = _neighbours(text)
        assert sorted(seen) == sorted(row.title for row in expected), asked
        if sort != "-changed":
            expected.sort(key=lambda row: (row.last_on, row.id), reverse=sort == "-day")
            assert seen == [row.title for row in expected]


@pytest.mark.parametrize("sort", ["day", "-changed"])
def test_no_search_walks_the_whole_table(library: Office, sort: str) -> None:
    if not library.database.is_sqlite:
        pytest.skip("SQLite's own way of explaining")
    plans: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM activities" in statement:
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("\n".join(row[-1] for row in rows))

    browser = library.browser("chen")
    event.listen(library.database.engine, "before_cursor_execute", note)
    browser.opens(f"/console/activities?span=all&sort={sort}&words=书法讲座")
    event.remove(library.database.engine, "before_cursor_execute", note)
    of_states = [plan for plan in plans if "branches" in plan]
    assert len(of_states) == len(ActivityState)
    assert not any("SCAN activities" in plan for plan in of_states)
    assert sum("activity_grams_1 USING PRIMARY KEY (gram=?)" in plan for plan in of_states) == 2
