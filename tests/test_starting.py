"""How a server starts: what it loads, and what it leaves until somebody asks for it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DRAWS_DOCUMENTS = {"docx", "fontTools", "fpdf", "lxml", "xlsxwriter"}


def test_a_server_loads_nothing_that_draws_documents() -> None:
    says = f"import sys, app; print(*sorted({DRAWS_DOCUMENTS} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", says], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
