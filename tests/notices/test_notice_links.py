"""Links of a notice to our own pages: each counts once a visitor and day, leads nowhere else, and changes no word."""

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from models import times
from models.audience import NoticeLink, NoticeTap
from notices import tracking
from notices.content import Article, Content
from tests.notices.broadcasting import notice
from tests.world import World

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}
SITE = "https://lib.example"


def test_links_to_our_pages_are_led_by_a_counted_way_and_others_are_not(world: World) -> None:
    site = world.settings.site
    body = (
        f'<p><a href="{site}/a/abc123?from=n&amp;x=1">听绘本</a> <a href="https://example.com/a/abc123">别处</a>'
        f'<img src="{site}/pictures/00.jpg"></p>'
    )
    content = Content((Article("周末", body=body, source=f"{site}/plan"),), text=f"看这里：{site}/a/abc123，再见")
    with world.database.units() as session:
        one = notice(session)
        made = tracking.counted(session, one.id, content, site=site, now=times.now())
        assert tracking.counted(session, one.id, content, site=site, now=times.now()) == made
        assert tracking.counted(session, one.id, made, site=site, now=times.now()) == made  # what counts, counts once
        codes = {link.path: link.code for link in session.scalars(sa.select(NoticeLink))}
    assert sorted(codes) == ["/a/abc123", "/a/abc123?from=n&x=1", "/plan"]
    assert made.articles[0].source == f"{site}/n/{codes['/plan']}"
    assert 'href="https://example.com/a/abc123"' in made.articles[0].body
    assert f'src="{site}/pictures/00.jpg"' in made.articles[0].body
    assert made.text == f"看这里：{site}/n/{codes['/a/abc123']}，再见"
    assert made.articles[0].body.replace(f"/n/{codes['/a/abc123?from=n&x=1']}", "/a/abc123?from=n&amp;x=1") == body


def test_a_tap_leads_there_and_counts_once_a_visitor_and_day(world: World) -> None:
    with world.database.units() as session:
        code = tracking.code_of(session, notice(session).id, "/plan?branch=1", now=times.now())
    for _ in range(3):
        answer = world.http.get(f"/n/{code}", headers=PHONE)
        assert (answer.status_code, answer.location) == (302, "/plan?branch=1")
        assert answer.headers["Cache-Control"] == "no-store"
    assert world.count(NoticeTap) == 1
    world.http.head(f"/n/{code}", headers=PHONE)
    world.http.get(f"/n/{code}", headers={"User-Agent": "WeChat-Preview-Bot"})
    world.http.get(f"/n/{code}", headers={"User-Agent": ""})
    assert world.count(NoticeTap) == 1
    world.http.get(f"/n/{code.lower()}", headers={"User-Agent": "another phone"})
    assert world.count(NoticeTap) == 2
    world.passes(days=1)
    world.http.get(f"/n/{code}", headers=PHONE)
    assert world.count(NoticeTap) == 3
    assert world.http.get("/n/NOSUCH00", headers=PHONE).status_code == 404


@given(st.text(max_size=60))
def test_no_address_leads_out_of_the_house(rest: str) -> None:
    for url in (rest, f"{SITE}{rest}", f"{SITE}/{rest}", f"//{rest}", f"{SITE}@evil.example/{rest}"):
        path = tracking.own_path(url, SITE)
        assert not path or (
            path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
        )
        assert not path or url.startswith(SITE)
