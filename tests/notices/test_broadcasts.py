"""A broadcast leaves once: planned by one, confirmed by another, each reader reached, whatever is lost on the way."""

import io
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from activities import picture_files
from models import times
from models.errors import BadInput
from models.follower import Follower
from models.notice import Notice, NoticeForm, NoticeState, PlatformFile, Way
from models.outbox import OutboxCall
from models.platform import Breaker
from notices import quota
from notices.audience.rules import Rules
from notices.content import Content
from notices.sending import looking, service
from tests.notices.newsroom import DRAFT, GET, SEND, SENDALL, Newsroom
from tests.test_archive import packed, unpacked

UPLOAD = "/cgi-bin/media/uploadimg"


def test_articles_go_to_all_once_and_what_wechat_tells_is_kept(newsroom: Newsroom) -> None:
    readers = newsroom.readers(3)
    followers = newsroom.count(Follower)
    notice = newsroom.ready()
    number = newsroom.plans(notice, confirmed=False)
    newsroom.ticks()
    assert newsroom.state(number) == "planned"
    assert newsroom.masses() == []
    newsroom.does_to(number, looking.look)
    newsroom.does_to(number, service.confirm)
    newsroom.runs(number, to="done")
    assert [newsroom.seen(one, "周末看点") for one in readers] == [1, 1, 1]
    (part,) = newsroom.parts(number)
    assert {name: part.told[name] for name in ("status", "total", "sent", "failed")} == {
        "status": "send success", "total": 3, "sent": 3, "failed": 0,
    }  # fmt: skip
    (url,) = newsroom.broadcast(number).told["urls"]
    assert "/s/" in url
    # Whoever tells of jobs is no reader.
    assert newsroom.count(Follower) == followers
    with newsroom.database.reading() as session:
        assert session.get_one(Notice, notice).state is NoticeState.SENT
    # The same again, to everybody, is refused; what WeChat has is not handed over again by another notice.
    with pytest.raises(BadInput, match="不会再发第二次"):
        newsroom.plans(notice)
    files = newsroom.count(PlatformFile)
    another = newsroom.plans(newsroom.ready(title="又一篇"), Way.DRAFT)
    newsroom.runs(another, to="done")
    assert newsroom.count(PlatformFile) == files == 2
    assert len(newsroom.wechat.calls(UPLOAD)) == 1


def test_whoever_planned_it_does_not_confirm_it_and_of_two_who_press_one_is_told(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    number = newsroom.plans(newsroom.text(), confirmed=False)
    with pytest.raises(BadInput, match="自己排的不能自己确认"):
        newsroom.does_to(number, service.confirm, by="chen")
    with pytest.raises(BadInput, match="请先看一遍"):
        newsroom.does_to(number, service.confirm, by="wang")
    newsroom.does_to(number, looking.look, by="wang")
    newsroom.does_to(number, service.confirm, by="wang")
    with pytest.raises(BadInput, match="已经有人确认过"):
        newsroom.does_to(number, service.confirm, by="li")


def test_a_list_goes_in_parts_each_reader_once_and_who_wants_none_gets_none(newsroom: Newsroom) -> None:
    readers = newsroom.readers(4)
    number = newsroom.plans(newsroom.ready(), Way.MASS_LIST)
    newsroom.runs(number, to="done")
    assert [newsroom.seen(one, "周末看点") for one in readers] == [1] * 4
    assert newsroom.outcomes(number) == dict.fromkeys(readers, (1, "handed"))
    assert [mass["audience"] for mass in newsroom.masses()] == [{"openids": 4}]


@pytest.mark.parametrize("fault", ["drop", "slow:3", "silent", "500", "garbage"])
def test_a_lost_answer_is_asked_for_again_under_the_same_key(sqlite_newsroom: Newsroom, fault: str) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has(fault, on=SENDALL, times=1)
    newsroom.ticks()
    newsroom.both_pass(seconds=6)
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1
    assert len(newsroom.masses()) == 1
    (part,) = newsroom.parts(number)
    assert part.msg_id == str(newsroom.masses()[0]["msg_id"])
    assert part.told["sent"] == 1


def test_a_part_of_which_nobody_knows_for_a_day_is_never_sent_again_by_itself(newsroom: Newsroom) -> None:
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has("drop", on=SENDALL, times=1)
    newsroom.ticks()
    assert len(newsroom.masses()) == 1
    newsroom.both_pass(hours=23, minutes=30)
    newsroom.runs(number, to="failed")
    assert "一天里都没问出来" in newsroom.cause(number)
    assert newsroom.seen(reader, "明天下午照常开门。") == 1
    with pytest.raises(BadInput, match="先在那一批旁边决定"):
        newsroom.does_to(number, service.send_again)
    newsroom.does_to(number, lambda session, one, by: service.decide(session, one, 1, was_sent=True, by=by))
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1


def test_sends_used_up_elsewhere_stop_it_honestly_and_open_no_breaker(newsroom: Newsroom) -> None:
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has("errcode:45028", on=SENDALL, times=1)
    newsroom.runs(number, to="paused")
    assert "群发次数用完了" in newsroom.cause(number)
    assert "8:00 能再发" in newsroom.cause(number)
    assert newsroom.count(Breaker) == 0
    newsroom.does_to(number, service.resume)
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (48001, "没有这种发法的权限"),
        (48003, "群发协议"),
        (89505, "管理员拒绝了"),
        (45062, "不能群发"),
        (99999, "微信不收"),
    ],
)
def test_a_refusal_says_why_and_shuts_no_road(sqlite_newsroom: Newsroom, code: int, said: str) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    notice = newsroom.text()
    number = newsroom.plans(notice)
    newsroom.wechat.has(f"errcode:{code}", on=SENDALL, times=1)
    newsroom.runs(number, to="failed")
    assert said in newsroom.cause(number)
    assert newsroom.count(Breaker) == 0
    with newsroom.database.reading() as session:  # nothing has left: the words may be written again
        assert session.get_one(Notice, notice).state is NoticeState.READY
    newsroom.does_to(number, service.send_again)
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1


@pytest.mark.parametrize("code", [42010, 45066, -1])
def test_too_fast_is_tried_again_by_itself(sqlite_newsroom: Newsroom, code: int) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has(f"errcode:{code}", on=SENDALL, times=1)
    newsroom.ticks()
    assert newsroom.state(number) == "sending"
    newsroom.both_pass(seconds=65)
    newsroom.runs(number, to="done")
    assert len(newsroom.masses()) == 1


def test_a_days_calls_used_up_wait_and_nothing_leaves_in_the_night(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.has("errcode:45009", on=SENDALL, times=1)
    newsroom.ticks()
    assert (newsroom.state(number), newsroom.count(Breaker)) == ("sending", 1)
    newsroom.both_pass(hours=14, minutes=30)  # half past midnight: the day's calls are back, readers sleep
    newsroom.ticks()
    assert newsroom.masses() == []
    newsroom.both_pass(hours=8)
    newsroom.runs(number, to="done")
    assert len(newsroom.masses()) == 1


@pytest.mark.parametrize(("yes", "ends"), [(True, "done"), (False, "failed")])
def test_the_administrators_word_is_awaited(newsroom: Newsroom, yes: bool, ends: str) -> None:
    reader = newsroom.reader()
    newsroom.wechat.post("/sim/masses", {"protected": True})
    number = newsroom.plans(newsroom.text())
    newsroom.ticks()
    newsroom.both_pass(minutes=2)
    newsroom.runs(number, to="waiting")
    assert "等管理员" in newsroom.cause(number)
    newsroom.wechat.post(f"/sim/masses/{newsroom.masses()[0]['msg_id']}/confirm", {"yes": yes})
    newsroom.runs(number, to=ends)
    assert newsroom.seen(reader, "明天下午照常开门。") == yes
    assert ("拒绝" in newsroom.cause(number)) is not yes


def test_an_administrator_who_is_silent_means_no_and_it_can_be_sent_again(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    newsroom.wechat.post("/sim/masses", {"protected": True})
    number = newsroom.plans(newsroom.text())
    newsroom.ticks()
    newsroom.both_pass(minutes=31)
    newsroom.masses()  # there the half hour is over
    newsroom.runs(number, to="failed")
    assert "30 分钟没有确认" in newsroom.cause(number)
    newsroom.wechat.post("/sim/masses", {"protected": False})
    newsroom.does_to(number, service.send_again)
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1


def test_where_wechat_says_itself_that_it_waits_the_same_send_is_asked_for(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    newsroom.wechat.has("errcode:89504", on=SENDALL)
    number = newsroom.plans(newsroom.text())
    newsroom.runs(number, to="waiting")
    newsroom.both_pass(minutes=6)
    newsroom.ticks()
    assert newsroom.state(number) == "waiting"
    newsroom.both_pass(minutes=35)
    newsroom.runs(number, to="failed")
    assert "30 分钟没有确认" in newsroom.cause(number)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("err(20013)", "版权（第 1 篇被判为转载）"),
        ("err(10001)", "广告"),
        ("send fail", "没有说原因"),
        ("err(99999)", "代号"),
    ],
)
def test_what_wechat_does_not_let_pass_is_told_in_chinese(sqlite_newsroom: Newsroom, status: str, said: str) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    newsroom.wechat.post("/sim/masses", {"next": status})
    number = newsroom.plans(newsroom.ready())
    newsroom.runs(number, to="failed")
    assert said in newsroom.cause(number)


def test_a_draft_that_is_gone_is_made_anew_before_anything_was_sent(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.ready())
    newsroom.wechat.has("errcode:40007", on=SENDALL, times=1)
    newsroom.runs(number, to="done")
    assert len(newsroom.wechat.calls(DRAFT)) == 2
    assert newsroom.seen(reader, "周末看点") == 1


def test_without_a_word_from_wechat_it_is_asked(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.wechat.post("/sim/reset", {"kind": "service", "verified": True, "callback": "http://127.0.0.1:9/wechat"})
    newsroom.wechat.post("/sim/readers", {"name": "小林", "following": True})
    newsroom.ticks()
    assert newsroom.state(number) == "sending"
    newsroom.both_pass(minutes=2)
    newsroom.runs(number, to="done")
    assert newsroom.parts(number)[0].told == {"status": "send_success"}
    assert len(newsroom.wechat.calls(GET)) == 1


def test_words_that_changed_since_the_yes_do_not_leave_and_both_are_told(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    phone = newsroom.reader("陈的手机")
    newsroom.binds("chen", phone)
    notice = newsroom.text()
    number = newsroom.plans(notice, due=times.now() + timedelta(hours=1))
    newsroom.rewrites(notice, "明天不开门。")
    newsroom.both_pass(hours=1)
    newsroom.runs(number, to="stopped")
    assert "和确认时不一样" in newsroom.cause(number)
    assert newsroom.masses() == []
    newsroom.delivers()
    assert newsroom.seen(phone, "和确认时不一样") == 1


def test_a_time_that_has_passed_is_asked_about(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    with pytest.raises(BadInput, match="已经过去"):
        newsroom.plans(newsroom.text(), due=times.now() - timedelta(hours=1))
    number = newsroom.plans(newsroom.text(), due=times.now() + timedelta(minutes=10))
    newsroom.both_pass(hours=2)  # nobody was there: a power cut
    newsroom.ticks()
    assert newsroom.state(number) == "late"
    assert newsroom.masses() == []
    newsroom.does_to(number, lambda session, one, by: service.reschedule(session, one, times.now(), by=by))
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "明天下午照常开门。") == 1


def test_nights_are_quiet(sqlite_newsroom: Newsroom) -> None:
    night = times.local(times.now()).replace(hour=23, minute=0)
    with pytest.raises(BadInput, match="晚上十点到早上八点"):
        sqlite_newsroom.plans(sqlite_newsroom.text(), due=night)


def test_to_a_tag_goes_to_those_of_the_tag(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    theirs, others = newsroom.reader("甲"), newsroom.reader("乙")
    client = newsroom.client
    tag = client.ask(lambda: client.post("tags/create", data={"tag": {"name": "亲子"}}))["tag"]["id"]
    client.ask(lambda: client.post("tags/members/batchtagging", data={"tagid": tag, "openid_list": [theirs]}))
    number = newsroom.plans(newsroom.text(), Way.MASS_TAG, rules=Rules(tag_id=tag))
    newsroom.runs(number, to="done")
    assert (newsroom.seen(theirs, "照常开门"), newsroom.seen(others, "照常开门")) == (1, 0)


def test_paused_it_leaves_nothing_and_resumed_the_rest(newsroom: Newsroom) -> None:
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.ready())
    newsroom.step()
    newsroom.does_to(number, service.pause)
    newsroom.ticks()
    assert (newsroom.state(number), newsroom.masses()) == ("paused", [])
    newsroom.does_to(number, service.resume)
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "周末看点") == 1


def test_stopped_before_it_left_the_words_are_free_again(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    notice = newsroom.text()
    number = newsroom.plans(notice)
    newsroom.step()
    newsroom.does_to(number, service.stop)
    newsroom.ticks()
    assert (newsroom.state(number), newsroom.masses()) == ("stopped", [])
    with newsroom.database.reading() as session:
        assert session.get_one(Notice, notice).state is NoticeState.READY


def test_published_it_has_a_page_and_rings_no_phone_and_can_be_deleted(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.ready(), Way.PUBLISH)
    newsroom.runs(number, to="done")
    told = newsroom.broadcast(number).told
    assert len(told["urls"]) == 1
    assert told["article_id"]
    assert newsroom.seen(reader, "周末看点") == 0
    newsroom.does_to(number, service.take_back)
    newsroom.ticks()
    assert newsroom.broadcast(number).told["deleted_at"]


@pytest.mark.parametrize("fault", ["drop", "silent"])
def test_a_publication_whose_answer_is_lost_is_published_once(sqlite_newsroom: Newsroom, fault: str) -> None:
    newsroom = sqlite_newsroom
    number = newsroom.plans(newsroom.ready(), Way.PUBLISH)
    newsroom.wechat.has(fault, on="/cgi-bin/freepublish/submit", times=1)
    newsroom.ticks()
    newsroom.both_pass(seconds=6)
    newsroom.ticks()
    newsroom.both_pass(minutes=2)
    newsroom.runs(number, to="done")
    out = newsroom.client.ask(
        lambda: newsroom.client.post("freepublish/batchget", data={"offset": 0, "count": 20, "no_content": 1})
    )
    assert out["total_count"] == 1
    assert newsroom.broadcast(number).told["article_id"] == out["item"][0]["article_id"]


@pytest.mark.parametrize(("status", "said"), [(2, "原创"), (3, "发布失败"), (4, "审核没有通过")])
def test_a_publication_that_is_refused_says_why(sqlite_newsroom: Newsroom, status: int, said: str) -> None:
    sqlite_newsroom.wechat.post("/sim/masses", {"publish": status})
    number = sqlite_newsroom.plans(sqlite_newsroom.ready(), Way.PUBLISH)
    sqlite_newsroom.runs(number, to="failed")
    assert said in sqlite_newsroom.cause(number)


def test_one_by_one_each_reader_is_owed_one_message(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    wrote, silent = newsroom.reader("甲"), newsroom.reader("乙", says=None)
    newsroom.both_pass(minutes=2)
    number = newsroom.plans(newsroom.text(), Way.MESSAGES)
    newsroom.steps(number, to="sending")
    for _ in range(3):
        newsroom.step()
    assert newsroom.state(number) == "sending", "what is owed has not left: it can be stopped"
    newsroom.ticks()
    newsroom.both_pass(minutes=3)
    newsroom.runs(number, to="done")
    assert newsroom.broadcast(number).sent_to == "", "nobody's number stays"
    assert (newsroom.seen(wrote, "照常开门"), newsroom.seen(silent, "照常开门")) == (1, 0)
    newsroom.phone(silent, type="text", content="在吗")
    newsroom.delivers()
    assert newsroom.seen(silent, "照常开门") == 1


def test_stopped_what_was_owed_one_by_one_and_has_not_left_is_taken_back(newsroom: Newsroom) -> None:
    silent = newsroom.reader("乙", says=None)
    newsroom.both_pass(minutes=2)
    number = newsroom.plans(newsroom.text(), Way.MESSAGES)
    newsroom.steps(number, to="sending")
    newsroom.step()  # a part of them is owed
    newsroom.does_to(number, service.stop)
    newsroom.ticks()
    newsroom.phone(silent, type="text", content="在吗")
    newsroom.delivers()
    assert newsroom.state(number) == "stopped"
    assert newsroom.seen(silent, "照常开门") == 0


def test_a_list_that_wechat_did_not_let_pass_goes_out_when_it_is_sent_again(newsroom: Newsroom) -> None:
    readers = newsroom.readers(3)
    newsroom.wechat.post("/sim/masses", {"next": "err(10001)"})
    number = newsroom.plans(newsroom.text(), Way.MASS_LIST)
    newsroom.runs(number, to="failed")
    assert [newsroom.seen(one, "照常开门") for one in readers] == [0, 0, 0]
    newsroom.does_to(number, service.send_again)
    newsroom.runs(number, to="done")
    assert [newsroom.seen(one, "照常开门") for one in readers] == [1, 1, 1]
    assert set(newsroom.outcomes(number).values()) == {(1, "handed")}


def test_words_that_wechat_did_not_let_pass_may_be_mended(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.reader()
    newsroom.wechat.post("/sim/masses", {"next": "err(20013)"})
    notice = newsroom.text()
    number = newsroom.plans(notice)
    newsroom.runs(number, to="failed")
    with newsroom.database.reading() as session:
        assert session.get_one(Notice, notice).state is NoticeState.READY, "nothing of it has left"


def test_what_may_have_left_is_not_planned_a_second_time(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader, notice = newsroom.reader(), newsroom.text()
    number = newsroom.plans(notice)
    newsroom.wechat.has("drop", on=SENDALL, times=1)
    newsroom.ticks()
    newsroom.both_pass(hours=23, minutes=30)
    newsroom.runs(number, to="failed")
    with pytest.raises(BadInput, match="到那一次发送里决定"):
        newsroom.plans(notice)
    assert newsroom.seen(reader, "照常开门") == 1


def test_whoever_leaves_is_named_by_no_key(newsroom: Newsroom) -> None:
    reader = newsroom.reader("甲")
    number = newsroom.plans(newsroom.text(), Way.MESSAGES)
    newsroom.ticks()
    assert f"broadcast:{number}:{reader}" in newsroom.states()
    newsroom.phone(reader, type="event", event="unsubscribe")
    with newsroom.database.reading() as session:
        keys = session.scalars(sa.select(OutboxCall.key)).all()
    assert keys
    assert not any(reader in key for key in keys)


def test_a_list_refused_for_its_quota_leaves_the_day_of_a_send_to_all(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.readers(2)
    newsroom.wechat.has("errcode:45028", on=SEND, times=1)
    number = newsroom.plans(newsroom.text(), Way.MASS_LIST)
    newsroom.runs(number, to="paused")
    with newsroom.database.reading() as session:
        assert quota.left(session, times.now()).today == 1


def test_readers_who_leave_meanwhile_are_not_sent_to_and_nobody_else_is_left_out(newsroom: Newsroom) -> None:
    readers = newsroom.readers(3)
    number = newsroom.plans(newsroom.text(), Way.MASS_LIST)
    newsroom.steps(number, to="sending")
    newsroom.phone(readers[0], type="event", event="unsubscribe")
    late = newsroom.reader("后来的")
    newsroom.runs(number, to="done")
    assert [newsroom.seen(one, "照常开门") for one in (*readers[1:], late)] == [1, 1, 0]
    assert set(newsroom.outcomes(number)) == set(readers[1:])


def test_what_was_sent_can_be_deleted_and_cards_stay(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.ready())
    newsroom.runs(number, to="done")
    assert newsroom.does_to(number, service.take_back) == 1
    newsroom.ticks()
    assert newsroom.parts(number)[0].told["deleted_at"]
    assert newsroom.masses()[0]["state"] == "DELETE"
    assert newsroom.seen(reader, "周末看点") == 1
    with pytest.raises(BadInput, match="没有可以删的"):
        newsroom.does_to(number, service.take_back)


def test_pictures_and_words_beside_them_arrive(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    content = Content(text="三张照片", pictures=(newsroom.picture("red"), newsroom.picture("blue")))
    number = newsroom.plans(newsroom.ready(content, form=NoticeForm.PICTURES))
    newsroom.runs(number, to="done")
    assert (newsroom.seen(reader, "三张照片"), newsroom.seen(reader, "[图片]")) == (1, 2)


def test_a_picture_over_a_megabyte_is_made_smaller_first(sqlite_newsroom: Newsroom) -> None:
    noise = Image.effect_noise((1600, 1600), 200).convert("RGB")
    body = io.BytesIO()
    noise.save(body, "JPEG", quality=95)
    file = picture_files.made_anew(body.getvalue())
    assert len(file.body) > 1_000_000
    picture_files.keep(sqlite_newsroom.settings.media, file)
    article = sqlite_newsroom.article(body=f'<p>看</p><img src="/media/pictures/{file.digest}">')
    number = sqlite_newsroom.plans(sqlite_newsroom.ready(Content((article,))), Way.DRAFT)
    sqlite_newsroom.runs(number, to="done")
    drafts = sqlite_newsroom.client.ask(
        lambda: sqlite_newsroom.client.post("draft/batchget", data={"offset": 0, "count": 1})
    )
    assert "/sim/files/" in drafts["item"][0]["content"]["news_item"][0]["content"]


def test_the_last_part_is_never_alone_and_a_list_that_shrank_to_one_is_told(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    readers = newsroom.readers(2)
    number = newsroom.plans(newsroom.text(), Way.MASS_LIST)
    newsroom.steps(number, to="sending")
    newsroom.phone(readers[0], type="event", event="unsubscribe")
    newsroom.runs(number, to="done")
    assert newsroom.outcomes(number) == {readers[1]: (0, "left_out")}
    assert newsroom.wechat.calls(SEND) == []


@pytest.mark.parametrize(("hours", "ends"), [(0.2, "done"), (26, "failed")])
def test_a_backup_from_before_it_was_sent_sends_it_to_nobody_twice(
    newsroom: Newsroom, tmp_path: Path, hours: float, ends: str
) -> None:
    reader = newsroom.reader()
    number = newsroom.plans(newsroom.text())
    newsroom.steps(number, to="sending")
    packed(newsroom.database, tmp_path / "a.zip")
    newsroom.runs(number, to="done")
    newsroom.both_pass(hours=hours)
    unpacked(tmp_path / "a.zip", newsroom.database, may_repeat=False)
    assert newsroom.state(number) == "paused"
    assert "从备份恢复" in newsroom.cause(number)
    newsroom.does_to(number, service.resume)
    newsroom.ticks()
    newsroom.both_pass(minutes=2)
    newsroom.runs(number, to=ends)
    assert newsroom.seen(reader, "照常开门") == 1
    assert len(newsroom.masses()) == 1


def test_a_voice_arrives(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    reader = newsroom.reader()
    body = b"#!AMR\n" + b"\x3c" + bytes(31)
    digest = sha256(body).hexdigest()
    path = newsroom.settings.media / "voices" / digest[:2] / f"{digest}.amr"
    path.parent.mkdir(parents=True)
    path.write_bytes(body)
    content = Content(voice=digest)
    number = newsroom.plans(newsroom.ready(content, form=NoticeForm.VOICE))
    newsroom.runs(number, to="done")
    assert newsroom.seen(reader, "[语音]") == 1


def test_a_file_that_is_not_there_stops_it_and_says_so(sqlite_newsroom: Newsroom) -> None:
    number = sqlite_newsroom.plans(sqlite_newsroom.ready(Content((sqlite_newsroom.article(cover="0" * 64),))))
    sqlite_newsroom.runs(number, to="failed")
    assert "找不到" in sqlite_newsroom.cause(number)
    assert sqlite_newsroom.masses() == []
