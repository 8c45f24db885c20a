"""What readers are told of their case, and the words staff know things by."""

from datetime import datetime

from desk.cases.rules import MOST_A_MINUTE
from models import times
from models.case import Case, CaseResult, CaseState, CaseTopic, CaseWay, FileKind, Rating
from models.tapping import tappable

ASK, END, AGAIN = "问馆员", "结束", "还有问题"
WAYS = {CaseWay.CHAT: "公众号", CaseWay.WALK_IN: "到馆", CaseWay.PHONE: "电话"}
TOPICS = {
    CaseTopic.HOURS: "时间和地点", CaseTopic.CARDS: "办证和押金", CaseTopic.LENDING: "借还和续借", CaseTopic.ROOMS: "场地和设施",
    CaseTopic.ACTIVITIES: "活动", CaseTopic.COLLECTIONS: "找书和数字资源", CaseTopic.LOST: "失物", CaseTopic.COMPLAINT: "意见投诉",
    CaseTopic.OTHER: "其他",
}  # fmt: skip
RESULTS = {
    CaseResult.SOLVED: "解决了", CaseResult.ELSEWHERE: "告知了去处", CaseResult.COULD_NOT: "办不了", CaseResult.WITHDRAWN: "不问了",
}  # fmt: skip
RATINGS = {Rating.GOOD: "满意", Rating.FAIR: "一般", Rating.POOR: "不满意"}
READER_STATES = {
    CaseState.WAITING: "等馆员接", CaseState.TAKEN: "馆员在看", CaseState.ANSWERED: "已答复", CaseState.CLOSED: "已办结",
}  # fmt: skip
FILES = {FileKind.PICTURE: "图片", FileKind.VOICE: "语音", FileKind.VIDEO: "视频"}
LEFT = "读者取消了关注，或者清除了资料"
QUIET_LINE = "答复后读者没有再来话，自动办结"


def expected(due_at: datetime | None, *, works_now: bool, now: datetime) -> str:
    """馆员在岗，今天15:30前答复您。"""
    if due_at is None:
        return "服务台这段时间不上班，恢复以后馆员会答复您。"
    if due_at <= now:
        return "已经超过了说好的时间，抱歉，已提醒负责的馆员。"
    when = times.said_moment(due_at, today=times.today(now))
    return f"馆员在岗，{when}前答复您。" if works_now else f"现在是服务台下班时间，{when}前答复您。"


def by_phone(phone: str) -> str:
    """What is quicker."""
    return f"着急的话，请拨服务台电话 {phone}。" if phone else "着急的话，请到馆里的服务台问。"


def asked_for(phone: str) -> str:
    """问馆员, and no question yet."""
    return f"请把想问的话直接打出来发给我，我转给馆员；也可以发图片、语音。不问了回复“{tappable('退出')}”。\n{by_phone(phone)}"


def busy(phone: str) -> str:
    """问馆员 without a question, while a quiz, a sign-up or a work waits for words."""
    now = f"现在就要问，请连问题一起发，比如“{ASK}：书丢了怎么赔”；或者做完再回复“{tappable(ASK)}”。"
    return f"您手上这一步还没做完，先不打断。{now}\n{by_phone(phone)}"


def beside(case: Case, due: str) -> str:
    """It is with the desk, while something else of the reader's goes on."""
    return (
        f"已转给馆员，编号 {case.number}。{due}\n您手上的接着做就好；还要对馆员说，用“{ASK}：”开头，做完以后直接发。"
    )


def opened(case: Case, due: str, phone: str) -> str:
    """It has a number from here on."""
    return f"已转给馆员，编号 {case.number}。{due}\n要补充就接着发，我不插话；不问了回复“{tappable(END)}”。\n{by_phone(phone)}"


def is_open(case: Case, due: str, phone: str) -> str:
    """问馆员 again."""
    state = "等您的回话" if case.state is CaseState.ANSWERED else due
    return f"您的提问 {case.number} 还开着，{state}\n要补充就接着发；不问了回复“{tappable(END)}”。\n{by_phone(phone)}"


def heard(case: Case, due: str) -> str:
    """Now and then: it arrives."""
    return f"收到，记在 {case.number} 里了。{due}\n想自己查，回复“{tappable('活动')}”；不问了回复“{tappable(END)}”。"


def too_fast() -> str:
    """One of very many."""
    return f"消息来得太快，一分钟收 {MOST_A_MINUTE} 条，后面这些没有收下。请歇一分钟，把要说的合成一条再发，馆员看得更清楚。"


def full(case: Case, phone: str) -> str:
    """A case that became a book."""
    return f"{case.number} 里的话太多，记不下了。{by_phone(phone)}"


def answer(text: str, name: str) -> str:
    """As it goes out."""
    return f"{text}\n——服务台 {name}"


def ratings() -> str:
    """Words to tap."""
    return "、".join(f"“{tappable(word)}”" for word in RATINGS.values())


def closed(case: Case) -> str:
    """A member of staff has closed it."""
    line = f"：{case.result_line}" if case.result_line else ""
    return (
        f"提问 {case.number} 办结了，{RESULTS[case.result or CaseResult.SOLVED]}{line}\n这次服务怎么样？回复{ratings()}。"
        f"\n没解决，回复“{tappable(AGAIN)}”。"
    )


def ended(case: Case) -> str:
    """The reader has."""
    if case.result is CaseResult.WITHDRAWN:
        return f"好的，{case.number} 不问了。再要问，回复“{tappable(ASK)}”。"
    return f"好的，{case.number} 办结了。这次服务怎么样？回复{ratings()}。"


def rated(rating: Rating) -> str:
    """Thanks."""
    if rating is Rating.POOR:
        return f"记下了，抱歉没有帮好您，馆里会看到。还想接着问，回复“{tappable(AGAIN)}”。"
    return "谢谢您的评价。"


def reopened(case: Case, due: str) -> str:
    """还有问题"""
    return f"{case.number} 重新打开了，请接着说。{due}"


def thanked() -> str:
    """谢谢, after an answer."""
    return f"不客气。没有别的要问，回复“{tappable(END)}”就办结。"


def left(case: Case) -> str:
    """退出: the program answers again."""
    return (
        f"好的，您可以接着自己查了。提问 {case.number} 还在馆员那里，有答复会发给您。"
        f"\n再和馆员说话，回复“{tappable(ASK)}”；不问了回复“{tappable(END)}”。"
    )


def still_open(case: Case) -> str:
    """退出 from something else, while the case is open."""
    return (
        f"好的，已退出。您和馆员的对话（{case.number}）还开着，接着发就是对馆员说。"
        f"\n想自己查，再回复“{tappable('退出')}”；不问了回复“{tappable(END)}”。"
    )
