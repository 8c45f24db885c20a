"""志愿者 in the chat: the call, shifts to take and to give back by number, one's own hours, 签退; trainings of a bound phone."""

import re
from collections.abc import Callable

from activities.records import phones
from activities.signup import door as activity_door
from activities.volunteers import calls, hours, people, posts, queries, rules, texts, trainings
from activities.volunteers.refusals import NotNow
from activities.volunteers.texts import CALL, MINE, SHIFTS
from desk.answers.texts import ASK_PERSON
from handlers.turn import Reply, Turn, link
from handlers.words import number_in
from models import times
from models.tapping import tappable
from models.volunteer import Post, Shift, Training, Volunteer, VolunteerState
from models.wording import quoted, tidy
from quizzes import queries as quizzes

LISTED, MINE_LISTED = (
    "volunteer_shifts",
    "volunteer_mine",
)  # topics: numbers choose a shift to take, or one to give back
TAKE, BACK, OUT, LEARN = "报班", "退班", "签退", "培训"
SHOWN = 5
S = VolunteerState


def call(turn: Turn) -> Reply:
    """志愿者, 志愿报名: what is looked for and the way to register; a volunteer's own way on."""
    who = people.of_reader(turn.session, turn.incoming.openid)
    if who is not None and who.state is not S.LEFT:
        return _of_volunteer(turn, who)
    return _calls(turn)


def _of_volunteer(turn: Turn, who: Volunteer) -> Reply:
    if who.state is S.APPLIED:
        return Reply("您的志愿者申请收到了，馆员正在看，有结果马上告诉您。")
    if who.state in (S.REFUSED, S.PAUSED):
        return Reply(f"您现在：{texts.state_of(who)}。有疑问，回复“{tappable('人工')}”找馆员。")
    page = _page(turn, "/volunteer", "志愿者页面")
    ways = f"回复“{tappable(SHIFTS)}”看哪些班缺人，“{tappable(MINE)}”看自己的班次和时长。"
    return Reply("\n".join(filter(None, ["您是我们的志愿者，谢谢您。", ways, page])))


def _calls(turn: Turn) -> Reply:
    found = calls.taking(turn.session, now=turn.now)
    if not found:
        return Reply(
            "现在没有在招志愿者，谢谢您的热心。下次招募会在公众号里告诉大家；"
            f"想请我们到时候告诉您，回复“{tappable(ASK_PERSON)}”留句话；想看活动，回复“{tappable('活动')}”。"
        )
    lines = [f"{quoted(one.title)}{_until(turn, one.closes_on)}，{one.age_from} 岁以上" for one in found[:SHOWN]]
    page = _page(turn, "/volunteer", "点这里看内容、填登记表")
    way = page or f"登记请到馆里的服务台，或回复“{tappable('人工')}”问馆员。"
    return Reply("\n".join(["图书馆正在招志愿者：", *lines, way]))


def _until(turn: Turn, day: object) -> str:
    from_today = day is not None and times.short_day(day, beside=turn.today)  # type: ignore[arg-type]
    return f"，{from_today}截止" if from_today else ""


def _page(turn: Turn, path: str, shown: str) -> str:
    url = turn.house.link_for(turn.incoming.openid, path, turn.now)
    return link(url, shown) if url else ""


# ── shifts ──


def shifts(turn: Turn) -> Reply:
    """排班: what lacks people, by number. turn.argument is the Volunteer."""
    who: Volunteer = turn.argument
    if who.state is not S.ACTIVE:
        return _of_volunteer(turn, who)
    found = queries.offered(turn.session, who, now=turn.now)
    if not found:
        turn.talk.hold(None)
        return Reply(
            f"这三周的班都排满了，谢谢您。有新的班，回复“{tappable(SHIFTS)}”就能看到；自己的班看“{tappable(MINE)}”。"
        )
    turn.talk.hold(LISTED, ids=[one.shift.id for one in found])
    whole = who.branch_id is None
    lines = [
        tappable(str(at), f"{at}. {texts.said_shift(one.shift, today=turn.today, branch=whole)}，还缺 {one.left} 位")
        for at, one in enumerate(found, 1)
    ]
    return Reply("\n".join(["这些班还缺人，发数字就报上：", *lines]))


def take(turn: Turn) -> Reply:
    """A number of that list: turn.argument is the Volunteer and the number. Raises: NotNow."""
    who, number = turn.argument
    if turn.talk.topic != LISTED:
        turn.argument = who
        return shifts(turn)
    ids = turn.talk.held.get("ids", [])
    if not 1 <= number <= len(ids):
        return Reply(f"请发 1 到 {len(ids)} 之间的数字；重新看，回复“{tappable(SHIFTS)}”。")
    post = posts.take(turn.session, ids[number - 1], who.id, now=turn.now)
    shift = turn.session.get_one(Shift, post.shift_id)
    note = f"\n{shift.note}" if shift.note else ""
    last = f"开始前 {shift.cancel_hours} 小时以前可以退，" if shift.cancel_hours else "来不了，"
    return Reply(
        f"报上了：{texts.said_shift(shift, today=turn.today)}。{note}\n"
        f"前一天会提醒您。{last}回复“{tappable(BACK)}”；再报一班，回复“{tappable(SHIFTS)}”。"
    )


def mine(turn: Turn) -> Reply:
    """我的志愿服务: shifts to come, hours of the year and of all. turn.argument is the Volunteer."""
    who: Volunteer = turn.argument
    coming = queries.coming(turn.session, who.id, now=turn.now)
    year = turn.today.year
    served = hours.total(turn.session, who.id, year=year)
    head = f"您今年服务了{rules.said_hours(served)}，一共{rules.said_hours(hours.total(turn.session, who.id))}。"
    lines = [_mine_line(turn, at, *pair) for at, pair in enumerate(coming[:SHOWN], 1)]
    turn.talk.hold(None)
    more = [f"要退班，回复“{tappable(BACK)}”。"] if coming else []
    page = _page(turn, "/volunteer", "时长明细和感谢证书")
    ways = (
        [f"回复“{tappable(SHIFTS)}”看哪些班缺人。"] if who.state is S.ACTIVE else [f"您现在：{texts.state_of(who)}。"]
    )
    return Reply("\n".join(filter(None, [head, *(["接下来的班："] if lines else []), *lines, *more, *ways, page])))


def _mine_line(turn: Turn, number: int, post: Post, shift: Shift) -> str:
    here = f"，{texts.state_of_post(post)}" if post.came_at else ""
    return f"{number}. {texts.said_shift(shift, today=turn.today)}{here}"


def give_back(turn: Turn) -> Reply:
    """退班 [2]: which one is asked where there are several. turn.argument: the Volunteer, the number or None. Raises: NotNow."""
    who, number = turn.argument
    coming = [pair for pair in queries.coming(turn.session, who.id, now=turn.now) if pair[0].came_at is None]
    if not coming:
        return Reply(f"您没有要退的班。回复“{tappable(MINE)}”看您的班次。")
    known = turn.talk.held.get("posts", []) if turn.talk.topic == MINE_LISTED else [post.id for post, _ in coming]
    if number is None:
        turn.talk.hold(MINE_LISTED, posts=[post.id for post, _ in coming[:SHOWN]])
        lines = [
            tappable(str(at), f"{at}. {texts.said_shift(shift, today=turn.today)}")
            for at, (_, shift) in enumerate(coming[:SHOWN], 1)
        ]
        return Reply("\n".join(["退哪一班？发数字就退，不退就不用理：", *lines]))
    if not 1 <= number <= len(known):
        return Reply(f"请发 1 到 {len(known)} 之间的数字，或回复“{tappable(MINE)}”看您的班次。")
    post = next((one for one, _ in coming if one.id == known[number - 1]), None)
    if post is None:
        raise NotNow(f"这一班不用退了。回复“{tappable(MINE)}”看您的班次。")
    posts.give_back(turn.session, post, now=turn.now)
    turn.talk.hold(None)
    shift = turn.session.get_one(Shift, post.shift_id)
    return Reply(f"退好了：{texts.said_shift(shift, today=turn.today)}。名额让给别人，谢谢您早早说。")


# ── at the door ──


def came_by(turn: Turn, digits: str) -> Reply | None:
    """签到 482913 of a shift or a training of one's own; None where the code is of neither. Raises: NotNow, TooManyTries."""
    if len(digits) != len("482913"):
        return None
    openid = turn.incoming.openid
    activity_door.may_guess(turn.session, openid, now=turn.now)
    post = posts.at_the_door(turn.session, openid, digits, now=turn.now)
    if post is not None:
        activity_door.guessed_right(turn.session, openid)
        posts.check_in(turn.session, post, how=posts.CODE, now=turn.now)
        shift = turn.session.get_one(Shift, post.shift_id)
        return Reply(
            f"签到好了，谢谢您来：{shift.task}，{texts.said_span(shift, today=turn.today)}。走的时候回复“{tappable(OUT)}”。"
        )
    learners = trainings.learner(turn.session, openid, phones.colleague(turn.session, openid))
    found = trainings.by_door_code(turn.session, digits, learners, now=turn.now)
    activity_door.guessed_right(turn.session, openid)  # whether it counts is asked of the doors of activities next
    if found is None:
        return None
    training, one = found
    is_new = trainings.came(turn.session, training, one, how=posts.CODE, now=turn.now)
    head = "签到好了" if is_new else "您已经签过到了"
    return Reply(f"{head}：{quoted(training.title)}。材料和测验回复“{tappable(LEARN)}”。")


def leave(turn: Turn) -> Reply:
    """签退: of the shift one is in. Raises: NotNow."""
    found = posts.on_duty(turn.session, turn.incoming.openid, now=turn.now)
    if not found:
        raise NotNow(f"您现在没有在岗的班次。忘了签到的，请告诉值班的馆员；自己的班看“{tappable(MINE)}”。")
    post = posts.check_out(turn.session, found[0], now=turn.now)
    shift = turn.session.get_one(Shift, post.shift_id)
    minutes = hours.proposed(post, shift)
    return Reply(
        f"签退好了，今天服务了{rules.said_hours(minutes)}，谢谢您。馆员确认后记进您的时长，回复“{tappable(MINE)}”能看到。"
    )


# ── trainings ──


def learn(turn: Turn) -> Reply:
    """培训: what is to come, materials and test. turn.argument: its learners."""
    found = trainings.shown_to(turn.session, turn.argument, now=turn.now)
    if not found:
        return Reply("最近没有安排给您的培训。")
    return Reply("\n".join([*(_training(turn, one) for one in found), "到场回复“签到”和黑板上的六位码。"]))


def _training(turn: Turn, one: Training) -> str:
    first, last = times.local(one.starts_at), times.local(one.ends_at)
    day = times.short_day(first.date(), beside=turn.today)
    when = f"{times.weekday(first.date())}（{day}）{first.hour}:{first.minute:02d}—{last.hour}:{last.minute:02d}"
    where = "，".join(filter(None, (one.branch.name if one.branch else "", one.place)))
    links = [link(one.materials, "材料")] if one.materials else []
    if one.quiz_id is not None and (quiz := quizzes.by_number(turn.session, one.quiz_id)) is not None:
        links += [_page(turn, f"/q/{quiz.code}", "测验")]
    return " ".join(filter(None, [f"{when} {quoted(one.title)}{f'，{where}' if where else ''}", *links]))


_TAKES = re.compile(r"(?:我要|我想)?报班(?P<rest>\d{0,2})")
_BACKS = re.compile(r"(?:我要|我想)?(?:退班|取消班次|取消排班)(?P<rest>\d{0,2})")
_CALLS = frozenset({
    CALL, "志愿报名", "志愿者报名", "报名志愿者", "当志愿者", "我要当志愿者", "我想当志愿者", "做志愿者", "我要做志愿者", "成为志愿者", "志愿服务",
    "志愿者招募", "招募志愿者", "义工",
})  # fmt: skip
_SHIFTS = frozenset({SHIFTS, "志愿排班", "志愿班次", "班次", "我要排班", "排班表"})
_MINE = frozenset({MINE, "我的志愿", "志愿时长", "我的时长", "服务时长", "我的班次", "我的排班"})
_LEARNS = frozenset({LEARN, "我的培训", "培训安排", "培训测验"})
Verb = Callable[[Turn], Reply]


def said_by(turn: Turn, words: str, raw: str) -> tuple[Verb, bool] | None:
    """The verb these words name to this reader, and whether it writes; its argument is put on the turn. None: a question
    like any other, as all but the call are to whoever is no volunteer."""
    if words in _CALLS and (len(words) > len(CALL) or _is_known(turn)):
        return call, False
    if words == OUT:
        return (leave, True) if _volunteer(turn) else None
    if words in _LEARNS:
        who = phones.colleague(turn.session, turn.incoming.openid)
        turn.argument = trainings.learner(turn.session, turn.incoming.openid, who)
        return (learn, False) if turn.argument else None
    return _about_shifts(turn, words, raw)


def is_call(words: str) -> bool:
    """Do these words ask how one can help, whoever says them?"""
    return words in _CALLS


def _is_known(turn: Turn) -> bool:
    """志愿者 alone may be a word of a title: it is ours where somebody is looked for, or helps."""
    return bool(calls.taking(turn.session, now=turn.now)) or _volunteer(turn) is not None


def _about_shifts(turn: Turn, words: str, raw: str) -> tuple[Verb, bool] | None:
    number = number_in(tidy(raw))
    is_choice = number is not None and turn.talk.topic in (LISTED, MINE_LISTED)
    takes, backs = _TAKES.fullmatch(words), _BACKS.fullmatch(words)
    if not (is_choice or takes or backs or words in _SHIFTS or words in _MINE):
        return None
    who = _volunteer(turn)
    if who is None:
        return None
    turn.argument = who
    if words in _SHIFTS:
        return shifts, False
    if words in _MINE:
        return mine, False
    if backs or (is_choice and turn.talk.topic == MINE_LISTED):
        turn.argument = (who, number if is_choice else int(backs["rest"]) if backs and backs["rest"] else None)
        return give_back, True
    chosen = number if is_choice else int(takes["rest"]) if takes and takes["rest"] else None
    if chosen is None:
        return shifts, False
    turn.argument = (who, chosen)
    return take, True


def _volunteer(turn: Turn) -> Volunteer | None:
    who = people.of_reader(turn.session, turn.incoming.openid)
    return who if who is not None and who.state is not S.LEFT else None
