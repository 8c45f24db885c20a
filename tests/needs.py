"""What a test needs of the machine: skipped where it is missing, failed where SHUSHENG_TEST_REQUIRE names it."""

import os

import pytest


def missing(need: str, why: str) -> None:
    """Skip, or fail when the need is required (postgres, browser, ffmpeg, fonts, nginx, node, pdftotext, zbarimg)."""
    if need in os.environ.get("SHUSHENG_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{need} is required here: {why}")
    pytest.skip(f"{need}: {why}")
