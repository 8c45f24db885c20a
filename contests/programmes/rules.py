"""What may be in an issue, and when. Pure."""

from datetime import timedelta

from models.contest import ContestState

C = ContestState
MOST_PARTS = 60
PAUSE_MS = 1200  # of silence between two recordings
LONGEST_MS = 3 * 60 * 60 * 1000  # contests.media.LONGEST_WHOLE
LARGEST_NUMBER = 9999
ASK_AGAIN = timedelta(days=1)  # nobody is asked twice a day


def may_be_aired(state: ContestState, *, is_judged: bool) -> bool:
    """Judges do not know whose works are until awards are given; a call without awards and rounds has no judges."""
    if state in (C.DRAFT, C.CANCELLED):
        return False
    return not is_judged or state in (C.AWARDED, C.CLOSED)


def length_of(lengths_ms: list[int]) -> int:
    """Of all recordings as one, with the pauses."""
    return sum(lengths_ms) + PAUSE_MS * max(len(lengths_ms) - 1, 0)


def placed(order: list[int], one: int, to: int) -> list[int]:
    """`one` stands at place `to`, from 1; beyond the ends is the end."""
    left = [other for other in order if other != one]
    left.insert(min(max(to, 1), len(order)) - 1, one)
    return left
