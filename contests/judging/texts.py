"""What is said about judging: rules in words, why a work has its place, what is written to a judge, criteria to start from.

Pure. Staff and judges read the same words, so that the rule that was announced is the one that is applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contests.judging.rules import LOW, Placed, Tie
from models.judging import Mean

MEANS = {
    Mean.TRIMMED: "去掉一个最高分和一个最低分，取平均（三位以上评委时）",
    Mean.PLAIN: "取平均分",
    Mean.MEDIAN: "取中位数",
}
TIES = {
    Tie.MEDIAN: "各评委总分的中位数高的在前",
    Tie.FEWER_LOW: f"低于 {LOW // 100} 分的评分少的在前",
    Tie.EARLIER: "交稿早的在前",
    Tie.LOT: "抽签，种子的指纹事先公布，谁都能核对",
}
DECIDED: dict[str, str] = {tie.value: words for tie, words in {**TIES, Tie.LOT: "抽签"}.items()}
SHARED = "以上都分不出先后，名次并列"


def said_score(hundredths: int) -> str:
    """86.50"""
    return f"{hundredths // 100}.{hundredths % 100:02}"


def said_tie(tie: str, names: Sequence[str]) -> str:
    """A word of the tie rule, in words; `names` of the criteria."""
    kind, _, place = tie.partition(":")
    return f"“{names[int(place)]}”的平均分高的在前" if kind == Tie.CRITERION else TIES[Tie(kind)]


def why(placed: Placed, names: Sequence[str]) -> str:
    """What decided where others had the same score; "" where nothing had to."""
    if not placed.is_marked:
        return "没有评分，不进入下一轮"
    short = DECIDED.get(placed.decided) if placed.decided else None
    found = [f"同分：{short or said_tie(placed.decided, names)}"] if placed.decided else []
    if placed.is_at_border:
        found.append("并列在入围线上，都进入下一轮")
    elif placed.is_shared:
        found.append("并列")
    return "；".join(found)


def rule_lines(
    *, mean: Mean, judges_each: int, percent: int, cap: int, shortlist: int, spread_flag: int, ties: Sequence[str],
    names: Sequence[str],
) -> list[str]:  # fmt: skip
    """The rule of a round, a sentence each: what may be printed in the call."""
    who = f"每件作品由 {judges_each} 位评委独立评分" if judges_each else "每件作品由所有评委独立评分"
    lines = [f"{who}，评委看不到作者、学校和指导老师；{MEANS[mean]}。分数算到百分之一分，四舍五入。"]
    if percent:
        lines.append(
            f"评委占 {100 - percent}%，大众点赞占 {percent}%：超过 {cap} 个赞不再加分，同组最高的得满分，其余按比例。"
        )
    if ties:
        lines.append(f"同分时依次：{'；'.join(said_tie(tie, names) for tie in ties)}。{SHARED}。")
    else:
        lines.append("同分名次并列。")
    lines.append(
        f"每组前 {shortlist} 名进入下一轮，并列在最后一名的都进入。" if shortlist else "有分数的作品都进入下一轮。"
    )
    if spread_flag:
        lines.append(f"最高分和最低分相差 {said_score(spread_flag)} 分以上的，可以请另一位评委复看。")
    return lines


# ── to judges ──


def _called(name: str) -> str:
    """周老师 stays what staff wrote; 周明 becomes 周明老师."""
    return name if name.endswith(("老师", "先生", "女士", "教授", "馆长")) else f"{name}老师"


def invitation(*, name: str, library: str, contest: str, url: str, until: date) -> str:
    """What staff copy and send to a judge."""
    return (
        f"{_called(name)}，您好。{library}“{contest}”请您担任评委。\n"
        f"请用手机或电脑打开下面的链接，点“我是评委”就能开始。链接只认您打开它的那一台，{until.month}月{until.day}日前有效，请不要转发。\n"
        f"{url}\n"
        "作品上看不到作者。可以随时停下，打的分都存着；评审结束前都能改。遇到认识的作者，请点“回避”。"
    )


def reminder(*, name: str, library: str, contest: str, left: int, due_on: date | None) -> str:
    """What staff copy and send to a judge who is not done yet."""
    when = f"请在{due_on.month}月{due_on.day}日前评完" if due_on else "请在方便的时候评完"
    return (
        f"{_called(name)}，您好。“{contest}”还有 {left} 件作品等您评分，{when}。\n"
        f"用上次那台手机或电脑打开原来的链接就能接着评；换了设备请告诉我们，给您换一个新链接。{library}"
    )


# ── criteria to start from ──


@dataclass(frozen=True, slots=True)
class Template:
    """Criteria as a library might set them; `criteria`: name, weight, most, anchors."""

    name: str
    criteria: tuple[tuple[str, int, int, str], ...]
    ties: tuple[str, ...]


TEMPLATES = {
    "reading": Template(
        "诵读",
        (
            ("语音", 30, 10, "9–10 字音准确，声调、轻声、儿化自然，几乎没有读错\n7–8 偶有一两处读错，不影响听\n"
             "5–6 读错或方音较多，仍能听懂\n0–4 读错很多，听起来吃力"),
            ("理解", 30, 10, "9–10 读出了文章的层次和用意，停顿重音都有道理\n7–8 意思清楚，个别句子没有读透\n"
             "5–6 大体读通，层次不明显\n0–4 断句常错，意思听不出来"),
            ("感情", 25, 10, "9–10 真诚自然，听的人会跟着走\n7–8 有感情，略显用力或略显平淡\n5–6 比较平，或者腔调盖过了内容\n0–4 没有投入，像在认字"),
            ("完整", 15, 10, "9–10 从头到尾流畅完整，速度合适\n7–8 有一两处停顿或重来\n5–6 停顿较多，或者漏了句子\n0–4 没有读完，或者漏得很多"),
        ),
        ("criterion:1", "criterion:0", Tie.MEDIAN.value, Tie.FEWER_LOW.value),
    ),
    "essay": Template(
        "征文",
        (
            ("立意", 30, 10, "9–10 有自己的想法，读完会记住\n7–8 中心明确，想法比较常见\n5–6 大致切题，中心有些散\n0–4 离题，或者看不出想说什么"),
            ("内容", 30, 10, "9–10 材料真实具体，细节来自自己的生活和阅读\n7–8 材料合适，细节还可以再多一点\n"
             "5–6 概括多、细节少\n0–4 空话多，或者像是拼起来的"),
            ("语言", 25, 10, "9–10 准确、干净，有自己的味道\n7–8 通顺，偶有小毛病\n5–6 基本通顺，病句错字较多\n0–4 读不顺"),
            ("结构", 15, 10, "9–10 开头结尾有呼应，段落各有用处\n7–8 完整，个别段落可以删\n5–6 顺序有些乱\n0–4 不完整"),
        ),
        ("criterion:0", "criterion:1", Tie.MEDIAN.value, Tie.FEWER_LOW.value),
    ),
}  # fmt: skip
