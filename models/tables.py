"""Every table of the house, imported in one place for migrations, exports and tests."""

from models import (
    activity,
    audit,
    binding,
    conversation,
    follower,
    inbox,
    media,
    opening,
    outbox,
    plan,
    platform,
    record,
    reminder,
    signup,
    staff,
    telling,
)

__all__ = [
    "activity",
    "audit",
    "binding",
    "conversation",
    "follower",
    "inbox",
    "media",
    "opening",
    "outbox",
    "plan",
    "platform",
    "record",
    "reminder",
    "signup",
    "staff",
    "telling",
]
