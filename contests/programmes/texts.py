"""What is said about programmes and their issues, alike in chat, messages, pages and console."""

from contests import texts as contest_texts
from contests.rules import said_length
from contests.texts import unlinked
from models.contest import Submission
from models.programme import Issue, Programme
from models.tapping import tappable
from models.wording import quoted

AIRING, AGREE, REFUSE, TAKE_BACK = "播出", "同意播出", "不同意播出", "撤回播出"
LISTEN = "听节目"
LONGEST_CAPTION = 200
# What somebody agrees to where a contest was set up without words for it.
WORDING = (
    "图书馆想把这件作品的录音编进节目里播出：\n"
    "1. 只用在这一期，播出时写上作品名和作者；不满 14 岁的孩子，监护人不同意写全名，就只写姓和末字。\n"
    "2. 不收费，也不付稿酬，不作商业用途。\n"
    "3. 随时可以撤回。撤回以后，这一期马上撤下来，去掉这件作品再播。"
)
GONE_CONSENT = "不同意播出，或者撤回了同意"
GONE_WORK = "撤稿了，或者不再是“通过”的作品"


def numbered(programme: Programme, issue: Issue) -> str:
    """“LS朗读者”第25期"""
    return f"{quoted(programme.name)}第{issue.number}期"


def named(programme: Programme, issue: Issue) -> str:
    """“LS朗读者”第25期《春天的诗》"""
    return f"{numbered(programme, issue)}《{unlinked(issue.title)}》" if issue.title else numbered(programme, issue)


def default_caption(work: Submission, *, is_named: bool) -> str:
    """《春天》 小林: a child by name only where its guardian agreed."""
    name = contest_texts.on_paper(work)
    shown = name if is_named else contest_texts.in_public(work, name)
    return f"《{work.title}》 {shown}".strip()[:LONGEST_CAPTION]


def asked(programme: Programme, issue: Issue, work: Submission, caption: str, page: str) -> str:
    """To whoever is to agree."""
    whose = "孩子的" if work.is_child else "您的"
    return (
        f"想请您同意一件事：把{whose}{contest_texts.named(work)}编进{named(programme, issue)}播出，"
        f"播出时写作“{unlinked(caption)}”。\n回复“{tappable(AIRING)}”看同意书、回答；不愿意也没关系。\n在网页上回答：{page}"
    )


def question(programme: Programme, issue: Issue, work: Submission, caption: str) -> str:
    """The same as a heading above the wording."""
    return f"{contest_texts.named(work)}编进{named(programme, issue)}，播出时写作“{unlinked(caption)}”。同意书："


def published(programme: Programme, issue: Issue, work: Submission, page: str) -> str:
    """To whoever agreed, once it can be heard."""
    return f"{contest_texts.named(work)}在{named(programme, issue)}里播出了，来听听：\n{page}\n改了主意，回复“{tappable(TAKE_BACK)}”。"


def fell(work: Submission, why: str) -> str:
    """Why an issue was taken down by itself, for staff."""
    return f"第 {work.number} 号《{work.title}》{why}"[:200]


def in_issue(programme: Programme, issue: Issue) -> str:
    """Beside one's own work."""
    return f"编进了{named(programme, issue)}"


def digest(issue: Issue) -> str:
    """The first words of the intro, as a card of a notice takes them (120 characters)."""
    words = " ".join(issue.intro.split())
    return words if len(words) <= 120 else words[:119] + "…"


def share_text(programme: Programme, issue: Issue, page: str) -> str:
    """Title, digest and address, ready to be copied into a notice."""
    title = f"{programme.name} 第{issue.number}期" + (f"｜{issue.title}" if issue.title else "")
    return "\n".join(filter(None, [title, digest(issue), f"时长 {said_length(issue.length_ms / 1000)}", page]))
