"""What is measured sees what requirements.lock installs, and not the tests' tools beside it.

structlog and mako load these wherever they find them, at 7 MB and a tenth of a second. On PYTHONPATH of the program
under measurement (bench/ours.py), which Python then reads this from at its start.
"""

import sys

for tool in ("rich", "pygments"):
    sys.modules[tool] = None  # type: ignore[assignment]  # as if it were not installed
