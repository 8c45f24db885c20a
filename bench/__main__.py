"""`python -m bench [part …]`: what the product does, in figures; everything, unless parts are named."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    answers,
    broadcasting,
    callback,
    closing,
    cold,
    delivery,
    desk,
    files,
    gallery,
    judging,
    large_quizzes,
    liking,
    loans,
    office,
    page,
    paying,
    places,
    plans,
    programme,
    quiz_pages,
    quizzes,
    reminding,
    report,
    seats,
    segment,
)
from bench.measuring import Pace

Part = Callable[[report.Report, Pace], None]


def _callback(out: report.Report, pace: Pace) -> None:
    callback.ceiling(out)
    callback.sqlite_row(out, pace)
    callback.postgres_row(out, pace)


PARTS: dict[str, Part] = {
    "callback": _callback,
    "sqlite": callback.sqlite_row,
    "postgres": callback.postgres_row,
    "growth": callback.growth_row,
    "delivery": delivery.delivery,
    "cold": cold.cold,
    "page": page.page,
    "console": office.lists,
    "import": plans.plans,
    "seats": seats.last_seats,
    "quizzes": quizzes.last_packets,
    "burst": quizzes.burst,
    "quiz-pages": quiz_pages.through_pages,
    "large": large_quizzes.large,
    "judging": judging.judging,
    "gallery": gallery.shown_and_liked,
    "likes": liking.liked,
    "certificates": gallery.certificates,
    "paying": paying.paying,
    "reminders": reminding.due_at_once,
    "files": files.voices,
    "programme": programme.programme,
    "broadcast": broadcasting.to_a_list,
    "segment": segment.frozen,
    "closing": closing.closing,
    "desk": desk.desk,
    "places": places.nearest,
    "loans": loans.lent,
    "faq": answers.matched,
}
ALL = (
    "callback",
    "growth",
    "delivery",
    "cold",
    "page",
    "console",
    "import",
    "seats",
    "quizzes",
    "burst",
    "large",
    "judging",
    "gallery",
    "likes",
    "certificates",
    "paying",
    "reminders",
    "files",
    "programme",
    "broadcast",
    "segment",
    "closing",
    "desk",
    "places",
    "loans",
    "faq",
)


def main() -> int:
    """Measure, print, write. Exit code 1 when a floor was missed or a run was void."""
    asked = _arguments()
    pace = Pace(0.5, 2.0, 1) if asked.quick else Pace(asked.warm_up, asked.seconds, asked.rounds)
    out = report.Report()
    out.say(f"# Benchmarks\n\n{report.machine()}")
    for part in asked.parts or ALL:
        PARTS[part](out, pace)
    if asked.out:
        out.write(asked.out)
    return 1 if out.failed else 0


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure (default: everything)")
    words.add_argument("--seconds", type=float, default=Pace.seconds, help="per run (default %(default)s)")
    words.add_argument("--warm-up", type=float, default=Pace.warm_up, help="before each run (default %(default)s)")
    words.add_argument("--rounds", type=int, default=Pace.rounds, help="medians over so many (default %(default)s)")
    words.add_argument("--quick", action="store_true", help="one round of 2 s: a look, not a figure")
    words.add_argument("--out", type=Path, help="write the tables to this Markdown file")
    return words.parse_args()


if __name__ == "__main__":
    sys.exit(main())
