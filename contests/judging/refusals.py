"""What a judge is told when something cannot be done."""

from models.errors import Refused


class NotOpen(Refused):
    to_reader = "这一轮评审已经结束，分数不能再改了。您评过的都在。"


class NotYours(Refused):
    to_reader = "这件作品已经不用您评了，请看下一件。"


class NotWhole(Refused):
    """Some criteria are not marked; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names
        self.to_reader = f"还没有打分：{'、'.join(names)}。打好再提交，已经打的都存着。"


class NoReason(Refused):
    to_reader = "请写一句为什么要回避，比如“是我的学生”。"


class LinkUsed(Refused):
    to_reader = "这个链接已经在另一台手机或电脑上用过了。要换一台，请让图书馆再给您一个新的链接。"


class LinkStale(Refused):
    to_reader = "这个链接过期了，或者图书馆给过您更新的一个。请用最新的链接，找不到就问图书馆再要一个。"
