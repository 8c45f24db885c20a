"""身边的馆 in the console: places, branches on the map, routes, Excel there and back, deliveries and their sums."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from activities.places import importing
from models import times
from models.activity import Branch
from models.audit import AuditLine
from models.place import Place, Route
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_records import photo
from tests.places.town import place, route, town

PLACE = {
    "name": "官塘小学", "kind": "stop", "district": "铜官区", "address": "官塘路2号", "at": "30.9450, 117.8330", "phone": "", "way": "",
    "hours": "每月第一、三个周三 9:00-11:00", "does": "借书、还书", "branch": "", "route": "", "position": "",
}  # fmt: skip
NEW, LIST, IMPORT = "/console/places/new", "/console/places", "/console/places/import"


def number_of(office: Office, name: str) -> int:
    with office.database.reading() as session:
        return session.scalars(sa.select(Place.id).where(Place.name == name)).one()


def test_a_place_is_added_shown_ahead_changed_and_found_by_its_filters(both_offices: Office) -> None:
    office = both_offices
    town(office)
    chen = office.browser("chen")
    page = chen.does(NEW, on=NEW, **PLACE)
    assert "已添加官塘小学。" in page
    assert "离总馆 1.4 公里" in page
    assert "照这样写，下面五次是：" in page
    number = number_of(office, "官塘小学")
    changed = {**PLACE, "name": "官塘小学门口", "seen": seen(chen, number)}
    assert "改好了。" in chen.does(f"{LIST}/{number}", on=f"{LIST}/{number}", **changed)
    assert "官塘小学门口" in chen.opens(f"{LIST}?kind=stop&district=铜官区&words=官塘").text
    assert "没有这样的地方" in chen.opens(f"{LIST}?kind=study").text
    assert "官塘社区分馆" in chen.opens(LIST).text
    assert [line.act for line in trail(office, f"place {number}")] == ["place added", "place changed"]


def seen(browser: Browser, number: int) -> str:
    return browser.opens(f"{LIST}/{number}").text.split('name="seen" value="')[1].split('"')[0]


def trail(office: Office, subject: str) -> list[AuditLine]:
    with office.database.reading() as session:
        return list(session.scalars(sa.select(AuditLine).where(AuditLine.subject == subject).order_by(AuditLine.id)))


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(office: Office) -> None:
    town(office)
    chen = office.browser("chen")
    answer = chen.sends(
        NEW,
        on=NEW,
        **{**PLACE, "at": "https://surl.amap.com/abc", "hours": "单周周三 9:00-10:00", "branch": "月球分馆"},
    )
    assert answer.status_code == 400
    for words in ("短链接", "没看懂", "官塘路2号"):
        assert words in answer.text
    assert office.count(Place) == 0
    assert "没有叫“月球分馆”的馆" in chen.sends(NEW, on=NEW, **{**PLACE, "branch": "月球分馆"}).text
    chen.does(NEW, on=NEW, **PLACE)
    assert "已经有一处叫“官塘小学”了" in chen.sends(NEW, on=NEW, **PLACE).text
    assert "已经有一处叫“官塘社区分馆”了" in chen.sends(NEW, on=NEW, **{**PLACE, "name": "官塘社区分馆"}).text


def test_coordinates_far_off_are_taken_and_doubted(office: Office) -> None:
    town(office)
    chen = office.browser("chen")
    page = chen.does(NEW, on=NEW, **{**PLACE, "at": "32.9450, 117.8330"})
    assert "请再看一眼坐标：离总馆 223" in page
    assert "坐标太远" in chen.opens(LIST).text


def test_of_two_who_change_one_place_the_second_is_told(office: Office) -> None:
    town(office)
    chen, wang = office.browser("chen"), office.browser("wang")
    chen.does(NEW, on=NEW, **PLACE)
    where = f"{LIST}/{number_of(office, '官塘小学')}"
    old = seen(chen, number_of(office, "官塘小学"))
    wang.does(where, on=where, **{**PLACE, "phone": "2831234", "seen": old})
    answer = chen.sends(where, on=where, **{**PLACE, "way": "5路车", "seen": old})
    assert answer.status_code == 409
    assert "2831234" in answer.text
    assert "5路车" in answer.text


def test_a_branch_is_put_on_the_map_and_only_by_those_it_belongs_to(office: Office) -> None:
    town(office)
    chen = office.browser("chen")
    chen.opens(LIST)
    with office.database.reading() as session:
        number = session.scalars(sa.select(Branch.id).where(Branch.name == "官塘社区分馆")).one()
    where = f"{LIST}/branches/{number}"
    assert "改好了。" in chen.does(where, on=where, at="117.8400,30.9500", district="官塘街道", does="借阅")
    assert "借书" in chen.opens(LIST).text
    office.hires("li", Role.EDITOR, branch="乌木山社区分馆")
    assert office.browser("li").opens(where).status_code == 403


def test_a_place_is_taken_off_the_map_put_back_and_deleted(office: Office) -> None:
    town(office)
    place(office, "滨江书房")
    chen, number = office.browser("chen"), number_of(office, "滨江书房")
    assert "读者找不到了" in chen.does(f"{LIST}/{number}/hide", on=f"{LIST}/{number}")
    assert "滨江书房" not in office.says("小林", "滨江书房").split("\n")[0].replace(
        "没找到和“滨江书房”有关的活动。", ""
    )
    assert "读者又找得到了" in chen.does(f"{LIST}/{number}/show", on=f"{LIST}/{number}")
    assert office.says("小林", "滨江书房").startswith("滨江书房（书房）")
    assert "已删除滨江书房" in chen.does(f"{LIST}/{number}/delete", on=f"{LIST}/{number}")
    assert office.count(Place) == 0


# ── Excel ──
HEAD = "站点名称,种类,详细地址,经度,纬度,服务时间,服务内容,可否还书,线路,站序"


def rows(count: int) -> str:
    lines = [
        f"{n}号站,流动服务点,路{n}号,117.{8000 + n},30.{9000 + n},每月{n % 28 + 1}日 9:00-11:00,借书,是,东线,{n}"
        for n in range(1, count + 1)
    ]
    return "\n".join(["2026年流动服务点一览", HEAD, *lines])


def brings(browser: Browser, body: bytes, name: str = "站点.csv") -> str:
    answer = browser.sends(IMPORT, on=IMPORT, file=(BytesIO(body), name))
    return browser.opens(answer.headers["Location"]).text if answer.status_code == 303 else answer.text


def test_a_hundred_and_twenty_stops_come_in_once_and_read_back_the_same(both_offices: Office) -> None:
    office = both_offices
    town(office)
    route(office, "东线")
    chen = office.browser("chen")
    assert "导入好了：新增 120 处，改动 0 处，没有变的 0 处。" in brings(chen, rows(120).encode())
    first = number_of(office, "1号站")
    assert "新增 0 处，改动 0 处，没有变的 120 处。" in brings(chen, rows(120).encode("gb18030"))
    exported = chen.opens(f"{LIST}.xlsx").data
    sheet = CalamineWorkbook.from_filelike(BytesIO(exported)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1:4]] == ["1号站", "2号站", "3号站"]
    assert sheet[1][8] == "借书、还书"
    assert "新增 0 处，改动 0 处，没有变的 120 处。" in brings(chen, exported, "导出.xlsx")
    assert "新增 0 处，改动 1 处，没有变的 119 处。" in brings(chen, rows(120).replace("路7号", "路七号").encode())
    assert number_of(office, "1号站") == first
    assert office.count(Place) == 120


def test_every_fault_of_a_file_is_told_with_its_cell_and_nothing_is_taken_in(office: Office) -> None:
    town(office)
    chen = office.browser("chen")
    body = "\n".join([
        HEAD, "甲站,流动服务点,,117.83,30.94,单周周三,借书,是,,", "乙站,茶馆,,117.83,30.94,每周三 9:00-10:00,借书,否,,",
        "丙站,流动服务点,,17.83,30.94,每周三 9:00-10:00,,,,", "丁站,流动服务点,,,,,,,西线,", "丁站,流动服务点,,,,,,,,",
        "官塘社区分馆,书房,,,,,,,,",
    ])  # fmt: skip
    page = brings(chen, body.encode())
    assert "一处也没有导入" in page
    for words in (
        "站点.csv:2 开放时间：没看懂",
        "站点.csv:3 种类：“茶馆”不认识",
        "站点.csv:4 坐标：",
        "线路：没有叫“西线”的线路",
        "名称：“丁站”在",
        "是分馆",
    ):
        assert words in page, words
    assert office.count(Place) == 0
    assert "没有读出站点" in brings(chen, b"a,b\n1,2\n")
    assert "请选一个文件" in chen.sends(IMPORT, on=IMPORT).text


def test_the_template_is_a_file_that_comes_in(office: Office) -> None:
    town(office)
    chen = office.browser("chen")
    template = chen.opens("/console/places/template.xlsx").data
    assert f"新增 {len(importing.TEMPLATE)} 处" in brings(chen, template, "模板.xlsx")


# ── routes ──
def test_a_route_is_made_its_stops_put_in_order_laid_up_and_dropped(office: Office) -> None:
    town(office)
    tomorrow = times.today(times.now()) + timedelta(days=1)
    for name in ("甲站", "乙站"):
        place(office, name, kind="流动服务点", hours=f"{tomorrow:%Y年%m月%d日} 9:00-11:00", branch="总馆")
    chen, base = office.browser("chen"), "/console/routes"
    page = chen.does(f"{base}/new", on=f"{base}/new", name="东线", note="绿色的车", stops="乙站\n甲站", runs="1")
    assert page.index("1. 乙站") < page.index("2. 甲站")
    assert "接下来：明天（" in page
    assert (
        "没有叫“丙站”的流动服务点"
        in chen.sends(f"{base}/new", on=f"{base}/new", name="西线", stops="丙站", runs="1").text
    )
    assert "“甲站”写了两次" in chen.sends(f"{base}/new", on=f"{base}/new", name="西线", stops="甲站\n甲站").text
    assert "1. 明天（" in office.says("小林", "流动图书车什么时候来")
    with office.database.reading() as session:
        number = session.scalars(sa.select(Route.id)).one()
    chen.does(f"{base}/{number}", on=f"{base}/{number}", name="东线", note="", stops="甲站")
    assert "流动图书车接下来没有排日子" not in office.says("小林", "流动图书车什么时候来")
    assert office.says("小林", "甲站").splitlines()[1] == "流动车暂停，恢复后这里会更新"
    assert "它的站点都还在" in chen.does(f"{base}/{number}/drop", on=base)
    assert office.count(Place) == 2


# ── deliveries ──
DELIVERY = {
    "spot": "官塘小学",
    "kind": "进学校",
    "route": "",
    "books": "120",
    "swapped": "",
    "people": "45人次",
    "groups": "3",
    "note": "孩子们抢着挑",
}
REGISTER = "/console/deliveries"


def test_a_delivery_is_entered_with_a_picture_corrected_and_summed_up(both_offices: Office) -> None:
    office = both_offices
    town(office)
    today = times.today(times.now())
    chen = office.browser("chen")
    page = chen.does(f"{REGISTER}/new", on=f"{REGISTER}/new", day=today.isoformat(), **DELIVERY)
    assert "记好了，已算进统计" in page
    where = chen.page.request.path  # type: ignore[union-attr]
    assert "照片加上了。" in chen.does(f"{where}/pictures", on=where, file=(photo(), "a.jpg"))
    digest = chen.opens(where).text.split(f"{where}/pictures/")[1].split('"')[0]
    assert chen.opens(f"{where}/pictures/{digest}").mimetype == "image/jpeg"
    old = chen.opens(where).text.split('name="seen" value="')[1].split('"')[0]
    assert "改好了。" in chen.does(where, on=where, day=today.isoformat(), seen=old, **{**DELIVERY, "books": "130"})
    page = chen.opens(f"{REGISTER}/totals").text
    assert f"{today.year}年流动服务和送书 1 次，送书 130 册，服务 45 人次；其中进学校 1 次。" in page
    assert "进学校去得最多：1 次" in page
    sheets = CalamineWorkbook.from_filelike(BytesIO(chen.opens(f"{REGISTER}/totals.xlsx").data))
    assert sheets.get_sheet_by_name("按七进").to_python()[1] == ["进学校", 1, 130, 0, 45, 3]
    assert "流动服务和送书 1 次" in chen.opens("/console/figures").text
    assert "送书" in CalamineWorkbook.from_filelike(BytesIO(chen.opens("/console/figures.xlsx").data)).sheet_names
    assert "删掉了。" in chen.does(f"{where}/drop", on=where)
    assert not (office.settings.media / "records" / digest[:2] / f"{digest}.jpg").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"day": "2999-01-01"}, "这一天还没有到"), ({"day": "2001-01-01"}, "最早记到"), ({"day": ""}, "请选日期"), ({"kind": ""}, "请选是哪一进"),
        ({"books": "", "people": "", "groups": ""}, "至少写一个"), ({"books": "很多"}, "的整数"), ({"spot": ""}, "请写送到了哪里"),
        ({"route": "月线"}, "没有叫“月线”的线路"),
    ],
)  # fmt: skip
def test_a_delivery_that_cannot_be_is_not_taken(office: Office, more: dict[str, str], said: str) -> None:
    fields = {"day": times.today(times.now()).isoformat(), **DELIVERY, **more}
    answer = office.browser("chen").sends(f"{REGISTER}/new", on=f"{REGISTER}/new", **fields)
    assert answer.status_code == 400
    assert said in answer.text


def test_the_seven_are_renamed_with_their_deliveries_and_may_be_other_ones(office: Office) -> None:
    chen, kinds = office.browser("chen"), f"{REGISTER}/kinds"
    chen.does(f"{REGISTER}/new", on=f"{REGISTER}/new", day=times.today(times.now()).isoformat(), **DELIVERY)
    seven = ["进机关", "进校园", "进社区", "进农村", "进企业", "进军营", "进家庭/网络"]
    chen.does(kinds, on=kinds, kinds="\n".join(seven))
    assert "进校园 1 次" in chen.opens(f"{REGISTER}/totals").text
    assert "至少要有一项" in chen.sends(kinds, on=kinds, kinds=" ").text
    chen.does(kinds, on=kinds, kinds="进景区\n进社区")
    assert "进校园 1 次" in chen.opens(f"{REGISTER}/totals").text
    assert "进景区" in chen.opens(f"{REGISTER}/new").text


def test_the_register_is_filtered_and_saved_as_it_is_filtered(office: Office) -> None:
    chen, today = office.browser("chen"), times.today(times.now())
    for spot, kind in (("官塘小学", "进学校"), ("柳村", "进农村")):
        chen.does(
            f"{REGISTER}/new", on=f"{REGISTER}/new", day=today.isoformat(), **{**DELIVERY, "spot": spot, "kind": kind}
        )
    page = chen.opens(f"{REGISTER}?kind=进农村&year={today.year}").text
    assert "柳村" in page.split("<tbody>")[1]
    assert "已确认" in page.split("<tbody>")[1]
    assert "官塘小学" not in page.split("<tbody>")[1]
    sheet = (
        CalamineWorkbook.from_filelike(BytesIO(chen.opens(f"{REGISTER}.xlsx?words=柳村").data))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert [row[1] for row in sheet[1:]] == ["柳村"]
    assert sheet[1][0] == f"{today:%Y-%m-%d}"
    assert date.fromisoformat(str(sheet[1][0])) == today


def test_somebody_of_a_branch_keeps_its_places_and_no_others(office: Office) -> None:
    town(office)
    place(office, "总馆书房", branch="总馆")
    place(office, "谁的都不是", at="30.9510, 117.8410")
    office.hires("li", Role.EDITOR, branch="乌木山社区分馆")
    li = office.browser("li")
    for name in ("总馆书房", "谁的都不是"):
        where = f"{LIST}/{number_of(office, name)}"
        assert li.opens(where).status_code == 403
        assert li.sends(where, on=NEW, **{**PLACE, "name": "改名", "seen": ""}).status_code == 403
        for act in ("hide", "show", "delete"):
            assert li.sends(f"{where}/{act}", on=NEW).status_code == 403
        assert f'href="{where}"' not in li.opens(LIST).text
    assert office.count(Place, Place.is_shown) == 2
    assert "您只能登记归乌木山社区分馆管的" in li.sends(NEW, on=NEW, **{**PLACE, "branch": "总馆"}).text
    assert "已添加官塘小学" in li.does(NEW, on=NEW, **PLACE)
    number = number_of(office, "官塘小学")
    with office.database.reading() as session:
        branch = session.get_one(Place, number).branch_id
        assert session.get_one(Branch, branch).name == "乌木山社区分馆"
    assert "改好了。" in li.does(
        f"{LIST}/{number}", on=f"{LIST}/{number}", **{**PLACE, "phone": "2831234", "seen": seen(li, number)}
    )


def test_a_file_of_a_branch_changes_no_places_of_others(office: Office) -> None:
    town(office)
    place(office, "总馆书房", branch="总馆")
    office.hires("li", Role.EDITOR, branch="乌木山社区分馆")
    li = office.browser("li")
    sheet = "名称,种类,归哪个馆管\n总馆书房,书房,\n新书房,书房,总馆\n".encode()
    answer = li.sends(IMPORT, on=IMPORT, file=(BytesIO(sheet), "站点.csv"))
    assert answer.status_code == 400
    assert "“总馆书房”不归您的馆管" in answer.text
    assert "您只能登记归乌木山社区分馆管的" in answer.text
    good = "名称,种类\n新书房,书房\n".encode()
    assert "新增 1 处" in li.does(IMPORT, on=IMPORT, file=(BytesIO(good), "站点.csv"))
    with office.database.reading() as session:
        row = session.scalars(sa.select(Place).where(Place.name == "新书房")).one()
        assert row.branch_id is not None
