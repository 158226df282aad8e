# `make demo` and `make test` need Python 3.11, 3.12 or 3.13 and make, nothing else.
# PYTHON=/path/to/python picks the interpreter.

BIN := .venv/bin
SOURCES := addon engine tests tools build_addon.py
DEMO := demo-output

.NOTPARALLEL:
.PHONY: help demo addon test lint format bench picture locks clean run-environment \
	test-environment blender-environments melt

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: run-environment ## sound for the two silent clips in samples/, left in demo-output/
	rm -rf $(DEMO)
	$(BIN)/lumiphone generate samples/impacts.mp4 -o $(DEMO) --seed 1 --takes 2
	$(BIN)/lumiphone generate samples/street.mp4 -o $(DEMO) --seed 1
	@printf '\nDone. Play these (picture with sound), or take the WAV files beside them:\n'
	@ls $(DEMO)/*/take-*.mp4

addon: run-environment ## the Blender extension for this machine, in dist/ (build_addon.py --help)
	$(BIN)/python build_addon.py

test: lint blender-environments melt ## every check: style, types, import rules, tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

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

locks: test-environment ## newest fitting versions of the add-on's packages: addon/requirements/
	$(BIN)/python tools/lock_requirements.py

clean: ## remove the environments, caches and the demo's output
	rm -rf .venv .venv-* $(DEMO) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find addon engine tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@tools/environment.sh

test-environment:
	@tools/qt_libraries.sh
	@tools/environment.sh panel train test

blender-environments: test-environment
	@tools/blender_environments.sh

melt:
	@tools/melt.sh
