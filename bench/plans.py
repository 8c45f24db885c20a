"""Importing a plan by the product's own command: an ordinary month, and one far larger than any library's."""

import json
import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import xlsxwriter

from bench import ours
from bench.catalogue import Seeded, catalogue
from bench.measuring import Pace
from bench.report import Report
from bench.serving import ROOT
from bench.wechat import Channel

HEADS = ("序号", "分馆", "活动类型", "活动名称", "活动时间", "地点", "简介")
SIZES = (100, 2_000)


def plans(report: Report, pace: Pace) -> None:
    """Seconds for the whole command, its start included: a preview, the import, and the same file again."""
    rows = []
    with TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}.xlsx"
            write(file, catalogue(size).activities)
            rows.append(_measure(report, file, size, Path(folder) / f"data-{size}", pace.rounds))
    heads = ("plan", "kB", "preview s", "import s", "import again s", "activities read", "doubts")
    report.table("plan import, .xlsx, start of the command included", heads, rows)


def _measure(report: Report, file: Path, size: int, data: Path, rounds: int) -> list[str]:
    previews = [_import(file, data, "--dry-run") for _ in range(rounds)]
    first, again = _import(file, data), _import(file, data)
    read = first[1]
    if len(read["activities"]) != size:
        report.void(file.name, f"{len(read['activities'])} of {size} activities were read")
    seconds = [f"{took:.2f}" for took in (median(took for took, _ in previews), first[0], again[0])]
    weight = f"{file.stat().st_size / 1000:.0f}"
    return [f"{size:,} rows", weight, *seconds, f"{len(read['activities']):,}", f"{len(read['doubts']):,}"]


def _import(file: Path, data: Path, *words: str) -> tuple[float, dict[str, list[object]]]:
    """Seconds, and what the command printed. Raises: SystemExit with its own words when it fails."""
    asked = ours.command("plan", "import", str(file), "--year", str(catalogue(1).today.year), "--json", *words)
    settings = ours.environment(Channel(), 1, data)
    began = time.perf_counter()
    done = subprocess.run(
        asked, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"plan import: {done.stderr[-2000:]}")
    return took, json.loads(done.stdout)


def write(file: Path, activities: Iterable[Seeded]) -> None:
    """A workbook as a library would keep it: a title above the heads, one row an activity."""
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("活动计划")
        sheet.merge_range(0, 0, 0, len(HEADS) - 1, f"{catalogue(1).today.year}年活动计划")
        sheet.write_row(1, 0, HEADS)
        for number, one in enumerate(activities, 1):
            said = (one.branch, one.type, one.title, one.date_text, one.place, one.summary)
            sheet.write_row(number + 1, 0, (number, *said))
