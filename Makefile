# Six words: run test lint docs demo ci (install, types, test-slow and the benches are parts of them).
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
.PHONY: run install test test-slow lint types docs demo ci bench bench-phone
.DEFAULT_GOAL := run

run: install            ## the sample hospital, the worker and the web server; Ctrl-C stops all
	@exec $(BIN)/cockpit up

install: .venv/installed    ## .venv from the lock, skipped while it is up to date
.venv/installed: requirements.lock pyproject.toml deploy/install.sh
	@PYTHON=$(PYTHON) bash deploy/install.sh

test: install           ## the quick suite, browser included
	@bash deploy/chromium.sh
	@bash deploy/servers.sh
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

test-slow: install      ## what is slow and rare
	$(BIN)/python -m pytest -q -m slow -n 2 --dist loadfile

lint: install types     ## style, spelling, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/lint-imports

types: install
	$(BIN)/mypy

docs: install           ## pages generated from the code
	$(BIN)/python -m cockpit.kpi.document > docs/kpi.md
	$(BIN)/python -m cockpit.i18n

demo: install           ## build the sample hospital again
	$(BIN)/cockpit demo --force

ci:                     ## what the server runs
	@bash .ci/run

bench: install          ## the figures of BENCHMARKS.md
	$(BIN)/python -m bench

bench-phone: install    ## the phone only, printed
	@bash deploy/chromium.sh
	$(BIN)/python -m bench d
