# make help lists the targets. Everything is made in .venv and _build; make clean removes both.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
TESTED := $(VENV)/.ready-for-tests
SITE := _build/html/index.html
PUBLISHED ?= _build/html
STRICT_SITE := _build/strict/_build/html/index.html
SOURCES := $(shell find analysis book $(wildcard data) -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*') _config.yml _toc.yml
TOOLS := PYTHONPATH="$(CURDIR)/book/_ext" $(BIN)/python book/_tools
JUPYTER_BOOK := $(BIN)/jupyter-book build . --quiet
STRICTLY := -W -n --keep-going
BUILD = $(JUPYTER_BOOK)
COMPILE := _build/lock/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
  --no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
PYTEST := pytest --quiet -n auto --durations=15
looked_at = $(BIN)/python -m $(PYTEST) -m site tests/site
define student_edition
@$(TOOLS)/student.py _build/student
@STRICT= $(BUILD) --toc "$(CURDIR)/_build/student/_toc.yml" --path-output _build/student >/dev/null
@echo "The student edition is built. Open file://$(CURDIR)/_build/student/_build/html/index.html"
@echo "Its notebooks: $(CURDIR)/_build/student/notebooks"
endef
DATA := $(or $(ANALYSIS_DATA_DIR),$(firstword $(wildcard $(CURDIR)/data $(CURDIR)/../shared/data)))

# Two at a time: each has minutes in which it keeps one core busy, or waits for the network.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=2 --no-print-directory
endif

# Where Python is told to keep no bytecode, each of twenty kernels would compile its imports anew.
unexport PYTHONDONTWRITEBYTECODE

ifeq ($(STRICT),1)
export STRICT
BUILD += $(STRICTLY)
endif

.PHONY: help book lite test-lite editions student hub slides exam verify audit links quick coverage test-site test-oldest test-newest release pdf test lint strict on-versions data record lab serve lock mutants clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

book: $(SITE) ## execute the notebooks and build the site (STRICT=1: every warning is an error)
	@echo "The book is built. Open file://$(CURDIR)/$(SITE) in a browser, or run: make serve"

# What jupyter-book says itself goes nowhere; progress, warnings and errors come on standard error.
ifeq ($(STRICT),1)
$(SITE): $(STRICT_SITE)
	@rm -rf _build/html _build/jupyter_execute _build/.doctrees
	@cp -R _build/strict/_build/. _build
	@touch $@
else
$(SITE): $(READY) $(SOURCES)
	@$(BUILD) >/dev/null
	@test ! -d _build/html/_lite || $(TOOLS)/lite.py _build/html
	@touch $@
endif

# From nothing: over an older site Sphinx writes other links to style sheets.
$(STRICT_SITE): $(READY) $(SOURCES)
	@rm -rf _build/strict
	@STRICT=1 $(JUPYTER_BOOK) $(STRICTLY) --path-output _build/strict >/dev/null
	@touch $@

test: lint editions coverage ## check the style and the types, build the site strictly from scratch, run every test
	@$(looked_at)

test-site: editions $(TESTED)
	@$(looked_at)

# What is asked for together: nothing is installed under notebooks that run; what runs in the pages
# is there before it is looked at or compared; a site is compared while another is looked at, which
# leaves the cores time.
$(STRICT_SITE): $(if $(filter test test-site,$(MAKECMDGOALS)),$(TESTED))
test test-site verify: $(filter lite,$(MAKECMDGOALS))
verify: $(if $(filter test,$(MAKECMDGOALS)),coverage)

# The student edition takes the results of its notebooks from the book.
editions: strict
	$(student_edition)

quick: lint ## check the style and the types, run the tests that take no site and no patience: a minute and a half
	@$(BIN)/python -m $(PYTEST) -m "not site and not slow" --hypothesis-profile=quick

lint: $(TESTED)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/python -m mypy

strict: $(STRICT_SITE)
	@$(BIN)/python .ci/numbers.py check _build/strict/_build

pdf: book ## print the whole book as one PDF, _build/book.pdf (needs Chromium)
	@$(TOOLS)/pdf.py _build/html _build/book.pdf

student: $(READY) ## build the site and the notebooks without solutions, for students, in _build/student
	$(student_edition)

hub: $(READY) ## make notebooks for a JupyterHub, whose checks know no answer, in _build/hub
	@$(TOOLS)/hub.py _build/hub

lite: book ## let readers run the chapters in their pages: an interpreter in _build/html/_lite (pip and npm fetch 100 MB)
	@$(TOOLS)/lite.py _build/html

test-lite: lite $(TESTED) ## run every chapter in its page and compare each output with the printed one
	@LITE=all REQUIRE_BROWSER=1 $(BIN)/python -m pytest --quiet tests/site/test_lite.py

slides: book ## make the slides of the lecture, the lab and the meetings from the chapters, in _build/slides
	@$(TOOLS)/slides.py _build _build/slides

exam: $(READY) ## draw an exam and its solutions from a seed, in _build/exam (SEED=7)
	@$(TOOLS)/exam.py _build/exam

data: $(READY) ## download the public data sets into data/ and verify them
	@$(BIN)/python -m analysis.datasets

record: $(READY) ## remake the recorded results, and the record of every number in the prose
	@$(BIN)/python -m analysis.studies
	@$(MAKE) $(STRICT_SITE)
	@$(BIN)/python .ci/numbers.py record _build/strict/_build

lab: $(READY) ## open the notebooks in JupyterLab
	@cd book && "$(CURDIR)/$(BIN)/python" -m jupyterlab $(LAB) index.ipynb

verify: $(READY) $(if $(filter _build/html,$(PUBLISHED)),book) ## build the site again, elsewhere and otherwise, and compare it bit by bit (PUBLISHED= a folder or an address)
	@$(TOOLS)/verify.py "$(PUBLISHED)"

# Of the extension a good third runs only inside builds, which are processes of their own.
coverage: $(TESTED) ## test the package and say which branches no test takes; at least 98 %, of the extension 60
	@rm -f _build/.coverage* && $(BIN)/python -m coverage run -m $(PYTEST) -m "not site" \
	  && $(BIN)/python -m coverage combine -q \
	  && $(BIN)/python -m coverage report --skip-covered --include="analysis/*" \
	  && $(BIN)/python -m coverage report --skip-covered --include="book/*" --fail-under=60

test-oldest: ## test the package on the lowest versions that pyproject.toml admits
	@$(MAKE) on-versions VERSIONS=lowest-direct ELSEWHERE=_build/oldest

test-newest: ## test the package on the newest versions that pyproject.toml admits
	@$(MAKE) on-versions VERSIONS=highest ELSEWHERE=_build/newest

on-versions:
	@$(PYTHON) -m venv --clear $(ELSEWHERE) && $(ELSEWHERE)/bin/python -m pip install --quiet uv
	@VIRTUAL_ENV=$(ELSEWHERE) $(ELSEWHERE)/bin/uv pip install --quiet --resolution $(VERSIONS) --group book --group test --editable .
	@$(ELSEWHERE)/bin/uv pip freeze --python $(ELSEWHERE)/bin/python >$(ELSEWHERE)/versions.txt
	@$(ELSEWHERE)/bin/python -m pytest -q -m "not site"
	@echo "Passed on the versions in $(ELSEWHERE)/versions.txt"

audit: $(TESTED) ## licences, known vulnerabilities, and the bill of materials, _build/sbom.cdx.json
	@$(BIN)/python .ci/audit.py _build/sbom.cdx.json

links: $(READY) ## ask every outside address in the book
	@$(JUPYTER_BOOK) --builder linkcheck --path-output _build/links >/dev/null \
	  && echo "Every address answers" || { grep '^book' _build/links/_build/html/output.txt; exit 1; }

release: $(READY) ## check, tag, build, sum and archive the version in pyproject.toml, in _build/release
	@bash .ci/release

serve: book ## serve the site on this machine, and build again what changes
	@$(TOOLS)/serve.py $(PORT)

lock: ## compile the locks from pyproject.toml (UPGRADE=1: to the newest versions)
	@$(PYTHON) -m venv _build/lock && _build/lock/bin/python -m pip install --quiet uv
	@$(COMPILE) --group book pyproject.toml --output-file requirements.txt
	@$(COMPILE) --group pyproject.toml:test --constraint requirements.txt --output-file requirements-test.txt
	@echo uv | $(COMPILE) - --output-file requirements-uv.txt

mutants: $(TESTED) ## plant errors in the mathematics and see that the tests catch them (an hour)
	@$(BIN)/python -m venv _build/mutants-env
	@$(BIN)/python -c '$(LEND)' && _build/mutants-env/bin/python -m pip install --quiet mutmut==3.8.1
	@echo "Planting some 3300 errors, each tested. What mutmut says: _build/mutants/mutmut.log"
	@rm -rf _build/mutants && mkdir -p _build/mutants/book _build/mutants/mutants
	@cp -R analysis tests pyproject.toml _build/mutants && cp -R book/_ext book/_tools _build/mutants/book
	@$(BIN)/python tests/mutants.py open _build/mutants
	@cd _build/mutants && OPENBLAS_NUM_THREADS=1 ANALYSIS_DATA_DIR="$(DATA)" PYTHONPATH="$(CURDIR)/_build/mutants/mutants" \
	  ../mutants-env/bin/mutmut run >mutmut.log
	@$(BIN)/python tests/mutants.py count _build/mutants

clean: ## remove everything that was made
	@rm -rf $(VENV) _build

# The environment of mutmut sees the packages of the project's own.
define LEND
from sysconfig import get_path as g; open(g("purelib", vars={"base": "_build/mutants-env"}) + "/lent.pth", "w").write(g("purelib"))
endef

define NO_PYTHON
Python was not found as '$(PYTHON)'. Install Python 3.11 or newer, or name one: make book PYTHON=/path/to/python3
endef
define OLD_PYTHON
Python 3.11 or newer is needed and '$(PYTHON)' is older. Name another one: make book PYTHON=python3.12
endef
define NO_VENV
'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv
endef
define NO_INSTALL
Installing failed; the package index may be out of reach. Check the network, then run make again. Details: _build/install.log
endef

$(READY): requirements.txt requirements-uv.txt pyproject.toml
	@$(PYTHON) -c '' 2>/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(OLD_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(NO_VENV)" >&2; exit 1; }
	@echo "Making the environment in $(VENV) and installing $$(grep -c '==' requirements.txt) packages, half a minute ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python .ci/install.py requirements.txt --project || { echo "$(NO_INSTALL)" >&2; exit 1; }
	@touch $@

$(TESTED): requirements-test.txt $(READY)
	@$(BIN)/python .ci/install.py requirements-test.txt || { echo "$(NO_INSTALL)" >&2; exit 1; }
	@touch $@
