# The whole life of the project in seven words; `make help` lists them.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
ROOMS := activities bot config console contests desk handlers models notices pages payouts quizzes simulator web worker
FLASK := $(VENV)/bin/flask --app app

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench drills lock clean

help:  ## What each word does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

$(VENV)/.runtime: requirements.lock
	@test -x $(PY) || python3 -m venv $(VENV)
	@echo "Installing what the program needs (once, about a minute) …" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need …" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.runtime  ## Build .venv from the lock
	@$(PY) -m compileall -q -j 2 app.py $(ROOMS)  # who serves may not write here, and would compile it all at every start

run: setup  ## Serve the whole product with the demo library and the simulator beside it
	@SHUSHENG_DEMO=1 exec $(FLASK) demo

test: $(VENV)/.dev  ## Run the tests
	@$(PY) -m pytest -n auto --dist loadscope

check: $(VENV)/.dev  ## Format, lint, types, layers
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.dev  ## Measure what docs/benchmarks.md states
	@$(PY) -m bench

drills: $(VENV)/.dev  ## Kill the worker around deliveries and compare the books
	@$(PY) -m drills

lock:  ## Write both locks anew (needs uv)
	@uv pip compile $(LOCK_FLAGS) pyproject.toml -o requirements.lock
	@uv pip compile $(LOCK_FLAGS) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

clean:  ## Remove what was built (never the data folder)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
