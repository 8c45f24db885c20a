"""Coming and going: the first words to a new follower, and forgetting one who leaves."""

from activities import queries, texts
from handlers.turn import Reply, Turn, tappable
from models import follower


def followed(turn: Turn) -> Reply:
    """subscribe: who we are, the next activity, and what to say."""
    scene = str(turn.incoming.fields.get("EventKey") or "").removeprefix("qrscene_")
    follower.follow(turn.session, turn.incoming.openid, at=turn.incoming.sent_at, came_by=scene[:64] or None)
    lines = [f"您好，这里是{turn.house.library}，很高兴认识您。"]
    listing = queries.coming(turn.session, today=turn.today)
    if listing.activities:
        soonest = listing.activities[0]
        lines.append(f"最近一场：{texts.short_title(soonest)}，{texts.said_when(soonest.when, today=turn.today)}。")
    lines.append(f"回复“{tappable('活动')}”看全部安排，“{tappable('周末')}”看这个周末；")
    lines.append("也可以直接说分馆名，或活动里的一个词，比如“绘本”。")
    lines.append(f"想不起来怎么问，就回复“{tappable('帮助')}”。")
    return Reply("\n".join(lines))


def left(turn: Turn) -> Reply:
    """unsubscribe: the platform obliges us to erase, and decency does too."""
    follower.forget(turn.session, turn.incoming.openid, at=turn.incoming.sent_at)
    turn.talk.changed = False
    return Reply.silence()


def scanned(turn: Turn) -> Reply:
    """SCAN by somebody who follows already: greet shortly, show the way."""
    return Reply(f"欢迎回来。回复“{tappable('活动')}”看近期安排，“{tappable('帮助')}”看还能做什么。")
