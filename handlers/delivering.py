"""Books delivered, told from a bound phone of staff: 送书 官塘小学 图书120册 服务45人, and photos within minutes.

Who is not bound never meets it: their words go on as a question.
"""

from dataclasses import dataclass

from activities.places import deliveries, delivery_photos, delivery_rules
from activities.places.delivery_rules import Told
from activities.records import phones
from activities.records.phones import Sender
from handlers import places
from handlers.delivery_words import Delivered, begins, read_delivery
from handlers.turn import Reply, Turn
from models import times
from models.by import By
from models.errors import BadInput
from models.place import Delivery
from models.wording import compact

EXAMPLE = "送书 官塘小学 图书120册 服务45人"
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Said:
    """Who, and what of it could be read."""

    who: Sender
    told: Delivered | None


def told_by(turn: Turn, raw: str) -> Said | None:
    """What a bound phone tells of a delivery; None for everybody else, whatever they write."""
    if len(raw) > LONGEST or not begins(raw):
        return None
    who = phones.sender(turn.session, turn.incoming.openid)
    return Said(who, read_delivery(raw, today=turn.today)) if who else None


def tell(turn: Turn) -> Reply:
    """turn.argument: the Said."""
    said: Said = turn.argument
    told = said.told
    if told is None or not told.spot:
        return Reply(f"请写上送到哪里、多少册、服务多少人，例如：\n{EXAMPLE}")
    spot = _called(turn, told.spot)
    kinds = deliveries.kinds(turn.session)
    kind = delivery_rules.meant(told.kind, kinds) or delivery_rules.guessed(spot, kinds)
    whole = Told(told.day or turn.today, spot, kind, told.figures, told.note)
    try:
        delivery = deliveries.send(turn.session, whole, by=By(said.who.login, turn.now))
    except BadInput as error:
        return Reply(error.to_staff)
    phones.has_delivered(turn.session, turn.incoming.openid, delivery.id, now=turn.now)
    return Reply(_kept(turn, whole))


def _called(turn: Turn, words: str) -> str:
    """The name of the place that is meant, or what was written."""
    map_ = places.atlas(turn)
    exact = map_.by_name.get(compact(words))
    if exact is not None:
        return exact.name
    near = map_.about(words, most=2)
    return near[0].name if len(near) == 1 and compact(words) in compact(near[0].name) else words


def _kept(turn: Turn, told: Told) -> str:
    day = times.short_day(told.day, beside=turn.today)
    lines = [
        "记下了：",
        f"{day} 送书到{told.spot}{f'（{told.kind}）' if told.kind else ''}",
        delivery_rules.said(told.figures),
    ]
    if told.note:
        lines.append(f"“{told.note}”")
    which = "" if told.kind else "是七进里的哪一进，请在管理台选。"
    return "\n".join([*lines, f"有照片请在十分钟内发来。写错了就照样再发一遍；在管理台确认后算进统计。{which}"])


def photo(turn: Turn, number: int) -> Reply:
    """One that follows what this phone told."""
    delivery = turn.session.get(Delivery, number)
    if delivery is None:
        return Reply("这次送书的登记刚刚删掉了，照片没有收。")
    media_id = str(turn.incoming.fields["MediaId"])[:256]
    sent_at = min(turn.incoming.sent_at, turn.now)
    delivery_photos.take(turn.session, number, media_id, sent_at=sent_at, now=turn.now)
    return Reply(f"照片收下了，放在{delivery.spot}这次送书的登记里。")
