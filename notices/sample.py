"""The demo library's notice: a preview of the next weekend with something on, two of its four signatures given."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from activities import picture_files
from models import times
from models.by import By
from models.notice import Notice, NoticeUse, Step
from notices import chain, check_facts, desk, html, picking, service
from notices.check_facts import House
from notices.content import Content
from notices.picking import Span

WRITER, PROOFS = "demo-editor", ("demo-proofreader", "demo-checker")
BLOCKS = (
    ("开放时间", "周二到周日 9:00—20:30 开放，周一闭馆；国家法定节假日另行通知。"),
    ("怎样报名", "在公众号里点活动名，或者回复“报名”和活动名里的一个词，就能报上。"),
)
WORDS = (("最佳", "很好的"), ("全国首个", ""), ("弱势群体", "需要帮助的读者"))
WEEKS = 6  # looked through for a weekend with something on
COVER = (900, 383)
_PAPER, _BAMBOO, _DARK = "#FBFAF7", "#2F7D5B", "#1F5C42"


def write(session: Session, house: House, *, library: str, by: By) -> None:
    """Once; what was written since stays."""
    if session.scalar(sa.select(Notice.id).limit(1)) is not None:
        return
    for name, words in BLOCKS:
        desk.keep_block(session, name, html.from_text(words), by=by, site=house.site)
    for word, instead in WORDS:
        desk.forbid(session, word, instead, by=by)
    if (content := _weekend(session, house, library, by)) is None:
        return
    digest = _cover(house)
    article, at = replace(content.articles[0], cover=digest), by.at
    wanted = service.Wanted(
        article.title, Content((article,)), use=NoticeUse.PREVIEW, due_on=times.today(at) + timedelta(days=3)
    )
    notice = service.begin(session, wanted, by=By(WRITER, at - timedelta(hours=5)))
    findings = check_facts.findings_of(session, notice, house)
    if any(one.is_grave for one in findings):
        return  # the plan of this month gives nothing to show: it stays a draft
    chain.hand_in(session, notice, by=By(WRITER, at - timedelta(hours=4)), findings=findings)
    for hours, (step, who) in enumerate(zip((Step.FIRST_PROOF, Step.SECOND_PROOF), PROOFS, strict=True), 1):
        chain.sign(
            session, notice, step, by=By(who, at - timedelta(hours=4 - hours)), seen=1, findings=findings,
            looked_at=[one.key for one in findings],
        )  # fmt: skip


def _weekend(session: Session, house: House, library: str, by: By) -> Content | None:
    """The next weekend on which something is."""
    day = picking.coming_weekend(times.today(by.at))
    for week in range(WEEKS):
        there = day + timedelta(weeks=week)
        if picking.found(session, *times.weekend_of(there)):
            return picking.drafted(session, Span.WEEKEND, there, library=library, site=house.site, now=by.at)
    return None


def _cover(house: House) -> str:
    """Books on a shelf, in the house's colours: no file of anybody's."""
    image = Image.new("RGB", COVER, _PAPER)
    draw = ImageDraw.Draw(image)
    left = 60
    for n in range(13):
        width, top = 44 + n * 7 % 22, 70 + n * 37 % 90
        draw.rectangle((left, top, left + width, 320), fill=_BAMBOO if n % 3 else _DARK)
        draw.rectangle((left + 10, top + 22, left + width - 10, top + 30), fill=_PAPER)
        left += width + 8
    draw.rectangle((40, 320, COVER[0] - 40, 328), fill=_DARK)
    made = BytesIO()
    image.save(made, "PNG")
    file = picture_files.made_anew(made.getvalue())
    picture_files.keep(house.media, file)
    return file.digest
