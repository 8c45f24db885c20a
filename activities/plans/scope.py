"""Whose activities a table holds: what the heading above it, or a row across it, says about branches."""

import re
from dataclasses import dataclass

from activities.plans.titles import branch_and_aside, branch_named_in, is_branch_name

LONGEST_HEADING = 40

_HEADING_ENDS = re.compile(r"(?:[:：]|(?:安排|计划|预告|一览|日程|清单|汇总|方案|统计)表?[）)》]?)$")
_HEADING_BEGINS = re.compile(
    r"(?:附[件表]|表\s*[\d一二三四五六七八九十]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第.{1,3}[部章节篇])"
)
_BRANCHES = re.compile(r"(?<!总)分馆")
_MAIN = re.compile(r"总馆(?!分馆)|本馆|主馆|中心馆|馆本部")


@dataclass(frozen=True, slots=True)
class Scope:
    """`branch` is "" for the main library, or for "one of the branches" where `is_of_some_branch`."""

    branch: str = ""
    aside: str = ""  # what stood in brackets behind the name
    is_of_some_branch: bool = False


def is_heading(text: str) -> bool:
    """A short line that announces what follows."""
    if not text or len(text) > LONGEST_HEADING:
        return False
    return bool(_HEADING_ENDS.search(text) or _HEADING_BEGINS.match(text))


def scope_of(text: str) -> Scope | None:
    """What a heading says about branches; None if it says nothing."""
    if is_branch_name(text):
        return branch_scope(text)
    if named := branch_named_in(text):
        return Scope(named)
    if _BRANCHES.search(text):
        return Scope(is_of_some_branch=True)
    return Scope() if _MAIN.search(text) else None


def branch_scope(text: str) -> Scope:
    """The scope of one branch by its cell; 总馆 is the main library."""
    name, aside = branch_and_aside(text)
    return Scope("" if _MAIN.fullmatch(name) else name, aside)
