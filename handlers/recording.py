"""How many came, sent from a bound phone: which activity is meant, the number, photos within minutes; 绑定, 解绑.

Who is not bound never meets it: their words go on as a question about activities.
"""

import re

from activities.records import phones, photos, queries, rules, service, texts
from activities.records.phones import Sender
from activities.records.queries import Meant
from activities.records.rules import Figures
from handlers import calendar, delivering
from handlers.asking import Question
from handlers.record_words import Told, read_record, told_in
from handlers.turn import Reply, Turn
from models.activity import Activity
from models.by import By
from models.conversation import WHICH_RECORD
from models.errors import BadInput
from models.tapping import tappable
from models.wording import quoted, tidy

WHICH = WHICH_RECORD  # topic: a numbered list of activities that may be meant
MOST_LISTED = 5
LONGEST = 400
_BIND = re.compile(r"绑定\s*[:：]?\s*(\d{6})")


def digits_in(raw: str) -> str | None:
    """绑定 482913"""
    match = _BIND.fullmatch(tidy(raw))
    return match[1] if match else None


def told_by(turn: Turn, raw: str) -> tuple[Sender, Told] | None:
    """What a bound phone tells of numbers; None for everybody else, whatever they write."""
    if len(raw) > LONGEST or not told_in(tidy(raw)):
        return None
    who = phones.sender(turn.session, turn.incoming.openid)
    told = read_record(raw, today=turn.today, known=calendar.known(turn)) if who else None
    return (who, told) if who and told else None


def photo_of(turn: Turn) -> Sender | None:
    """Whose photo it is, if it follows a record of theirs."""
    if turn.incoming.kind != "image" or not turn.incoming.fields.get("MediaId"):
        return None
    who = phones.sender(turn.session, turn.incoming.openid)
    has_told = who is not None and (who.sent_for or who.sent_delivery)
    return who if who and has_told and rules.follows(who.sent_at, now=turn.now) else None


def bind(turn: Turn) -> Reply:
    """turn.argument: the six digits."""
    openid = turn.incoming.openid
    if not phones.may_try(turn.session, openid, now=turn.now):
        return Reply("试的次数多了，请过几分钟再试。")
    name = phones.bind(turn.session, openid, turn.argument, now=turn.now)
    if name is None:
        return Reply("这个绑定码不对，或者已经过了十分钟。请在管理台“我的密码”页面重新取一个。")
    records = ""
    if phones.sender(turn.session, openid) is not None:
        records = f"\n活动办完，发一句就能报人次，例如：\n{texts.EXAMPLE}\n随后十分钟内可以发照片。流动服务这样报：\n{delivering.EXAMPLE}"
    return Reply(
        f"{name}，绑定好了。回复“{tappable('值班')}”看今天的安排，“{tappable('待办')}”看等您处理的事，"
        f"“{tappable('馆员帮助')}”看全部说法。{records}\n不用了就回复“解绑”。"
    )


def unbind(turn: Turn) -> Reply:
    """turn.argument: the Colleague."""
    phones.unbind(turn.session, login=turn.argument.login, now=turn.now)
    return Reply("已经解绑，这个微信不再认作馆员。")


def tell(turn: Turn) -> Reply:
    """turn.argument: who, and what was told."""
    who, told = turn.argument
    if told.about is None:
        return _again_or_which(turn, who, told.figures)
    if told.about.span is not None and told.about.span.missing:
        return Reply(f"没有{told.about.span.missing}这一天，请看看日期再发一遍。")
    found = queries.meant_by(turn.session, _meant(who, told.about), today=turn.today, most=MOST_LISTED + 1)
    return _kept_or_asked(turn, who, found, told.figures)


def _again_or_which(turn: Turn, who: Sender, figures: Figures) -> Reply:
    """A bare number mends what was just sent; else it is asked of which."""
    if who.sent_for and rules.follows(who.sent_at, now=turn.now):
        activity = turn.session.get(Activity, who.sent_for)
        if activity is not None:
            return _keep(turn, who, activity, figures)
    found = queries.meant_by(turn.session, _meant(who, Question()), today=turn.today, most=MOST_LISTED)
    return _asked(turn, found, figures) if found else _nothing(who)


def _meant(who: Sender, about: Question) -> Meant:
    branches = tuple(place.id for place in about.places)
    if who.branch_id is not None:
        branches = (who.branch_id,) if not branches or who.branch_id in branches else (0,)
    wanted = tuple(one.words for one in (about.people, about.kind) if one)
    span = about.span
    return Meant(span.first if span else None, span.last if span else None, branches, about.words, wanted)


def _kept_or_asked(turn: Turn, who: Sender, found: list[Activity], figures: Figures) -> Reply:
    if not found:
        return _nothing(who)
    return _keep(turn, who, found[0], figures) if len(found) == 1 else _asked(turn, found, figures)


def _nothing(who: Sender) -> Reply:
    own = "（您管的是自己的分馆）" if who.branch_id is not None else ""
    return Reply(f"没有找到办过的这一场{own}。请写上馆名、几号和名称里的两三个字，例如：\n{texts.EXAMPLE}")


def _asked(turn: Turn, found: list[Activity], figures: Figures) -> Reply:
    listed = found[:MOST_LISTED]
    lines = [tappable(str(n), f"{n}. {texts.named(one, today=turn.today)}") for n, one in enumerate(listed, 1)]
    held = {
        "on_site": figures.on_site,
        "online": figures.online,
        "sessions": figures.sessions,
        "words": figures.words,
    }
    turn.talk.hold(WHICH, ids=[one.id for one in listed], figures=held)
    more = "都不是的话，加上日期再发一遍。" if len(found) > MOST_LISTED else ""
    return Reply("\n".join([f"{texts.said_figures(figures)}，是哪一场的？", *lines, f"发数字就记下。{more}"]))


def choose(turn: Turn) -> Reply:
    """A number of the list: turn.argument."""
    who, held = phones.sender(turn.session, turn.incoming.openid), turn.talk.held
    ids = held.get("ids", [])
    if who is None or not 1 <= turn.argument <= len(ids):
        return Reply(f"请发 1 到 {len(ids)} 里的一个数字，或者再报一遍。")
    activity = turn.session.get(Activity, ids[turn.argument - 1])
    return _keep(turn, who, activity, Figures(**held["figures"])) if activity else _nothing(who)


def _keep(turn: Turn, who: Sender, activity: Activity, figures: Figures) -> Reply:
    if who.branch_id not in (None, activity.branch_id):
        return _nothing(who)
    try:
        service.send(turn.session, activity, figures, by=By(who.login, turn.now))
    except BadInput as error:
        return Reply(error.to_staff)
    phones.has_sent(turn.session, turn.incoming.openid, activity.id, now=turn.now)
    turn.talk.hold(None)
    return Reply(texts.sent(activity, figures, today=turn.today))


def photo(turn: Turn) -> Reply:
    """turn.argument: the Sender, whose record it follows."""
    who: Sender = turn.argument
    if who.sent_delivery:
        return delivering.photo(turn, who.sent_delivery)
    activity = turn.session.get(Activity, who.sent_for)
    if activity is None:
        return Reply("这个活动刚刚撤下了，照片没有收。")
    media_id = str(turn.incoming.fields["MediaId"])[:256]
    photos.take(turn.session, activity.id, media_id, sent_at=min(turn.incoming.sent_at, turn.now), now=turn.now)
    return Reply(f"照片收下了，放在{quoted(activity.title)}的记录里。")
