# `make demo` and `make test` need Python 3.11, 3.12 or 3.13 and make, nothing else.
# PYTHON=/path/to/python picks the interpreter.

BIN := .venv/bin
SOURCES := engine tests tools
DEMO := demo-output

.NOTPARALLEL:
.PHONY: help demo test lint format bench picture clean run-environment test-environment

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: run-environment ## sound for the two silent clips in samples/, left in demo-output/
	rm -rf $(DEMO)
	$(BIN)/lumiphone generate samples/impacts.mp4 -o $(DEMO) --seed 1 --takes 2
	$(BIN)/lumiphone generate samples/street.mp4 -o $(DEMO) --seed 1
	@printf '\nDone. Play these (picture with sound), or take the WAV files beside them:\n'
	@ls $(DEMO)/*/take-*.mp4

test: lint ## every check: style, types, import rules, tests
	$(BIN)/python -m pytest

lint: test-environment ## style, types and import rules only
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: test-environment ## write the sources in the project's format
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: run-environment ## seconds per stage for an 8 s clip, and memory
	$(BIN)/lumiphone bench

picture: test-environment ## draw docs/images/demo.png from what `make demo` left
	$(BIN)/python tools/picture.py $(DEMO)/impacts docs/images/demo.png

clean: ## remove the environment, caches and the demo's output
	rm -rf .venv $(DEMO) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find engine tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@tools/environment.sh

test-environment:
	@tools/environment.sh train test
