"""What a test needs of the machine. What is missing is skipped; what takes long is left out unless it is named.

SHUSHENG_TEST_REQUIRE names needs, by commas, or `all`: what it names is used, and a machine that lacks it fails.
"""

import os

import pytest

LONG = ("postgres", "browser", "drills")  # two thirds of the time of all tests
ALL = "SHUSHENG_TEST_REQUIRE=all make test"


def _is_named(need: str) -> bool:
    return bool({need, "all"} & set(os.environ.get("SHUSHENG_TEST_REQUIRE", "").replace(" ", "").split(",")))


def wanted(need: str) -> None:
    """Skip what takes long and nobody has asked for."""
    is_asked = _is_named(need) or (need == "postgres" and "SHUSHENG_TEST_POSTGRES" in os.environ)
    if need in LONG and not is_asked:
        pytest.skip(f"{need}: takes long, and was not asked for; {ALL} leaves nothing out")


def missing(need: str, why: str) -> None:
    """Skip, or fail when the need is named (postgres, browser, ffmpeg, fonts, nginx, node, pdftotext, zbarimg)."""
    if _is_named(need):
        pytest.fail(f"{need} is required here: {why}")
    pytest.skip(f"{need}: {why}")
