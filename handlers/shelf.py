"""Answers that are the same for every reader, kept in this process while the catalogue stays as it is.

After a post thousands ask the same words within minutes. The version is read in the same transaction as
everything else about the message, so a kept answer is never older than the database.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MOST_KEPT = 8192  # about 10 MB of texts


class Shelf:
    """One a door; used by one thread at a time or by many, since every step is a single dict operation."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._newest: dict[Hashable, tuple[Hashable, Any]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made for this key, now or earlier. The key names the version and the day it holds for."""
        try:
            found: T = self._kept[key]
        except KeyError:
            found = self._kept[key] = make()
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def newest(
        self, what: Hashable, key: Hashable, make: Callable[[T | None], T], *, is_whole: Callable[[T], bool]
    ) -> T:
        """What is large and kept once: for a new key made out of the former one, and made on while it is not whole."""
        found: tuple[Hashable, T] | None = self._newest.get(what)
        if found is not None and found[0] == key and is_whole(found[1]):
            return found[1]
        made = make(found[1] if found else None)
        self._newest[what] = (key, made)
        return made
