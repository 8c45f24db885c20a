"""A program of its own: a file of questions on stdin, what was found in it as lines of JSON on stdout.

Started by quizzes.bank.large, so that reading a hundred thousand questions takes the memory and the turn of no server.
A line is {"why": …}, {"doubts": [[where, text, said], …], "count": how many}, or {"found": [[question, where], …]}.
"""

import json
import sys
from dataclasses import asdict

from models.errors import BadInput
from quizzes.bank.reading import read_bank

PART = 250  # questions a line, and a unit
MOST_DOUBTS = 5000  # that are kept


def main() -> None:
    """Its argument is the name of the file."""
    try:
        bank = read_bank(sys.argv[1], sys.stdin.buffer.read())
    except BadInput as error:
        _says({"why": error.to_staff})
        return
    doubts = [[doubt.where, doubt.text, doubt.said] for doubt in bank.doubts]
    _says({"doubts": doubts[:MOST_DOUBTS], "count": len(doubts)})
    for start in range(0, len(bank.questions), PART):
        part = [[asdict(found.question), found.where] for found in bank.questions[start : start + PART]]
        _says({"found": part})


def _says(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
