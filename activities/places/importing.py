"""Places from Excel or CSV, a row each: headings by their synonyms, every fault with its cell; and the sheet that reads back.

A row finds its place by its name, so that the same file again changes nothing and keeps what hangs on it. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from activities.places import rules
from activities.places.maps import said_point
from activities.places.rules import NAMES, RETURN, Wanted
from activities.plans.files import Bounds, pages_of
from activities.plans.plan import PlanUnreadable
from activities.plans.tables import Row, Table
from models.errors import BadFields, BadInput
from models.place import PlaceKind
from models.wording import compact

BOUNDS = Bounds(lines=12_000, sheet_rows=12_000, unpacked=64 * 1024 * 1024)
HEADER_ROWS, MOST_ROWS, MOST_FAULTS = 10, 10_000, 30
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "站点", "站点名称", "站名", "服务点", "服务点名称", "流动点", "流动点名称", "阅读点", "阅读点名称", "点位", "点位名称",
    "地点", "馆名", "停靠点"),
    "kind": ("种类", "类型", "类别", "性质"),
    "district": ("区街道或乡镇", "区", "区县", "区域", "街道", "乡镇", "街道乡镇", "所属街道", "所在区", "所属区域"),
    "address": ("地址", "详细地址", "位置", "具体地址", "停靠位置"),
    "at": ("坐标", "经纬度", "纬度经度", "坐标gcj02", "地图链接", "地图坐标", "定位"),
    "latitude": ("纬度", "lat", "latitude", "y"),
    "longitude": ("经度", "lng", "lon", "longitude", "x"),
    "phone": ("电话", "联系电话", "联系方式"),
    "way": ("怎么去", "交通", "乘车路线", "到达方式"),
    "hours": ("开放时间", "服务时间", "时间", "时刻", "时刻表", "停靠时间", "服务时刻", "到站时间", "开馆时间"),
    "does": ("能办什么", "服务", "服务内容", "功能", "可办业务", "服务项目"),
    "returns": ("可否还书", "能否还书", "是否可还书", "可还书", "还书"),
    "branch": ("归哪个馆管", "所属分馆", "所属馆", "管理馆", "分馆", "负责馆"),
    "route": ("线路", "路线", "线路名称", "所属线路"),
    "position": ("第几站", "站序", "顺序", "站次"),
}  # fmt: skip
_BY_WORD = {word: name for name, words in HEADS.items() for word in words}
_YES, _NO = (
    frozenset({"是", "可", "可以", "能", "有", "1", "√", "✓", "y", "yes"}),
    frozenset({"", "否", "不", "不可", "不可以", "不能", "无", "0", "×", "n", "no"}),
)
COLUMNS = (
    (NAMES["name"], 24), (NAMES["kind"], 14), (NAMES["district"], 18), (NAMES["address"], 36), (NAMES["at"], 24), (NAMES["phone"], 18),
    (NAMES["way"], 30), (NAMES["hours"], 36), (NAMES["does"], 24), (NAMES["branch"], 18), (NAMES["route"], 16), (NAMES["position"], 10),
)  # fmt: skip
NOTHING = "没有读出站点。表格要有一行表头，至少有“名称”；流动服务点之外的还要有“种类”。可以先下载模板，照着填。"


@dataclass(slots=True)
class Found:
    """Of a file: what is wanted, each with the place of its row; and what is wrong, cell by cell."""

    rows: list[tuple[str, Wanted]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_places(name: str, content: bytes) -> Found:
    """Raises: BadInput for a file that cannot be opened, or has no places in it."""
    try:
        pages = pages_of(content, name, BOUNDS)
    except PlanUnreadable as error:
        raise BadInput(
            str(error)
            .replace("一份活动计划", "一份站点表")
            .replace("活动安排表", "站点表")
            .replace("活动安排", "站点")
        ) from None
    found, seen = Found(), dict[str, str]()
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Table):
                _read(block, found, seen)
    if not found.rows and not found.faults:
        raise BadInput(NOTHING)
    if len(found.rows) > MOST_ROWS:
        raise BadInput(f"有 {len(found.rows)} 行，最多 {MOST_ROWS} 行，请分成几个文件。")
    return found


def _read(table: Table, found: Found, seen: dict[str, str]) -> None:
    for at, row in enumerate(table.rows[:HEADER_ROWS]):
        columns = _columns(row)
        if "name" in columns and len(columns) > 1:
            for below in table.rows[at + 1 :]:
                if _columns(below) != columns and any(cell.text.strip() for cell in below):
                    _take(below, columns, found, seen)
            return


def _columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        if name := _BY_WORD.get(compact(cell.text)):
            found.setdefault(name, at)
    return found


def _take(row: Row, columns: Mapping[str, int], found: Found, seen: dict[str, str]) -> None:
    cells = {name: row[at] for name, at in columns.items() if at < len(row)}
    typed = {name: cell.text.strip() for name, cell in cells.items()}
    where = {name: cell.where for name, cell in cells.items()}
    here = where.get("name", row[0].where)
    try:
        wanted = rules.wanted_of(_as_form(typed))
    except BadFields as error:
        for name, said in error.wrong.items():
            source = "longitude" if name == "at" and "at" not in where else name
            found.faults.append(f"{where.get(source, here)} {NAMES[name]}：{said}")
        return
    if (before := seen.get(wanted.name)) is not None:
        found.faults.append(f"{here} 名称：“{wanted.name}”在 {before} 已经有了。")
        return
    seen[wanted.name] = here
    found.rows.append((here, wanted))


def _as_form(typed: Mapping[str, str]) -> dict[str, str]:
    """As one types it: a kind that is not told is a stop's, latitude and longitude in one, 可否还书 among what can be done."""
    told = dict(typed)
    told["kind"] = told.get("kind") or rules.KINDS[PlaceKind.STOP]
    if not told.get("at") and (told.get("latitude") or told.get("longitude")):
        told["at"] = f"{told.get('latitude', '')}, {told.get('longitude', '')}"
    told["position"] = told.get("position", "").removesuffix(".0").removeprefix("第").removesuffix("站")
    returns = compact(told.get("returns", ""))
    if returns in _YES and RETURN not in told.get("does", ""):
        told["does"] = f"{told.get('does', '')}、{RETURN}"
    elif returns not in _YES | _NO:
        told["does"] = f"{told.get('does', '')}、{told['returns']}"
    return told


def rows_of(places: Iterable[Wanted]) -> Iterator[Sequence[object]]:
    """The sheet again."""
    for one in places:
        yield (
            one.name, rules.KINDS[one.kind], one.district, one.address, said_point(one.at) if one.at else "", one.phone, one.way, one.hours, one.does,
            one.branch, one.route, one.position or "",
        )  # fmt: skip


TEMPLATE = (
    ("官塘小学", "流动服务点", "铜官区", "官塘路2号校门口", "30.9450, 117.8330", "", "5路到官塘站", "每月第一、三个周三 9:00-11:00",
    "借书、还书", "", "", ""),
    ("滨江书房", "书房", "铜官区", "滨江路8号", "https://uri.amap.com/marker?position=117.80,30.95", "0562-2831234", "",
    "周二至周日 9:00-21:00", "借书、还书、自习", "", "", ""),
)  # fmt: skip
