"""An issue as a PDF by a program of its own: fonts of twenty megabytes are read, and no reader's answer waits for that.

The paper as JSON on stdin, the PDF on stdout.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from models.errors import BadInput
from web import lettering
from web.documents import issue_pdf
from web.issue import Paper

POLITE = 10  # of nice: whoever writes to the account comes first
PATIENCE = 60  # seconds
_ROOT = Path(__file__).parents[1]


def pdf(paper: Paper) -> bytes:
    """The file. Raises: BadInput without a Chinese face, or where it could not be drawn."""
    if lettering.faces() is None:
        raise BadInput(f"这台机器没有中文字体，PDF 画不出来：请信息科的同事运行 {lettering.HOW_TO_GET}。")
    asked = json.dumps({**asdict(paper), "pictures": str(paper.pictures.absolute())}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "web.press"], input=asked, stdout=subprocess.PIPE, cwd=_ROOT, timeout=PATIENCE, check=True
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise BadInput("PDF 没有画成，请再试一次；还是不行就先下载 Word。") from error
    return done.stdout


def main() -> None:
    """Ends with an error where it could not draw it."""
    os.nice(POLITE)
    faces = lettering.faces()
    if faces is None:
        sys.exit(lettering.HOW_TO_GET)
    asked = json.load(sys.stdin)
    signed = tuple((step, name) for step, name in asked.pop("signed"))
    paper = Paper(**{**asked, "pictures": Path(asked["pictures"]), "signed": signed})
    sys.stdout.buffer.write(issue_pdf.draw(paper, faces))


if __name__ == "__main__":
    main()
