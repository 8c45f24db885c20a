"""Thanks, goodbyes, nods and faces: answered kindly, with one next step."""

import re
import unicodedata

from handlers.turn import Reply, Turn
from models.tapping import tappable
from models.wording import compact

NOD = "好的。"  # said to a yes, which in a conversation may be an answer
GREETINGS = (
    "你好",
    "您好",
    "在吗",
    "在不在",
    "有人吗",
)  # to a person, where one talks with the reader; else they ask for help
_THANKS = re.compile(
    r"(?:好的?)?(?:谢+|谢谢[您你]+|多谢|非常感谢|感谢|太感谢了?|辛苦了?|麻烦[您你]了?|3q|thanks?|thankyou)[您你了啦啊哈哦]*"
)
_BYE = re.compile(r"再见|拜拜|拜|晚安|回见|下次见|bye(?:bye)?|88")
_NOD = re.compile(
    r"(?:好|行|嗯|哦|噢|喔|恩|可以|知道了?|明白了?|收到|了解|没事|没有了?|不用了?|ok|okay|对|是|哈|呵|嘻|棒|真棒|太好了?|赞)[的了吧呀啊哒滴嘞哈嗯呵嘻]*"
)
# [微笑], /::) and the like: how WeChat writes its own faces in a text.
_FACES = re.compile(r"(?:\[[\u4e00-\u9fffA-Za-z]{1,6}\]|/:[^\s\u4e00-\u9fff]{1,9}|\s)+")


def courtesy_in(raw: str) -> str | None:
    """What to answer to mere courtesy; None for anything else."""
    words = compact(raw)
    if _is_face(raw):
        return "收到您的心意。"
    if len(words) > 12:
        return None
    for pattern, answer in ((_THANKS, "不客气，很高兴帮到您。"), (_BYE, "再见，欢迎常来。"), (_NOD, NOD)):
        if pattern.fullmatch(words):
            return answer
    return None


def _is_face(raw: str) -> bool:
    if raw.strip() and _FACES.fullmatch(raw):
        return True
    kinds = {unicodedata.category(char) for char in raw.strip() if not char.isspace()}
    return "So" in kinds and kinds <= {"So", "Sk", "Mn", "Cf", "Me"}


def kind_word(turn: Turn) -> Reply:
    """turn.argument is the answer."""
    return Reply(f"{turn.argument}\n想看活动，回复“{tappable('活动')}”就好。")
