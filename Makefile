# make run [SECONDS=60] [FEED=../shared/data/matching] [SPEED=10] …   sets up, starts Kafka, Redis and the agents, feeds a city, shows what is decided
# make test [ARGS='-k journal']   all tests, on real Kafka and Redis      make lint   ruff, mypy, import-linter      make setup   only the set-up
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
HOME_FOLDER := $(abspath $(or $(TRIPO_HOME),.tripo))
MODELS := $(abspath $(or $(TRIPO_MODELS),$(HOME_FOLDER)/models))
TRAINED_BY := $(addprefix agents/support/,features.py sparse.py vectors.py model.py model_bytes.py text.py multilingual.py models.py sentences.py) $(addprefix ops/support/,fitting.py folds.py heads.py vocabulary.py train.py corpus.py)
# Jars of your own (TRIPO_KAFKA_JARS) are used as they are.
JARS := $(if $(TRIPO_KAFKA_JARS),,$(HOME_FOLDER)/jars/.complete)
# Each of these, when set, is passed on to `tripo dev` as the option of that name.
DEV_OPTIONS := SECONDS FEED DAY SPEED SEED MARKETS DRIVERS ORDERS_PER_MINUTE WORKERS OFFER_S CUSTOMERS
lower = $(shell echo $(1) | tr A-Z_ a-z-)
# PRICING=1 and GROWTH=1 start those agents, too.
OPTIONS = $(foreach name,$(DEV_OPTIONS),$(if $($(name)),--$(call lower,$(name)) '$($(name))')) $(if $(PRICING),--pricing) $(if $(GROWTH),--growth)

.PHONY: help setup run test lint format lock clean

help:
	@sed -n 's/^# //p' Makefile | head -2

# The environment and the jars at the same time: the one waits for the network, the other for the disk.
setup:
	@python=$$(sh ops/setup/system.sh) && $(MAKE) -s -j2 PYTHON="$$python" $(VENV)/.installed $(JARS)
	@$(MAKE) -s $(MODELS)/current
	@$(BIN)/python -m compileall -q agents audit bench columns ops streams tables # also where Python is told to write none: commands start sooner

$(VENV)/.installed: requirements.lock ops/setup/sentences.txt pyproject.toml
	@echo 'installing the locked dependencies into $(VENV)'
	@sh ops/setup/python.sh $(VENV) $(PYTHON)
	@touch $@

$(HOME_FOLDER)/jars/.complete: ops/kafka/pom.xml
	@echo 'fetching Kafka by Maven'
	@sh ops/setup/jars.sh $(@D)
	@touch $@

# The support agent's model, from the project's corpus. TRIPO_SENTENCES=off trains the first stage alone.
$(MODELS)/current: $(wildcard agents/support/corpus/*.tsv agents/support/opinions/*.tsv agents/support/dangers/*.tsv agents/support/concepts/*.py) $(TRAINED_BY)
	@echo 'training the support model (a minute)'
	@$(BIN)/tripo support train --models $(@D)

# Ctrl-C reaches tripo, which stops what it started; the shell waits for it and make has nothing to complain of.
run: setup
	@trap : INT; code=0; $(BIN)/tripo dev $(OPTIONS) || code=$$?; [ $$code -eq 130 ] || exit $$code

# Two at a time, each with a broker of its own; a file's tests stay together, and the longest files come first (tests/conftest.py).
test: setup
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup
	@failed=0; for check in 'ruff check .' 'ruff format --check .' mypy lint-imports; do echo "$$check"; $(BIN)/$$check || failed=1; done; exit $$failed

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins anew what pyproject.toml asks for: everything for work here, and what the image needs. Then commit both.
COMPILE := pip compile --quiet --universal --fork-strategy fewest --generate-hashes --python-version 3.11 --no-header --no-annotate --upgrade
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv $(COMPILE) --extra dev pyproject.toml -o requirements.lock
	$(BIN)/python -m uv $(COMPILE) --extra build -c requirements.lock pyproject.toml -o deploy/requirements.lock

clean:
	rm -rf $(VENV) .tripo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
