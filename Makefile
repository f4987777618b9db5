# Everything needs only python3, python3-venv and make.
#
#   make sweep      install into .venv, run the default sweep, write the report
#   make test       install into .venv, run the tests
#   make help       the rest

PYTHON ?= python3
VENV ?= .venv
# Where pip looks for torch, when the usual place has no build for this machine:
#   make sweep TORCH_INDEX=address
TORCH_INDEX ?=
# Passed on:  make sweep ARGS="--cell lstm --forget-bias 0:6:1"
#             make test  ARGS="-k chrono"
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# worksteal keeps neighbouring tests, which share what is built once, in one process.
TEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses=4 --dist worksteal

.DELETE_ON_ERROR:
.NOTPARALLEL:  # one pip at a time
.PHONY: help sweep quick example test test-slow trials test-all docs tables known texts lint format types check benchmark ratios browser clean distclean

help:
	@echo 'make sweep      run the default sweep and write reports/default/report.html'
	@echo 'make quick      the same in ten seconds, for a lecture'
	@echo 'make test       the fast tests, about nine minutes on two cores'
	@echo 'make test-slow  the tests of more than a few seconds; make test-all: both'
	@echo 'make trials     large randomised tests, many minutes'
	@echo 'make benchmark  what the sweep itself costs a point, beside the computation'
	@echo 'make ratios     norms at every lag against two other routes and two floors'
	@echo 'make docs       the documentation site, build/docs/index.html'
	@echo 'make tables     pages made from the code, after a measure or an option changed'
	@echo 'make known      measure all that is known again, and write its page'
	@echo 'make texts      the expected texts of reports, after words or a claim changed'
	@echo 'make lint       ruff over the code'
	@echo 'make format     let ruff put the code in order'
	@echo 'make types      mypy over the package'
	@echo 'make check      lint, types and test: what a change has to pass'
	@echo 'make browser    Debian packages for the tests of the pages (as root)'
	@echo 'make example    make reports/example again'
	@echo 'make clean      remove what tools left behind'
	@echo 'make distclean  remove $(VENV) too'
	@echo
	@echo 'ARGS="..." is passed on: make sweep ARGS="--cell lstm --forget-bias 0:6:1"'
	@echo 'TORCH_INDEX=ADDRESS takes torch from another index (see README)'

sweep: $(VENV)/.run
	$(BIN)/gradlab sweep $(ARGS)

quick: $(VENV)/.run
	$(BIN)/gradlab sweep quick $(ARGS)

example: $(VENV)/.run
	$(BIN)/gradlab sweep --out reports/example $(ARGS)
	$(BIN)/gradlab report reports/example --language ko
	$(BIN)/gradlab figures reports/example how-far gain --format png --out reports/example

test: $(VENV)/.test
	$(TEST) -m 'not slow and not trials' $(ARGS)

test-slow: $(VENV)/.test
	$(TEST) -m 'slow and not trials' $(ARGS)

trials: $(VENV)/.trials
	$(TEST) -m trials --timeout=3600 $(ARGS)
	$(TEST) tests/callbacks  # whose extras are here alone

test-all: test test-slow

# A warning is an error: a broken link, a picture whose code fails, a docstring
# that is no reStructuredText.
docs: $(VENV)/.docs
	rm -rf docs/reference  # pages of names that are no more
	OMP_NUM_THREADS=1 $(BIN)/python -m sphinx -q -W --keep-going \
	    -d build/doctrees docs build/docs
	@echo 'build/docs/index.html'

tables: $(VENV)/.run
	$(BIN)/python -m docs.tables

known: $(VENV)/.run
	$(BIN)/gradlab reproduce --all --training --json | $(BIN)/python -m docs.known
	$(BIN)/python -m docs.tables

texts: $(VENV)/.test
	GRADLAB_REWRITE_EXPECTED=1 $(BIN)/python -m pytest -q tests/report_words/test_whole_texts.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev
	$(BIN)/mypy

check: lint types test

benchmark: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest benchmarks --benchmark-only -q -s $(ARGS)

ratios: $(VENV)/.run
	$(BIN)/python -m benchmarks.ratios $(ARGS)

browser:
	apt-get update
	apt-get install --yes --no-install-recommends chromium poppler-utils
	command -v npm || apt-get install --yes --no-install-recommends nodejs npm
	npm install --no-save --no-package-lock --no-audit --no-fund axe-core@4

# Each stamp is one install, which holds for the smaller ones too: a fresh clone asks
# pip once, whatever is made first. A change of the bounds or the pin renews it.
define install
$(PYTHON) -m venv $(VENV)
$(if $(TORCH_INDEX),$(PIP) -c constraints.txt --index-url $(TORCH_INDEX) torch)
$(PIP) -c constraints.txt -e $(1)
@touch $(2)
endef

$(VENV)/.run: pyproject.toml constraints.txt
	$(call install,.,$@)

$(VENV)/.test: pyproject.toml constraints.txt
	$(call install,'.[test]',$(VENV)/.run $@)

$(VENV)/.trials: pyproject.toml constraints.txt
	$(call install,'.[test,lightning,transformers]',$(VENV)/.run $(VENV)/.test $@)

$(VENV)/.dev: pyproject.toml constraints.txt
	$(call install,'.[dev]',$(VENV)/.run $(VENV)/.test $(VENV)/.docs $@)

$(VENV)/.docs: pyproject.toml constraints.txt
	$(call install,'.[docs]',$(VENV)/.run $@)

clean:
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis .benchmarks build dist
	rm -rf docs/gallery docs/reference docs/sg_execution_times.rst
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) node_modules
