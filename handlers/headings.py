"""What an answer says it has understood, found, and not found. Pure."""

from handlers.asking import Question

SHOWN_OF_WORDS = 12  # characters of the reader's own words said back


def shortened(words: str) -> str:
    """The reader's own words on one line, not all of them if they are many."""
    line = " ".join(words.split())
    return line if len(line) <= SHOWN_OF_WORDS else line[:SHOWN_OF_WORDS] + "…"


def heading(question: Question, *, is_past: bool) -> str:
    """近期的活动： · 12月官塘社区分馆的活动： · 找到和“绘本”有关的活动： · 以前办过和“诗歌”有关的活动："""
    if is_past and not question.span:
        if question.places and question.parts == 1:
            return f"{_where(question)}近期没有活动，以前办过："
        return f"以前办过{about(question)}活动："
    found = "" if question.span or question.hours or question.places else "找到"
    return f"{found if question.parts else ''}{about(question)}活动{'（已经过去）' if is_past else ''}："


def nothing(question: Question, *, is_past: bool) -> str:
    """An honest empty answer: what is gone has no records, what lies ahead is not planned yet."""
    place, matter = _place(question), _matter(question)
    if matter:
        return f"{place}没有{matter}的活动。" if place else f"没找到{matter}的活动。"
    if question.hours:
        return f"{place}没有活动{'记录' if is_past else ''}。"
    return f"{place}没有活动记录。" if is_past else f"{place or '近期'}还没有排定的活动。"


_ELSEWHERE = {"hours": "这天别的时候", "span": "别的日子", "places": "别的馆"}


def elsewhere(part: str, wider: Question, *, is_past: bool) -> str:
    """What is listed instead, where `part` of the question was let go."""
    if part in _ELSEWHERE and wider.parts:
        return f"{_ELSEWHERE[part]}有{'过' if is_past else ''}："
    return heading(wider, is_past=is_past)


def about(question: Question) -> str:
    """12月官塘社区分馆，适合孩子、和“绘本”有关的"""
    place, matter = _place(question), _matter(question)
    return f"{place}{'，' if place and matter else ''}{matter or ('' if place else '近期')}的"


def _place(question: Question) -> str:
    return _when(question) + _where(question)


def _matter(question: Question) -> str:
    return "、".join(filter(None, (*question.only, _for_whom(question), _with_words(question))))


def _when(question: Question) -> str:
    return (question.span.said if question.span else "") + (question.hours.said if question.hours else "")


def _where(question: Question) -> str:
    return "、".join(place.name[:16] for place in question.places[:3])


def _for_whom(question: Question) -> str:
    return f"适合{question.people.said}" if question.people else ""


def _with_words(question: Question) -> str:
    words = [question.kind.said] if question.kind else []
    quoted = "".join(f"“{shortened(word)}”" for word in [*words, *question.written])
    return f"和{quoted}有关" if quoted else ""
