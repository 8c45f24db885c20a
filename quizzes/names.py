"""What a reader may be called on a board: chosen by the reader, masked until then, taken away by staff where it must be."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from models import audit
from models.board import BoardName
from models.by import By
from models.db import insert
from models.errors import Refused
from models.privacy import digest
from models.wording import compact, simplified

SHORTEST, LONGEST = 2, 10
_MARKS = frozenset("·-_ ")
_DIGITS = re.compile(r"[0-9零〇一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖]")
MOST_DIGITS = 5  # more could be a phone or an account
OFFICE = (
    "馆长", "馆员", "管理员", "图书馆", "工作人员", "客服", "官方", "志愿者", "裁判", "评委", "主办", "系统", "admin", "official", "staff",
)  # fmt: skip
WAYS_OUT = ("www", "http", "点com", "微信", "加v", "vx", "wechat", "qq", "扣扣", "电话", "手机号")


class BadName(Refused):
    """A name that cannot stand on a board, with the reason."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.to_reader = f"这个名字用不了：{why}请换一个，{SHORTEST} 到 {LONGEST} 个字。"


class NameIsBarred(Refused):
    to_reader = "您在榜上的名字被馆员取消了，现在显示编号。想换一个，请打服务台电话或回复“人工”。"


def checked(raw: str) -> str:
    """The name as it will stand. Raises: BadName. Pure."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", raw).replace("•", "·").replace("・", "·")).strip()
    bare = simplified(compact(name))
    if len(_DIGITS.findall(bare)) > MOST_DIGITS:
        raise BadName("数字太多，像电话号码。")
    if not SHORTEST <= len(name) <= LONGEST:
        raise BadName("太短或太长。" if name else "没有写名字。")
    if not all(char.isalnum() or char in _MARKS for char in name):
        raise BadName("只能用汉字、字母、数字和“·”。")
    if any(word in bare for word in OFFICE):
        raise BadName("看起来像图书馆的工作人员。")
    if not bare or any(word in bare for word in WAYS_OUT):
        raise BadName("不能写网址和联系方式。")
    return name


def choose(session: Session, openid: str, raw: str, *, now: datetime) -> str:
    """The reader is called this on every board from now on. Raises: BadName, NameIsBarred."""
    kept = session.get(BoardName, openid, with_for_update=True)
    if kept is not None and kept.is_barred:
        raise NameIsBarred
    name = checked(raw)
    values = {"name": name, "chosen_at": now, "is_barred": False}
    first = insert(session, BoardName).values(openid=openid, **values)
    session.execute(first.on_conflict_do_update(index_elements=["openid"], set_=values))
    return name


def of(session: Session, openid: str) -> str:
    """What the reader has chosen; "" for nothing."""
    kept = session.get(BoardName, openid)
    return kept.name if kept is not None else ""


def bar(session: Session, openid: str, *, by: By) -> None:
    """Staff take a name away: the board shows a number, and no other name may be chosen."""
    kept = session.get(BoardName, openid, with_for_update=True)
    if kept is None or kept.is_barred:
        return
    audit.note(session, "board name barred", who=by.who, subject=digest(openid), at=by.at, detail=kept.name)
    kept.name, kept.is_barred = "", True


def allow(session: Session, openid: str, *, by: By) -> None:
    """The reader may choose a name again."""
    kept = session.get(BoardName, openid, with_for_update=True)
    if kept is None or not kept.is_barred:
        return
    kept.is_barred = False
    audit.note(session, "board name allowed", who=by.who, subject=digest(openid), at=by.at)
