"""Set texts and organisations as staff write them down: a heading line each, read and said back the same."""

import re

from sqlalchemy.orm import Session

from contests import queries
from contests.service import OrganisationWanted, TextWanted
from models.contest import Contest
from models.errors import BadFields

_BOX = re.compile(r"\s*(?:[，,;；]\s*)?投稿箱\s*(\d{0,4})\s*件?\s*$")
_PARTS = re.compile(r"\s*[，,｜|]\s*")


def told_texts(written: str) -> list[TextWanted]:
    """`# 篇名，作者，组别` and below it the text itself; lines without # are titles alone. Raises: BadFields."""
    found: list[TextWanted] = []
    body: list[str] = []
    has_heads = any(line.lstrip().startswith(("#", "＃")) for line in written.splitlines())
    for line in written.splitlines():
        is_head = line.lstrip().startswith(("#", "＃"))
        if is_head or not has_heads:
            if line.strip():
                _finish(found, body)
                found.append(_headed(line.lstrip().lstrip("#＃").strip()))
        elif found:
            body.append(line.rstrip())
        elif line.strip():
            raise BadFields({"texts": f"“{line.strip()[:20]}”前面没有以 # 开头的篇名。"})
    _finish(found, body)
    return found


def _headed(line: str) -> TextWanted:
    parts = [part.strip() for part in _PARTS.split(line)]
    title, author, group = (*parts, "", "")[:3]
    if not title or len(parts) > 3:
        raise BadFields({"texts": f"“{line[:30]}”看不懂：写成 # 篇名，作者，组别。"})
    return TextWanted(title.strip("《》")[:100], author[:60], group=group)


def _finish(found: list[TextWanted], body: list[str]) -> None:
    words = "\n".join(body).strip("\n")
    if words and found:
        last = found[-1]
        found[-1] = TextWanted(last.title, last.author, words, last.group)
    body.clear()


def said_texts(session: Session, contest: Contest) -> str:
    """The same, as it would be written."""
    groups = {group.id: group.name for group in queries.groups_of(session, contest)}
    lines = []
    for text in queries.texts_of(session, contest):
        head = [text.title, text.author, groups.get(text.group_id or 0, "")]
        while not head[-1]:
            head.pop()
        lines += [f"# {'，'.join(head)}", *([text.words] if text.words else [])]
    return "\n".join(lines)


def told_organisations(written: str) -> list[OrganisationWanted]:
    """A line each: 第一小学, or 第一小学 投稿箱 30 where a teacher sends the works of thirty children."""
    found = []
    for line in filter(None, map(str.strip, written.splitlines())):
        box = _BOX.search(line)
        name = (line[: box.start()] if box else line).strip()
        if not name:
            raise BadFields({"organisations": f"“{line[:30]}”没有写单位的名字。"})
        found.append(OrganisationWanted(name[:60], box is not None, int(box[1]) if box and box[1] else 0))
    return found


def said_organisations(session: Session, contest: Contest) -> str:
    """The same, as it would be written."""
    return "\n".join(
        f"{one.name}{f' 投稿箱 {one.most_works or str()}'.rstrip() if one.is_post_box else ''}"
        for one in queries.organisations_of(session, contest)
    )
