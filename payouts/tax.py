"""What the finance sheet says of tax: worked out from the library's own setting, and nothing beyond it. Pure; fen."""

from dataclasses import dataclass

from models.money import yuan


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` percent of the whole of each prize that is over `above` fen; a rate of 0: the sheet says nothing of it."""

    rate: int = 0
    above: int = 0

    def __bool__(self) -> bool:
        return self.rate > 0

    def of(self, fen: int) -> int:
        """Of one prize, to the nearest fen."""
        return (fen * self.rate + 50) // 100 if fen > self.above else 0

    @property
    def said(self) -> str:
        """The setting in words, as it stands above its column."""
        over = f"单份超过 {yuan(self.above)} 元的，按全额" if self.above else "每份按全额"
        return f"按本馆设置：{over} {self.rate}%"
