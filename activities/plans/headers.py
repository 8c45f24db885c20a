"""The words libraries put above the columns of a plan, and what each column then means."""

import re
from dataclasses import dataclass
from enum import StrEnum

from activities.plans.tables import Row, written


class Field(StrEnum):
    """What a column means."""

    NUMBER = "number"
    TYPE = "type"
    TITLE = "title"
    THEME = "theme"  # a title where there is none, else its second half
    PROJECT = "project"  # a title where there is none, else a type
    DATE = "date"
    END = "end"  # 结束时间
    CLOCK = "clock"  # a second column of times
    WEEKDAY = "weekday"
    PLACE = "place"
    BRANCH = "branch"
    HOST = "host"  # a branch if it names one
    BODY = "body"
    AUDIENCE = "audience"
    FEE = "fee"
    CONTACT = "contact"
    MATERIALS = "materials"
    CAMPAIGN = "campaign"  # the festival it belongs to
    FOR_READERS = "for_readers"  # 主讲人, 名额: kept in the summary under its own name
    INTERNAL = "internal"  # 负责人, 经费: no reader's business, not carried over
    UNKNOWN = "unknown"


_WORDS = {
    Field.NUMBER: "序号 序 编号 号 No NO no 场次 次序",
    Field.TYPE: "活动类型 类型 类别 活动类别 活动形式 形式 活动性质 性质 活动种类 种类 栏目 板块 活动板块 品牌 活动品牌 系列",
    Field.TITLE: "活动名称 名称 活动标题 标题 活动题目 题目 讲座题目 讲座名称 展览名称 影片名称 片名 书名 活动名 课程名称",
    Field.THEME: "主题 活动主题 讲座主题 主题名称 展览主题",
    Field.PROJECT: "项目 活动项目 项目名称 活动 工作项目 事项 活动安排",
    Field.DATE: (
        "时间 日期 活动时间 活动日期 开展时间 开展日期 举办时间 举办日期 计划时间 计划日期 起止时间 起止日期 时间安排 拟定时间 "
        "展期 展览时间 展览日期 放映日期 上课时间 开课时间 培训时间 "
        "拟开展时间 完成时间 实施时间 开始时间 开始日期 展出时间 播放时间 放映时间 讲座时间 月份 活动月份 预计时间"
    ),
    Field.END: "结束时间 结束日期 截止时间 截止日期",
    Field.CLOCK: "具体时间 时段 活动时段 时间段 几点 钟点",
    Field.WEEKDAY: "星期 周几 星期几",
    Field.PLACE: "地点 活动地点 举办地点 开展地点 场地 活动场地 地址 活动地址 位置 活动位置 场所 活动场所 平台 活动平台 "
        "展厅 展览地点 上课地点 教室 放映地点 讲座地点",
    Field.BRANCH: "分馆 馆别 分馆名称 分馆名 所属分馆 承办分馆 举办分馆 所属馆 馆名 馆舍 场馆 图书馆 服务点",
    Field.HOST: "单位 承办单位 举办单位 主办单位 活动单位 实施单位 开展单位 责任单位 单位名称 主办 承办",
    Field.BODY: (
        "内容 活动内容 简介 活动简介 内容简介 活动介绍 内容介绍 介绍 活动说明 说明 主要内容 内容安排 活动概况 概况 活动描述"
    ),
    Field.AUDIENCE: (
        "对象 活动对象 参与对象 参加对象 面向对象 招募对象 服务对象 适合对象 参与人群 参加人群 人群 适合人群 适用人群 面向人群 "
        "适合年龄 适龄 适读年龄 年龄 年龄段 年龄要求 参与年龄 参加人员 参与人员 受众"
    ),
    Field.FEE: "费用 收费 活动费用 活动收费 收费标准 收费情况 参加费用 报名费 报名费用 票价 门票 是否收费",
    Field.CONTACT: (
        "联系人 联系电话 联系方式 电话 咨询电话 咨询方式 报名电话 预约电话 活动咨询 报名咨询 咨询热线 热线 咨询人 "
        "联系人电话 咨询"
    ),
    Field.MATERIALS: (
        "所需材料 自备材料 自备物品 自备 请自备 需自备 所需物品 需带物品 携带物品 自带物品 自带材料 请带 要带什么 准备物品"
    ),
    Field.CAMPAIGN: "主办活动 所属活动 所属主题活动 依托活动 读书节 阅读节 读书月",
    Field.FOR_READERS: (
        "主讲 主讲人 主讲老师 "
        "主讲教师 讲师 授课老师 授课教师 老师 教师 指导老师 导师 专家 领读人 领读者 嘉宾 主讲嘉宾 分享嘉宾 分享人 主持人 主持 "
        "报名方式 报名 报名时间 报名日期 报名截止 报名截止时间 截止报名 招募时间 "
        "预约时间 征集时间 投票时间 领取时间 参与方式 名额 人数 活动人数 参与人数 参加人数 规模 备注 语种 时长"
    ),
    Field.INTERNAL: (
        "负责人 责任人 负责部门 责任部门 承办部门 主办部门 部门 活动负责人 经费 预算 经费预算 负责 "
        "负责人员 工作人员 执行人 策划人 牵头部门 完成情况 审核 签字 协办单位 合作单位"
    ),
}  # fmt: skip
VOCABULARY = {word: field for field, words in _WORDS.items() for word in words.split()}
_TAILS = (
    ("时间", Field.DATE), ("日期", Field.DATE), ("地点", Field.PLACE), ("名称", Field.TITLE), ("主题", Field.THEME),
    ("内容", Field.BODY), ("简介", Field.BODY), ("类型", Field.TYPE), ("类别", Field.TYPE), ("形式", Field.TYPE),
    ("对象", Field.AUDIENCE), ("人群", Field.AUDIENCE), ("负责人", Field.INTERNAL), ("部门", Field.INTERNAL),
    ("电话", Field.CONTACT),
)  # fmt: skip
_LONGEST_TAILED = 8
_ASIDE = re.compile(r"[（(][^()（）]*[)）]|[\s:：*＊]")
_IN_CHARGE = re.compile(r"(?:负责|责任)人.*(?:电话|方式)")
_TWO_WORDS = re.compile(r"[/／、或及和与]")
_SPEAKERS = frozenset(["主讲人", "讲师", "主讲老师", "主讲教师", "主讲嘉宾", "授课老师", "授课教师"])


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means, and the word above it."""

    field: Field
    word: str


def field_of(word: str) -> Field | None:
    """What a word above a column means, or None if it is no such word."""
    bare = _ASIDE.sub("", word)
    if field := VOCABULARY.get(bare):
        return field
    fields = [VOCABULARY.get(part) for part in _TWO_WORDS.split(bare)]
    if len(fields) > 1 and all(fields):  # 主讲人/负责人: what readers come for wins
        return next((field for field in (Field.AUDIENCE, Field.FOR_READERS) if field in fields), fields[0])
    if _IN_CHARGE.search(bare):  # 负责人联系电话 is nobody's to call
        return Field.INTERNAL
    if len(bare) <= _LONGEST_TAILED:
        return next((field for tail, field in _TAILS if bare.endswith(tail)), None)
    return None


def said_by_readers(word: str) -> str:
    """The word above a column as readers read it beside its value: 主讲人/负责人 → 主讲."""
    bare = _ASIDE.sub("", word)
    parts = [part for part in _TWO_WORDS.split(bare) if VOCABULARY.get(part) is Field.FOR_READERS]
    said = bare if VOCABULARY.get(bare) else parts[0] if parts else bare
    return "主讲" if said in _SPEAKERS else said


def is_header(row: Row) -> bool:
    """Most cells are such words, and one of them tells what the activity is or when."""
    cells = written(row)
    fields = [field for cell in cells if (field := field_of(cell.text))]
    tells = {Field.TITLE, Field.THEME, Field.PROJECT, Field.BODY, Field.DATE}
    return len(fields) >= 2 and len(fields) >= 0.6 * len(cells) and bool(tells.intersection(fields))


def columns_under(row: Row) -> tuple[Column, ...]:
    """The columns of a table from its header; a second column of dates holds the times of the first."""
    found = [Column(field_of(cell.text) or Field.UNKNOWN, cell.text) for cell in row]
    return _with_a_title(_with_one_date([_blank_if_unnamed(column) for column in found]))


def _blank_if_unnamed(column: Column) -> Column:
    return column if column.word else Column(Field.UNKNOWN, "")


def _with_one_date(columns: list[Column]) -> list[Column]:
    first = next((column for column in columns if column.field is Field.DATE), None)
    return [
        Column(Field.CLOCK, column.word)
        if column.field is Field.DATE and first and column.word != first.word
        else column
        for column in columns
    ]


def _with_a_title(columns: list[Column]) -> tuple[Column, ...]:
    fields = {column.field for column in columns}
    if Field.TITLE not in fields:
        stand_in = next((f for f in (Field.THEME, Field.PROJECT, Field.BODY) if f in fields), None)
        columns = [_as(column, stand_in, Field.TITLE) for column in columns]
    project_means = Field.FOR_READERS if Field.TYPE in fields else Field.TYPE
    return tuple(_as(column, Field.PROJECT, project_means) for column in columns)


def _as(column: Column, old: Field | None, new: Field) -> Column:
    return Column(new, column.word) if column.field is old else column
