"""The table of what the simulator imitates is true: every row names a section and a test that exists."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def table() -> list[dict[str, str]]:
    with open(ROOT / "simulator" / "conformance.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names_of_tests_in(folder: Path) -> Iterator[str]:
    for path in folder.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT)}::{node.name}"


def test_every_row_names_a_test_that_exists() -> None:
    existing = set(names_of_tests_in(Path(__file__).parent))
    assert [row["test"] for row in table() if row["test"] not in existing] == []


def test_every_row_names_its_section_and_is_written_once() -> None:
    assert [row for row in table() if not re.fullmatch(r"§\d+(\.\d+)?", row["source"])] == []
    behaviours = [row["behaviour"] for row in table()]
    assert len(behaviours) == len(set(behaviours)) > 80


def test_the_simulator_and_the_project_import_nothing_of_each_other() -> None:
    ours = {path.name for path in ROOT.iterdir() if any(path.glob("*.py"))}
    for path in (path for room in ours for path in (ROOT / room).rglob("*.py")):
        imported = {name.split(".")[0] for name in imports_of(path)}
        foreign = ours - {"simulator"} if path.is_relative_to(ROOT / "simulator") else {"simulator"}
        assert imported & foreign == set(), path


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
