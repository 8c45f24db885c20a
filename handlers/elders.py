"""长辈模式 in the chat: one word to begin, one to go back."""

from handlers import quizzing
from handlers.turn import Reply, Turn
from models.tapping import tappable
from quizzes import elders, texts

ON, OFF = "长辈模式", "退出长辈模式"


def choose(turn: Turn) -> Reply:
    """长辈模式: the question that is open is asked again, in the new way."""
    elders.choose(turn.session, turn.incoming.openid, now=turn.now)
    if (again := quizzing.ask_again(turn, before=f"好，换成长辈模式了。不用了，回复“{tappable(OFF)}”。")) is not None:
        return again
    return Reply(
        f"好，换成长辈模式了。\n答题的时候，一行一行写清楚，回复数字就行；网页上字大，可以读给您听。\n"
        f"想答题，回复“{tappable(texts.PLAY)}”。\n不用了，回复“{tappable(OFF)}”。"
    )


def leave(turn: Turn) -> Reply:
    """退出长辈模式."""
    elders.leave(turn.session, turn.incoming.openid)
    return Reply(f"好，下一次答题起用普通的样子。想换回来，回复“{tappable(ON)}”。")
