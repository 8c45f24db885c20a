"""What a notice says: one value, kept as JSON in its versions and signed by its digest. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `body`: HTML that WeChat keeps as it is (`notices.html`), whose pictures are `/media/pictures/<digest>`
    addresses of ours until they are handed to the platform. `cover`: SHA-256 of its file below media/pictures, or ""."""

    title: str = ""
    author: str = ""
    digest: str = ""
    body: str = ""
    cover: str = ""
    source: str = ""  # 阅读原文: an address, or ""


@dataclass(frozen=True, slots=True)
class Content:
    """`text` is a text message, or the words beside pictures; `pictures` and `voice` name files below the media folder by
    their SHA-256. What the notice's form has no use for is empty."""

    articles: tuple[Article, ...] = ()
    text: str = ""
    pictures: tuple[str, ...] = ()
    voice: str = ""

    @property
    def json(self) -> dict[str, Any]:
        return {
            "articles": [asdict(article) for article in self.articles], "text": self.text,
            "pictures": list(self.pictures), "voice": self.voice,
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The value that was kept as this JSON."""
        articles = tuple(Article(**article) for article in kept["articles"])
        return cls(articles, kept["text"], tuple(kept["pictures"]), kept["voice"])

    @property
    def sha256(self) -> str:
        """What is signed: changes with every character a reader would see."""
        told = json.dumps(self.json, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()
