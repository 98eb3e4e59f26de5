VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run test check bench models lock

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

run: $(VENV)/run ## sample posts through log, Faust and index; page on http://127.0.0.1:8700
	$(BIN)/resonanz run --config deploy/sample.toml

test: $(VENV)/dev ## everything CI runs: checks, tests, the drills on a real Kafka and a real Elasticsearch
	$(BIN)/python -m tests.run

check: $(VENV)/dev ## formatting, lint, types, import layers; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev ## the benchmarks of tests/bench, printed as ratios
	$(BIN)/python -m tests.bench

models: $(VENV)/dev ## rebuild all models from the folder DATA, say which figures changed (an hour and a half)
	$(BIN)/pip install -q --disable-pip-version-check -e ".[train]"
	$(BIN)/python -m enrichers.training.rebuild $(DATA)

lock: ## pin every dependency anew (needs uv)
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock
