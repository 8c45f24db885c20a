"""The demo's photos of how it went: drawings of a reading room, so that nobody takes them for people who were there."""

import io
import random
from pathlib import Path

import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from activities import picture_files
from activities.picture_files import RECORDS
from activities.records import service
from models.activity import Activity
from models.by import By
from models.record import ActivityRecord, RecordPicture

EACH_MONTH, MONTHS = 4, 2
SIZE = (1200, 800)  # pixels
_WALLS = ("#EAF1EC", "#F3ECE0", "#E8EEF4", "#F1E7E4")
_SPINES = ("#2F7D5B", "#1F5C42", "#B5382A", "#B7791F", "#2B6CB0", "#5B6468", "#8FB9A5", "#D9A57B")
_FLOOR, _WOOD, _SHADE = "#D8C7AE", "#8A6B4A", "#6F563B"


def hang_up(session: Session, media: Path, *, by: By) -> None:
    """A few for each of the last months; what has one already keeps it."""
    months = (
        sa.select(Activity.plan_month)
        .join(ActivityRecord)
        .distinct()
        .order_by(Activity.plan_month.desc())
        .limit(MONTHS)
    )
    for month in session.scalars(months).all():
        best = (
            sa.select(Activity.id, Activity.code)
            .join(ActivityRecord, ActivityRecord.activity_id == Activity.id)
            .where(Activity.plan_month == month, ~sa.exists().where(RecordPicture.activity_id == Activity.id))
            .order_by(ActivityRecord.on_site.desc().nulls_last(), Activity.id)
            .limit(EACH_MONTH)
        )
        for number, code in session.execute(best).all():
            for nth in range(1 + (number % 2)):
                file = picture_files.made_anew(drawing(f"{code}{nth}"))
                picture_files.keep(media, file, room=RECORDS)
                service.keep_picture(session, number, file.digest, file.width, file.height, at=by.at)


def drawing(seed: str) -> bytes:
    """A reading room with shelves, a table and those who sit there, other for each seed, the same on every machine."""
    dice = random.Random(seed)  # noqa: S311  (a drawing)
    picture = Image.new("RGB", SIZE, dice.choice(_WALLS))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 560, SIZE[0], SIZE[1]), fill=_FLOOR)
    for shelf in range(2):
        _shelves(pen, dice, left=60 + shelf * 560, width=500)
    pen.rectangle((140, 620, 1060, 650), fill=_WOOD)
    for leg in (180, 1000):
        pen.rectangle((leg, 650, leg + 24, 790), fill=_SHADE)
    count = dice.randint(3, 5)
    for at in range(count):
        _reader(pen, dice, 200 + at * (800 // count) + dice.randint(-10, 10))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _shelves(pen: ImageDraw.ImageDraw, dice: random.Random, *, left: int, width: int) -> None:
    pen.rectangle((left, 60, left + width, 560), fill=_SHADE)
    for row in range(4):
        top = 76 + row * 120
        pen.rectangle((left + 14, top, left + width - 14, top + 104), fill="#F7F3EA")
        x = left + 20
        while x < left + width - 50:
            spine, tall = dice.randint(14, 34), dice.randint(64, 98)
            pen.rectangle((x, top + 104 - tall, x + spine, top + 104), fill=dice.choice(_SPINES))
            x += spine + 3 + (dice.random() < 0.12) * 26


def _reader(pen: ImageDraw.ImageDraw, dice: random.Random, x: int) -> None:
    tall, cloth = dice.randint(0, 40), dice.choice(_SPINES)
    head = 470 - tall
    pen.ellipse((x, head, x + 74, head + 80), fill=dice.choice(("#EBC7A4", "#E3B58D", "#F0D2B4")))
    pen.pieslice((x - 4, head - 8, x + 78, head + 72), 180, 360, fill=dice.choice(("#2B2623", "#4A3B30", "#8C8C8C")))
    pen.rounded_rectangle((x - 30, head + 78, x + 104, 622), 36, fill=cloth)
    pen.polygon(
        ((x - 20, 612), (x + 37, 596), (x + 94, 612), (x + 94, 566), (x + 37, 550), (x - 20, 566)),
        fill="#FFFFFF",
        outline="#5B6468",
    )
    pen.line((x + 37, 550, x + 37, 596), fill="#5B6468", width=3)
