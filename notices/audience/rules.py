"""Rules that describe an audience. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Rules:
    """Everybody who follows; `tag_id`: those of a tag of the platform's."""

    tag_id: int | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"tag_id": self.tag_id} if self.tag_id is not None else {}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The value that was kept as this JSON."""
        return cls(kept.get("tag_id"))

    @property
    def words(self) -> str:
        """For staff."""
        return "全部关注者" if self.tag_id is None else f"标签 {self.tag_id} 里的读者"
