"""Questions about reminders."""

from sqlalchemy.orm import Session

from activities.reminders.rules import Wish
from models.reminder import ReminderWish


def wish_of(session: Session, openid: str) -> Wish:
    """When this reader wants to be reminded."""
    row = session.get(ReminderWish, openid)
    return Wish(row.day_before, row.hours_before) if row else Wish()
