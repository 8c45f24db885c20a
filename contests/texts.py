"""What people read about contests and their works, said alike in chat, messages and pages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from contests import rules
from contests.rules import Limits, said_length
from models import times
from models.award import Award, AwardState
from models.contest import (
    WRITTEN,
    Contest,
    ContestGroup,
    ContestState,
    Genre,
    GroupKind,
    Submission,
    SubmissionState,
    VoteRule,
)
from models.payout import Prize
from models.tapping import tappable
from models.wording import masked_name, quoted
from payouts import texts as prize_texts

S, C = SubmissionState, ContestState
HAND_IN, CONTESTS, GO_ON, MINE = "投稿", "比赛", "继续投稿", "我的作品"
CONFIRM, AGREE, DISAGREE = "确认", "同意", "不同意"
WITHDRAW, SURE, MEND = "撤稿", "确定撤稿", "修改"
LATE, ORGANISATION, KEEP = "补交", "单位码", "同意留存"
UNGROUPED = "不分组"  # what staff call the one group of a contest without groups
GUARDIAN, TAKE_BACK, TAKE_BACK_SURE = "我是监护人", "撤回同意", "确定撤回"

GENRES = {Genre.VOICE: "朗读", Genre.VIDEO: "视频", Genre.PICTURE: "图片", Genre.ESSAY: "文章", Genre.POEM: "诗歌"}
UNITS = {Genre.VOICE: "段", Genre.VIDEO: "个", Genre.PICTURE: "张"}
STATES = {
    S.DRAFT: "还没交",
    S.WAITING: "等监护人同意",
    S.SUBMITTED: "交上了，馆员在看",
    S.RETURNED: "要改一改再交",
    S.ACCEPTED: "通过了，参加评选",
    S.HIDDEN: "没有参加评选",
    S.WITHDRAWN: "撤稿了",
}


def unlinked(words: str) -> str:
    """A reader's own words inside a message of ours: WeChat would make a link of what looks like one."""
    return words.replace("<", "＜").replace(">", "＞")


def named(submission: Submission, *, most: int = 30) -> str:
    """《春天》; a work without a name yet is one of its contest."""
    title = submission.title if len(submission.title) <= most else submission.title[: most - 1] + "…"
    return f"《{unlinked(title)}》" if title else f"{quoted(submission.contest.title)}的作品"


def receipt_name(submission: Submission) -> str:
    """第 12 号《春天》"""
    return f"第 {submission.number} 号{named(submission)}" if submission.number else named(submission)


# ── limits ──


def length_words(limits: Limits, genre: Genre) -> str:
    """300–500 字 · 最长3分钟，最多 4 段 · 最多 6 张; "" without any limit."""
    if genre in WRITTEN:
        return _between(limits.least_characters, limits.most_characters)
    found = []
    if genre is not Genre.PICTURE and limits.least_seconds:
        found.append(f"至少{said_length(limits.least_seconds)}")
    if genre is not Genre.PICTURE and limits.most_seconds:
        found.append(f"最长{said_length(limits.most_seconds)}")
    if limits.most_pieces:
        found.append(f"最多 {limits.most_pieces} {UNITS[genre]}")
    return "，".join(found)


def _between(least: int, most: int) -> str:
    if least and most:
        return f"{least}–{most} 字"
    return f"至少 {least} 字" if least else f"最多 {most} 字" if most else ""


def counted(characters: int, limits: Limits) -> str:
    """已收到 320 字（要 300–500 字）"""
    wanted = _between(limits.least_characters, limits.most_characters)
    return f"已收到 {characters} 字（要 {wanted}）" if wanted else f"已收到 {characters} 字"


def group_name(group: ContestGroup | None) -> str:
    """少儿组; "" where a contest has none."""
    return "" if group is None or group.name == UNGROUPED else group.name


def group_words(group: ContestGroup, *, today: date) -> str:
    """少儿组（2012年9月1日至2016年8月31日出生）"""
    if group.kind is GroupKind.FAMILY:
        return f"{group.name}（孩子和家长一起）"
    if group.kind is not GroupKind.BIRTH:
        return group.name
    first, last = (_day(day) if day else "" for day in (group.born_from, group.born_until))
    span = f"{first}至{last}" if first and last else f"{first}以后" if first else f"{last}以前"
    return f"{group.name}（{span}出生）"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def birthday(day: date) -> str:
    """2015年6月1日"""
    return _day(day)


def liking_words(contest: Contest) -> str:
    """How works are liked, a sentence; "" where they are not."""
    if not contest.has_gallery or contest.votes is VoteRule.NEVER:
        return ""
    found = [
        "评审期间可以给作品点赞，同一件每天一个"
        if contest.votes is VoteRule.DAILY
        else "评审期间可以给作品点赞，同一件一个"
    ]
    if contest.votes_a_day:
        found.append(f"每人每天最多 {contest.votes_a_day} 个")
    if contest.votes_at_least:
        found.append(f"选满 {contest.votes_at_least} 件不同的作品才算数")
    return "，".join(found) + "。来得太快的赞先放在一边，馆员看过再计入。转发作品没有奖励。"


# ── phases ──


def when(contest: Contest, *, now: datetime) -> str:
    """12月7日24:00截稿 · 明天8:00开始收稿 · 已经截稿"""
    return said_when(contest.state, contest.opens_at, contest.closes_at, now=now)


def said_when(state: ContestState, opens_at: datetime, closes_at: datetime, *, now: datetime) -> str:
    """The same of what is known of a contest."""
    today = times.today(now)
    if state is C.CANCELLED:
        return "取消了"
    if state is C.OPEN and now < opens_at:
        return f"{times.said_moment(opens_at, today=today)}开始收稿"
    if rules.takes_works(state, opens_at=opens_at, closes_at=closes_at, now=now):
        return f"{times.said_end(closes_at, today=today)}截稿"
    return "已经截稿"


def phases(contest: Contest, *, today: date) -> list[str]:
    """What was announced for after the closing, a line each."""
    days = (
        (contest.screened_by, "{}前审核完"), (contest.judged_by, "{}前评完"), (contest.notice_from, "{}起公示"),
        (contest.notice_until, "公示到{}"), (contest.awards_on, "{}颁奖"),
    )  # fmt: skip
    return [words.format(times.short_day(day, beside=today)) for day, words in days if day is not None]


def kept_until(contest: Contest, *, today: date) -> str:
    """For the rules; "" where all stays."""
    if contest.keeps_until is None:
        return ""
    until = times.short_day(contest.keeps_until, beside=today)
    return f"作品的录音、视频和图片留到{until}，以后删掉；得奖的、同意留存的一直留着。"


def files_are_gone(contest: Contest, *, today: date) -> str:
    """To the author of one whose day has passed."""
    until = times.short_day(contest.keeps_until or today, beside=today)
    return f"文件留到{until}，已经照征集时说的删掉了；作品名和结果还在。"


def is_cancelled(contest: Contest, reason: str) -> str:
    """To everybody who has a work in it."""
    return (
        f"抱歉，{quoted(contest.title)}取消了：{unlinked(reason)}\n谢谢您的作品。回复“{tappable(MINE)}”看看您交过的。"
    )


def is_extended(contest: Contest, *, today: date) -> str:
    """To everybody who has a work in it."""
    until = times.said_end(contest.closes_at, today=today)
    return f"{quoted(contest.title)}延长收稿，到{until}。\n还没交的，回复“{tappable(GO_ON)}”；交过的不用再交。"


# ── one work ──


def receipt(submission: Submission) -> list[str]:
    """What is said once it is handed in, before what a guardian has to do."""
    lines = [f"收到了：{receipt_name(submission)}，{quoted(submission.contest.title)}。"]
    if submission.ready_at is None:
        lines.append("文件还在处理，有问题会马上告诉您。")
    if submission.state is S.WAITING:
        return [*lines, "作者未满 14 岁，还差监护人同意，同意了才算交上。"]
    return [*lines, f"馆员看过就告诉您。回复“{tappable(MINE)}”随时查看。"]


def guardian_words(submission: Submission) -> str:
    """To the author, once a guardian agreed."""
    return f"监护人同意了，{receipt_name(submission)}交上了。馆员看过就告诉您；回复“{tappable(MINE)}”随时查看。"


def guardian_declines(submission: Submission) -> str:
    """To the author, when a guardian does not agree."""
    return f"监护人没有同意，{named(submission)}退回成草稿，没有交上。商量好了，回复“{tappable(GO_ON)}”。"


def guardian_takes_back(submission: Submission) -> str:
    """To the author, when a guardian takes the work down."""
    return f"监护人撤回了同意，{named(submission)}已经撤稿，不再展示。有疑问请回复“{tappable('人工')}”。"


def results(contest: Contest, won: Sequence[tuple[Award, str]]) -> list[str]:
    """What came of a work, once that may be told: `won` are its awards with the names of their tiers."""
    if not rules.shows_results(contest.state):
        return []
    shown = [name for award, name in won if award.state in (AwardState.SHOWN, AwardState.GIVEN)]
    if contest.state is C.NOTICE:
        return [f"公示中：{'、'.join(shown)}"] if shown else []
    if shown:
        return [f"得了{'、'.join(shown)}，恭喜您"]
    return ["这次没有得奖，谢谢您用心的作品"]


# ── awards ──


def on_paper(submission: Submission) -> str:
    """The name on a certificate: of a family both."""
    return "、".join(filter(None, (submission.author, submission.partner)))[:60]


def in_public(submission: Submission, name: str) -> str:
    """As everybody may read it: a child's name is masked, as its guardian was promised."""
    return masked(name) if submission.is_child else name


def winner(award: Award, work: Submission | None, *, is_masked: bool) -> str:
    """Who has an award, on a page for everybody: people masked in the public notice, a child always, a school never."""
    if not award.name:
        return "（已清除）"
    if award.organisation_id is not None:
        return award.name
    return masked(award.name) if is_masked or work is None else in_public(work, award.name)


def masked(name: str) -> str:
    """张*, 欧*娜; of two people each."""
    return "、".join(masked_name(one) for one in name.split("、"))


def is_shown(contest: Contest, page: str, *, today: date) -> str:
    """To everybody who has a work in it, when the public notice begins."""
    last = contest.notice_until
    until = f"到 {times.short_day(last, beside=today)}为止，" if last else ""
    return f"{quoted(contest.title)}评审完了，结果正在公示，{until}有异议可以在网页上提：\n{page}"


def outcome(
    contest: Contest, works: Sequence[Submission], won: Mapping[int, Sequence[tuple[Award, str]]], page: str,
    *, prizes: Sequence[Prize] = (),
) -> str:  # fmt: skip
    """To one reader, when awards are given: what came of each of their works, and how they have their money."""
    given = {
        work.id: [name for award, name in won.get(work.id, ()) if award.state is AwardState.GIVEN] for work in works
    }
    lines = [f"{receipt_name(work)}得了{'、'.join(given[work.id])}。" for work in works if given[work.id]]
    if lines:
        head = f"恭喜！{quoted(contest.title)}的结果出来了："
        money = [f"{prize_texts.what(prize)}：{prize_texts.how(prize)}" for prize in prizes]
        ours = any(award.code for found in won.values() for award, _ in found)
        paper = f"证书在“{tappable(MINE)}”里，可以保存、打印。" if ours else "证书由颁奖的单位发，到了馆里会告诉您。"
        return "\n".join([head, *lines, *money, f"{paper}全部名单：\n{page}"])
    names = "、".join(receipt_name(work) for work in works[:3])
    return (
        f"{quoted(contest.title)}的结果出来了。{names}这次没有得奖，谢谢您把它交给我们，评委都认真看过。\n"
        f"获奖名单：\n{page}\n下次比赛，欢迎再来。"
    )


def won_above(contest: Contest, work: Submission, award: str, page: str, *, is_corrected: bool) -> str:
    """To an author, when results come back from above."""
    head = "更正一下，" if is_corrected else "好消息："
    return (
        f"{head}{quoted(contest.title)}的{receipt_name(work)}得了{award}，恭喜您！\n"
        f"证书由颁奖的单位发，到了馆里会告诉您。全部名单：\n{page}"
    )


def award_taken_back(contest: Contest, name: str, cause: str) -> str:
    """To a winner, when an award that was given is taken back."""
    return f"{quoted(contest.title)}：您的{name}取消了，原来的证书不再有效。理由：{unlinked(cause)}\n有疑问请回复“{tappable('人工')}”。"


def objection_answered(contest: Contest, answer: str, *, is_right: bool) -> str:
    """To whoever objected to a result."""
    head = "您的异议成立，我们会改正" if is_right else "您的异议我们核实过了，结果不变"
    return f"{quoted(contest.title)}：{head}。\n{unlinked(answer)}"
