"""Coordinates as people paste them, weeks and visits as they write them, fields as they type them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.nearby import Point, metres_between
from activities.opening import Shut, Stretch
from activities.places import maps, rules, visits
from activities.places.atlas import Atlas, Spot
from activities.plans.recurring import Rule
from handlers.asking import Known
from handlers.near_words import AskedBus, AskedNear, asked_in
from models.errors import BadFields, BadInput
from models.place import PlaceKind

HERE = Point(30.9369, 117.8213)
POINTS = st.builds(Point, st.floats(18, 53), st.floats(74, 134))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


# ── coordinates ──
@pytest.mark.parametrize(
    "said",
    [
        "30.9369, 117.8213", "117.8213,30.9369", "30.9369，117.8213", "纬度30.9369 经度117.8213".replace("经度", ", "), "30.9369 117.8213",
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:30.9369,117.8213;title:馆;addr:路&referer=x",
        "https://map.qq.com/?type=marker&isopeninfowin=1&pointx=117.8213&pointy=30.9369&name=x",
        "https://uri.amap.com/marker?position=117.8213,30.9369&name=%E9%A6%86",
        "https://wb.amap.com/?p=B0FFG1,30.9369,117.8213,%E9%A6%86,%E8%B7%AF",
        "https://www.amap.com/?q=30.9369%2C117.8213",
        "https://api.map.baidu.com/marker?location=30.9369,117.8213&coord_type=gcj02&title=x",
        "看这里 https://uri.amap.com/marker?position=117.8213,30.9369",
    ],
)  # fmt: skip
def test_coordinates_are_read_in_either_order_and_from_the_links_of_maps(said: str) -> None:
    assert maps.point_in(said) == HERE


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("官塘里12号", "没有看出坐标"), ("30.9", "没有看出坐标"), ("https://surl.amap.com/5xYz", "短链接"),
        ("https://j.map.baidu.com/12/aB", "短链接"),
        ("https://map.baidu.com/poi/x/@13114567.5,3599888.2,19z", "平面坐标"),
        ("https://www.google.com/maps/@30.9369,117.8213,17z", "认得腾讯、高德和百度"),
        ("WGS84 30.9369,117.8213", "GPS"), ("https://api.map.baidu.com/marker?location=30.9369,117.8213&coord_type=wgs84", "GPS"),
        ("0,0", "不在国内"), ("48.85, 2.35", "不在国内"),
    ],
)  # fmt: skip
def test_what_has_no_certain_coordinates_is_refused_with_the_way_on(said: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        maps.point_in(said)


@given(POINTS)
def test_baidus_shift_is_taken_back_to_within_a_few_metres(at: Point) -> None:
    there = maps.to_baidu(at)
    assert 300 < metres_between(at, there) < 1600
    link = f"https://api.map.baidu.com/marker?location={there.latitude:.7f},{there.longitude:.7f}&title=x"
    assert metres_between(at, maps.point_in(link)) < 3


@given(POINTS)
def test_what_a_form_shows_and_what_a_link_says_is_read_back_the_same(at: Point) -> None:
    kept = Point(round(at.latitude, 6), round(at.longitude, 6))
    assert maps.point_in(maps.said_point(kept)) == kept
    assert maps.point_in(maps.way_link("官塘；分&馆", kept, "路:1号")) == kept


# ── the bus ──
NUMBERS = {1: "一", 2: "二", 3: "三", 4: "四"}
WEEKDAYS = "一二三四五六日"


@given(
    st.sets(st.sampled_from(sorted(NUMBERS)), min_size=1, max_size=3), st.integers(0, 6), DAYS, st.integers(7, 18), st.integers(1, 4),
)  # fmt: skip
def test_visits_by_weekdays_of_the_month_are_those_days_and_no_others(
    ordinals: set[int], weekday: int, day: date, hour: int, length: int
) -> None:
    said = f"每月第{'、'.join(NUMBERS[n] for n in sorted(ordinals))}个周{WEEKDAYS[weekday]} {hour:02d}:00-{hour + length}:30"
    (clause,) = visits.visits_in(said)
    assert clause.stretches == (Stretch(time(hour), time(hour + length, 30)),)
    assert clause.is_on(day) == (day.weekday() == weekday and (day.day - 1) // 7 + 1 in ordinals)


@given(st.sets(st.integers(1, 31), min_size=1, max_size=4), DAYS)
def test_visits_by_days_of_the_month_are_those_days(days: set[int], day: date) -> None:
    (clause,) = visits.visits_in(f"每月{'、'.join(f'{n}日' for n in sorted(days))} 9:00-11:00")
    assert clause.is_on(day) == (day.day in days)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
    st.integers(0, 6),
    st.integers(0, 90),
    st.integers(0, 20),
)
def test_the_next_visits_are_in_order_not_over_and_on_no_closed_day(
    moment: datetime, weekday: int, off: int, length: int
) -> None:
    first = moment.date() + timedelta(days=off)
    shut = Shut(first, first + timedelta(days=length), "盘点")
    clauses = visits.visits_in(f"每周{WEEKDAYS[weekday]} 9:00-11:00；每月最后一个周日 14:00-16:00")
    found = visits.next_visits(clauses, moment, most=5, closures=[shut])
    assert len(found) == 5
    ends = [datetime.combine(one.day, one.stretch.closes_at) for one in found]
    assert ends == sorted(ends)
    assert ends[0] > moment
    assert not any(shut.first_on <= one.day <= shut.last_on for one in found)
    assert all(any(clause.is_on(one.day) and one.stretch in clause.stretches for clause in clauses) for one in found)
    days = (moment.date() + timedelta(days=n) for n in range((found[-1].day - moment.date()).days + 1))
    between = [
        (day, one) for day in days if not shut.first_on <= day <= shut.last_on for one in visits.stretches_on(clauses, day)
        if datetime.combine(day, one.closes_at) > moment
    ]  # fmt: skip
    assert between[:5] == [(one.day, one.stretch) for one in found]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("每周一、三、五 9:00-10:00", [30, 2, 4]), ("每月5日、20日 上午9点到11点", [5, 20, 5]), ("2026年12月5日 9:00-11:00", [5]),
        ("每周五14:00-16:00；每月最后一个周日 9:00-11:30", [29, 4, 11]), ("每天 9:00-10:00、15:00-16:00", [28, 29, 29]),
    ],
)  # fmt: skip
def test_what_staff_write_is_read(said: str, days: list[int]) -> None:
    found = visits.next_visits(visits.visits_in(said), datetime(2026, 11, 28, 10, 30), most=3)
    assert [one.day.day for one in found] == days


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "没有写什么时候来"), ("单周周三 9:00-10:00", "没看懂"), ("每两周周三 9:00-10:00", "没看懂"), ("周三", "的时间"),
        ("12月5日 9:00-10:00", "请写上年份"), ("2026年2月30日 9:00-10:00", "没有“2026年2月30日”这一天"), ("每月40日 9:00-10:00", "没有这一天"),
        ("每周三 9:00-11:00、10:00-12:00", "重叠"), ("每周三 休息", "没有写几点"), ("随缘", "没看懂"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_which_words_and_how_to_write_them(said: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        visits.visits_in(said)


def test_a_rule_of_every_day_comes_every_day() -> None:
    assert visits.visits_in("每天 9:00-10:00")[0].rule == Rule(frozenset(range(7)))


# ── fields ──
def typed(**more: str) -> dict[str, str]:
    return {"name": "滨江书房", "kind": "书房", **more}


def test_fields_are_read_as_people_type_them() -> None:
    wanted = rules.wanted_of(
        typed(at="117.8213 30.9369", does="借阅，还书/办卡 自习", hours="24小时开放", phone="0562-2831234 转 8")
    )
    assert (wanted.kind, wanted.at, wanted.does) == (PlaceKind.STUDY, HERE, "借书、还书、办证、自习")
    table = rules.timetable_of("24小时开放", PlaceKind.STUDY, (), today=date(2026, 11, 28))
    assert table.is_open_at(datetime(2026, 11, 28, 3, 0))


def test_everything_that_is_wrong_is_told_at_once_under_its_field() -> None:
    with pytest.raises(BadFields) as error:
        rules.wanted_of(
            {
                "name": "滨",
                "kind": "茶馆",
                "at": "官塘",
                "does": "很长很长很长的服务",
                "phone": "问小陈",
                "route": "东线",
            }
        )
    assert set(error.value.wrong) == {"name", "kind", "at", "does", "phone"}
    with pytest.raises(BadFields) as error:
        rules.wanted_of(typed(route="东线", hours="周三", position="九"))
    assert set(error.value.wrong) == {"route", "hours", "position"}


def test_coordinates_beyond_eighty_kilometres_are_looked_at_twice() -> None:
    assert rules.said_far(Point(30.9452, 117.8331), HERE) == "离总馆 1.5 公里"
    assert not rules.is_too_far(Point(31.5, 117.9), HERE)
    assert rules.is_too_far(Point(31.9369, 117.8213), HERE)
    assert rules.said_far(None, HERE) == rules.said_far(HERE, None) == rules.said_far(HERE, HERE) == ""


def test_hours_that_can_be_read_no_more_are_none_and_no_error() -> None:
    assert rules.timetable_of("什么时候都行", PlaceKind.STOP, (), today=date(2026, 1, 1)).days == {}


# ── words ──
KNOWN = Known.of([("总馆", 1, "总馆"), ("官塘", 2, "官塘社区分馆")])
ATLAS = Atlas((
    Spot("b1", "总馆", None, "总馆", HERE), Spot("b2", "官塘社区分馆", None, "分馆", HERE),
    Spot("p1", "官塘小学", PlaceKind.STOP, "流动服务点", HERE, address="学苑路2号", does=("借书", "还书")),
))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "need", "near"),
    [
        ("附近", None, []), ("附近的馆", None, []), ("官塘附近", None, ["b2"]), ("官塘社区分馆附近哪里能自习", "自习", ["b2"]),
        ("离我家最近的图书馆", None, []),
        ("哪个馆最近", None, []), ("附近可以还书吗？", "还书", []),
        ("还书", "还书", []), ("我要还书", "还书", []), ("在哪还书", "还书", []), ("附近的自习室", "自习", []),
        ("哪里能办借书证", "办证", []), ("学苑路附近有书房吗", None, ["p1"]),
        ("官塘小学附近", None, ["p1"]),
    ],
)  # fmt: skip
def test_questions_for_a_place_are_read(said: str, need: str | None, near: list[str]) -> None:
    found = asked_in(said, known=KNOWN, atlas=ATLAS)
    assert isinstance(found, AskedNear)
    assert (found.need, [spot.key for spot in found.spots]) == (need, near)


@pytest.mark.parametrize(
    "said",
    [
        "附近有什么活动",
        "最近的活动",
        "官塘在哪里",
        "怎么还书",
        "自习",
        "官塘可以还书吗",
        "哪里有讲座",
        "最近有书展吗",
        "车展",
        "近代史讲座",
    ],
)
def test_other_questions_are_left_to_others(said: str) -> None:
    assert asked_in(said, known=KNOWN, atlas=ATLAS) is None


@pytest.mark.parametrize(
    "said", ["流动图书车什么时候来", "图书车几点到官塘小学", "流动服务点在哪里", "流动图书车路线"]
)
def test_the_bus_is_asked_for(said: str) -> None:
    assert isinstance(asked_in(said, known=KNOWN, atlas=ATLAS), AskedBus)
