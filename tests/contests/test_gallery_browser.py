"""The gallery at a phone: a recording that is heard counts, and every page of it holds what pages must."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from contests import files, media, sums
from models import times
from models.contest import Contest, Genre, Look, LookKind, PieceKind, Submission
from tests.contests.sounds import needs_ffmpeg, wav
from tests.contests.test_gallery import judged
from tests.contests.test_liking import crowd, taps
from tests.test_page_sign_up_browser import holds, phone_of, presses, site
from tests.world import World

__all__ = ["site"]  # the fixture
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is drawn is the same from both


def with_sound(world: World, work: str, room: Path) -> None:
    """The work is a recording of eight seconds."""
    needs_ffmpeg()
    kept = files.keep(room, [wav(8)], PieceKind.SOUND)
    made = media.make_piece(room, {"kind": "sound", "original": kept["original"], "most_seconds": 60})
    with world.database.units() as session:
        found = session.scalars(sa.select(Submission).where(Submission.code == work)).one()
        found.genre, found.whole, found.words = Genre.VOICE, made["playable"], ""


def plays(page: Page, seconds: float) -> None:
    """Without a sound, until it stands there."""
    page.evaluate(
        """async (until) => {
             const player = document.querySelector("audio");
             player.muted = true;
             await player.play();
             await new Promise((done) => player.addEventListener("timeupdate", () => player.currentTime >= until && done()));
             player.pause();
           }""",
        seconds,
    )


def test_what_is_heard_for_five_seconds_is_played_once_and_jumping_about_is_not(
    browser: Chromium, world: World, site: str
) -> None:
    code, (work, *_) = judged(world)
    with_sound(world, work, world.settings.media)
    page = phone_of(browser, world, site, "小林")
    page.goto(f"{site}/c/{code}/works/{work}")
    holds(page, "work")
    plays(page, 1)
    page.evaluate("document.querySelector('audio').currentTime = 7")
    assert world.count(Look, Look.kind == LookKind.PLAY) == 0
    page.evaluate("document.querySelector('audio').currentTime = 0")
    with page.expect_response(lambda answer: answer.url.endswith("/play")) as told:
        plays(page, 5.5)
    assert told.value.status == 204
    assert world.count(Look, Look.kind == LookKind.PLAY) == 1
    assert world.count(Look, Look.kind == LookKind.VISIT) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ballot_is_filled_with_a_thumb_and_the_hall_is_read_by_likes(
    browser: Chromium, world: World, site: str, scheme: str
) -> None:
    code, works = judged(world, at_least=2)
    with world.database.units() as session:
        session.execute(sa.update(Contest).values(shows_ranks=True))
        sums.sum_up(session, times.now())
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    page.goto(f"{site}/c/{code}/works")
    holds(page, "hall")
    for at, said in ((0, "再选 1 件才算数"), (1, "1 位读者点过赞")):
        presses(page, page.locator(".gallery-card").nth(at))
        presses(page, page.get_by_role("button", name="点赞"))
        holds(page, f"liked {at}")
        expect(page.get_by_role("status")).to_contain_text(said)
        page.goto(f"{site}/c/{code}/works")
    expect(page.get_by_text("您选了 2 件，都算数了")).to_be_visible()
    presses(page, page.get_by_role("link", name="按点赞"))
    holds(page, "ranked")
    expect(page.locator(".gallery-card")).to_have_count(3)
    taps(world, works[2], *crowd(5))
    page.goto(f"{site}/c/{code}/works/{works[2]}")
    presses(page, page.get_by_role("button", name="点赞"))
    holds(page, "held")
