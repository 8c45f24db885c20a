"""What readers are told when a work cannot be taken, shown or liked."""

from collections.abc import Sequence
from datetime import datetime

from models import times
from models.errors import Refused
from models.tapping import tappable


class NoContest(Refused):
    to_reader = f"现在没有在征集作品的比赛。回复“{tappable('活动')}”看看图书馆最近有什么。"


class NotYetOpen(Refused):
    """It opens later."""

    def __init__(self, opens_at: datetime, now: datetime) -> None:
        super().__init__()
        self.to_reader = f"还没开始收稿，{times.said_moment(opens_at, today=times.today(now))}开始，到时候再来。"


class Closed(Refused):
    to_reader = f"这个比赛已经截稿了。有补交码的，回复“补交”加上码。已经交了的，回复“{tappable('我的作品')}”查看。"


class BadLateCode(Refused):
    to_reader = "这个补交码不对、已经用过，或者过期了。请联系图书馆再要一个。"


class BadOrganisationCode(Refused):
    to_reader = "没有这个单位码。请核对学校或分馆发的码，再发一次。"


class TooManyWorks(Refused):
    """The reader has as many as may be."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.to_reader = f"每人最多 {allowed} 件，您已经交满了。要换，先到“{tappable('我的作品')}”里撤回一件。"


class NotReady(Refused):
    """Something has to be mended first; `mistakes` are whole sentences."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__()
        self.mistakes = list(mistakes)
        self.to_reader = "\n".join(["还不能提交：", *(f"· {one}" for one in mistakes)])


class NotChangeable(Refused):
    to_reader = f"这件作品现在不能改了。回复“{tappable('我的作品')}”看看它到哪一步了。"


class ChangedElsewhere(Refused):
    to_reader = "这件作品刚在别的页面或聊天里改过，还没有存，免得盖掉那边的。"


class NoRoom(Refused):
    """The work has as many pieces as may be."""

    def __init__(self, most: int, unit: str) -> None:
        super().__init__()
        self.to_reader = f"这件作品最多 {most} {unit}，已经满了。要换，回复“重录”从头来，或在页面上删掉一{unit}。"


class BoxFull(Refused):
    """A school's box has as many works as may be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.to_reader = f"这个投稿箱最多 {most} 件，已经满了。要换一件，先删掉一件；要加，请联系图书馆。"


class NoSlip(Refused):
    to_reader = "还没有传这位同学签好字的同意书。先拍照或扫描传上来，再勾。"


class OverQuota(Refused):
    to_reader = "今天发来的文件太多了，明天再接着发。已经收到的都在。"


class NotGuardian(Refused):
    to_reader = "请由孩子的监护人来点同意。"


class NotAsked(Refused):
    to_reader = f"现在没有要您同意播出的作品。回复“{tappable('我的作品')}”看看。"


class SaidNo(Refused):
    to_reader = f"另一位监护人说了不同意播出。改了主意，请那位监护人自己来回复“{tappable('播出')}”。"


class NotThis(Refused):
    """A file that cannot be taken; `cause` says why, said of the file: "是空的，请再发一次。"."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.to_reader = f"这个文件{cause}"


class StorageFull(Refused):
    to_reader = "图书馆这边的存储满了，正在处理。已经传上来的都在，请过一会儿接着传。"


class UploadGone(Refused):
    to_reader = "这个文件的上传已经过期了，请重新选一次。"


class UploadBusy(Refused):
    to_reader = "这个文件正在传，请稍等一下。"


class WrongOffset(Refused):
    """The upload goes on from `there`."""

    to_reader = "文件还没有传完，请接着传。"

    def __init__(self, there: int) -> None:
        super().__init__(f"goes on from {there}")
        self.there = there


class NoObjections(Refused):
    to_reader = "现在没有在公示，不能提异议了。有疑问请打服务台电话。"


class TooManyObjections(Refused):
    to_reader = "您已经提过三次异议了，馆员会一起答复。还有要补充的，请打服务台电话。"


class LikesClosed(Refused):
    to_reader = "现在不能点赞了，谢谢您来看。"


class NoLikesLeft(Refused):
    """Today's are all given."""

    def __init__(self, a_day: int) -> None:
        super().__init__()
        self.to_reader = f"您今天的 {a_day} 个赞都给出去了，明天再来。"
