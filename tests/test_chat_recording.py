"""How many came, sent by chat from a bound phone; and what everybody else sees of it: nothing."""

from datetime import date, timedelta

import pytest
import requests
import sqlalchemy as sa

from activities.records import phones
from handlers.asking import Known
from handlers.record_words import read_record
from models import times
from models.activity import Activity, Branch
from models.outbox import CallKind, CallState, OutboxCall
from models.record import ActivityRecord, RecordPicture, RecordState, StaffPhone
from models.staff import Role, Staff, StaffRole, StaffState
from tests.console.test_console_records import photo
from tests.live import Live
from tests.wechat import shown
from tests.world import World, openid

KNOWN = Known.of([("乌木山", 1, "乌木山社区分馆"), ("人民社区", 2, "人民社区分馆")])
TODAY = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("乌木山 绘本 8日 23人", (23, None, 1, "")),
        ("乌木山绘本8日23人次", (23, None, 1, "")),
        ("乌木山 绘本 8日 二十三人", (23, None, 1, "")),
        ("乌木山 绘本 8日 线上120人", (None, 120, 1, "")),
        ("23人 乌木山 绘本 8日", (23, None, 1, "")),
        ("乌木山 绘本 23人 8日", (23, None, 1, "")),
        ("乌木山 绘本 12月8日 线下23人 线上120人 孩子们都抢着翻页", (23, 120, 1, "孩子们都抢着翻页")),
        ("乌木山 绘本 8日 2场 一共1,200人，天冷人不少", (1200, None, 2, "天冷人不少")),
    ],
)
def test_figures_day_branch_and_words_are_read_in_any_way_people_write_them(
    said: str, figures: tuple[object, ...]
) -> None:
    told = read_record(said, today=TODAY, known=KNOWN)
    assert told is not None
    found = told.figures
    assert (found.on_site, found.online, found.sessions, found.words) == figures
    assert told.about is not None
    assert [place.id for place in told.about.places] == [1]
    assert told.about.span is not None
    assert told.about.span.first == date(2026, 12, 8)


@pytest.mark.parametrize(
    "said", ["乌木山 绘本 8日", "人民社区 8日有什么", "明天", "23", "乌木山 8日 2000000人", "8日 10人民"]
)
def test_what_tells_no_number_of_people_is_none(said: str) -> None:
    assert read_record(said, today=TODAY, known=KNOWN) is None


def test_a_day_that_is_to_come_is_the_one_that_is_gone() -> None:
    for said, day in (("12日", date(2026, 11, 12)), ("12月31日", date(2025, 12, 31)), ("周六", date(2026, 12, 5))):
        told = read_record(f"乌木山 绘本 {said} 3人", today=TODAY, known=KNOWN)
        assert told is not None
        assert told.about is not None
        assert told.about.span is not None
        assert told.about.span.first == day


# ── through the door ──
def hired(world: World, login: str = "chen", role: Role = Role.EDITOR, branch: str = "") -> None:
    with world.database.units() as session:
        number = session.scalar(sa.select(Branch.id).where(Branch.name == branch)) if branch else None
        row = Staff(
            login=login, name="陈馆员", state=StaffState.ACTIVE, branch_id=number, password="x", must_choose=False,
            created_at=times.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(StaffRole(staff_id=row.id, role=role))


def code(world: World, login: str = "chen") -> str:
    with world.database.units() as session:
        return phones.code_for(session, login, now=times.now()).digits


def bound(world: World, name: str = "小林", **more) -> None:
    hired(world, **more)
    assert "绑定好了" in world.says(name, f"绑定 {code(world, more.get('login', 'chen'))}")


def day_ago(days: int) -> date:
    return times.today(times.now()) - timedelta(days=days)


def shelf(world: World) -> str:
    """Two branches with what took place yesterday and before; how yesterday is said."""
    day = day_ago(1)
    for when in (day, day_ago(3)):
        world.plans(
            world.activity(f"绘本{'' if when == day else '旧'}", branch="乌木山社区分馆", day=when),
            world.activity(f"讲座{'' if when == day else '旧'}", branch="官塘社区分馆", day=when),
            month=f"{when:%Y-%m}-{when.day}"[:7] if when == day else "2026-09",
        )
    return f"{day.month}月{day.day}日"


def records(world: World) -> list[tuple[object, ...]]:
    with world.database.reading() as session:
        rows = sa.select(Activity.title, ActivityRecord.on_site, ActivityRecord.online, ActivityRecord.state)
        joined = rows.join(ActivityRecord, ActivityRecord.activity_id == Activity.id).order_by(Activity.id)
        return [tuple(row) for row in session.execute(joined)]


def test_a_bound_phone_tells_and_is_told_what_was_understood(world: World) -> None:
    day = shelf(world)
    bound(world)
    reply = world.says("小林", f"乌木山 绘本 {day} 线下23人 线上120人 孩子们都抢着翻页")
    assert reply.splitlines()[0] == "记下了："
    assert "乌木山社区分馆“绘本”" in reply
    assert "到馆 23 人次 · 线上 120 人次" in reply
    assert "“孩子们都抢着翻页”" in reply
    assert records(world) == [("绘本", 23, 120, RecordState.SENT)]


def test_sent_again_the_last_word_counts_and_a_bare_number_mends_it(world: World) -> None:
    day = shelf(world)
    bound(world)
    world.says("小林", f"乌木山 绘本 {day} 32人")
    world.says("小林", f"乌木山 绘本 {day} 23人")
    assert records(world) == [("绘本", 23, None, RecordState.SENT)]
    world.says("小林", "24人")
    assert records(world) == [("绘本", 24, None, RecordState.SENT)]


def test_who_is_not_bound_never_meets_it(world: World) -> None:
    day = shelf(world)
    hired(world)
    words = f"乌木山 绘本 {day} 23人"
    before = world.says("老周", words)
    assert "记下" not in before
    assert "解绑" not in world.says("老周", "解绑").replace("“解绑”", "")
    assert records(world) == []


def test_what_may_mean_several_is_asked_and_answered_with_a_number(world: World) -> None:
    shelf(world)
    bound(world)
    reply = world.says("小林", "乌木山 23人 很热闹")
    assert reply.startswith("到馆 23 人次，是哪一场的？\n1. 乌木山社区分馆“绘本”")
    assert records(world) == []
    assert "请发 1 到 2" in world.says("小林", "3")
    world.says("小林", "2")
    assert records(world) == [("绘本旧", 23, None, RecordState.SENT)]


def test_somebody_of_a_branch_tells_of_that_branch_alone(world: World) -> None:
    day = shelf(world)
    bound(world, branch="官塘社区分馆")
    assert world.says("小林", f"乌木山 绘本 {day} 23人").startswith("没有找到办过的这一场（您管的是自己的分馆）")
    world.says("小林", f"讲座 {day} 9人")
    assert records(world) == [("讲座", 9, None, RecordState.SENT)]


def test_digits_bind_once_for_ten_minutes_and_few_may_be_tried(world: World) -> None:
    hired(world)
    digits = code(world)
    assert "绑定好了" in world.says("小林", f"绑定{digits}")
    assert "不对" in world.says("老周", f"绑定 {digits}")
    late = code(world)
    world.passes(minutes=11)
    assert "不对" in world.says("老周", f"绑定 {late}")
    for _ in range(5):
        world.says("老周", "绑定 000000")
    assert "试的次数多了" in world.says("老周", f"绑定 {code(world)}")
    assert world.count(StaffPhone) == 1


def test_unbound_the_phone_tells_no_more(world: World) -> None:
    day = shelf(world)
    bound(world)
    assert world.says("小林", "解绑").startswith("已经解绑")
    assert "记下" not in world.says("小林", f"乌木山 绘本 {day} 23人")
    assert (world.count(StaffPhone), records(world)) == (0, [])


def test_somebody_kept_out_or_without_the_role_tells_no_more(world: World) -> None:
    day = shelf(world)
    bound(world)
    with world.database.units() as session:
        session.execute(sa.update(StaffRole).values(role=Role.JUDGE))
    assert "记下" not in world.says("小林", f"乌木山 绘本 {day} 23人")
    with world.database.units() as session:
        session.execute(sa.update(StaffRole).values(role=Role.DESK))
        session.execute(sa.update(Staff).values(state=StaffState.DISABLED))
    assert "记下" not in world.says("小林", f"乌木山 绘本 {day} 23人")
    assert records(world) == []


def sends_photo(world: World, name: str = "小林", media_id: str = "M1") -> str:
    fields = world.platform.text(openid(name), "") | {"MsgType": "image", "PicUrl": "x", "MediaId": media_id}
    return shown(world.platform.push(**fields))


def test_only_photos_within_ten_minutes_of_ones_own_record_are_taken(world: World) -> None:
    day = shelf(world)
    bound(world)
    fetched = OutboxCall.kind == CallKind.FETCH_MEDIA
    assert "收下" not in sends_photo(world)
    world.says("小林", f"乌木山 绘本 {day} 23人")
    assert sends_photo(world) == "照片收下了，放在“绘本”的记录里。"
    assert "收下" not in sends_photo(world, "老周", "M2")
    world.passes(minutes=11)
    assert "收下" not in sends_photo(world, media_id="M3")
    assert world.count(OutboxCall, fetched) == 1


def test_photos_are_fetched_once_and_what_is_no_picture_is_dropped(live: Live) -> None:
    day = shelf(live)
    hired(live)
    chen = live.reader("陈馆员")
    live.phone(chen, type="text", content=f"绑定 {code(live)}")
    live.phone(chen, type="text", content=f"乌木山 绘本 {day} 23人")
    gif = b"GIF89a" + bytes(64)
    for body in (photo().getvalue(), photo().getvalue(), gif):
        form = {"file": ("a.jpg", body)}
        requests.post(f"{live.wechat.url}/sim/readers/{chen}/send", files=form, data={"type": "image"}, timeout=10)
    live.delivers()
    assert live.count(RecordPicture) == 1
    with live.database.reading() as session:
        asked = sa.select(OutboxCall.state).where(OutboxCall.kind == CallKind.FETCH_MEDIA)
        states = sorted(session.scalars(asked))
        digest = session.scalars(sa.select(RecordPicture.digest)).one()
    assert states == [CallState.DONE, CallState.DONE, CallState.DROPPED]
    assert (live.settings.media / "records" / digest[:2] / f"{digest}.jpg").exists()
