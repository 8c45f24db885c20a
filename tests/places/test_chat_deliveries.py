"""Books delivered, told by chat from a bound phone; photos that follow; and what everybody else sees of it: nothing."""

from datetime import date, timedelta

import pytest
import requests
import sqlalchemy as sa

from activities.places import delivery_rules
from activities.places.delivery_rules import Figures
from handlers.delivery_words import read_delivery
from models import times
from models.outbox import CallKind, CallState, OutboxCall
from models.place import Delivery, DeliveryKind, DeliveryPicture, DeliveryState
from models.record import RecordPicture
from tests.console.test_console_records import photo
from tests.live import Live
from tests.places.town import place, town
from tests.test_chat_recording import bound, code, hired, sends_photo
from tests.world import World

TODAY = date(2026, 12, 10)
TOLD = "送书 官塘小学 图书120册 服务45人"


@pytest.mark.parametrize(
    ("said", "spot", "figures", "more"),
    [
        (TOLD, "官塘小学", (120, None, 45, None), ("", None, "")),
        (
            "送书进校园：官塘小学 120本 换书30册 45人次 3个班 孩子们抢着挑",
            "官塘小学",
            (120, 30, 45, 3),
            ("进校园", None, "孩子们抢着挑"),
        ),
        ("送书 柳村 8日 图书一百二十册 服务四十五人", "柳村", (120, None, 45, None), ("", date(2026, 12, 8), "")),
        (
            "流动服务 滨江广场 昨天 换书20本 服务30人，下雨",
            "滨江广场",
            (None, 20, 30, None),
            ("", date(2026, 12, 9), "下雨"),
        ),
        ("送书官塘小学120册", "官塘小学", (120, None, None, None), ("", None, "")),
        ("送书下乡 柳村 20日 送书1,200册", "柳村", (1200, None, None, None), ("", date(2026, 11, 20), "")),
    ],
)
def test_a_delivery_is_read_as_people_write_it(
    said: str, spot: str, figures: tuple[int | None, ...], more: tuple[str, date | None, str]
) -> None:
    told = read_delivery(said, today=TODAY)
    assert told is not None
    assert (told.spot, told.figures) == (spot, Figures(*figures))
    assert (told.kind, told.day, told.note) == more


@pytest.mark.parametrize("said", ["送书", "送书 官塘小学", "送书到家吗", "官塘小学 120册", "送书 官塘 2000000册"])
def test_what_tells_no_number_is_no_delivery(said: str) -> None:
    assert read_delivery(said, today=TODAY) is None


@pytest.mark.parametrize(
    ("spot", "kind"),
    [
        ("官塘小学", "进学校"),
        ("武警支队", "进军营"),
        ("柳村", "进农村"),
        ("阳光社区", "进社区"),
        ("区财政局", "进机关"),
        ("电子厂", "进企业"),
        ("老地方", ""),
    ],
)
def test_what_a_place_is_called_tells_which_of_the_seven_it_is(spot: str, kind: str) -> None:
    assert delivery_rules.guessed(spot, delivery_rules.DEFAULTS) == kind


def deliveries(world: World) -> list[tuple[object, ...]]:
    with world.database.reading() as session:
        rows = sa.select(Delivery.spot, Delivery.books, Delivery.people, Delivery.state, DeliveryKind.name)
        joined = rows.outerjoin(DeliveryKind, DeliveryKind.id == Delivery.kind_id).order_by(Delivery.id)
        return [tuple(row) for row in session.execute(joined)]


def test_a_bound_phone_tells_and_mends_it_and_is_told_what_was_understood(world: World) -> None:
    town(world)
    place(world, "官塘小学", kind="流动服务点", hours="每周三 9:00-11:00")
    bound(world)
    reply = world.says("小林", TOLD)
    today = times.today(times.now())
    assert reply.splitlines()[:3] == [
        "记下了：",
        f"{today.month}月{today.day}日 送书到官塘小学（进学校）",
        "送书 120 册 · 服务 45 人次",
    ]
    assert deliveries(world) == [("官塘小学", 120, 45, DeliveryState.SENT, "进学校")]
    world.says("小林", "送书 官塘小学 图书130册 服务45人")
    assert deliveries(world) == [("官塘小学", 130, 45, DeliveryState.SENT, "进学校")]
    with world.database.units() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.CONFIRMED))
    assert "已经在管理台确认过" in world.says("小林", TOLD)
    assert deliveries(world)[0][1] == 130


def test_where_the_kind_cannot_be_told_it_is_asked_for_and_numbers_are_missing_kindly(world: World) -> None:
    town(world)
    bound(world)
    assert "是七进里的哪一进，请在管理台选。" in world.says("小林", "送书 老地方 30册")
    assert world.says("小林", "送书 官塘小学").startswith("请写上送到哪里、多少册")
    tomorrow = times.today(times.now()) - timedelta(days=450)
    assert "最早记到" in world.says("小林", f"送书 老地方 {tomorrow.year}年{tomorrow.month}月{tomorrow.day}日 30册")


def test_to_everybody_else_there_is_no_such_thing(world: World) -> None:
    town(world)
    assert "记下" not in world.says("老周", TOLD)
    assert world.count(Delivery) == 0


def test_photos_that_follow_are_of_the_delivery_and_of_the_record_after_it(world: World) -> None:
    town(world)
    bound(world)
    world.says("小林", TOLD)
    assert sends_photo(world) == "照片收下了，放在官塘小学这次送书的登记里。"
    world.passes(minutes=11)
    assert "收下" not in sends_photo(world, media_id="M2")
    assert world.count(OutboxCall, OutboxCall.kind == CallKind.FETCH_MEDIA) == 1


def test_photos_are_fetched_and_lie_with_the_delivery(live: Live) -> None:
    town(live)
    hired(live)
    chen = live.reader("陈馆员")
    live.phone(chen, type="text", content=f"绑定 {code(live)}")
    live.phone(chen, type="text", content=TOLD)
    for body in (photo().getvalue(), b"GIF89a" + bytes(64)):
        form = {"file": ("a.jpg", body)}
        requests.post(f"{live.wechat.url}/sim/readers/{chen}/send", files=form, data={"type": "image"}, timeout=10)
    live.delivers()
    assert (live.count(DeliveryPicture), live.count(RecordPicture)) == (1, 0)
    with live.database.reading() as session:
        states = sorted(session.scalars(sa.select(OutboxCall.state).where(OutboxCall.kind == CallKind.FETCH_MEDIA)))
        digest = session.scalars(sa.select(DeliveryPicture.digest)).one()
    assert states == [CallState.DONE, CallState.DROPPED]
    assert (live.settings.media / "records" / digest[:2] / f"{digest}.jpg").exists()


def test_a_location_of_the_phone_is_answered_through_the_simulator(live: Live) -> None:
    town(live)
    reader = live.reader("小林")
    live.phone(reader, type="location", lat=30.9461, lon=117.8342, label="官塘里")
    assert any("离您最近的三处" in words for words in live.screen(reader))
