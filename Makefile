# The set-up needs nothing but Python 3.11 or newer: ffmpeg and the voice come as Python packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CONSTRAINT := constraints.txt

.PHONY: help setup demo test lint bench chaos clean

help:
	@echo "make demo   render examples/ to a video, with the free preview provider"
	@echo "make test   run the test suite"
	@echo "make lint   ruff and mypy"
	@echo "make chaos  kill paid runs at random, 205 times, and see that each clip is paid once (about 15 minutes)"
	@echo "make bench  measure speed and memory, side by side with the alternatives"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (a minute or two, the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Longtake needs Python 3.11 or newer; name one by: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(READY)

demo: setup
	@$(BIN)/python examples/demo.py

test: setup
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: setup
	@$(BIN)/python -m tests.paid.chaos $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
