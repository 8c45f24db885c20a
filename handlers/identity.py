"""Who a browser belongs to, as the chat tells it: the way to one's own page, and 不是我."""

from handlers.turn import Reply, Turn, link
from models import binding
from models.tapping import tappable


def own_page(turn: Turn, path: str = "/me", shown: str = "打开我的网页") -> str:
    """A fresh link that takes this reader to a page of theirs; "" where this library has no pages to sign in to."""
    url = turn.house.link_for(turn.incoming.openid, path, turn.now)
    return link(url, shown) if url else ""


def clear(turn: Turn) -> Reply:
    """清除我的资料: done on the page, where it is said what goes and what stays."""
    way = own_page(turn, "/me/forget", "清除我的资料")
    return Reply(
        f"点开看看清掉什么、留下什么，再决定：{way}\n链接半小时内有效。" if way else "请打服务台电话，馆员帮您清除。"
    )


def not_me(turn: Turn) -> Reply:
    """不是我: every browser bound to this reader is nobody's at once."""
    phones = binding.void(turn.session, turn.incoming.openid, now=turn.now)
    done = f"好，{phones} 台手机都退出了" if phones else "好，现在没有哪台手机认作是您"
    return Reply(f"{done}，以前给的链接也都作废。\n链接请别转给别人。您自己要用，回复“{tappable('我的')}”拿新的。")
