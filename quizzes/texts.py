"""What readers read while they play and afterwards."""

from collections.abc import Callable, Sequence
from datetime import datetime

from config.limits import MAX_TEXT_BYTES
from models import times
from models.payout import Pool
from models.quiz import Attempt, AttemptState, Keeps, Quiz, Standing
from models.tapping import tappable
from models.wording import quoted
from payouts.plan import Plan, plan_of, tier_for
from payouts.texts import collecting, moment, promise
from quizzes import rules
from quizzes.bank.question import KIND_WORDS, LETTERS, NUMBERS, Kind, said_answer
from quizzes.playing import Asked, Marked, seconds_for
from quizzes.queries import RANKS_TOLD, Reviewed, Won

CERTIFICATE = "证书"
READ, PASSAGE = "看题", "看材料"
PLAY, BEGIN, ON, REVIEW, RESULT, COMPLAIN = "答题", "开始答题", "继续答题", "看解析", "我的成绩", "纠错"
HOW = {
    Kind.SINGLE: "发一个字母作答。",
    Kind.MULTIPLE: "不止一个对，把字母连着发，比如 AC。",
    Kind.JUDGE: "发“对”或“错”。",
    Kind.BLANK: "直接把答案发过来。",
    Kind.ORDER: "按先后把字母连着发，每个一次，比如 BCA。",
}


HOW_ELDER = {
    Kind.SINGLE: "回复前面的数字就行，比如 1。",
    Kind.MULTIPLE: "不止一个对。把对的数字都发过来，比如 1、3。",
    Kind.JUDGE: "对，回复 1。错，回复 2。",
    Kind.BLANK: "把答案写好，发过来。",
    Kind.ORDER: "按先后发数字，每个一次，比如 2、3、1。",
}


def mark_of(attempt: Attempt, place: int) -> str:
    """Which question a tapped word answers."""
    return f"q{attempt.id}.{place}"


def seconds(ms: int) -> str:
    """41 秒, 2 分 5 秒"""
    whole = round(ms / 1000)
    return f"{whole} 秒" if whole < 60 else f"{whole // 60} 分 {whole % 60} 秒"


# ── before ──


def rule_lines(quiz: Quiz, *, count: int, prizes: str) -> list[str]:
    """The rules in a few plain lines, the same in chat and on the page."""
    each = f"，每题 {quiz.seconds_each} 秒" if quiz.seconds_each else ""
    if quiz.is_live:
        first = "谁先答对，这一题就归谁：先后以服务器收到的次序为准，不会并列。"
        once = "每题每人只能答一次，答错了等下一题。"
        return [line for line in (f"{count} 题，馆员一题一题放出来{each}。", first, once, prizes) if line]
    in_all = f"，一共 {seconds(quiz.seconds_in_all * 1000)}" if quiz.seconds_in_all else ""
    out = "，答错一题就结束" if quiz.is_one_out else ""
    passed = f"，答对 {quiz.pass_score} 题及格" if quiz.pass_score else ""
    day, every = quiz.tries_a_day, quiz.tries_in_all
    tries = (
        "、".join(filter(None, [f"每天 {day} 次" if day else "", f"一共 {every} 次" if every else ""])) or "次数不限"
    )
    kept = "取最好的一次" if quiz.keeps is Keeps.BEST else "取最后一次"
    lines = [f"{count} 题{each}{in_all}{out}{passed}。"]
    lines.append(f"{tries}，{kept}；同分比用时，再同比谁先。" if quiz.has_board else f"{tries}，{kept}。")
    if quiz.has_certificates:
        first = f"前 {quiz.certificates_first} 名" if quiz.certificates_first else ""
        lines.append(f"{first or '及格的'}可以领证书，回复“{CERTIFICATE}”。")
    lines.append(elder_seconds(quiz))
    lines.append("练习，不计奖，每题当场看对错。" if quiz.is_practice else prizes)
    return [line for line in lines if line]


def prizes_of(quiz: Quiz, pool: Pool) -> str:
    """What can be won, how much of it by one reader, and how it is had."""
    most = f"；每人最多 {quiz.prizes_each} 份" + (f"、每天 {quiz.prizes_a_day} 份" if quiz.prizes_a_day else "")
    return f"{promise(pool)}{most if plan_of(pool.plan).tiers else ''}。{collecting(pool)}"


def elder_seconds(quiz: Quiz) -> str:
    """Only where it gives more time: then everybody is told, and how it counts."""
    if quiz.elder_percent == 100 or not (quiz.seconds_each or quiz.seconds_in_all):
        return ""
    if not quiz.elder_percent:
        time = "不限时"
    else:
        each = rules.allowed(quiz.seconds_each, percent=quiz.elder_percent, is_elder=True)
        in_all = rules.allowed(quiz.seconds_in_all, percent=quiz.elder_percent, is_elder=True)
        time = "、".join(
            filter(None, [f"每题 {each} 秒" if each else "", f"一共 {seconds(in_all * 1000)}" if in_all else ""])
        )
    tie = "，比用时照实算，不另外打折" if quiz.has_board else ""
    return f"长辈模式{time}，谁都可以用{tie}。"


def when(quiz: Quiz, *, now: datetime) -> str:
    """Until when, and at which hours."""
    today = times.today(now)
    hours = f"每天 {quiz.day_from} 到 {quiz.day_until}，" if quiz.day_from else ""
    if now < quiz.opens_at:
        return f"{times.said_moment(quiz.opens_at, today=today)}开始，{hours}到{times.said_end(quiz.closes_at, today=today)}。"
    return f"{hours}到{times.said_end(quiz.closes_at, today=today)}为止。"


def left(tries: rules.Tries) -> str:
    """How many more tries there are."""
    if tries.left is None:
        return ""
    return f"您今天还可以答 {tries.left} 次。" if tries.left else "您的次数用完了。"


# ── while playing ──


def asked(one: Asked, quiz: Quiz, *, site: str, before: str = "", is_tappable: bool = True) -> str:
    """A question for the chat: where one is, what is asked, and how to answer. `site`: where its picture is."""
    if one.attempt.is_elder:
        return _asked_plainly(one, quiz, site=site, before=before, is_tappable=is_tappable)
    limit = f"，{quiz.seconds_each} 秒内" if quiz.seconds_each else ""
    head = f"第 {one.place + 1}/{one.count} 题（{KIND_WORDS[one.question.kind]}{limit}）"
    options = _options(one, mark_of(one.attempt, one.place) if is_tappable else "")
    onward = f"要再看材料，回复“{tappable(PASSAGE)}”。" if one.question.passage else ""
    picture = _picture(one, site) if one.question.picture else ""
    return "\n".join(
        filter(None, [before, head, picture, one.question.stem, *options, HOW[one.question.kind], onward])
    )


def _asked_plainly(one: Asked, quiz: Quiz, *, site: str, before: str, is_tappable: bool) -> str:
    """The same in 长辈模式: a thing a line, answers by number, a person one word away."""
    each = seconds_for(quiz, one.attempt)
    head = f"第 {one.place + 1} 题，一共 {one.count} 题。" + (f"想 {each} 秒，不着急。" if each else "")
    mark = mark_of(one.attempt, one.place) if is_tappable and one.question.kind in (Kind.SINGLE, Kind.JUDGE) else ""
    words = ("对", "错") if one.question.kind is Kind.JUDGE else [one.question.options[place] for place in one.shown]
    lines = [f"{number}. {option}" for number, option in zip(NUMBERS, words, strict=False)]
    if mark:
        lines = [tappable(number, line, mark=mark) for number, line in zip(NUMBERS, lines, strict=False)]
    onward = f"再看材料，回复“{tappable(PASSAGE)}”。\n" if one.question.passage else ""
    foot = f"{HOW_ELDER[one.question.kind]}\n{onward}要馆员帮忙，回复“{tappable('人工')}”。"
    picture = _picture(one, site) if one.question.picture else ""
    return "\n\n".join(filter(None, [before, head, picture, one.question.stem, "\n".join(lines), foot]))


def passage(words: str, *, questions: int, way: str, before: str = "") -> str:
    """A passage for the chat, before its questions: as much of it as one message holds, and the way to the whole."""
    which = "下面一题是" if questions == 1 else f"下面 {questions} 题都是"
    head = f"📖 先读一段材料，{which}问它的。读的时间不算。"
    tail = f"读完了，回复“{tappable(READ)}”。"
    shown = excerpt(words, way=way, beside=before + head + tail)
    return "\n".join(filter(None, [before, head, *shown, tail]))


def excerpt(words: str, *, way: str, beside: str = "") -> list[str]:
    """What of a passage fits into a message with the words `beside`, and where the whole of it is."""
    room = MAX_TEXT_BYTES - len(beside.encode()) - 8
    if len(words.encode()) <= room:
        return [words]
    onward = f"（全文 {len(words)} 字，{way or '请到图书馆的网页上读'}）"
    shown = words.encode()[: max(0, room - len(onward.encode()) - 8)].decode(errors="ignore")
    at = max(shown.rfind(sign) for sign in "。！？\n")
    return [(shown[: at + 1] if at > len(shown) // 2 else shown).rstrip() + "……", onward]


def _picture(one: Asked, site: str) -> str:
    """A passive reply is one message: the picture is a link in it."""
    seen = f'<a href="{site}/pictures/{one.question.picture}.jpg">看图</a>' if site else "图"
    return f"{seen}（{one.question.picture_alt}）"


def _options(one: Asked, mark: str) -> list[str]:
    if one.question.kind is Kind.JUDGE:
        return [f"{tappable('对', mark=mark)}　{tappable('错', mark=mark)}"] if mark else []
    lines = [f"{LETTERS[at]}. {one.question.options[place]}" for at, place in enumerate(one.shown)]
    if one.question.kind is not Kind.SINGLE or not mark:
        return lines
    return [tappable(LETTERS[at], line, mark=mark) for at, line in enumerate(lines)]


def marked(done: Marked, quiz: Quiz) -> str:
    """What is said of an answer before the next question: in practice whether it was right, else only what went wrong."""
    if done.is_late:
        return f"第 {done.asked.place + 1} 题超过了时间，不算分。"
    if not quiz.is_practice:
        return ""
    if done.is_right:
        return "✓ 答对了。"
    question = done.asked.question
    return "\n".join(
        filter(
            None,
            [
                f"✗ 答案是 {said_answer(question, done.asked.shown, marks=marks_of(done.attempt))}。",
                question.explanation,
            ],
        )
    )


# ── afterwards ──


def over(attempt: Attempt, *, quiz: Quiz, standing: Standing | None, rank: int) -> list[str]:
    """How it went, in a few lines."""
    ran_out = "时间到了。" if attempt.state is AttemptState.EXPIRED else "答完了。"
    lines = [f"{ran_out}答对 {attempt.score}/{len(attempt.drawn)}，用时 {seconds(attempt.took_ms)}。"]
    if standing is not None and quiz.has_board and not quiz.is_practice:
        lines.append(f"{kept(quiz, standing)}，{_place(rank)}。")
    return lines


def no_prize(
    quiz: Quiz,
    prizes: Plan,
    score: int,
    before: Won,
    *,
    later: Callable[[int], datetime | None],
    may_again: bool,
) -> str:
    """Why an attempt brought no prize at once; "" where there are none. `later`: when some of a tier or lower are let out."""
    tier = tier_for(prizes, score)
    if score < quiz.pass_score or (prizes.tiers and tier is None):
        least = max(quiz.pass_score, prizes.tiers[-1].at_least if prizes.tiers else 0)
        return f"答对 {least} 题才有奖，{'再试试' if may_again else '谢谢您来答题'}。"
    if tier is None:
        return ""
    if before.in_all >= quiz.prizes_each:
        return f"您已经得过 {before.in_all} 份奖，把机会留给别人吧。"
    if quiz.prizes_a_day and before.today >= quiz.prizes_a_day:
        return "今天的奖您已经得过了，明天还可以再得。"
    if (at := later(tier)) is not None:
        return f"这一轮的奖发完了，{moment(at)}还有一批。"
    return "奖都发完了，谢谢您来答题。"


def _place(rank: int) -> str:
    return (
        f"目前第 {rank} 名"
        if rank <= RANKS_TOLD
        else f"目前在 {RANKS_TOLD} 名以后，准确的名次回复“{tappable(RESULT)}”"
    )


def in_the_draw(quiz: Quiz, code: str, *, now: datetime) -> str:
    """Whoever passed, before the draw."""
    closes = times.said_moment(quiz.closes_at, today=times.today(now))
    return f"您在抽奖名单里，编号 {code}。{closes}结束后抽，抽中会告诉您。"


def was_drawn(*, is_won: bool, code: str) -> str:
    """Whoever was on the list, afterwards."""
    return f"抽奖（编号 {code}）：{'您抽中了' if is_won else '这次没有抽中，谢谢您来答题'}。"


def kept(quiz: Quiz, standing: Standing) -> str:
    """The result that counts."""
    word = "最好成绩" if quiz.keeps is Keeps.BEST else "成绩"
    return f"您的{word}：{standing.score} 题，{seconds(standing.took_ms)}"


def explained(quiz: Quiz, standing: Standing, *, rank: int, players: int, same_score_before: int) -> str:
    """Why a result stands where it stands."""
    lines = [
        f"{quoted(quiz.title)}：答对 {standing.score} 题，用时 {seconds(standing.took_ms)}，第 {rank} 名（{players} 人）。"
    ]
    if same_score_before:
        lines.append(f"答对一样多的人里，有 {same_score_before} 位用时比您少或先答完。")
    which = "几次里最好的一次" if quiz.keeps is Keeps.BEST else "最后一次"
    lines.append(f"名次的算法：取{which}；答对多的在前，一样多比用时（每题想的时间加起来），再一样比谁先答完。")
    return "\n".join(lines)


def marks_of(attempt: Attempt) -> Sequence[str]:
    """What stands before its options in the chat."""
    return NUMBERS if attempt.is_elder else LETTERS


def reviewed(rows: Sequence[Reviewed], *, marks: Sequence[str] = LETTERS) -> str:
    """What was wrong and why, then where to read on."""
    wrong = [(number, row) for number, row in enumerate(rows, 1) if not row.is_right]
    books = reading_list(rows)
    onward = ["可以接着读：", *(f"· {book}" for book in books)] if books else []
    if not wrong:
        return "\n".join(["这次全对，没有要讲的错题。", *onward])
    lines = ["答错的题："]
    for number, row in wrong:
        lines.append(f"{number}. {row.question.stem}\n答案：{said_answer(row.question, row.shown, marks=marks)}")
        if row.question.explanation:
            lines.append(row.question.explanation)
    return "\n".join([*lines, *onward, f"题目有错？回复“{COMPLAIN}”和题号，比如：{COMPLAIN}3。"])


def reading_list(rows: Sequence[Reviewed]) -> list[str]:
    """Where the questions come from, with shelf marks: of those missed, or of all where none was."""
    questions = [row.question for row in rows if not row.is_right] or [row.question for row in rows]
    books = (
        f"{question.source}（索书号 {question.shelf_mark}）" if question.shelf_mark else question.source
        for question in questions
        if question.source
    )
    return list(dict.fromkeys(books))


def shown_name(openid: str | None, name: str) -> str:
    """As the reader chose, else a masked number: nobody's account is shown."""
    return name or (f"读者 {openid[-4:]}" if openid else "读者")
