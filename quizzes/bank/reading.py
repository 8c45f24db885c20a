"""A file of questions, whatever it was written with: opened by the readers of plans, read as a table or as prose."""

from activities.plans.files import Bounds, pages_of
from activities.plans.plan import PlanUnreadable
from activities.plans.tables import Line, Page, Table
from models.errors import BadInput
from quizzes.bank.found import Bank, Finding
from quizzes.bank.marked import is_aiken, is_gift, read_aiken, read_gift
from quizzes.bank.prose import read_prose
from quizzes.bank.sheet import header_of, read_table
from quizzes.bank.signs import has_answers, has_questions

BOUNDS = Bounds(lines=500_000, sheet_rows=100_010, unpacked=256 * 1024 * 1024)  # a hundred thousand questions
NOTHING = (
    "没有读出题目。表格要有“题干”和“答案”两列（可以下载模板照着填）；Word 和文字要一题一个编号，例如：\n"
    "1. 《论语》记的是谁的言行？（A）\nA. 孔子　B. 孟子"
)


_WORDS = (
    ("一份活动计划", "题库"), ("一份计划", "题库"), ("活动安排表", "题目"), ("活动安排", "题目"), ("里面的计划", "里面的题库"),
    ("里面如果有活动", "里面如果有题目"), ("不像一份题库（最多", "一次读不了（最多"),
)  # fmt: skip


def read_bank(name: str, content: bytes) -> Bank:
    """Every question of the file called `name`, and every doubt. Raises: BadInput for one that cannot be opened or has none."""
    try:
        pages = pages_of(content, name, BOUNDS)
    except PlanUnreadable as error:
        raise BadInput(_of_questions(str(error))) from None
    finding = Finding()
    for page in pages:
        for doubt in page.doubts:
            finding.doubt(doubt.where, "", _of_questions(doubt.text))
        _read(page, name, finding)
    if not finding.questions and not finding.doubts:
        raise BadInput(NOTHING)
    return finding.bank()


def _read(page: Page, name: str, finding: Finding) -> None:
    banks = [block for block in page.blocks if isinstance(block, Table) and header_of(block)]
    for table in banks:
        read_table(table, finding)
    if banks:
        return
    lines = [line for block in page.blocks for line in _lines(block)]
    # {x | x = 1} may stand in a paper of mathematics: there the name decides
    if is_gift(lines) and (name.lower().endswith(".gift") or not has_answers(lines)):
        read_gift(lines, finding)
    elif is_aiken(lines):
        read_aiken(lines, finding)
    elif has_questions(lines):
        read_prose(lines, finding)


def _lines(block: object) -> list[Line]:
    """Options are often set in a table without lines: its cells, a line each."""
    if isinstance(block, Line):
        return [block]
    if not isinstance(block, Table):
        return []
    found: dict[tuple[str, str], Line] = {}
    for row in block.rows:
        for cell in row:
            for text in cell.text.split("\n"):
                found.setdefault((text, cell.where), Line(text, cell.where))
    return list(found.values())


def _of_questions(said: str) -> str:
    """The words of the plans' readers, about questions."""
    for plan, questions in _WORDS:
        said = said.replace(plan, questions)
    return said
