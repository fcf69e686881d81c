# What users hold on to: make fuzz, make test, make repro CASE=path. Needs python3 (3.11 or newer) and make.
SHELL := /bin/sh
TIME ?= 60s
TARGET ?= models:Network models:Sessions
PY := .venv/bin/python
CI_SEED := $(if $(SEED),--seed $(SEED))
CI_JOBS := $(if $(JOBS),--jobs $(JOBS))

.PHONY: help fuzz test matrix zoo wild lint format repro soak bench clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

fuzz: .venv/run ## fuzz TARGET (default: both reference targets) for TIME (default 60s); JOBS=, SEED=, ARGS=
	@ci/each $(TIME) $(CI_SEED) $(CI_JOBS) $(ARGS) -- $(TARGET)

test: .venv/dev ## the whole test suite
	$(PY) -m pytest -m 'not soak' -n auto --dist loadfile $(ARGS)

matrix: .venv/run ## every interleaving that matters of every two operations of models:Network; ARGS=--time 10m
	@$(PY) -m fuzz explore models:Network --jobs 2 --html findings/matrix.html $(ARGS)

zoo: .venv/run ## fuzz every animal of models/zoo, and tell which are found; ONLY=, SEEDS=, TIME=, ARGS=
	@$(PY) -m ci.zoo --time $(TIME) $(if $(SEEDS),--seeds $(SEEDS)) $(ARGS) $(ONLY)

wild: .venv/run ## fuzz published packages, each in an environment of its own in .wild; ONLY=, SEEDS=, TIME=, ARGS=
	@$(PY) -m ci.wild --time $(TIME) $(if $(SEEDS),--seeds $(SEEDS)) $(ARGS) $(ONLY)

soak: .venv/dev ## 1,000 replays of every proof, 20,000 cases at each isolation level
	$(PY) -m pytest -m soak $(ARGS)

bench: .venv/dev ## speed and races found, side by side with other tools and a bare loop; memory; ARGS='--only races'
	$(PY) -m tests.benchmarks $(ARGS)

repro: .venv/run ## replay one case: make repro CASE=findings/3f9a1c2e
	@test -n "$(CASE)" || { echo 'make repro: say which case, e.g. make repro CASE=findings/3f9a1c2e' >&2; exit 2; }
	@$(PY) -m fuzz replay $(CASE) $(ARGS)

lint: .venv/dev ## formatter, linter, type checkers
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m pyright

format: .venv/dev ## let the formatter and the linter mend what they can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## remove the virtual environment
	rm -rf .venv

.venv/run: pyproject.toml ci/setup
	@ci/setup .
	@touch $@

.venv/dev: .venv/run
	@ci/setup '.[dev]'
	@touch $@
