"""The door to WeChat: every push verified, answered once, and never with a stack trace."""

import hmac
import time
from io import StringIO
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot import webhook
from bot.parsing import incoming_of
from bot.taking import run
from handlers import calendar, router
from handlers.router import Route
from handlers.turn import House, Reply, Talk, Turn
from models import inbox, times
from models.activity import Branch
from models.conversation import Conversation
from models.errors import Refused
from models.follower import Follower
from models.inbox import Push, PushState
from models.outbox import CallKind, OutboxCall
from models.rights import RIGHTS
from tests.wechat import Platform, xml_of
from tests.world import World, in_parallel, openid

XIAOLIN = openid("小林")


@pytest.fixture
def platform(world: World) -> Platform:
    world.plans(world.activity("听绘本"))
    return world.platform


# ── is it WeChat? ──


def test_the_address_check_is_answered_with_its_echo(platform: Platform) -> None:
    query = platform.query() | {"echostr": "5837491"}
    assert platform.http.get("/wechat", query_string=query).text == "5837491"


def test_a_forged_address_check_is_refused(platform: Platform) -> None:
    query = platform.query() | {"echostr": "5837491", "signature": "0" * 40}
    assert platform.http.get("/wechat", query_string=query).status_code == 403


@pytest.mark.parametrize("name", ["signature", "msg_signature", "timestamp", "nonce"])
def test_a_push_is_refused_when_any_part_of_its_signature_is_wrong_or_missing(platform: Platform, name: str) -> None:
    encrypted = platform.seal(xml_of(platform.text(XIAOLIN, "活动")).encode())
    body = xml_of({"ToUserName": "gh_test", "Encrypt": encrypted}).encode()
    query = platform.query(encrypted)
    for broken in (query | {name: "1" * len(query[name])}, {k: v for k, v in query.items() if k != name}):
        assert platform.post(body, broken).status_code == 403
    assert platform.post(body, query).status_code == 200


def test_another_accounts_push_is_refused_though_well_signed(world: World, platform: Platform) -> None:
    response = platform.push_xml(xml_of(platform.text(XIAOLIN, "活动")), app_id="wxffffffffffffffff")
    assert response.status_code == 403
    assert world.count(Push) == 0


def test_broken_encryption_and_padding_are_refused(platform: Platform) -> None:
    good = platform.seal(xml_of(platform.text(XIAOLIN, "活动")).encode())
    for encrypted in ("", "A", good[:-4], good[:-44], "!" + good[1:], good[44:], "AAAA" * 16):
        body = xml_of({"Encrypt": encrypted}).encode()
        assert platform.post(body, platform.query(encrypted)).status_code == 403, encrypted[:20]


def test_a_plain_push_is_refused_unless_the_setting_allows_it(platform: Platform) -> None:
    body = xml_of(platform.text(XIAOLIN, "活动")).encode()
    assert platform.post(body, platform.query()).status_code == 403


def test_a_push_signed_longer_ago_than_we_keep_keys_is_refused(world: World, platform: Platform) -> None:
    signed = time.time()
    xml = xml_of(platform.text(XIAOLIN, "活动"))
    world.passes(days=inbox.KEEP_KEYS.days - 1)
    assert platform.push_xml(xml, at=signed).status_code == 200
    world.passes(days=2)
    assert platform.push_xml(xml, at=signed).status_code == 403


# ── bodies nobody should send ──


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<", b"not xml", b"<xml>", b"<xml></xml>", b"<other><Encrypt>x</Encrypt></other>", b"\x00\xff\xfe",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><ToUserName>&a;</ToUserName></xml>',
        b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
        b"<xml><Encrypt><b>x</b></Encrypt></xml>", b"<xml><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>",
    ],
)  # fmt: skip
def test_a_body_that_is_no_push_is_refused_in_one_line(platform: Platform, body: bytes) -> None:
    response = platform.post(body, platform.query())
    assert response.status_code in (400, 403)
    assert response.text == ""


def test_a_huge_body_is_refused_unread(platform: Platform) -> None:
    assert platform.post(b"x" * 10_000_000, platform.query()).status_code == 413


@pytest.mark.parametrize("xml", ["", "text", "<xml/>", "<xml></xml>", "<a><b/></a>", "<xml><a>", "<xml>\x0b</xml>"])
def test_a_genuine_push_with_a_broken_inside_does_not_break_us(platform: Platform, xml: str) -> None:
    response = platform.push_xml(xml)
    assert response.status_code in (200, 400)
    assert response.text in ("", "success")


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"])
def test_any_missing_or_empty_field_is_survived(world: World, platform: Platform, name: str) -> None:
    whole = platform.text(XIAOLIN, "活动")
    for fields in (
        {k: v for k, v in whole.items() if k != name},
        {**whole, name: ""},
        {**whole, name: {"a": "b"}},
    ):
        assert platform.push_xml(xml_of(fields)).status_code == 200
    assert world.count(Push, Push.state == PushState.FAILED) == 0


# ── every kind of push of the platform's list ──

EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("subscribe", {}), ("subscribe", {"EventKey": "qrscene_door", "Ticket": "T"}), ("unsubscribe", {}),
    ("SCAN", {"EventKey": "door", "Ticket": "T"}), ("LOCATION", {"Latitude": "30.9", "Longitude": "117.8", "Precision": "40"}),
    ("CLICK", {"EventKey": "活动"}), ("VIEW", {"EventKey": "http://127.0.0.1/", "MenuId": "1"}),
    ("view_miniprogram", {"EventKey": "pages/index", "MenuId": "1"}),
    ("scancode_push", {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}),
    ("scancode_waitmsg", {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}),
    ("pic_sysphoto", {"EventKey": "k", "SendPicsInfo": {"Count": 1, "PicList": {"item": {"PicMd5Sum": "a"}}}}),
    ("pic_photo_or_album", {"EventKey": "k"}), ("pic_weixin", {"EventKey": "k"}),
    ("location_select", {"EventKey": "k", "SendLocationInfo": {"Location_X": "30.9", "Location_Y": "117.8"}}),
    ("MASSSENDJOBFINISH", {"MsgID": 1000001, "Status": "send success", "TotalCount": 100}),
    ("TEMPLATESENDJOBFINISH", {"MsgID": 200163836, "Status": "failed: system failed"}),
    ("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}}),
    ("subscribe_msg_change_event", {"SubscribeMsgChangeEvent": {"List": {"TemplateId": "a"}}}),
    ("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": {"TemplateId": "a", "ErrorCode": 0}}}),
    ("PUBLISHJOBFINISH", {"PublishEventInfo": {"publish_id": 2247503051, "publish_status": 0}}),
    ("FREEPUBLISHJOBFINISH", {"PublishEventInfo": {"publish_id": 2247503051}}),
    ("user_info_modified", {"OpenID": "o"}), ("user_authorization_revoke", {"OpenID": "o", "RevokeInfo": "1"}),
    ("user_authorization_cancellation", {"OpenID": "o"}), ("qualification_verify_success", {"ExpiredTime": 1}),
    ("qualification_verify_fail", {"FailTime": 1, "FailReason": "x"}), ("naming_verify_success", {"ExpiredTime": 1}),
    ("naming_verify_fail", {"FailTime": 1}), ("annual_renew", {"ExpiredTime": 1}), ("verify_expired", {"ExpiredTime": 1}),
    ("kf_create_session", {"KfAccount": "k"}), ("kf_close_session", {"KfAccount": "k"}),
    ("kf_switch_session", {"FromKfAccount": "a", "ToKfAccount": "b"}), ("an_event_of_next_year", {"Anything": "x"}),
]  # fmt: skip
MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("text", {"Content": "活动"}), ("text", {"Content": "活动", "bizmsgmenuid": "活动"}),
    ("text", {"Content": "活动", "MsgDataId": "1", "Idx": 1}),
    ("image", {"PicUrl": "http://127.0.0.1/a.jpg", "MediaId": "m"}),
    ("voice", {"MediaId": "m", "Format": "amr", "MediaId16K": "m16"}),
    ("video", {"MediaId": "m", "ThumbMediaId": "t"}), ("shortvideo", {"MediaId": "m", "ThumbMediaId": "t"}),
    ("location", {"Location_X": "30.945", "Location_Y": "117.811", "Scale": 15, "Label": "铜陵"}),
    ("link", {"Title": "t", "Description": "d", "Url": "http://127.0.0.1/"}), ("hologram", {"Anything": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "more"), EVENTS, ids=[f"{n}-{e}" for n, (e, _) in enumerate(EVENTS)])
def test_every_event_is_accepted_once_and_kept(
    world: World, platform: Platform, event: str, more: dict[str, Any]
) -> None:
    push = platform.event(XIAOLIN, event, **more)
    first = platform.push(**push)
    assert platform.push(**push) == first
    assert world.count(Push) == 1
    assert world.count(Push, Push.state == PushState.FAILED) == 0


@pytest.mark.parametrize(("kind", "more"), MESSAGES, ids=[f"{n}-{k}" for n, (k, _) in enumerate(MESSAGES)])
def test_every_kind_of_message_gets_a_kind_answer(platform: Platform, kind: str, more: dict[str, Any]) -> None:
    answer = platform.push(**platform.message(XIAOLIN, MsgType=kind, MsgId=1, **more))
    assert answer
    assert "活动" in answer


def test_coordinates_are_neither_stored_nor_asked_for(world: World, platform: Platform) -> None:
    platform.push(
        **platform.message(
            XIAOLIN, MsgType="location", MsgId=1, Location_X="30.945", Location_Y="117.811", Label="铜陵"
        )
    )
    platform.push(**platform.event(XIAOLIN, "LOCATION", Latitude="30.945", Longitude="117.811"))
    with world.database.reading() as session:
        kept = [str(push.content) + str(push.reply) for push in session.scalars(sa.select(Push))]
    assert len(kept) == 2
    assert not [one for one in kept if "30.945" in one or "117.811" in one or "铜陵" in one]


# ── once only ──


def test_a_push_three_times_at_once_is_answered_three_times_alike_and_done_once(
    world: World, platform: Platform
) -> None:
    push = platform.text(XIAOLIN, "活动")
    answers = in_parallel(*[lambda: platform.push(**push)] * 3)
    assert len(set(answers)) == 1
    assert answers[0] is not None
    assert "听绘本" in answers[0]
    assert world.count(Push) == 1


def test_a_follow_three_times_at_once_makes_one_follower(world: World, platform: Platform) -> None:
    push = platform.event(XIAOLIN, "subscribe")
    answers = in_parallel(*[lambda: platform.push(**push)] * 3)
    assert len(set(answers)) == 1
    assert (world.count(Follower), world.count(Push)) == (1, 1)


def test_a_replay_a_day_later_gets_the_answer_of_the_day(world: World, platform: Platform) -> None:
    push = platform.text(XIAOLIN, "活动")
    first = platform.push(**push)
    world.plans(world.activity("新来的活动"), month="2026-12")
    world.passes(days=1)
    assert platform.push(**push) == first
    assert platform.push(**platform.text(XIAOLIN, "活动")) != first


def test_two_taps_in_one_second_are_two_and_the_same_tap_twice_is_one(world: World, platform: Platform) -> None:
    taps = [
        platform.event(XIAOLIN, "CLICK", EventKey=key) | {"CreateTime": 1_790_000_000}
        for key in ("活动", "帮助", "活动")
    ]
    world.passes(seconds=0)
    answers = [platform.push(**tap) for tap in taps]
    assert answers[0] == answers[2] != answers[1]
    assert world.count(Push) == 2


def test_message_ids_of_64_bits_and_odd_ones_are_kept_apart(world: World, platform: Platform) -> None:
    for message_id in ("18446744073709551615", "0", "-1", "abc", "9" * 40):
        platform.push(**(platform.text(XIAOLIN, f"活动{message_id}") | {"MsgId": message_id}))
    assert world.count(Push) == 5


def test_a_message_that_arrives_after_its_writer_left_brings_nobody_back(world: World, platform: Platform) -> None:
    now = int(time.time())
    platform.push(**platform.event(XIAOLIN, "subscribe") | {"CreateTime": now - 60})
    platform.push(**platform.event(XIAOLIN, "unsubscribe") | {"CreateTime": now - 10})
    late = platform.text(XIAOLIN, "活动") | {"CreateTime": now - 30}
    assert platform.push(**late) is None
    assert world.count(Follower) == 0
    assert world.count(Push, sa.or_(Push.openid.is_not(None), Push.content.is_not(None))) == 0
    platform.push(**platform.event(XIAOLIN, "subscribe") | {"CreateTime": now - 10})
    assert world.count(Follower) == 1


def test_a_late_unsubscribe_does_not_undo_the_follow_after_it(world: World, platform: Platform) -> None:
    now = int(time.time())
    platform.push(**platform.event(XIAOLIN, "subscribe") | {"CreateTime": now})
    platform.push(**platform.event(XIAOLIN, "unsubscribe") | {"CreateTime": now - 30})
    assert world.count(Follower) == 1


def test_leaving_erases_all_that_is_personal(world: World, platform: Platform) -> None:
    world.happens("小林", "subscribe", EventKey="qrscene_door")
    world.says("小林", "活动")
    assert world.count(Conversation) == 1
    world.happens("小林", "unsubscribe")
    assert (world.count(Follower), world.count(Conversation)) == (0, 0)
    with world.database.reading() as session:
        pushes = list(session.scalars(sa.select(Push)))
    assert len(pushes) == 3
    assert [(push.openid, push.content, push.reply) for push in pushes] == [(None, None, None)] * 3


# ── savepoints, errors ──


class _NotToday(Refused):
    to_reader = "今天不行。"


def _write_then_refuse(turn: Turn) -> Reply:
    turn.session.add(Branch(name="写了一半的馆"))
    turn.session.flush()
    raise _NotToday(next_step=("ask", {"about": 7}))


def _write_then_break(turn: Turn) -> Reply:
    turn.session.add(Branch(name="写了一半的馆"))
    turn.session.flush()
    raise ZeroDivisionError("a fault of ours")


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a verb of the test's own behind a word, as a room of a later day would."""
    return lambda word, verb: monkeypatch.setitem(router.COMMANDS, word, Route(verb, writes=True))


def test_a_refusal_undoes_the_verb_keeps_the_reply_and_may_lead_on(
    world: World, platform: Platform, verb: Any
) -> None:
    verb("试试", _write_then_refuse)
    assert world.says("小林", "试试") == "今天不行。"
    assert world.count(Branch, Branch.name == "写了一半的馆") == 0
    assert (world.count(Push), world.count(Follower)) == (1, 1)
    with world.database.reading() as session:
        talk = session.get(Conversation, XIAOLIN)
    assert talk is not None
    assert (talk.topic, talk.held) == ("ask", {"about": 7})


def test_an_error_undoes_all_is_kept_as_failed_and_answered_kindly(
    world: World, platform: Platform, verb: Any
) -> None:
    verb("试试", _write_then_break)
    push = platform.text(XIAOLIN, "试试")
    assert platform.push(**push) == webhook.SORRY
    assert platform.push(**push) == webhook.SORRY
    assert world.count(Branch, Branch.name == "写了一半的馆") == 0
    assert world.count(Push, Push.state == PushState.FAILED) == 1
    with world.database.reading() as session:
        failed = session.scalars(sa.select(Push)).one()
    assert failed.error == "ZeroDivisionError: a fault of ours"


def test_a_failed_push_can_be_run_again_and_its_answer_is_owed(world: World, platform: Platform, verb: Any) -> None:
    verb("试试", _write_then_break)
    world.says("小林", "试试")
    verb("试试", calendar.coming)
    with world.database.reading() as session:
        key = session.scalars(sa.select(Push.key)).one()
    assert key in world.run("inbox", "list").output
    world.run("inbox", "rerun", key)
    listed = world.run("outbox", "list", "--json").output
    assert '"customer_message"' in listed
    assert world.count(Push, Push.state == PushState.RERUN) == 1
    world.run("inbox", "rerun", key, code=1)


def test_a_locked_database_asks_to_send_again_and_the_next_try_is_answered(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    world.plans(world.activity("听绘本"))
    push = world.platform.text(XIAOLIN, "活动")
    blocker = sa.create_engine(world.settings.database, connect_args={"isolation_level": None})
    with world.database.units() as session:  # the writing connection is open: shorten its patience for the test
        session.connection().exec_driver_sql("PRAGMA busy_timeout=50")
    with blocker.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert world.platform.push(**push) == webhook.SORRY_AGAIN
        other.exec_driver_sql("ROLLBACK")
    assert "听绘本" in (world.platform.push(**push) or "")
    blocker.dispose()


def test_reading_verbs_write_nothing(world: World, platform: Platform) -> None:
    """Routes marked as reading run without a savepoint: this is what makes that safe."""
    reading = [
        words
        for words, route in (router.ALWAYS | router.COMMANDS).items()
        if isinstance(route, Route) and not route.writes
    ]
    words = [*reading, "周末", "本月", "绘本", "总馆", "1"]
    world.says("小林", "活动")

    def writes(session: Session, word: str) -> list[str]:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.lstrip().upper().startswith("SELECT"):
                seen.append(statement)

        sa.event.listen(world.database.engine, "before_cursor_execute", note)
        incoming = incoming_of({k: str(v) for k, v in platform.text(XIAOLIN, word).items()})
        turn = Turn(session, incoming, Talk("list", {"list": "coming", "asked": {}, "ids": [1], "more": True}),
                    times.now(), House("馆", "http://127.0.0.1"))  # fmt: skip
        router.reply_to(turn, run)
        sa.event.remove(world.database.engine, "before_cursor_execute", note)
        return seen

    for word in words:
        with world.database.reading() as session:
            session.execute(sa.select(1))
            assert writes(session, word) == []


# ── wechatpy's faults on this path ──


def test_what_a_reader_types_cannot_become_xml_of_ours(platform: Platform) -> None:
    hostile = "]]></Content><MsgType>image</MsgType><x>\x0b\x00"
    xml = platform.reply_xml(platform.push_xml(xml_of(platform.text(XIAOLIN, hostile.replace("\x0b\x00", "")))))
    assert xml.count("<MsgType>") == 1
    assert "没找到" in xml


def test_blanks_around_words_and_empty_words_are_understood(platform: Platform) -> None:
    assert "听绘本" in (platform.push(**platform.text(XIAOLIN, "  活动\n")) or "")
    assert "可以这样问" in (platform.push(**platform.text(XIAOLIN, "")) or "")


@pytest.mark.parametrize(
    "words", ["活动" * 2000, "😀", "😀" * 600, "<a href='x'>", "&amp;", "\u202e活动", "%s%n{0}", "'; --"]
)
def test_no_answer_is_longer_than_a_message_may_be(platform: Platform, words: str) -> None:
    answer = platform.push(**platform.text(XIAOLIN, words))
    assert answer
    assert len(answer.encode()) <= 2048


def test_signatures_are_compared_in_constant_time(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = hmac.compare_digest

    def noted(a: Any, b: Any) -> bool:
        compared.append(len(a))
        return real(a, b)

    monkeypatch.setattr("bot.envelope.hmac.compare_digest", noted)
    platform.push(**platform.text(XIAOLIN, "活动"))
    assert compared == [40, 40, len(platform.app_id)]


# ── what is told apart, what is told to whom ──


def test_results_of_two_jobs_in_one_second_are_two_though_they_differ_deep_inside(
    world: World, platform: Platform
) -> None:
    for number in (1, 2, 1):
        sent = {"List": {"TemplateId": "t", "MsgID": number, "ErrorCode": 0}}
        platform.push(**platform.event(XIAOLIN, "subscribe_msg_sent_event", SubscribeMsgSentEvent=sent)
                      | {"CreateTime": 1_790_000_000})  # fmt: skip
    assert world.count(Push) == 2


def _first_of_the_list(turn: Turn) -> Reply:
    turn.argument = 1
    return calendar.chosen(turn)


def test_news_of_the_accounts_own_standing_has_its_rights_asked_for_once(world: World, platform: Platform) -> None:
    push = platform.event(XIAOLIN, "verify_expired", ExpiredTime=1)
    assert [platform.push(**push), platform.push(**push)] == [None, None]
    assert world.count(OutboxCall, OutboxCall.kind == CallKind.PROBE) == len(RIGHTS)


def test_a_newcomers_failed_push_is_answered_later_in_the_conversation_as_it_stands(
    world: World, platform: Platform, verb: Any
) -> None:
    verb("试试", _write_then_break)
    world.says("小林", "试试")
    assert world.count(Follower, Follower.last_message_at.is_not(None)) == 1
    world.says("小林", "活动")
    verb("试试", _first_of_the_list)
    with world.database.reading() as session:
        key = session.scalars(sa.select(Push.key).where(Push.state == PushState.FAILED)).one()
    world.run("inbox", "rerun", key)
    with world.database.reading() as session:
        rerun = session.get(Push, key)
    assert rerun is not None
    assert (rerun.reply or "").startswith("听绘本")


def _breaks_with_the_readers_words(turn: Turn) -> Reply:
    turn.session.execute(sa.text("SELECT :words FROM nowhere"), {"words": turn.incoming.words + turn.incoming.openid})
    return Reply("")


def test_neither_words_nor_openid_reach_the_log_and_the_cause_goes_with_its_reader(
    world: World, platform: Platform, verb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = StringIO()
    monkeypatch.setattr(webhook, "log", structlog.wrap_logger(structlog.PrintLogger(written)))
    words = "我的证件号340702"
    verb(words, _breaks_with_the_readers_words)
    assert platform.push(**platform.text(XIAOLIN, words)) == webhook.SORRY
    logged = written.getvalue()
    assert "push failed" in logged
    assert not [secret for secret in (words, XIAOLIN) if secret in logged]
    world.happens("小林", "unsubscribe")
    assert world.count(Push, Push.error.is_not(None)) == 0


def test_a_push_nested_without_end_is_refused_and_not_an_error(platform: Platform) -> None:
    deep = "<a>" * 3000 + "</a>" * 3000
    response = platform.push_xml(f"<xml><FromUserName>o</FromUserName><MsgType>text</MsgType>{deep}</xml>")
    assert (response.status_code, response.text) == (400, "")
