"""A recitation contest as libraries hold it, by settings alone: voice up to three minutes, three judges, trimmed mean, 48 winners."""

import random
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from contests import awards, queries, service
from contests.judging.service import CriterionWanted
from models import times
from models.award import Award, AwardState
from models.contest import Contest, Genre, Submission, SubmissionState
from models.judging import Mean, RoundPlace
from tests.console.office import Office
from tests.console.test_console_awards import does
from tests.console.test_console_contests import made
from tests.contests.judged import browser_of, closes, invites, marks, round_of, sends
from tests.test_sign_up import by_day

EACH = 15  # works of a group; twelve of them win
CRITERIA = (CriterionWanted("语音", 40, 10), CriterionWanted("情感", 60, 10))


def readings(office: Office, number: int) -> list[int]:
    """Accepted recordings of two minutes in every group, as the worker leaves them."""
    now = times.now()
    with office.database.units() as session:
        contest = session.get_one(Contest, number)
        for group in queries.groups_of(session, contest):
            for n in range(EACH):
                session.add(
                    Submission(
                        contest_id=number, code=service.new_code(), number=group.position * EACH + n + 1, state=SubmissionState.ACCEPTED,
                        genre=Genre.VOICE, group_id=group.id, openid=f"oReader{group.position}{n:02}aaaaaaaaaaaaaaaa", title=f"朗读{n}",
                        author=f"林{group.name[0]}{n}", whole=f"{group.position:02}{n:02}" * 16, length_ms=120_000, ready_at=now,
                        made_at=now, handed_in_at=now,
                    )
                )  # fmt: skip
    office.passes(days=31)
    with office.database.units() as session:
        service.close_due(session, times.now())
        return list(session.scalars(sa.select(Submission.id).order_by(Submission.id)))


@pytest.fixture
def office(both_offices: Office) -> Office:
    """On either database."""
    by_day(both_offices)
    return both_offices


def test_three_judges_trimmed_means_and_forty_eight_winners_with_certificates(office: Office) -> None:
    number = made(office, "recitation")
    office.browser("chen").does(f"/console/contests/{number}/open", on=f"/console/contests/{number}")
    works = readings(office, number)
    assert len(works) == 4 * EACH
    where = f"/console/contests/{number}"
    assert "已进入评审" in office.browser("chen").does(f"{where}/judge", on=where)
    judges = [invites(office, number, name) for name in ("周老师", "吴老师", "郑老师")]
    this = round_of(office, number, judges_each=3, criteria=CRITERIA, mean=Mean.TRIMMED, ties=("criterion:1", "lot"))
    dice, given = random.Random(48), dict[int, list[int]]()
    for judge, token in judges:
        browser = browser_of(office, token)
        for mark in marks(office, judge):
            points = (dice.randint(4, 10), dice.randint(4, 10))
            assert sends(browser, mark.id, *points).status_code == 303
            given.setdefault(mark.submission_id, []).append(points[0] * 400 + points[1] * 600)
    assert {len(scores) for scores in given.values()} == {3}, "every work by every judge"
    places = closes(office, this)
    for place in places:
        low, middle, high = sorted(given[place.submission_id])
        assert place.score == middle, (low, middle, high)  # the highest and the lowest are dropped
    assert "已照名次拟出" in does(office, number, "propose")
    with office.database.reading() as session:
        listed = awards.listed(session, session.get_one(Contest, number), AwardState.PROPOSED)
        stands = {place.submission_id: place for place in session.scalars(sa.select(RoundPlace))}
    assert len(listed) == 48
    assert all(award.submission_id and stands[award.submission_id].place <= 12 for award in listed)
    assert "已开始公示" in does(office, number, "show", until=str(times.today(times.now()) + timedelta(days=6)))
    office.passes(days=7)
    assert "已颁奖" in does(office, number, "give")
    with office.database.reading() as session:
        codes = session.scalars(sa.select(Award.code).where(Award.state == AwardState.GIVEN)).all()
        assert len(set(codes)) == 48
    page = office.http.get(f"/c/{codes[0]}").text
    assert "朗读" in page
    answer = office.browser("chen").opens(f"{where}/awards.xlsx")
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert len(book.get_sheet_by_name("获奖名单").to_python()) == 1 + 48
