# The one runner; `make` lists what there is.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help try test lint types contracts docs docs-fresh check lock clean
help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

# The lock is complete, so nothing is resolved: an older pip would look for newer releases of what a package asks for with extras.
$(VENV)/ready: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

try: $(VENV)/ready ## install, and run flasklint on the sample app
	$(BIN)/flasklint --exit-zero examples/shop

test: $(VENV)/ready ## install, and run the tests
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/ready ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/ready ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/ready ## the layers import only from below
	$(BIN)/lint-imports

docs: $(VENV)/ready ## write the generated pages anew
	$(BIN)/python tools/docs.py

docs-fresh: $(VENV)/ready ## fail if a generated page is stale
	$(BIN)/python tools/docs.py --check

check: lint types contracts docs-fresh test ## all that CI runs

lock: ## resolve requirements-dev.lock anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.10 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate --upgrade --quiet --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .sarif-validator
