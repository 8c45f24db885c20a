"""A program of its own: certificates to print, as one PDF.

Started by web.printing, so that a thousand pages take the memory and the turn of no server: {"library", "site", "pages": […]} on
stdin, the file's place as its argument, and how many pages are drawn by now as lines on stdout.
"""

import json
import os
import sys

from web import certificate, lettering

POLITE = 10  # of nice: whoever writes to the account comes first


def main() -> None:
    """Ends with an error where it could not draw all of them."""
    os.nice(POLITE)
    faces = lettering.faces()
    if faces is None:
        sys.exit(lettering.HOW_TO_GET)
    asked = json.load(sys.stdin)
    said = (certificate.Said(asked["library"], **page, site=asked["site"]) for page in asked["pages"])
    with open(sys.argv[1], "wb") as file:
        certificate.pages(said, faces, file, tell=_tell)


def _tell(count: int) -> None:
    sys.stdout.write(f"{count}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
