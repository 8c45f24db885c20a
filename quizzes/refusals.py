"""What readers are told when they may not play, or not any more."""

from datetime import datetime

from models import times
from models.errors import Refused
from models.tapping import tappable


class NotOpen(Refused):
    to_reader = "这个答题活动还没有开放。"


class NotYet(Refused):
    """Opens later."""

    def __init__(self, opens_at: datetime, now: datetime) -> None:
        super().__init__()
        self.to_reader = f"还没开始，{times.said_moment(opens_at, today=times.today(now))}开始，到时候再来。"


class Over(Refused):
    to_reader = f"这个答题活动已经结束了。回复“{tappable('活动')}”看看图书馆最近还有什么。"


class Paused(Refused):
    to_reader = "答题暂停一下，馆员正在处理，过一会儿再来。已经开始的可以接着答。"


class NotAtThisHour(Refused):
    """Open at other hours of the day."""

    def __init__(self, day_from: str, day_until: str) -> None:
        super().__init__()
        self.to_reader = f"每天 {day_from} 到 {day_until} 可以答，到时候再来。"


class NoMoreTries(Refused):
    """All tries are used up."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.to_reader = f"您的 {allowed} 次机会都用完了。回复“{tappable('我的成绩')}”看成绩。"


class NoMoreTriesToday(Refused):
    """All tries of today are."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.to_reader = f"今天的 {allowed} 次机会用完了，明天再来。回复“{tappable('我的成绩')}”看成绩。"


class TryOnceMore(Refused):
    to_reader = f"刚才没能开始，请再发一次“{tappable('开始答题')}”。"


class NotYourTurn(Refused):
    to_reader = "这份答题不在进行了。回复“答题”看看。"
