# Everything runs in .venv, which the first target that needs it makes from requirements.lock.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Atrae needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## make the environment

serve: $(READY) ## our own site with working forms, at http://127.0.0.1:8000/
	$(BIN)/atrae serve

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: $(READY) chromium ## every Python test and the browser's, in random order on WORKERS=2 processes
	$(PYTEST)

coverage: $(READY) chromium ## which lines and branches the tests reach, subprocesses included
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

test-slow: $(READY) chromium ## the long versions of the fault and property tests
	$(BIN)/pytest -m slow

test-all: test test-node ## and what needs Node and Java: the HTML checker, the examples of CommonMark

test-node: $(READY) node-tools ## only what needs Node and Java
	$(BIN)/pytest -m node

reference: $(READY) ## write the tables of the documentation that come from the code
	$(BIN)/python -m tests.test_reference

bench: $(READY) ## measure against Hugo, Pelican and Eleventy: about twenty minutes
	$(BIN)/python -m tests.benchmarks --out bench

bench-quick: $(READY) ## 1,000 articles, one round, against Hugo: two minutes
	$(BIN)/python -m tests.benchmarks --articles 1000 --rounds 1 --peers hugo --growth ''

bench-forms: $(READY) ## the form handler's speed and size on both databases; OPTIONS=--quick takes a minute or two
	$(BIN)/python -m tests.benchmarks.forms $(OPTIONS)

chromium: $(READY)
	@$(PYTHON) tests/chromium.py

node-tools: tests/node_modules/.ready

tests/node_modules/.ready: tests/package.json tests/package-lock.json
	cd tests && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

clean: ## take away what was built, not what was written
	rm -rf .venv public handler dist build .mypy_cache .ruff_cache .pytest_cache .coverage* tests/node_modules tests/benchmarks/.peers

.PHONY: help setup serve lint test coverage test-slow test-all test-node reference bench bench-quick bench-forms chromium node-tools clean
