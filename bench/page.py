"""A reader's page: bytes over the wire with an empty cache, and the server's time for it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ours
from bench.browsing import Browser
from bench.catalogue import Catalogue, catalogue
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.report import Floor, Report, percentile
from bench.wechat import Channel

LOOKS = 500
AGENT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"


def page(report: Report, _pace: Pace) -> None:
    """Front page, a month, an activity."""
    said = catalogue(100)
    with TemporaryDirectory() as folder, TemporaryDirectory() as log:
        home = ours.on_sqlite(Path(folder), Channel(), said, followers=100)
        with server_of(home, Path(log)) as server, pinned({1}):
            browser = Browser(server.port, {"User-Agent": AGENT})
            pages = [browser.look(path, LOOKS) for path in _paths(said)]
    rows = [
        [one.path, f"{one.size / 1000:.1f}", str(one.parts), *(f"{percentile(one.took, at) * 1000:.1f}" for at in (0.5, 0.99))]
        for one in pages
    ]  # fmt: skip
    heads = ("page", "kB transferred", "requests", "server p50 ms", "server p99 ms")
    report.table(f"Readers' pages, empty cache, compressed; {LOOKS} looks each", heads, rows)
    report.floors(
        [
            Floor("largest page, kB", max(one.size for one in pages) / 1000, 100, at_least=False),
            Floor(
                "slowest page, p99 ms", max(percentile(one.took, 0.99) for one in pages) * 1000, 50, at_least=False
            ),
        ]
    )


def _paths(said: Catalogue) -> Iterator[str]:
    yield "/"
    yield f"/plan/{said.today:%Y-%m}"
    yield f"/a/{ours.code_of(said.activities[0])}"
