# Sets up what a command needs, once, and runs it. `make help` lists the commands.
#
# There is one virtual environment, .venv. Each command needs one extra of pyproject.toml in it, and a stamp,
# .venv/.EXTRA, says that it is installed; the stamp is older than pyproject.toml or constraints.txt when the
# installation must be looked at again. .venv/.installing holds the process that installs while it does, so that
# an interrupted installation is started afresh, and two do not get in each other's way.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python

# The interpreter to build .venv with. Unset: the first that fits of what `uv python find` says (it reads
# .python-version), python3 (with pyenv it follows .python-version too), python3.14, python3.13, python3.12.
PYTHON ?=

# What is passed on: make report ARGS="--seed 1", make test ARGS="-k sample"
ARGS ?=

# There is a process for each core: threads of the linear algebra would only wait for each other. And what each
# process compiles of Python the others need not compile again.
ONE := env -u PYTHONDONTWRITEBYTECODE OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help report sample study study-sample calibration bench hostile test lint types check format dev constraints clean FORCE

help: ## list these commands
	@echo 'make COMMAND [ARGS="..."] [PYTHON=/path/to/python3.13]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-20s %s\n", $$1, $$2 }'

report: $(VENV)/.compare ## fit the synthetic heights by EM and by Bayes, write reports/ (ARGS="--help": the options)
	@$(PY) -m compare.run $(ARGS)

sample: $(VENV)/.compare ## renew the report that is kept in reports/sample/
	@$(PY) -m compare.run --out reports/sample $(ARGS)

study-sample: $(VENV)/.test ## renew the study that is kept in reports/sample/, and what reports quote of it (two hours)
	@$(PY) -m compare.study --around --replicates 1000 --posteriors 500 --bootstraps 1000 --out reports/sample $(ARGS)
	@$(PY) -m compare.findings.study.quotable reports/sample/study.jsonl.gz

study: $(VENV)/.test ## who is right how often? EM and Bayes on 200 samples of the heights (minutes; ARGS="--help": the options)
	@$(PY) -m compare.study $(ARGS)

calibration: $(VENV)/.test ## simulate 300 data sets and see whether their posteriors are right, and the tests marked study
	@$(PY) -m compare.study.calibration $(ARGS)
	@$(ONE) $(PY) -m pytest -n auto --dist worksteal -m study

bench: $(VENV)/.bench ## time EM and the samplers beside the usual tools (half an hour; ARGS="--quick": five; "--huge": a billion values)
	@PYTHONPATH=tests $(PY) -m benchmarks.run $(ARGS)

hostile: $(VENV)/.test ## put 10,000 made tables through the reading, whole and damaged (a few minutes; ARGS="--n 100000")
	@PYTHONPATH=tests $(PY) -m benchmarks.reading.hostile $(ARGS)

test: $(VENV)/.test ## run the tests, on all cores (ARGS="tests/em -k name": some of them)
	@$(ONE) $(PY) -m pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/.dev ## look for mistakes and departures from the style
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: $(VENV)/.dev ## check the type annotations
	@$(PY) -m mypy

check: lint types test ## lint, types, test

format: $(VENV)/.dev ## mend what ruff can mend by itself
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

dev: $(VENV)/.dev ## install all that working on the code needs into .venv

constraints: ## pin the newest versions that fit pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo 'make constraints needs uv (pip install uv).' >&2; exit 1; }
	@grep '^#' constraints.txt > constraints.new
	@uv pip compile --quiet --universal --python-version 3.12 --all-extras --no-emit-package em-vs-bayes \
	    --no-header --no-annotate --strip-extras pyproject.toml >> constraints.new || { rm constraints.new; exit 1; }
	@mv constraints.new constraints.txt

clean: ## remove .venv, caches and build leftovers (reports stay)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find bayes compare em tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the environment ----

# Prints the interpreter's path if its version fits, and fails otherwise.
FITS := import sys; (3, 12) <= sys.version_info[:2] <= (3, 14) or sys.exit(1); print(sys.executable)
# The same for two interpreters if one was built from the other.
WHICH := import sys; print(sys.base_prefix, sys.version)
VERSION := import platform; print(platform.python_version())

# The last line has uv fetch a Python where it may, when there is none.
FIND = { \
    for python in $(or $(PYTHON),$$(uv python find --system) python3 python3.14 python3.13 python3.12); do \
        "$$python" -c '$(FITS)' && exit; \
    done; \
    [ -n "$(PYTHON)" ] || { uv python install --quiet && uv python find --system; }; \
    } 2>/dev/null
NO_PYTHON = em-vs-bayes needs Python 3.12, 3.13 or 3.14, but $(or $(PYTHON),python3) here is \
    $(or $(shell $(or $(PYTHON),python3) -c '$(VERSION)' 2>/dev/null),missing): \
    install one of them, then run "make $(MAKECMDGOALS) PYTHON=/path/to/it"

# .venv is built when its interpreter is missing (also: a link to one that is gone), when an installation was
# interrupted, and when PYTHON=... names another interpreter than its own. One made by hand is kept if it fits.
ifeq ($(realpath $(PY)),)
REBUILD := FORCE
else ifneq ($(wildcard $(VENV)/.installing),)
REBUILD := FORCE
else ifneq ($(PYTHON),)
ifneq ($(shell $(PYTHON) -c '$(WHICH)' 2>&1),$(shell $(PY) -c '$(WHICH)' 2>&1))
REBUILD := FORCE
endif
else ifeq ($(wildcard $(VENV)/.made),)
ifeq ($(shell $(PY) -c '$(FITS)' 2>/dev/null),)
REBUILD := FORCE
endif
endif

define build
	$(eval python := $(shell $(FIND)))
	$(if $(python),,$(error $(NO_PYTHON)))
	@rm -rf $(VENV) && mkdir $(VENV) && echo $$PPID > $(VENV)/.installing
	@if command -v uv >/dev/null; then uv venv --quiet --allow-existing --python '$(python)' $(VENV); \
	else '$(python)' -m venv $(VENV); fi
endef

BUSY = $(shell pid=$$(cat $(VENV)/.installing 2>/dev/null) && kill -0 $$pid 2>/dev/null && echo $$pid)
$(VENV)/.made: $(REBUILD)
	$(if $(BUSY),$(error make is installing into $(VENV) already (process $(BUSY)): wait for it, or stop it))
	$(if $(REBUILD),$(build))
	@touch $@

# $(call install,EXTRA,STAMPS) puts the project, editable, and what EXTRA needs into .venv. pip compiles what it
# installs, uv has to be asked. The two names of pip's constraints are for pip before and since 25.3.
define install
	@echo $$PPID > $(VENV)/.installing
	@rm -f $(VENV)/.compare $(VENV)/.bench $(VENV)/.test $(VENV)/.dev
	@echo "Installing em-vs-bayes[$(1)] into $(VENV) with $$($(PY) -V) (once, about a minute) ..." >&2
	@if command -v uv >/dev/null; then \
	    uv pip install --quiet --python $(PY) --compile-bytecode \
	        --constraints constraints.txt --build-constraints constraints.txt --editable '.[$(1)]'; \
	else \
	    $(PY) -c 'import pip' 2>/dev/null || $(PY) -m ensurepip >/dev/null; \
	    PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	        $(PY) -m pip install --quiet --editable '.[$(1)]'; \
	fi
	@touch $(addprefix $(VENV)/.,$(2))
	@rm $(VENV)/.installing
endef

# An extra that holds another one satisfies the other's stamp too.
$(VENV)/.compare: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,compare,compare)
$(VENV)/.bench: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,bench,compare bench)
$(VENV)/.test: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,test,compare bench test)
$(VENV)/.dev: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,dev,compare bench test dev)
