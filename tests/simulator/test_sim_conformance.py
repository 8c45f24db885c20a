"""The table of what the simulator imitates is true and whole: sections, tests, endpoints, codes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conformance import EVERY_ENDPOINT, ROOT, codes_of, codes_of_endpoints, paths_of, table

# Method, token, body and right; 45009 is the day's quota.
SHARED_CODES = {40001, 40014, 40033, 41001, 42001, 43001, 43002, 44002, 45009, 47001, 48001}


def sources_of_tests(folder: Path) -> dict[str, str]:
    """Every test by its name, with its source and decorators."""
    found = {}
    for path in folder.glob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
                source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
                found[f"{path.relative_to(ROOT)}::{node.name}"] = source
    return found


def test_every_row_names_a_test_that_exists() -> None:
    existing = sources_of_tests(Path(__file__).parent)
    assert [row["test"] for row in table() if row["test"] not in existing] == []


def test_every_row_names_its_section_and_is_written_once() -> None:
    assert [row for row in table() if not re.fullmatch(r"§\d+(\.\d+)?|WeChat's page: [a-z/]+", row["source"])] == []
    behaviours = [row["behaviour"] for row in table()]
    assert len(behaviours) == len(set(behaviours)) > 80


def test_every_endpoint_has_its_row(world) -> None:
    """That the test of a row calls what the row names is held by the fixture `world`, at the end of each test."""
    assert sorted({path for row in table() for path in paths_of(row)}) == world.endpoints()


def test_every_code_of_every_endpoint_has_its_row() -> None:
    """A row of several endpoints speaks for a code only if each of them can give it."""
    own, proved = codes_of_endpoints(), set()
    assert sum(len(codes) for codes in own.values()) > 80
    for row in table():
        paths = paths_of(row)
        proved |= {(path, code) for path in paths for code in codes_of(row) if all(code in own[one] for one in paths)}
    assert {(path, code) for path, codes in own.items() for code in codes} - proved == set()


def test_what_every_call_can_be_told_has_a_row_for_every_endpoint() -> None:
    told = {code for row in table() if row["endpoints"] == EVERY_ENDPOINT for code in codes_of(row)}
    assert told == SHARED_CODES - {45009}


def test_no_row_names_a_code_that_its_endpoints_cannot_give() -> None:
    own = codes_of_endpoints()
    wrong = {
        row["behaviour"]: codes
        for row in table()
        if (codes := codes_of(row) - SHARED_CODES - set().union(*(own[path] for path in paths_of(row))))
    }
    assert {behaviour: codes for behaviour, codes in wrong.items() if "by fault" not in behaviour} == {}


def test_every_code_of_a_row_is_a_number_of_its_test() -> None:
    sources = sources_of_tests(Path(__file__).parent)
    unproved = [
        (row["test"], code) for row in table() for code in codes_of(row) if str(code) not in sources[row["test"]]
    ]
    assert unproved == []


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
