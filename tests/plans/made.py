"""Word and Excel plans in the habits of different libraries, made when they are needed."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import docx
import xlsxwriter
from docx.oxml import parse_xml

Row = tuple[object, ...]


def one_sheet_a_branch(path: Path) -> None:
    """Every branch has a sheet of its own; dates are real dates, some with a time."""
    sheets: dict[str, list[Row]] = {
        "总馆": [("新年音乐会", datetime(2026, 12, 26, 19, 0), "报告厅"), ("年画展", "12月20日—次年1月10日", "展厅")],
        "城东分馆": [("剪纸课", datetime(2026, 12, 5, 9, 30), "活动室"), ("冬至诗会", date(2026, 12, 22), "书吧")],
        "港口社区分馆": [("圣诞故事会", datetime(2026, 12, 24, 15, 0), "")],
    }
    with xlsxwriter.Workbook(path) as workbook:
        formats = {
            "m": workbook.add_format({"num_format": "m月d日 hh:mm"}),
            "d": workbook.add_format({"num_format": "yyyy/m/d"}),
        }
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 2, f"临江市图书馆{name}2026年12月活动")
            sheet.write_row(1, 0, ("活动名称", "活动时间", "活动地点"))
            for at, row in enumerate(rows, start=2):
                _write(sheet, at, row, formats)


def _write(sheet, at: int, row: Row, formats) -> None:
    for across, value in enumerate(row):
        if isinstance(value, datetime):
            sheet.write_datetime(at, across, value, formats["m"])
        elif isinstance(value, date):
            sheet.write_datetime(at, across, value, formats["d"])
        else:
            sheet.write(at, across, value)


def days_across(path: Path) -> None:
    """A row across the table names the day of the rows below it."""
    rows = [
        ("12月5日（周六）",), ("9:30-10:30", "绘本故事会", "少儿室"), ("14:00", "围棋入门", "三楼"),
        ("12月6日（周日）",), ("10:00-11:30", "英语角", "咖啡吧"),
        ("12月12日（周六）",), ("19:00", "露天电影《长津湖》", "广场"),
    ]  # fmt: skip
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("活动")
        sheet.merge_range(0, 0, 0, 2, "柳河图书馆2026年12月活动日程")
        sheet.write_row(1, 0, ("时间", "活动名称", "地点"))
        for at, row in enumerate(rows, start=2):
            if len(row) == 1:
                sheet.merge_range(at, 0, at, 2, row[0])
            else:
                sheet.write_row(at, 0, row)


def blank_below(path: Path) -> None:
    """The date stands on the first of its rows only, without merged cells; months above in two tables."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("四季度")
        sheet.write(0, 0, "安吉县图书馆2026年第四季度活动安排")
        tables = {
            "10月": [("10月1日", "9:00", "升旗仪式"), ("", "10:00", "红歌快闪"), ("10月18日", "14:30", "重阳茶会")],
            "11月": [("11月8日", "9:30", "记者体验日"), ("11月21日", "", "消防演练进图书馆")],
        }
        at = 1
        for month, rows in tables.items():
            sheet.write(at, 0, f"{month}份活动")
            sheet.write_row(at + 1, 0, ("日期", "时间", "活动名称"))
            for row in rows:
                sheet.write_row(at + 2, 0, row)
                at += 1
            at += 3


def month_grid(path: Path) -> None:
    """A calendar: a column a weekday, the day and its activities in one cell."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("2026年12月")
        sheet.merge_range(0, 0, 0, 6, "少儿图书馆2026年12月活动月历")
        sheet.write_row(1, 0, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"))
        words = {
            5: "9:30 绘本故事会",
            6: "14:00 折纸",
            12: "9:30 绘本故事会",
            20: "10:00 冬至手工",
            24: "19:00 平安夜电影",
        }
        for day in range(1, 32):
            where = day + date(2026, 12, 1).weekday() - 1
            sheet.write(2 + where // 7, where % 7, f"{day}\n{words[day]}" if day in words else str(day))


def table_with_notes(path: Path) -> None:
    """A title, an introduction that repeats one activity, a table, a footnote-like remark, a signature."""
    document = docx.Document()
    document.add_heading("桐乡市图书馆2026年11月活动安排", 0)
    document.add_paragraph("为丰富市民文化生活，本月共安排活动4场。其中11月15日举办的“乌镇戏剧节分享会”为重点活动。")
    _table(document, [
        ("活动名称", "主讲人", "活动时间", "地点"),
        ("“乌镇戏剧节”分享会", "林导", "11月15日14:00", "报告厅"),
        ("丰子恺漫画展", "", "11月1日起", "展厅"),
        ("周末读书沙龙", "馆员", "11月7日、21日 9:30-11:00", "沙龙区"),
        ("古籍里的二十四节气", "吴教授", "11月中旬", "线上"),
    ])  # fmt: skip
    document.add_paragraph("*活动如有变动以当日公告为准。")
    document.add_paragraph("桐乡市图书馆")
    document.add_paragraph("2026年10月26日")
    document.save(str(path))


def _table(document, rows: list[tuple[str, ...]]):
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    return table


def sheets_of_one_activity(path: Path) -> None:
    """A small upright table an activity: the word on the left, the value on the right."""
    document = docx.Document()
    document.add_paragraph("余杭图书馆2026年12月活动申报表")
    for title, when, place, body in (
        ("良渚文化亲子营", "12月5日9:00-16:00", "良渚博物院", "走进五千年前的水坝"),
        ("读者开放麦", "12月19日（周六）19:30", "一楼咖啡区", "说说这一年读过的书"),
    ):
        _table(document, [("活动名称", title), ("活动时间", when), ("活动地点", place), ("活动内容", body)])
        document.add_paragraph("")
    document.save(str(path))


def items_in_cells(path: Path) -> None:
    """One row a branch; its cell holds a numbered list, the cell beside it the dates in the same order."""
    document = docx.Document()
    document.add_paragraph("德清县图书馆2026年9月份分馆活动安排")
    _table(document, [
        ("分馆", "活动安排", "时间"),
        ("武康街道分馆", "1、开学第一课\n2、九一八主题朗诵", "1、9月1日\n2、9月18日"),
        ("新市镇分馆", "1、中秋做月饼\n2、送书进企业\n3、老年健康讲座", "1、9月24日\n2、9月中旬\n3、9月29日14:00"),
    ])  # fmt: skip
    document.save(str(path))


def headed_paragraphs(path: Path) -> None:
    """Numbered headings with labelled lines below, no table at all; a text box holds one more activity."""
    document = docx.Document()
    document.add_heading("嘉善县图书馆2026年7月“清凉一夏”系列活动方案", 0)
    for line in (
        "一、活动目的", "丰富暑期生活，引导青少年多读书。", "二、活动安排",
        "（一）“小馆员”志愿服务", "活动时间：7月6日-8月28日每周一、三", "活动地点：借阅大厅", "活动对象：10-15岁青少年",
        "（二）“书里书外”夏令营", "活动时间：7月13日—17日", "活动地点：西塘古镇", "活动内容：走读古镇，写一本小书。",
        "（三）暑期公益放映", "活动时间：7月每周五19:00", "活动地点：广场",
        "三、活动要求", "各部室要高度重视，确保活动安全。7月3日前完成物料准备。",
    ):  # fmt: skip
        document.add_paragraph(line)
    _text_box(document.add_paragraph(""), "7月25日（周六）15:00 暑期征文颁奖 报告厅")
    document.save(str(path))


def _text_box(paragraph, words: str) -> None:
    namespaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    paragraph._p.append(
        parse_xml(
            f"<w:r {namespaces}><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
            "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
        )
    )


def program_of_a_festival(path: Path) -> None:
    """Columns without numbers, times in a column of their own, several branches in one cell, a cancelled row."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("读书节")
        sheet.write(0, 0, "第十二届读书节活动一览（2026年4月—5月）")
        clock = workbook.add_format({"num_format": "hh:mm"})
        sheet.write_row(1, 0, ("板块", "活动名称", "举办日期", "开始时间", "举办单位", "责任人"))
        rows: list[Row] = [
            ("开幕", "读书节开幕式", "4月18日", time(9, 30), "总馆", "张"),
            ("展览", "馆藏年画展", "4月18日-5月17日", "", "总馆", "李"),
            ("讲座", "《人间词话》导读（已取消）", "4月25日", time(14, 0), "总馆", "王"),
            ("亲子", "公园里的图书馆", "五一假期", "", "滨河分馆", "赵"),
            ("闭幕", "读书节闭幕式暨颁奖", "5月下旬", "", "总馆", "张"),
        ]
        for at, row in enumerate(rows, start=2):
            for across, value in enumerate(row):
                if isinstance(value, time):
                    sheet.write_datetime(at, across, value, clock)
                else:
                    sheet.write(at, across, value)


def halves_of_days(path: Path) -> None:
    """A row a day, a column each for morning, afternoon and evening."""
    document = docx.Document()
    document.add_paragraph("永嘉县图书馆2026年国庆假期活动表")
    _table(document, [
        ("日期", "上午", "下午", "晚上"),
        ("10月1日", "升国旗仪式", "红色电影展映", ""),
        ("10月2日", "绘本故事会", "", "国风音乐会"),
        ("10月3日", "", "楠溪江诗词会", ""),
    ])  # fmt: skip
    document.save(str(path))


def exhibitions(path: Path) -> None:
    """Other words above the columns, dates with dots, two exhibitions without an end."""
    rows = [
        ("展览名称", "展期", "展厅", "主办"), ("甬上藏书楼图片展", "2026.3.1—2026.4.5", "一号厅", "本馆"),
        ("少儿画展", "3月中旬至4月上旬", "二号厅", "少儿部"), ("古籍保护成果展", "3月20日起", "三号厅", "古籍部"),
        ("读者摄影作品展", "长期", "走廊", "活动部"),
    ]  # fmt: skip
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("展览")
        sheet.write(0, 0, "宁海图书馆2026年3月展览")
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, row)


def a_column_an_activity(path: Path) -> None:
    """The words stand at the left, every further column is an activity."""
    document = docx.Document()
    document.add_paragraph("龙游县图书馆学校分馆2026年5月活动")
    _table(document, [
        ("活动名称", "校园朗读者", "科幻作家进校园", "毕业季图书漂流"),
        ("活动时间", "5月8日15:30", "5月20日14:00", "5月25日-29日"),
        ("活动地点", "实验小学", "龙游中学", "各校门口"),
    ])  # fmt: skip
    document.save(str(path))


def two_to_a_row(path: Path) -> None:
    """Two activities beside each other under one repeated header, dates as numbers with a dot."""
    rows = [
        ("日期", "活动", "日期", "活动"), (12.5, "冬日绘本", 12.12, "毛线编织"), (12.2, "冬至茶会", 12.26, "年终书市"),
    ]  # fmt: skip
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("活动")
        sheet.write(0, 0, "长兴图书馆2026年12月活动")
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, row)


MADE: dict[str, Callable[[Path], None]] = {
    "一馆一表.xlsx": one_sheet_a_branch,
    "日期横行.xlsx": days_across,
    "日期只写一次.xlsx": blank_below,
    "月历格子.xlsx": month_grid,
    "读书节.xlsx": program_of_a_festival,
    "带说明的表.docx": table_with_notes,
    "一活动一表.docx": sheets_of_one_activity,
    "格中有列.docx": items_in_cells,
    "分条方案.docx": headed_paragraphs,
    "半天一格.docx": halves_of_days,
    "展览清单.xlsx": exhibitions,
    "一列一场.docx": a_column_an_activity,
    "两场一行.xlsx": two_to_a_row,
}
