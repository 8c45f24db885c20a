"""What readers are told when a prize cannot be given or asked for."""

from models.errors import Refused


class NoSuchPrize(Refused):
    to_reader = "没有找到您的这份奖品。回复“我的奖品”看看您有哪些。"


class TooLate(Refused):
    to_reader = "这份奖品的领取时间已经过了，没法再领。有疑问请回复“人工”。"


class StillLookedAt(Refused):
    to_reader = "这份奖品馆员正在核对，有结果会告诉您，不用反复点。"


class NotAnyMore(Refused):
    to_reader = "这份奖品已经处理过了。回复“我的奖品”看看它现在怎样。"


class NotSeenYet(Refused):
    to_reader = "刚得的奖要先核对一下，一两分钟后再回复“领奖”。"


class NothingToAppeal(Refused):
    to_reader = "这份奖没有被扣下，不用申诉。回复“我的奖品”看看它现在怎样。"


class TooLateToAppeal(Refused):
    to_reader = "申诉的时间已经过了，没法再改。有疑问请回复“人工”。"


class AppealedBefore(Refused):
    to_reader = "您已经申诉过了，馆员看过就回复您。"
