"""How much of each sample is read, held against what a librarian reads in it (truth.txt): `python -m tests.plans.scoring`."""

import re
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from activities.plans.plan import PlannedActivity, PlanUnreadable
from activities.plans.reading import read_plan
from models.when import Precision, When
from models.wording import compact
from tests.plans.april import SAMPLES
from tests.plans.made import MADE

PAPER = Path("docs/plans.md")
BEGIN, END = "<!-- table -->\n", "<!-- end -->"
Row = tuple[str, str]  # branch and title


@dataclass(frozen=True)
class Score:
    """Of one file: rows there, found under their branch and title, with all their days right; rows that are none."""

    name: str
    there: int
    found: int
    right: int
    invented: int
    doubts: int
    silent: tuple[str, ...]  # rows not found, and no doubt or refusal speaks of them
    missed: tuple[str, ...]


def scores() -> list[Score]:
    """Every sample whose truth is written down."""
    with tempfile.TemporaryDirectory() as folder:
        return [score(name, truth, Path(folder)) for name, truth in truths().items()]


def truths() -> dict[str, dict[Row, list[str]]]:
    """File → row → its days, one list of days a row of that name."""
    found: dict[str, dict[Row, list[str]]] = {}
    text = Path(__file__).with_name("truth.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("== "):
            found[line[3:]] = defaultdict(list)
        elif "|" in line and not line.startswith("#"):
            branch, title, days = (part.strip() for part in line.split(" | ")[:3])
            found[list(found)[-1]][branch, compact(title)].append(days)
    return found


def particulars() -> dict[str, dict[Row, dict[str, str]]]:
    """File → row → the fields the plan says of it, where truth.txt names any."""
    found: dict[str, dict[Row, dict[str, str]]] = {}
    for line in Path(__file__).with_name("truth.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            found[line[3:]] = {}
        elif not line.startswith("#") and len(parts := line.split(" | ")) > 3:
            fields = dict(field.strip().split("=") for field in parts[3].split(";"))
            found[list(found)[-1]][parts[0], compact(parts[1])] = fields
    return found


def particulars_read(name: str, folder: Path) -> dict[Row, dict[str, str]]:
    """The same as it is read."""
    read = read_plan(written(name, folder))
    fields = {(activity.branch, compact(activity.title)): _fields(activity) for activity in read.activities}
    return {row: said for row, said in fields.items() if said}


def _fields(activity: PlannedActivity) -> dict[str, str]:
    ages = "" if activity.age_from is activity.age_to is None else f"{activity.age_from}-{activity.age_to}"
    words = {name: getattr(activity, name) for name in ("audience", "contact", "materials", "campaign")}
    fee = {} if activity.fee is None else {"fee": activity.fee or "免费"}
    return {name: text for name, text in {**words, "age": ages}.items() if text} | fee


def written(name: str, folder: Path) -> Path:
    """Where the sample is; those of `made` are made there."""
    path = folder / name if name in MADE else SAMPLES / name
    if name in MADE:
        MADE[name](path)
    return path


def score(name: str, truth: dict[Row, list[str]], folder: Path) -> Score:
    """Read one file and compare."""
    path = written(name, folder)
    try:
        plan = read_plan(path)
        told = " ".join(doubt.text for doubt in plan.doubts)
    except PlanUnreadable:
        plan, told = None, None
    read = _rows(plan.activities) if plan else {}
    missed = []
    found = right = 0
    for row, days in truth.items():
        mine = read.get(row, [])
        found += min(len(days), len(mine))
        hits = sum(said in mine for said in days)
        right += hits
        missed += [f"{row[1]}: {', '.join(days)} ≠ {', '.join(mine) or '—'}"] if hits < len(days) else []
    silent = [title for _, title in truth if told is not None and not _is_told(title, told, read)]
    total, there = sum(map(len, read.values())), sum(map(len, truth.values()))
    return Score(
        name, there, found, right, total - found, len(plan.doubts) if plan else 0, tuple(silent), tuple(missed)
    )


def _is_told(title: str, told: str, read: dict[Row, list[str]]) -> bool:
    """Somebody hears of it: it was read, if under another name, or a doubt repeats its words."""
    words = [title[at : at + 3] for at in range(max(1, len(title) - 2))]
    return any(word in compact(told) for word in words) or any(word in other for _, other in read for word in words)


def _rows(activities: tuple[PlannedActivity, ...]) -> dict[Row, list[str]]:
    """Each row of the file with all its days."""
    rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for activity in activities:
        mark = " (已取消)" if activity.is_cancelled else ""
        rows[activity.branch, compact(activity.title), activity.where].append(days_of(activity.when) + mark)
    found = defaultdict(list)
    for (branch, title, _), days in rows.items():
        found[branch, title].append(", ".join(days))
    return found


def days_of(when: When) -> str:
    """0405 09:30-11:00 and the like, as in truth.txt."""
    if when.starts_on is None and when.ends_on is None:
        return "open"
    first, last = (f"{day:%m%d}" if day else "" for day in (when.starts_on, when.ends_on))
    days = first if first == last else f"{first}..{last}"
    clock = "-".join(f"{at:%H:%M}" for at in (when.starts_at, when.ends_at) if at)
    kind = "" if when.precision in (Precision.DAY, Precision.TIME) else f"/{when.precision}"
    return f"{days}{' ' if clock else ''}{clock}{kind}"


def table(every: list[Score]) -> str:
    """The table of the paper."""
    lines = [
        "| file | rows there | rows found | dates right | read that are none | doubts |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    lines += [f"| {s.name} | {s.there} | {s.found} | {s.right} | {s.invented} | {s.doubts} |" for s in every]
    sums = [sum(getattr(s, name) for s in every) for name in ("there", "found", "right", "invented", "doubts")]
    return "\n".join([*lines, f"| **{len(every)} files** | {' | '.join(f'**{n}**' for n in sums)} |"]) + "\n"


def main() -> None:
    """Write the table into its paper; with -v also what was missed."""
    text = PAPER.read_text("utf-8")
    PAPER.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: BEGIN + table(scores()) + END, text, flags=re.S), "utf-8")
    if "-v" in sys.argv:
        for found in scores():
            print(found.name, found.there, found.found, found.right, found.invented, *found.missed, sep="\n  ")  # noqa: T201


if __name__ == "__main__":
    main()
