"""The bench: measures what docs/benchmarks.md states. Run it with `python -m bench`."""
