"""A notice is its newest words, and what is signed is a digest of all that a reader would see."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.pictures import is_needed
from models import times
from models.by import By
from models.errors import BadInput
from notices import service
from notices.content import Article, Content
from tests.world import World

ARTICLES = st.builds(
    Article, **{name: st.text(max_size=20) for name in ("title", "author", "digest", "body", "cover")}
)
CONTENTS = st.builds(Content, articles=st.lists(ARTICLES, max_size=3).map(tuple), text=st.text(max_size=20))


def by(who: str = "bianji") -> By:
    return By(who, times.now())


def test_a_notice_is_begun_and_read_again(world: World) -> None:
    content = Content((Article(title="周末看点", body="<p>听绘本</p>"),))
    with world.database.units() as session:
        notice = service.begin(session, service.Wanted(" 周末看点 ", content), by=by())
        assert (notice.title, notice.version, len(notice.steps)) == ("周末看点", 1, 4)
        assert service.content_of(session, notice) == content
        with pytest.raises(BadInput, match="起一个名字"):
            service.begin(session, service.Wanted(" ", content), by=by())


@given(CONTENTS, st.text(min_size=1, max_size=5))
def test_it_is_kept_as_it_is_and_any_other_word_is_another_digest(content: Content, more: str) -> None:
    assert Content.of(content.json) == content
    assert Content.of(content.json).sha256 == content.sha256
    assert replace(content, text=content.text + more).sha256 != content.sha256
    first = replace(content.articles[0], body=content.articles[0].body + more) if content.articles else Article(more)
    assert replace(content, articles=(first, *content.articles[1:])).sha256 != content.sha256


def test_a_picture_it_names_stays_when_the_activity_it_came_from_drops_it(world: World) -> None:
    cover, inside = "a" * 64, "b" * 64
    article = Article(title="周末看点", body=f'<p><img src="/media/pictures/{inside}"></p>', cover=cover)
    with world.database.units() as session:
        notice = service.begin(session, service.Wanted("周末看点", Content((article,))), by=by())
        assert all(is_needed(session, digest) for digest in (cover, inside))
        service.save(session, notice, Content((Article(title="没有图"),)), by=by("wang"), was=1)
        assert is_needed(session, cover), "an older version still names it"
        assert not is_needed(session, "c" * 64)
