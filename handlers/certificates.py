"""证书 in the chat: the way to one's own, for each quiz that gives them."""

from handlers.identity import own_page
from handlers.turn import Reply, Turn
from models.errors import Refused
from models.quiz import Quiz
from models.tapping import tappable
from quizzes import certificates

NONE = f"您答过的题里没有发证书的。回复“{tappable('答题')}”看看现在能答什么。"


def mine(turn: Turn) -> Reply:
    """A line for each quiz: the link to its certificate, or why there is none."""
    found = certificates.to_ask_for(turn.session, turn.incoming.openid)
    return Reply("\n".join(_line(turn, quiz) for quiz in found) if found else NONE)


def _line(turn: Turn, quiz: Quiz) -> str:
    try:
        certificates.standing_for(turn.session, quiz, turn.incoming.openid, now=turn.now)
    except Refused as no:
        return f"{quiz.title}：{no.to_reader}"
    page = own_page(turn, f"/q/{quiz.code}/certificate", "点这里领证书")
    return f"{quiz.title}：{page or '暂时打不开网页，请回复“人工”。'}"
