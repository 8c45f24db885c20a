"""What the simulator can answer, read from its source: its endpoints, and the error codes each can give.

Read and not imported: nothing of ours imports the simulator.
"""

import ast
import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIMULATOR = ROOT / "simulator"
EVERY_ENDPOINT = "*"  # in a row: all that want a token
# What every endpoint shares (method, token, quota, right, body); rows for * hold it.
SHARED = ("calls", "errors")

Named = tuple[str, str]  # module, name


@cache
def table() -> list[dict[str, str]]:
    """The rows of conformance.csv: behaviour, source, endpoints, codes, test."""
    with open(SIMULATOR / "conformance.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def paths_of(row: dict[str, str]) -> set[str]:
    """The endpoints a row names one by one."""
    return set(row["endpoints"].split()) - {EVERY_ENDPOINT}


def codes_of(row: dict[str, str]) -> set[int]:
    return {int(code) for code in row["codes"].split()}


def endpoints_claimed_by(test: str) -> set[str]:
    """The endpoints that the rows of this test name, `tests/…::test_…` without its parameters."""
    return {path for row in table() if row["test"] == test for path in paths_of(row)}


def codes_of_endpoints() -> dict[str, set[int]]:
    """Each endpoint with the codes its own source can answer, also through what it calls."""
    found: dict[str, set[int]] = {}
    for (module, name), node in _definitions().items():
        for path in _paths_of(node):
            found[path] = _codes_within((module, name), seen=set())
    return found


@cache
def known_codes() -> set[int]:
    """The codes the simulator has words for."""
    messages = next(node for node in _tree("errors").body if isinstance(node, ast.AnnAssign))
    assert isinstance(messages.value, ast.Dict)
    return {key.value for key in messages.value.keys if isinstance(key, ast.Constant) and isinstance(key.value, int)}


def _paths_of(node: ast.AST) -> Iterator[str]:
    for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "endpoint":
            yield ast.literal_eval(mark.args[1])


def _codes_within(named: Named, *, seen: set[Named]) -> set[int]:
    """The codes in a definition and in all it leads to."""
    if named in seen or named not in _definitions() or named[0] in SHARED:
        return set()
    seen.add(named)
    codes: set[int] = set()
    for node in ast.walk(_definitions()[named]):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            codes |= {node.value} & known_codes() - {0}
        else:
            codes |= {code for next_one in _meant(named[0], node) for code in _codes_within(next_one, seen=seen)}
    return codes


def _meant(module: str, node: ast.AST) -> Iterator[Named]:
    """What a name in `module` stands for: one of its own, one imported, or one of an imported module."""
    if isinstance(node, ast.Name):
        yield _imports(module).get(node.id, (module, node.id))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.value.id, node.attr


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((SIMULATOR / f"{module}.py").read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> dict[str, Named]:
    return {
        alias.name: (node.module.removeprefix("simulator."), alias.name)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("simulator.")
        for alias in node.names
    }


@cache
def _definitions() -> dict[Named, ast.stmt]:
    """Every function, class and constant at the top of a module."""
    found: dict[Named, ast.stmt] = {}
    for path in SIMULATOR.glob("*.py"):
        for node in _tree(path.stem).body:
            for name in _names_of(node):
                found[path.stem, name] = node
    return found


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
