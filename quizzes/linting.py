"""What the words of a quiz may not say, and what they promise that is not set. Pure, but for `findings_of`.

What breaks WeChat's rules or the law is forbidden and stops an approval. A promise that is not set only warns: words may be
read wrongly, and nobody should be stopped by that.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from activities import lures
from activities.lures import is_denied, sentences
from models.money import yuan
from models.quiz import Quiz, QuizState
from models.wording import number_of, plain
from payouts import pools
from payouts.plan import Plan, plan_of
from quizzes import queries, rules


@dataclass(frozen=True, slots=True)
class Told:
    """A quiz for this reading: its words, a line each, and what is set. `questions` None: not known before the paper is."""

    text: str
    questions: int | None = None
    tries_a_day: int = 0  # 0: any number, here and below
    tries_in_all: int = 0
    seconds_each: int = 0
    pass_score: int = 0
    prizes_each: int = 0
    has_board: bool = True
    prizes: Plan | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The words that were found, why they should not stand, and what to write instead."""

    words: str
    why: str
    instead: str
    is_forbidden: bool = False


def findings(told: Told) -> list[Finding]:
    """All there is to say, the forbidden first; each words once."""
    found = {(one.words, one.why): one for rule in RULES for one in rule(told)}
    return sorted(found.values(), key=lambda one: not one.is_forbidden)


def findings_of(session: Session, quiz: Quiz) -> list[Finding]:
    """Of a quiz as it stands."""
    pool = pools.of_occasion(session, queries.occasion_of(quiz))
    prizes = plan_of(pool.plan) if pool else None
    gifts = [tier.gift for tier in prizes.tiers if tier.gift] if prizes else []
    is_known = quiz.state is not QuizState.DRAFT or all(group.count for group in rules.groups_of(quiz.groups))
    return findings(Told(
        "\n".join([quiz.title, quiz.intro, *gifts]), queries.questions_in(session, quiz) if is_known else None,
        quiz.tries_a_day, quiz.tries_in_all, quiz.seconds_each, quiz.pass_score, quiz.prizes_each, quiz.has_board, prizes,
    ))  # fmt: skip


def forbidden(found: list[Finding]) -> str:
    """What stops an approval, as a sentence for staff; "" where nothing does."""
    stops = [f"“{one.words}”：{one.why}{one.instead}" for one in found if one.is_forbidden]
    return f"说明里有不能写的话，请退回草稿改掉。{' '.join(stops)}" if stops else ""


# ── what a sentence asks for ──


def _inducements(told: Told) -> Iterator[Finding]:
    instead = "奖只因为答对题而给：写“答对 8 题就有机会得红包”，关注和分享一个字也不提。"
    for lure in lures.lures(told.text):
        if lure.is_sure:
            yield Finding(lure.words, lures.WHY, instead, is_forbidden=True)
        else:
            yield Finding(lure.words, "和奖品放在一起，容易被看成诱导。", "把这一句移到别处，或者删去。")


_SURE = re.compile(
    r"(?:中奖率|得奖率|获奖率)\D{0,4}100\s*%|100\s*%\s*(?:中奖|得奖|有奖|有礼)|百分(?:之)?百\S{0,2}(?:中奖|得奖|有奖|有礼)"
    r"|(?:人人|个个)都?(?:有奖|中奖|得奖|有红包|有礼)|必(?:中奖?|得奖|有奖)|(?:保证|包)(?:中奖|得奖)|稳赚|不中\S{0,2}退"
)


def _certainties(told: Told) -> Iterator[Finding]:
    for hit in _SURE.finditer(plain(told.text)):
        yield Finding(
            hit[0],
            "奖品份数有限，这样保证是虚假宣传。",
            "写实在的数：一共多少份、答对几题可得、发完为止。",
            is_forbidden=True,
        )


_PERSONAL = r"(?P<what>身份证号?码?|银行卡号?|支付密码|验证码|人脸|指纹|手机号?码?|电话号?码?|真实姓名|姓名|家庭住址|住址|单位|学校|班级|年龄)"
_ASKS = re.compile(
    rf"(?:填写?|提供|提交|上传|发送|输入|登记|留下?|绑定|报上?|采集|收集)[^。!?;\n]{{0,10}}?{_PERSONAL}"
)
_SHOWS = re.compile(r"(?:凭|出示|携带|持)[^。!?;\n,]{0,6}?(?P<what>身份证|银行卡|户口本|学生证)")
_SECRET = ("身份证", "银行卡", "支付密码", "验证码", "人脸", "指纹")


def _personal_data(told: Told) -> Iterator[Finding]:
    for sentence in sentences(told.text):
        for hit in (*_ASKS.finditer(sentence), *_SHOWS.finditer(sentence)):
            if is_denied(sentence, hit.start()):
                continue
            is_secret = hit["what"].startswith(_SECRET) and hit.re is _ASKS
            yield Finding(
                hit[0], f"发奖用不着{hit['what']}：到馆凭兑奖码，微信发放由微信付款，不必收集。",
                "删去这一句；真有必要，另写明为什么要、谁能看、留多久。", is_forbidden=is_secret,
            )  # fmt: skip


_CHILDREN = re.compile(r"未成年|儿童|小朋友|少儿|少年|幼儿|小学生?|中学生?|初中|高中|学生|孩子|亲子|宝宝")
_GUARDIANS = re.compile(r"监护人|家长|父母|成年人领")


def _minors(told: Told) -> Iterator[Finding]:
    hit = _CHILDREN.search(plain(told.text))
    if hit and told.prizes is not None and told.prizes.pot and not _GUARDIANS.search(told.text):
        yield Finding(
            hit[0], "未成年人得钱要由监护人经手，现在设的奖是钱。", "改成礼品，或写明“未满 18 岁由监护人领取”。"
        )


# ── what is promised, beside what is set ──

_N = r"(?P<n>\d{1,7}|[零〇一二两三四五六七八九十]{1,4})"
_EACH_DAY = re.compile(rf"(?:每[天日][^,。!?;\n]{{0,8}}?|每人每[天日][^,。!?;\n]{{0,6}}?){_N}\s*次")
_EACH = re.compile(rf"每(?:人|位读?者?)(?:[^,。!?;\n天日]{{0,8}}?){_N}\s*次")
_ANY_NUMBER = re.compile(r"不限次数?|次数不限|无限次|想答几次")
_QUESTIONS = re.compile(rf"(?:共|每次|一次|随机|抽取?|每份|每套)[^,。!?;\n对]{{0,5}}?{_N}\s*道?题")
_SECONDS = re.compile(rf"每题[^,。!?;\n]{{0,5}}?{_N}\s*秒")
_RIGHT = re.compile(rf"答对\s*{_N}\s*道?题")
_COUNT = re.compile(rf"{_N}\s*(?:份|个)(?:现金|微信|大)?(?:红包|奖品?|礼品)")
_POT = re.compile(
    r"(?:总额|总共|一共|共|总奖金|奖金池?|总价值?)[^,。!?;\n\d]{0,5}(?P<n>\d{1,7}(?:\.\d+)?)\s*(?P<w>万?)元"
)
_MOST = re.compile(rf"每(?:人|位读?者?)[^,。!?;\n]{{0,2}}(?:最多|限|至多|只能)[^,。!?;\n]{{0,4}}?{_N}\s*[份个]")
_ANY_PRIZE = re.compile(r"红包|有奖|奖品|奖金|礼品")
_RANK = re.compile(r"前\s*(?:\d{1,4}|[一二三四五六七八九十百]{1,3})\s*名|第一名|冠军|排名")
_TIES = re.compile(r"同分|并列|用时|先答完")


def _promises(told: Told) -> Iterator[Finding]:
    text = plain(told.text)
    for pattern, allowed, what in _numbers(told):
        for hit in pattern.finditer(text):
            if number_of(hit["n"]) not in allowed:
                yield Finding(hit[0], f"设置里不是这样：{what}。", "改说明，或者改设置，让两边一样。")
    if (tries := _said_tries(told)) != "不限次数":
        for hit in _ANY_NUMBER.finditer(text):
            yield Finding(hit[0], f"设置里不是这样：{tries}。", "改说明，或者改设置，让两边一样。")


def _numbers(told: Told) -> Iterator[tuple[re.Pattern[str], set[int], str]]:
    """Patterns of numbers, which ones would be true, and what is set."""
    yield _EACH_DAY, {told.tries_a_day}, _said_tries(told)
    yield _EACH, {told.tries_a_day, told.tries_in_all} - {0}, _said_tries(told)
    if told.questions is not None:
        yield _QUESTIONS, {told.questions}, f"一次 {told.questions} 题"
    each = f"每题 {told.seconds_each} 秒" if told.seconds_each else "每题不限时"
    yield _SECONDS, {told.seconds_each} - {0}, each
    tiers = told.prizes.tiers if told.prizes else ()
    marks = {tier.at_least for tier in tiers} | {told.pass_score}
    yield (
        _RIGHT,
        marks,
        f"及格和得奖要答对 {'、'.join(map(str, sorted(marks - {0})))} 题" if marks - {0} else "没有设要答对几题",
    )
    if told.prizes is not None:
        counts = {told.prizes.count, told.prizes_each} | {tier.count for tier in tiers}
        yield _COUNT, counts, f"奖一共 {told.prizes.count} 份"
        yield _MOST, {told.prizes_each}, f"每人最多 {told.prizes_each} 份"


def _said_tries(told: Told) -> str:
    a_day = f"每天 {told.tries_a_day} 次" if told.tries_a_day else ""
    in_all = f"一共 {told.tries_in_all} 次" if told.tries_in_all else ""
    return "、".join(filter(None, [a_day, in_all])) or "不限次数"


def _money(told: Told) -> Iterator[Finding]:
    for hit in _POT.finditer(plain(told.text)):
        fen = round(float(hit["n"]) * (1_000_000 if hit["w"] else 100))
        if told.prizes is not None and fen != told.prizes.pot:
            yield Finding(
                hit[0], f"设置里不是这样：奖池一共 {yuan(told.prizes.pot)} 元。", "改说明，或者改设置，让两边一样。"
            )
    for sentence in sentences(told.text) if told.prizes is None else ():
        hit_prize = _ANY_PRIZE.search(sentence)
        if hit_prize and not is_denied(sentence, hit_prize.start()):
            yield Finding(hit_prize[0], "说明里有奖，设置里没有设奖。", "设上奖，或者删去这一句。")


def _ranks(told: Told) -> Iterator[Finding]:
    hit = _RANK.search(plain(told.text))
    if hit is None:
        return
    if told.prizes is not None:
        yield Finding(
            hit[0], "奖按答对几题、先到先得发，不按名次。", "写“答对几题可得，发完为止”；名次另外表扬，写明怎样表扬。"
        )
    if not told.has_board and not _TIES.search(told.text):
        yield Finding(
            hit[0], "没有写同分怎么排，读者会争。", "打开“有榜”（同分比用时，再比谁先答完），或在说明里写清楚。"
        )


Rule = Callable[[Told], Iterator[Finding]]
RULES: tuple[Rule, ...] = (_inducements, _certainties, _personal_data, _minors, _promises, _money, _ranks)
