"""One table: which words, events and kinds of message lead to which verb.

Order: courtesy, words that always work, the list on the screen, commands, hours and ways, an entry of 常见问题 to the letter,
activities that are just what was asked for, an entry that is surely meant, activities near to it, entries that may be meant,
and at the end the nearest word and a person.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from activities.records import phones
from handlers import (
    account,
    answers,
    answers_faq,
    boards,
    calendar,
    certificates,
    closures,
    consents,
    contests,
    delivering,
    desk,
    details,
    door,
    duty,
    elders,
    faq_book,
    guardians,
    help,
    identity,
    jobs,
    live,
    loans,
    mine,
    my_works,
    near_words,
    opening,
    places,
    prizes,
    programmes,
    quizzing,
    recording,
    reminding,
    signing,
    submitting,
    volunteers,
    welcome,
    whereabouts,
    work_files,
)
from handlers.asking import Question, read
from handlers.courtesy import GREETINGS, courtesy_in, kind_word
from handlers.near_words import AskedBus, AskedNear, AskedSpot
from handlers.turn import MORE, Reply, Turn
from handlers.whereabouts import AskedWhere
from handlers.words import number_in
from models.conversation import CHOICES
from models.errors import Refused
from models.wording import compact, tidy

Verb = Callable[[Turn], Reply]
Together = Callable[[Sequence[Turn]], Sequence[Reply | Refused]]
LONGEST_QUESTION = 40  # characters: longer words are no title and no command
LONGEST_NEAR = 6  # 附近, 最近的图书馆: it asks for nothing else


@dataclass(frozen=True, slots=True)
class Route:
    """A verb, and whether it writes (then it runs inside a savepoint that a refusal undoes)."""

    verb: Verb
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A verb that writes for many readers at once: a statement for all of them, in one savepoint.

    Of rows that it locks none is anybody else's than those readers', but for what is skipped when locked, and for the one
    question of a live round, which is waited for by whoever holds nothing that others want.
    """

    verb: Together


_HELP, _LEAVE, _PHONE = Route(help.help_), Route(help.leave), Route(help.desk)
_DESK, _TO_DESK = Route(desk.ask, writes=True), Route(desk.say, writes=True)
_DESK_WORDS = {
    "end": Route(desk.end, writes=True), "again": Route(desk.again, writes=True), "rate": Route(desk.rate, writes=True),
    "leave": Route(desk.leave),
}  # fmt: skip
_COMING, _BRANCHES, _MORE = Route(calendar.coming), Route(calendar.branches), Route(calendar.more)
_MINE, _WAIT, _GO_ON = Route(mine.mine), Route(signing.wait, writes=True), Route(signing.go_on, writes=True)
_SIGN_UP, _ANSWER = Route(signing.sign_up, writes=True), Route(signing.answer, writes=True)
_CANCEL, _SURE = Route(mine.cancel, writes=True), Route(mine.sure, writes=True)
_APPEAL, _CHECK_IN = Route(prizes.appeal, writes=True), Route(door.check_in, writes=True)
_REMIND, _OFF = Route(reminding.remind_me, writes=True), Route(reminding.off, writes=True)
_WISH, _UNSUBSCRIBED = Route(reminding.chosen, writes=True), Route(reminding.left, writes=True)
_AT_THE_DOOR = Route(lambda turn: door.scanned(turn, welcome.scene_of(turn)), writes=True)
_TELL_ME, _TELL_ME_NOT = Route(details.tell_me, writes=True), Route(details.tell_me_not, writes=True)

_PLAY, _BEGIN = Route(quizzing.play), Shared(boards.begin)
_GROUP, _NAME = Route(boards.choose, writes=True), Route(boards.name, writes=True)
_LIVE, _LIVE_GIVEN = Route(live.join), Shared(live.answer)
_GIVEN, _NO_ANSWER = Shared(quizzing.answer), Route(quizzing.not_an_answer)
_REVIEW, _RESULT, _COMPLAIN = Route(quizzing.review), Route(quizzing.result), Route(quizzing.complain, writes=True)
_PRIZES, _CLAIM = Route(prizes.mine), Route(prizes.claim, writes=True)
_BIND, _UNBIND = Route(recording.bind, writes=True), Route(recording.unbind, writes=True)
_TELL_RECORD, _WHICH_RECORD = Route(recording.tell, writes=True), Route(recording.choose, writes=True)
_PHOTO, _DELIVERED = Route(recording.photo, writes=True), Route(delivering.tell, writes=True)

_HELPING = Route(volunteers.call)
_LOCATED, _PLACES, _PLACE = Route(places.located), Route(places.asked), Route(places.chosen)

_CALL, _CLOSING, _HAND_IN = Route(contests.call), Route(contests.closing), Route(contests.hand_in, writes=True)
_GENRE, _LATE = Route(contests.choose_genre, writes=True), Route(contests.hand_in_late, writes=True)
_WORK, _PIECE, _WORK_AGAIN = (
    Route(submitting.said, writes=True), Route(work_files.piece, writes=True), Route(submitting.ask_again),
)  # fmt: skip
_ORGANISATION, _GUARDIAN = Route(submitting.join, writes=True), Route(guardians.answer, writes=True)
_KEPT = Route(my_works.kept, writes=True)
_LISTEN, _AIRING = Route(programmes.listen), Route(programmes.answer, writes=True)
_MEND, _WITHDRAW = Route(my_works.mend, writes=True), Route(my_works.withdraw)
_FAQ, _HELPED = Shared(answers_faq.answer), Route(answers_faq.helped, writes=True)
_RESOURCES, _MORE_RESOURCES = Route(answers_faq.resources), Route(answers_faq.more)
_NO_SUCH_CHOICE = Route(answers_faq.no_such_number)

_BIND_CARD, _UNBIND_CARD = Route(loans.bind), Route(loans.unbind, writes=True)
_CARD_ANSWER, _RENEW = Route(loans.answer, writes=True), Route(loans.renew, writes=True)
_LOANS, _LOAN = Route(loans.mine, writes=True), Route(loans.chosen)

ALWAYS: dict[str, Route] = {
    "帮助": _HELP, "help": _HELP, "怎么用": _HELP, "使用说明": _HELP, "菜单": _HELP, **dict.fromkeys(GREETINGS, _HELP),
    "取消": _LEAVE, "退出": _LEAVE, "返回": _LEAVE,
    "人工": _DESK, "转人工": _DESK, "人工客服": _DESK, "人工服务": _DESK, "客服": _DESK, "服务台": _DESK, "馆员": _DESK,
    "问馆员": _DESK, "我要问馆员": _DESK, "问客服": _DESK, "问服务台": _DESK, "找馆员": _DESK, "在线咨询": _DESK, "咨询": _DESK,
    "电话": _PHONE, "图书馆电话": _PHONE, "电话号码": _PHONE, "联系电话": _PHONE, "联系方式": _PHONE, "服务台电话": _PHONE,
}  # fmt: skip
COMMANDS: dict[str, Route | Shared] = {
    "活动": _COMING, "近期活动": _COMING, "最近活动": _COMING, "活动安排": _COMING, "有什么活动": _COMING,
    "最近有什么活动": _COMING, "活动预告": _COMING,
    "分馆": _BRANCHES, "各分馆": _BRANCHES, "分馆活动": _BRANCHES,
    **dict.fromkeys(("闭馆", "闭馆通知", "闭馆公告", "闭馆安排", "什么时候恢复开放", "几时恢复开放"), Route(closures.said)),
    **dict.fromkeys(("告诉我", "有日期了告诉我", "日期定了告诉我", "定了告诉我"), _TELL_ME),
    **dict.fromkeys(("不用告诉我", "别告诉我"), _TELL_ME_NOT),
    **dict.fromkeys(("我的报名", "我的", "我报的", "我报的活动", "我的活动"), _MINE),
    **dict.fromkeys(("候补", "排队", "我要候补", "排候补"), _WAIT),
    **dict.fromkeys(("提醒设置", "设置提醒", "提醒时间"), Route(reminding.setting)),
    **dict.fromkeys(("恢复提醒", "打开提醒", "要提醒"), Route(reminding.back, writes=True)),
    **dict.fromkeys(
        ("不再收通知", "不收通知", "不要通知", "退订通知", "取消通知", "别发通知", "不要再发通知", "别再发了", "不要群发"),
        Route(reminding.no_notices, writes=True),
    ),
    **dict.fromkeys(("恢复通知", "要通知", "接收通知", "打开通知"), Route(reminding.notices_back, writes=True)),
    **dict.fromkeys(loans.MINE, _LOANS),
    **dict.fromkeys(loans.CARDS, Route(loans.my_cards)),
    **dict.fromkeys(loans.SNOOZE, Route(loans.snooze, writes=True)),
    **dict.fromkeys(loans.OFF, Route(loans.off, writes=True)),
    **dict.fromkeys(loans.ON, Route(loans.on, writes=True)),
    **dict.fromkeys(("不是我", "不是本人", "不是我本人"), Route(identity.not_me, writes=True)),
    **dict.fromkeys(("清除我的资料", "清除资料", "删除我的资料"), Route(identity.clear)),
    **dict.fromkeys(("开始答题", "开始", "开始答"), _BEGIN),
    **dict.fromkeys(("长辈模式", "关爱模式", "老年模式", "长者模式", "大字版", "大字模式"), Route(elders.choose, writes=True)),
    **dict.fromkeys(("退出长辈模式", "关闭长辈模式", "不用长辈模式", "普通模式", "标准模式"), Route(elders.leave, writes=True)),
    **dict.fromkeys(("看题", "看题目", "读完了", "看完了"), Route(quizzing.read_on, writes=True)),
    **dict.fromkeys(("看材料", "再看材料", "材料"), Route(quizzing.passage)),
    **dict.fromkeys(("看解析", "解析", "错题", "看错题"), _REVIEW),
    **dict.fromkeys(("我的成绩", "成绩", "我的名次", "查成绩"), _RESULT),
    **dict.fromkeys(("证书", "我的证书", "领证书", "领取证书", "电子证书"), Route(certificates.mine)),
    **dict.fromkeys(("选分组", "我的分组", "换分组"), Route(boards.regroup)),
    **dict.fromkeys(("我的奖品", "我的红包", "我的奖", "奖品"), _PRIZES),
    **dict.fromkeys(("领奖", "领红包", "领取", "兑奖", "我要领奖", "领取红包"), _CLAIM),
    **dict.fromkeys(("我的作品", "我的投稿", "我的稿子", "我的稿件"), Route(my_works.mine)),
    **dict.fromkeys(("继续投稿", "接着投稿", "继续写"), Route(submitting.go_on)),
    "同意留存": Route(my_works.keep),
    **dict.fromkeys(("确定撤稿", "确认撤稿"), Route(my_works.sure, writes=True)),
    **dict.fromkeys(("我是监护人", "监护人同意", "我是家长"), Route(guardians.begin)),
    **dict.fromkeys(("撤回同意", "收回同意", "撤销同意"), Route(guardians.take_back)),
    **dict.fromkeys(("确定撤回", "确认撤回"), Route(guardians.sure, writes=True)),
    **dict.fromkeys(("数字资源", "电子资源", "线上资源", "网上资源", "有什么数字资源", "有哪些数字资源"), _RESOURCES),
    **dict.fromkeys(("播出", "能不能播出"), Route(programmes.ask)),
    **dict.fromkeys(("同意播出", "不同意播出"), _AIRING),
    **dict.fromkeys(("撤回播出", "取消播出"), Route(programmes.take_back)),
    "继续": _GO_ON, "继续报名": _GO_ON, "确定取消": _SURE, "确认取消": _SURE,
    MORE: _MORE, "下一页": _MORE, "还有吗": _MORE, "more": _MORE,
}  # fmt: skip
NEAREST = (
    "活动", "周末", "今天", "明天", "后天", "本月", "下个月", "本周", "下周", "分馆", "今晚", MORE, "帮助", "取消", "人工",
    "下一页", "有什么活动", "近期活动", "答题", "领奖",
)  # fmt: skip

# Words with something behind them, in the order in which they are tried: what is behind becomes the argument.
_CANCELS = re.compile(r"(?:我要|我想)?(?:取消报名|退报名|不参加了)(?P<rest>\d*)")
_SIGNS = re.compile(r"(?:我要|我想|想要?|要|帮我|给我)?报名(?:参加)?(?P<rest>.*)")
_CHECKS = re.compile(r"(?:我要)?(?:签到|打卡)(?:码)?(?P<rest>\d{0,8})")
_APPEALS = re.compile(r"(?:我要)?申诉(?P<rest>.*)")
_REMINDS = re.compile(r"(?:到时|到时候|请)?提醒(?:一下)?我(?:一下)?(?P<rest>.*)")
_OFFS = re.compile(r"(?:我要)?(?:退订|不用提醒|取消提醒|别提醒)(?:我|提醒)?(?P<rest>.*)")
_PLAYS = re.compile(r"(?:我要|我想|参加|继续|有奖)?(?:答题|知识竞赛|知识问答|竞答)(?:活动)?(?P<rest>\d{0,2})")
_LIVES = re.compile(r"(?:我要|我想|参加|进入|现场)?(?:抢答|现场答题)(?P<rest>\d{0,2})")
_COMPLAINS = re.compile(r"(?:我要)?纠错\s*(?:第)?(?P<number>\d{1,3})?\s*题?\s*(?P<words>.*)")
_NAMES = re.compile(r"\s*(?:我的|榜上的|我榜上的)名字\s*(?:改成|改为|是|叫)?\s*[:：]?\s*(?P<name>.*?)\s*", re.DOTALL)
_WITHDRAWS = re.compile(r"(?:我要)?(?:撤稿|撤回作品|撤回稿件|撤掉作品)(?P<rest>\d{0,2})")
_MENDS = re.compile(r"(?:我要)?(?:修改|改稿|改作品|修改作品)(?P<rest>\d{0,2})")
_ORGANISATIONS = re.compile(r"(?:单位|学校|团体|分馆)码(?P<code>[a-z0-9]{4,8})")
_OFFER_WORDS = {
    re.compile(r"(?:要|我要|接受|要了)(?P<rest>[a-z0-9]{6}|)"): Route(answers.take, writes=True),
    re.compile(r"(?:不要|不要了|放弃|让给别人)(?P<rest>[a-z0-9]{6}|)"): Route(answers.leave, writes=True),
}
_COMING_WORDS = {
    re.compile(r"(?:来|会来|我来|还来|要来)(?P<rest>[a-z0-9]{6}|)"): Route(answers.come),
    re.compile(r"(?:不来|不来了|来不了|来不了了|去不了)(?P<rest>[a-z0-9]{6}|)"): Route(answers.come_not, writes=True),
}

EVENTS: dict[str, Route] = {
    "subscribe": Route(welcome.followed, writes=True),
    "unsubscribe": Route(welcome.left, writes=True),
    "scan": Route(welcome.scanned),
    "location_select": _LOCATED,
    "subscribe_msg_popup_event": Route(consents.asked, writes=True),
    "subscribe_msg_change_event": Route(consents.withdrawn, writes=True),
    "subscribe_msg_sent_event": Route(consents.notified, writes=True),
    "templatesendjobfinish": Route(consents.sent_by_template, writes=True),
    "masssendjobfinish": Route(jobs.mass_done, writes=True),
    **dict.fromkeys(("publishjobfinish", "freepublishjobfinish"), Route(jobs.publish_done, writes=True)),
    **dict.fromkeys(account.MAY_CHANGE_RIGHTS, Route(account.rights_may_have_changed, writes=True)),
}
_CHOSEN, _COURTESY = Route(calendar.chosen), Route(kind_word)
_TOO_SHORT, _NO_SUCH_DAY = Route(help.too_short), Route(calendar.no_such_day)
_OPENING = Route(lambda turn: opening.said(turn, calendar.known(turn)))
_WHEREABOUTS = Route(lambda turn: whereabouts.said(turn, calendar.known(turn)))
_ONLY_WORDS, _SILENCE = Route(help.only_words), Route(lambda _turn: Reply.silence())
_SILENT_EVENTS_BUT = frozenset({"click"})


# What the door asks before and after a verb, by whichever file of conversations knows.
make_ready, is_asked_ahead, is_secret = faq_book.make_ready, duty.may_need, loans.is_secret


def reply_to(turn: Turn, run: Callable[[Route | Shared, Turn], Reply]) -> Reply:
    """Find the verb and have `run` run it. Reads only until then."""
    incoming = turn.incoming
    if incoming.event == "scan" and door.is_door(welcome.scene_of(turn)):
        return run(_AT_THE_DOOR, turn)
    if incoming.kind == "event" and incoming.event not in _SILENT_EVENTS_BUT:
        return run(EVENTS.get(incoming.event, _SILENCE), turn)
    if (sender := recording.photo_of(turn)) is not None:
        turn.argument = sender
        return run(_PHOTO, turn)
    if (file := desk.file_of(turn)) is not None:
        turn.argument = file
        return run(_TO_DESK, turn)
    if (piece := submitting.media_for(turn)) is not None:
        turn.argument = piece
        return run(_PIECE, turn)
    if incoming.kind == "location":
        turn.talk.count_miss(0)
        return run(_LOCATED, turn)
    if incoming.kind not in ("event", "text"):
        return run(_ONLY_WORDS, turn)
    return _to_words(turn, run)


def _to_words(turn: Turn, run: Callable[[Route | Shared, Turn], Reply]) -> Reply:
    route = _route_of(turn, turn.incoming.words)
    if route is None and (found := _to_question(turn, run)) is not None:
        turn.talk.count_miss(0)
        return found
    if route is None and (heard := desk.missed(turn)) is not None:
        turn.argument, route = heard, _TO_DESK
    if route is None and quizzing.is_open(turn):
        return run(_NO_ANSWER, turn)
    if route is None and submitting.is_open(turn):
        return run(_WORK_AGAIN, turn)
    if route is None:
        commands = (*NEAREST, *(contests.WORDS if contests.taking(turn) else ()))
        turn.argument = faq_book.Missed(turn.incoming.words, commands)
        return run(_FAQ, turn)
    turn.talk.count_miss(0)
    return run(route, turn)


def _to_question(turn: Turn, run: Callable[[Route | Shared, Turn], Reply]) -> Reply | None:
    """From the calendar and from 常见问题, whichever is nearer to what was asked; None where neither knows."""
    question = turn.argument if isinstance(turn.argument, Question) else None
    is_within = quizzing.is_open(turn) or submitting.is_open(turn)
    likely = faq_book.Likely() if is_within else faq_book.looked_up(turn)
    if likely.is_exact:
        return _from_faq(turn, faq_book.as_hit(turn, likely), run)
    if question is not None and (found := calendar.matched(turn)) is not None:
        return found
    if question is not None and likely.is_of_calendar and (near := calendar.answered(turn)) is not None:
        return near
    if likely.is_sure and (question is None or question.words):
        return _from_faq(turn, faq_book.as_hit(turn, likely), run)
    if likely.is_unsure and faq_book.may_ask_back(question):
        return _from_faq(turn, faq_book.as_maybe(turn, likely), run)
    if volunteers.is_call(compact(turn.incoming.words)):  # of no title: better than that there is no such activity
        return run(_HELPING, turn)
    return calendar.answered(turn) if question is not None else None


def _from_faq(turn: Turn, found: object, run: Callable[[Route | Shared, Turn], Reply]) -> Reply:
    turn.argument = found
    return run(_FAQ, turn)


def _route_of(turn: Turn, raw: str) -> Route | Shared | None:
    """The route that the words name, its argument put on the turn; None for a question, and for nothing we know."""
    words = compact(raw)
    if (about_work := _in_a_work(turn, words, raw)) is not None:
        return about_work
    if (at_desk := _at_the_desk(turn, words, raw)) is not None:
        return at_desk
    if (named := _named(turn, words, raw)) is not None:
        return named
    if (courteous := courtesy_in(raw)) is not None:
        turn.argument = courteous
        return _COURTESY
    if not words:
        return _HELP
    return _question_in(turn, raw) if len(words) <= LONGEST_QUESTION else None


def _named(turn: Turn, words: str, raw: str) -> Route | Shared | None:
    """What words name by themselves, or as the answer to what was asked or shown."""
    if words in ALWAYS:
        return ALWAYS[words]
    if match := _LIVES.fullmatch(words):
        turn.argument = int(match["rest"]) if match["rest"] else None
        return _LIVE
    if words not in COMMANDS and loans.answers(turn, raw):
        turn.argument = raw
        return _CARD_ANSWER
    if live.is_in(turn) and (route := _in_live(turn, words, raw)) is not None:
        return route
    if (given := quizzing.given_in(turn, raw)) and not (
        given.is_doubtful and (words in COMMANDS or _PLAYS.fullmatch(words))
    ):
        turn.argument = given
        return _GIVEN
    if quizzing.is_too_early(turn, words):
        return _NO_ANSWER
    if (of_faq := _about_answers(turn, words, raw)) is not None:
        return of_faq
    if words in COMMANDS:
        return COMMANDS[words]
    if (on_duty := duty.said_by(turn, words)) is not None:
        return Route(on_duty)
    if (helping := volunteers.said_by(turn, words, raw)) is not None:
        return Route(*helping)
    if (contest := _about_contests(turn, words, raw)) is not None:
        return contest
    if (series := programmes.called(turn, words)) is not None:  # not within a work, which may be called so
        turn.argument = series
        return _LISTEN
    if (playing := _about_quizzes(turn, words, raw)) is not None:
        return playing
    if (about := _about_names(turn, words, raw)) is not None:
        return about
    if (about_loans := _about_loans(turn, words, raw)) is not None:
        return about_loans
    if (recorded := _about_records(turn, words, raw)) is not None:
        return recorded
    if (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _PLACE if places.is_on_screen(turn) else _CHOSEN
    return None


def _at_the_desk(turn: Turn, words: str, raw: str) -> Route | Shared | None:
    """Whoever talks with a person says it to them, but for what names a verb of ours; while nobody says anything, what is
    surely asked of the program is its own as well: the desk may be shut until tomorrow."""
    if word := desk.word_in(turn, words):
        return _DESK_WORDS[word]
    if (behind := desk.asks_with_words(raw)) is not None:
        turn.argument = behind
        return _DESK
    if (heard := desk.words_for(turn, words, raw)) is None:
        return None
    route = _named(turn, words, raw)
    if route is not None and _is_meant(turn, words, raw, route, has_answered=heard.has_answered):
        return route
    if _is_surely_ours(turn, raw, heard):
        return None
    if heard.case is None and words in GREETINGS:  # who greets a person has not asked them anything yet
        return _DESK
    turn.argument = heard
    return _TO_DESK


# Verbs that take whatever stands behind their word: told to a person it is their sentence, unless nothing or a number does.
_TAKE_ANY: dict[Route, re.Pattern[str]] = {_SIGN_UP: _SIGNS, _REMIND: _REMINDS, _OFF: _OFFS, _APPEAL: _APPEALS}
_ASKED_BACK = (*_OFFER_WORDS.values(), *_COMING_WORDS.values(), _HELPED)


def _is_meant(turn: Turn, words: str, raw: str, route: Route | Shared, *, has_answered: bool) -> bool:
    """Does somebody who talks with a person mean this verb? `has_answered`: a number or a yes may be an answer to the person."""
    if words in GREETINGS or route == _NAME:
        return False
    if number_in(tidy(raw)) is not None or courtesy_in(raw) is not None:
        return not has_answered and turn.talk.topic not in desk.OPEN_TO_WORDS
    if route in _ASKED_BACK and not turn.argument:
        return not has_answered
    pattern = _TAKE_ANY.get(route) if isinstance(route, Route) else None
    match = pattern.fullmatch(words) if pattern else None
    return match is None or not match["rest"] or match["rest"].isdecimal()


def _is_surely_ours(turn: Turn, raw: str, heard: desk.Heard) -> bool:
    """附近; while nobody talks also opening hours, a way, what is on some day or somewhere: all of the words say so."""
    if len(compact(raw)) > LONGEST_QUESTION:
        return False
    question = turn.kept("question", raw, lambda: _read(turn, raw))
    if question == AskedNear() and len(compact(raw)) <= LONGEST_NEAR:
        return True
    if heard.is_live:
        return False
    if isinstance(question, Question):
        is_for_us = (
            "活动" in raw or heard.case is None
        )  # a day or a place alone may be more of what a person was asked
        return is_for_us and not question.words and (question.span is not None or bool(question.places))
    return question is not None


def _about_answers(turn: Turn, words: str, raw: str) -> Route | Shared | None:
    """What was asked back, and whether an answer helped; after anything else the list that was on the screen is there again."""
    if (said := answers_faq.about(turn, words, raw)) is not None:
        turn.argument = said
        return _HELPED if isinstance(said, bool) else _FAQ
    if COMMANDS.get(words) is _MORE and answers_faq.has_more(turn):
        return _MORE_RESOURCES
    if turn.talk.topic in (CHOICES, answers_faq.RESOURCES) and number_in(tidy(raw)) is not None:
        return _NO_SUCH_CHOICE
    turn.talk.look_back()
    return None


def _in_live(turn: Turn, words: str, raw: str) -> Route | Shared | None:
    """Whoever is in a live quiz answers by whatever is no command of ours."""
    if live.is_asking_again(raw):
        return _LIVE
    if not raw.strip() or words in COMMANDS or _PLAYS.fullmatch(words) or _COMPLAINS.fullmatch(tidy(raw)):
        return None
    turn.argument = raw
    return _LIVE_GIVEN


def _in_a_work(turn: Turn, words: str, raw: str) -> Route | None:
    """Whoever is at a work says what is asked, and sends its text in whatever words are no command of ours."""
    if not (submitting.is_open(turn) or guardians.is_open(turn)) or words in ALWAYS or words in COMMANDS:
        return None
    if desk.asks_with_words(raw) is not None or desk.word_in(turn, words):
        return None
    if guardians.is_open(turn):
        return _GUARDIAN if guardians.is_answer(turn, raw) else None
    if (command := _about_contests(turn, words, raw)) is not None:
        return command
    turn.argument = submitting.said_in(turn, raw)
    return _WORK if turn.argument is not None else None


def _about_contests(turn: Turn, words: str, raw: str) -> Route | None:
    if programmes.is_answer(turn, words, raw):
        return _AIRING
    if contests.is_call(turn, words):
        return _CALL
    if contests.asks_when(turn, words):
        return _CLOSING
    if my_works.is_keeping(turn, words):
        return _KEPT
    if (genre := contests.genre_in(turn, words)) is not None:
        turn.argument = genre
        return _GENRE
    if (which := contests.hands_in(turn, words)) is not None:
        turn.argument = which
        return _HAND_IN
    if (code := contests.late_code_in(words)) is not None:
        turn.argument = code
        return _LATE
    if match := _ORGANISATIONS.fullmatch(words):
        turn.argument = match["code"]
        return _ORGANISATION
    for pattern, route in ((_WITHDRAWS, _WITHDRAW), (_MENDS, _MEND)):
        if (match := pattern.fullmatch(words)) and (
            match["rest"] or my_works.is_on_screen(turn) or route is _WITHDRAW
        ):
            turn.argument = int(match["rest"]) if match["rest"] else None
            return route
    return None


def _about_quizzes(turn: Turn, words: str, raw: str) -> Route | None:
    if match := _PLAYS.fullmatch(words):
        turn.argument = int(match["rest"]) if match["rest"] else None
        return _PLAY
    if turn.talk.topic == quizzing.CHOOSING and (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _PLAY
    if (group := boards.group_in(turn, raw)) is not None:
        turn.argument = group
        return _GROUP
    if match := _NAMES.fullmatch(raw):
        turn.argument = match["name"]
        return _NAME
    if match := _COMPLAINS.fullmatch(tidy(raw)):
        turn.argument = (int(match["number"]) if match["number"] else None, match["words"])
        return _COMPLAIN
    return None


def _about_names(turn: Turn, words: str, raw: str) -> Route | None:
    """Signing up, and answers to what was asked about it."""
    for pattern, route in ((_CANCELS, _CANCEL), (_CHECKS, _CHECK_IN)):
        if match := pattern.fullmatch(words):
            rest = match["rest"]
            turn.argument = (int(rest) if rest else None) if route is _CANCEL else rest
            return route
    for pattern, verb in ((_REMINDS, _REMIND), (_OFFS, _OFF)):
        if match := pattern.fullmatch(tidy(raw)):
            turn.argument = _which(turn, tidy(match["rest"]))
            return verb
    if match := _APPEALS.fullmatch(tidy(raw)):
        turn.argument = match["rest"]
        return _APPEAL
    if (draft := signing.open_draft(turn)) is not None:
        turn.argument = draft
        return _ANSWER
    if turn.talk.topic == mine.CANCELLING and words in ("确定", "确认", "是", "是的", "对", "好", "好的"):
        return _SURE
    for topic, verb in ((reminding.CHOOSING, _WISH), (reminding.LEAVING, _UNSUBSCRIBED)):
        if turn.talk.topic == topic and (number := number_in(words)) is not None:
            turn.argument = number
            return verb
    return _signs(turn, words, raw) or _answer(turn, words)


def _which(turn: Turn, rest: str) -> reminding.Which:
    """What stands behind 提醒我 or 退订: a number, a question about activities, or nothing."""
    if not rest:
        return reminding.Which()
    if (number := number_in(rest)) is not None:
        return reminding.Which(number=number)
    question = _read(turn, rest)
    return reminding.Which(question=question if isinstance(question, Question) else None)


def _signs(turn: Turn, words: str, raw: str) -> Route | None:
    """报名, 报名 8, 报名 绘本: words that name no activity with a list of names are a question like any other."""
    match = _SIGNS.fullmatch(words)
    if match is None:
        return None
    which = signing.Which()
    if rest := match["rest"]:
        if (number := number_in(rest)) is not None:
            which = signing.Which(number=number)
        else:
            asked = tidy(raw).partition("报名")[2].removeprefix("参加")
            question = turn.kept("question", asked, lambda: _read(turn, asked))
            if not isinstance(question, Question) or not _is_to_be_signed_up_for(turn, question, raw):
                return None
            which = signing.Which(question=question)
    turn.argument = which
    return _SIGN_UP


def _is_to_be_signed_up_for(turn: Turn, question: Question, raw: str) -> bool:
    """Does it name something to sign up for, or that needs no sign-up, and is 报名 no word of the title itself?"""
    found = signing.finds(turn, question)
    if signing.taking_names(turn, found):
        return True
    whole = _read(turn, raw)
    return bool(found) and not (isinstance(whole, Question) and signing.finds(turn, whole))


def _answer(turn: Turn, words: str) -> Route | None:
    """要, 不要, 来, 不来: answers only where something was asked."""
    for table, is_asked in ((_OFFER_WORDS, answers.has_offer), (_COMING_WORDS, mine.is_asked_soon)):
        for pattern, route in table.items():
            match = pattern.fullmatch(words)
            if match and (match["rest"] or is_asked(turn)):
                turn.argument = match["rest"]
                return route
    return None


def _question_in(turn: Turn, raw: str) -> Route | None:
    question = turn.argument = turn.kept("question", raw, lambda: _read(turn, raw))
    if question is None:
        return _HELP
    if isinstance(question, AskedNear | AskedBus | AskedSpot):
        return _PLACES
    if isinstance(question, opening.Asked):
        return _OPENING
    if isinstance(question, AskedWhere):
        return _WHEREABOUTS
    if question.span is not None and question.span.missing:
        return _NO_SUCH_DAY
    if question.parts == 1 and len(question.words) == 1 and len(question.words[0]) == 1:
        turn.argument = question.words[0], NEAREST
        return _TOO_SHORT
    return None


def _about_loans(turn: Turn, words: str, raw: str) -> Route | None:
    """Reader cards, renewals, and a number of the list of loans."""
    for found, route in ((loans.bind_in, _BIND_CARD), (loans.unbind_in, _UNBIND_CARD), (loans.renew_in, _RENEW)):
        if (argument := found(words)) is not None:
            turn.argument = argument
            return route
    if turn.talk.topic == loans.LIST and (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _LOAN
    return None


def _about_records(turn: Turn, words: str, raw: str) -> Route | None:
    """What a bound phone of staff tells of numbers; to everybody else there is no such thing."""
    if (digits := recording.digits_in(raw)) is not None:
        turn.argument = digits
        return _BIND
    if words == "解绑" and (who := phones.colleague(turn.session, turn.incoming.openid)) is not None:
        turn.argument = who
        return _UNBIND
    if turn.talk.topic == recording.WHICH and (number := number_in(tidy(raw))) is not None:
        turn.argument = number
        return _WHICH_RECORD
    turn.argument = delivering.told_by(turn, raw)
    if turn.argument is not None:
        return _DELIVERED
    turn.argument = recording.told_by(turn, raw)
    return _TELL_RECORD if turn.argument is not None else None


def _read(turn: Turn, raw: str) -> near_words.Asked | opening.Asked | AskedWhere | Question | None:
    known = calendar.known(turn)
    return (
        places.asked_in(turn, raw)
        or opening.asked_in(raw, today=turn.today, known=known)
        or whereabouts.asked_in(raw, known=known)
        or read(raw, today=turn.today, known=known)
    )
