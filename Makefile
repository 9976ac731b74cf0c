# The one runner. `make` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help try test check lint types contracts clean
help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' Makefile

$(VENV)/ready: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

try: $(VENV)/ready  ## install, and run flasklint on the sample app
	$(BIN)/flasklint --exit-zero examples/shop

test: $(VENV)/ready  ## install, and run the tests
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/ready
	$(BIN)/mypy

contracts: $(VENV)/ready
	$(BIN)/lint-imports


check: lint types contracts test  ## all that CI runs

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
