"""What is printed: Markdown tables, the floors they are held to, and the machine they come from."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("flask", "granian", "wechatpy", "sqlalchemy", "psycopg", "cryptography")


@dataclass(frozen=True)
class Floor:
    """A number that must hold."""

    what: str
    measured: float
    bound: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Is it on the right side of its bound?"""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{'holds' if self.holds else 'MISSED'}: {self.what} {self.measured:.3g} ({sign} {self.bound:g})"


@dataclass
class Report:
    """Collects sections; `failed` when a floor is missed or a run was void."""

    parts: list[str] = field(default_factory=list)
    failed: bool = False

    def say(self, text: str) -> None:
        """Print and keep."""
        print(text, flush=True)
        self.parts.append(text)

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A Markdown table."""
        lines = [
            f"\n## {title}",
            "",
            "| " + " | ".join(heads) + " |",
            "| --- " + "| --: " * (len(heads) - 1) + "|",
        ]
        self.say("\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]))

    def floors(self, floors: Sequence[Floor]) -> None:
        """One line each."""
        self.say("\n" + "\n".join(f"- {floor}" for floor in floors))
        self.failed |= not all(floor.holds for floor in floors)

    def void(self, what: str, why: str) -> None:
        """This part could not be measured."""
        self.say(f"\n**VOID** {what}: {why}")
        self.failed = True

    def write(self, path: Path) -> None:
        """Keep it as a page."""
        path.write_text("\n".join(self.parts) + "\n", encoding="utf-8")


def machine() -> str:
    """Whose figures these are."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{now} · {_cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()} · "
        f"load average before {os.getloadavg()[0]:.1f} · Python {sys.version.split()[0]} · {packages}"
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of values in order; 0.99 of 100 values is the 99th."""
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))] if ordered else 0.0
