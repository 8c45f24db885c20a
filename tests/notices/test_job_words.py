"""WeChat's word about a job comes through the signed callback: once or twice, early or late, of ours or of nobody's."""

from typing import Any

import pytest

from models import times
from models.follower import Follower
from models.inbox import Push, PushState
from models.notice import JobWord, Way
from notices.sending import steps
from tests.notices.newsroom import SENDALL, Newsroom

HELPER = "oMassHelper0000000000000001"


def tells(newsroom: Newsroom, event: str, **fields: Any) -> None:
    assert newsroom.happens(HELPER, event, **fields) == ""


def job(msg_id: str, status: str = "send success", **more: Any) -> dict[str, Any]:
    counts = {"TotalCount": 5, "FilterCount": 4, "SentCount": 3, "ErrorCount": 1}
    return {"MsgID": int(msg_id), "Status": status, **counts, **more}


def test_a_word_that_comes_before_the_answer_is_found_by_whoever_learns_the_number(newsroom: Newsroom) -> None:
    newsroom.reader()
    newsroom.wechat.post("/sim/faults", {"path": "callback", "what": "lost", "times": 0})
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has("drop", on=SENDALL, times=1)  # done over there, and nobody here knows the number
    newsroom.ticks()
    msg_id = str(newsroom.masses()[0]["msg_id"])
    tells(newsroom, "MASSSENDJOBFINISH", **job(msg_id))
    assert newsroom.state(number) == "sending"
    newsroom.both_pass(seconds=6)
    newsroom.runs(number, to="done")
    assert newsroom.parts(number)[0].told["sent"] == 3


def test_the_same_word_twice_and_a_word_about_nobodys_job_change_nothing(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.runs(number, to="done")
    (before,) = newsroom.parts(number)
    followers = newsroom.count(Follower)
    tells(newsroom, "MASSSENDJOBFINISH", **job("77"))
    for _ in range(2):
        tells(newsroom, "MASSSENDJOBFINISH", **job(before.msg_id))
    assert newsroom.state(number) == "done"
    assert newsroom.parts(number)[0].told["total"] == 5
    assert newsroom.count(Follower) == followers
    assert newsroom.count(JobWord) == 2
    newsroom.both_pass(days=8)
    newsroom.database.unit(lambda session: steps.forget_words(session, times.now()))
    assert newsroom.count(JobWord) == 0


@pytest.mark.parametrize(
    "fields",
    [{}, {"MsgID": "", "Status": ""}, {"MsgID": "x" * 80}, {"MsgID": "9", "TotalCount": "viele", "CopyrightCheckResult": "?"},
     {"MsgID": "9", "ArticleUrlResult": {"ResultList": {"item": ["", ""]}}}],
)  # fmt: skip
def test_a_word_that_makes_no_sense_breaks_nothing(sqlite_newsroom: Newsroom, fields: dict[str, Any]) -> None:
    tells(sqlite_newsroom, "MASSSENDJOBFINISH", **fields)
    tells(sqlite_newsroom, "PUBLISHJOBFINISH", PublishEventInfo=fields or "?")
    assert sqlite_newsroom.count(Push, Push.state == PushState.FAILED) == 0


@pytest.mark.parametrize("event", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH"])
def test_both_names_of_the_word_about_a_publication_are_understood(sqlite_newsroom: Newsroom, event: str) -> None:
    newsroom = sqlite_newsroom
    newsroom.wechat.post("/sim/faults", {"path": "callback", "what": "lost", "times": 0})
    number = newsroom.plans(newsroom.ready(), Way.PUBLISH)
    newsroom.ticks()
    assert newsroom.state(number) == "sending"
    items = [{"idx": 1, "article_url": "https://mp.example/s/1"}, {"idx": 2, "article_url": "https://mp.example/s/2"}]
    told = {
        "publish_id": newsroom.broadcast(number).publish_id, "publish_status": 0, "article_id": "a1",
        "article_detail": {"count": 2, "item": items},
    }  # fmt: skip
    tells(newsroom, event, PublishEventInfo=told)
    assert newsroom.state(number) == "done"
    assert newsroom.broadcast(number).told["urls"] == [item["article_url"] for item in items]
