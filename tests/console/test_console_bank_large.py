"""A large file of questions: read beside the requests, its progress on a page."""

import threading
from io import BytesIO

import pytest

from models.quiz import BankQuestion, QuestionTag
from models.staff import Role
from quizzes.bank import large
from quizzes.bank.question import Kind, Question
from quizzes.bank.writing import to_xlsx
from tests.console.office import Browser, Office
from tests.test_sign_up import by_day


@pytest.fixture(autouse=True)
def _by_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by_day(office)
    office.hires("jiao", Role.PROOFREADER, name="小焦")
    monkeypatch.setattr(large, "LARGE", 10_000)


def workbook(count: int) -> bytes:
    return to_xlsx(
        Question(Kind.SINGLE, f"第{n}部书是谁写的？", (f"甲{n}", f"乙{n}"), [n % 2], tags=("国学",))
        for n in range(count)
    )


def hands_in(office: Office, name: str, content: bytes) -> tuple[Browser, str]:
    """The page that shows how far it is."""
    chen = office.browser("chen")
    path = "/console/questions/new"
    data = {"csrf_token": chen.token_of(path), "file": (BytesIO(content), name)}
    answer = chen.http.post(
        path, data=data, content_type="multipart/form-data", environ_base={"REMOTE_ADDR": chen.address}
    )
    assert answer.status_code == 303, answer.text
    return chen, answer.headers["Location"]


def ended(chen: Browser, where: str) -> str:
    for one in threading.enumerate():
        if one.name.startswith("bank file"):
            one.join(timeout=60)
    return chen.opens(where).text


def test_a_large_workbook_is_taken_in_beside_the_request_and_once(office: Office) -> None:
    content = workbook(1200)
    chen, where = hands_in(office, "题库.xlsx", content)
    page = ended(chen, where)
    assert "读完了" in page
    assert "200</b>题收进来了" in page
    assert (office.count(BankQuestion), office.count(QuestionTag)) == (1200, 1200)
    assert office.noted("questions added") == 1
    chen, where = hands_in(office, "题库.xlsx", content)
    assert "<b>0</b>题收进来了" in ended(chen, where)
    assert office.count(BankQuestion) == 1200


def test_what_cannot_be_taken_in_is_named_on_the_page_and_as_a_sheet(office: Office) -> None:
    words = "\n".join(
        f"{n}. 第{n}部书是谁写的？（{'C' if n == 7 else 'A'}）\nA. 甲{n}  B. 乙{n}" for n in range(1, 400)
    )
    chen, where = hands_in(office, "题库.txt", words.encode())
    page = ended(chen, where)
    assert "答案是 C，但只有 2 个选项" in page
    assert office.count(BankQuestion) == 398
    assert chen.opens(f"{where}?as=sheet").data.startswith(b"PK")


def test_a_file_that_cannot_be_read_says_why(office: Office) -> None:
    chen, where = hands_in(office, "题库.xlsx", b"PK\x03\x04" + bytes(20_000))
    page = ended(chen, where)
    assert "没有读完" in page
    assert "已损坏" in page
    assert office.browser("jiao").opens(where).status_code == 403
