# Two commands: `make report` renders the default report, `make test` runs every test. Both set up what they need.
# Without make (Windows): see README.md, the same steps by hand.

PYTHON ?= python3
REPORT ?= data/xiaodukou-2024
SECONDS ?= 600
VENV   := .venv
BIN    := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export QUARTO_PYTHON := $(CURDIR)/$(BIN)/python

.PHONY: help report check preview test fuzz lint bench clean
.DEFAULT_GOAL := help

help:            ## show what there is
	@sed -n 's/^\([a-z]*\): .*## /make \1	/p' $(MAKEFILE_LIST)

report: $(VENV)/.ready   ## render the default report (another one: make report REPORT=data/FOLDER)
	@$(BIN)/python -m helpers render $(REPORT)

check: $(VENV)/.ready    ## check the default report (all of them: make check REPORT='data/*-20??')
	@$(BIN)/python -m helpers check --html $(REPORT)

preview: $(VENV)/.ready  ## show the page while you work on it; a saved change shows at once
	@$(BIN)/python -m helpers preview $(REPORT)

test: $(VENV)/.dev       ## run every test
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

fuzz: $(VENV)/.dev       ## try hostile folders and prose for ten minutes (longer: make fuzz SECONDS=3600)
	@NIANBAO_FUZZ_SECONDS=$(SECONDS) $(BIN)/python -m pytest -n 2 tests/fuzz

lint: $(VENV)/.dev       ## style, docstrings and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(VENV)/.dev      ## measure speed and memory
	@$(BIN)/python -m benchmarks

clean:           ## remove what was made (the figures in data/ stay)
	@rm -rf $(VENV) _output .quarto .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.ready: requirements.lock requirements-quarto.lock requirements-quarto-cli.lock pyproject.toml
	@echo "正在准备运行环境（只在第一次，约半分钟）……"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python tools/set_up.py
	@touch $@

$(VENV)/.dev: $(VENV)/.ready requirements-dev.lock
	@echo "正在准备测试工具……"
	@$(BIN)/python tools/set_up.py dev
	@touch $@
