"""The April of 铜官区图书馆 as facts, and as the Word and Excel files a librarian would have made of them."""

from datetime import date
from pathlib import Path

import docx
import xlsxwriter

SAMPLES = Path(__file__).with_name("samples")

TITLE = "铜官区图书馆2023年4月份工作计划"
COUNTED = "4月份计划开展活动23场，其中总馆7场，分馆16场。"
HEADER = ("序号", "活动类型", "活动名称", "活动时间", "活动内容")
MAIN = (
    ("阅读活动", "【绘读慧悦】《植物界的活化石》", "4月2日", "科普绘本导读"),
    ("线上展览", "线上科普展览——清明", "4月5日", "传统文化科普"),
    ("电影展", "【铜官悦影】科普纪录片", "4月中下旬", "科普电影放映"),
    ("手工活动", "【铜官小工匠】手绘环保袋", "4月中下旬", "给布袋画上春天，爱护地球从小处做起+线上展览"),
    ("关爱特殊群体", "关爱留守儿童图书赠阅活动", "4月中下旬", "把书送到孩子手里"),
    ("展览", "世界读书日精选书展", "4月中下旬", "选好书，请读者来看+线上展览"),
    ("志愿服务活动", "知识产权宣传", "4月", "知识产权月(日)的宣传+线上展览"),
)
BRANCHES = (
    ("官塘社区分馆 (15分钟阅读圈)", (("1、开展迎接4.23读书节诗歌鉴赏会活动", 7), ("2、开展小小志愿者活动", 9))),
    ("乌木山社区分馆 (15分钟阅读圈)", (("1、少儿绘本阅读分享活动", 8), ("2、“小小志愿者”志愿服务活动", 15))),
    ("狮子山社区分馆 (15分钟阅读圈)", (("1、巧手创意DIY活动", 8), ("2、“世界地球日”环境保护宣传活动", 22))),
    ("学苑社区分馆 (15分钟阅读圈)", (("1、垃圾分类知识宣传", 9), ("2、世界读书日活动", 20))),
    (
        "鹞山社区分馆 (15分钟阅读圈)",
        (("1、举办“国际儿童图书日”读书阅读交流活动", 2), ("2、举办“世界卫生日”老年人卫生健康宣传活动", 7)),
    ),
    ("人民社区分馆", (("1、“小手拉大手，共建绿色家园”活动", 7), ("2、开展“两会”精神学习活动", 22))),
    ("天井湖社区分馆", (("1、铜陵历史文化讲座活动", 7), ("2、老年书法交流活动", 21))),
    ("阳光社区分馆", (("1、开展“老有所学普法春风暖民心”活动", 4), ("2、老年国画作品展", 8))),
)


def word_file(path: Path) -> Path:
    """Two tables between paragraphs; in the second the name of a branch is merged over its rows."""
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(COUNTED)
    document.add_paragraph("总馆活动安排：")
    table = document.add_table(rows=1, cols=5)
    for cell, word in zip(table.rows[0].cells, HEADER, strict=True):
        cell.text = word
    for number, row in enumerate(MAIN, start=1):
        for cell, word in zip(table.add_row().cells, (str(number), *row), strict=True):
            cell.text = word
    document.add_paragraph("分馆活动安排：")
    branches = document.add_table(rows=0, cols=3)
    for name, items in BRANCHES:
        rows = [branches.add_row() for _ in items]
        rows[0].cells[0].merge(rows[-1].cells[0]).text = name
        for row, (item, day) in zip(rows, items, strict=True):
            row.cells[1].text = item
            row.cells[2].text = f"2023年4月{day}日"
    document.save(str(path))
    return path


def excel_file(path: Path) -> Path:
    """One sheet: a merged title row, numbers as numbers, real dates, merged branch names; a hidden sheet beside it."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("4月")
        day_format = workbook.add_format({"num_format": "yyyy/m/d"})
        sheet.merge_range(0, 0, 0, 4, TITLE)
        sheet.write_row(1, 0, HEADER)
        for number, row in enumerate(MAIN, start=1):
            sheet.write_row(1 + number, 0, (number, *row))
        at = 3 + len(MAIN)
        sheet.merge_range(at, 0, at, 4, "分馆活动安排：")
        for name, items in BRANCHES:
            sheet.merge_range(at + 1, 0, at + len(items), 0, name)
            for item, day in items:
                at += 1
                sheet.write(at, 1, item)
                sheet.write_datetime(at, 2, date(2023, 4, day), day_format)
        hidden = workbook.add_worksheet("旧稿")
        hidden.write_row(0, 0, HEADER)
        hidden.write_row(1, 0, (1, "讲座", "去年的旧活动", "4月1日", ""))
        hidden.hide()
    return path
