# make demo · make test · make check: everything else is explained by `make`.
# Works with GNU make on Linux, macOS and Windows (Git Bash). Without make: see README.md.

PYTHON ?= python3
VENV   := .venv
VENV3  := .venv-whoosh3
VENVM  := .venv-meaning

ifeq ($(OS),Windows_NT)
BIN := Scripts
else
BIN := bin
endif

PY      := $(VENV)/$(BIN)/python
PY3     := $(VENV3)/$(BIN)/python
PYM     := $(VENVM)/$(BIN)/python
REVIEWS := $(VENV)/$(BIN)/reviews
PIP     := -m pip --disable-pip-version-check --quiet

# The demonstration keeps its library apart; your own reports go to ./library, where `reviews` looks by default.
REPORTS ?= corpus/demo
ifeq ($(REPORTS),corpus/demo)
LIBRARY ?= demo-library
EXAMPLES := --catalogue demonstration --catalogue knowsley
else
LIBRARY ?= library
EXAMPLES :=
endif

# Tests run in four processes, a file of tests in one of them, because the files share what is slow to make. On two cores
# this takes less time than fewer processes, because many tests wait for a program.
# tests/conftest.py says in which order.
BESIDE := --numprocesses 4 --dist loadfile --no-loadscope-reorder

# Tests start hundreds of programs. Without bytecode each of them would compile what it imports again.
unexport PYTHONDONTWRITEBYTECODE

# What `make bench` reads: the real reports where they lie beside the project, else the demonstration.
BENCH ?= $(or $(wildcard ../shared/reports),corpus/demo)

.DELETE_ON_ERROR:
.PHONY: help demo test test-whoosh3 test-opensearch test-meaning lint check format docs docs-site pictures dist sbom bench torture coverage vendor lock clean

help:
	@echo 'make demo                build a library from the demonstration reports and search it'
	@echo 'make demo REPORTS=dir    the same with your own folder of PDFs'
	@echo 'make test                run all tests (TESTS=tests/search for some of them)'
	@echo 'make test-whoosh3        run the tests of the index with whoosh3 in place of Whoosh'
	@echo 'make test-opensearch     run the tests of the cluster on real nodes (needs Java and Maven; LONG=1 for all)'
	@echo 'make test-meaning        run the tests that need a language model'
	@echo 'make check               format, lint, files of hosted services, commits, types, import contracts, documentation'
	@echo 'make format              put the code into the house format'
	@echo 'make docs                write the generated documentation again'
	@echo 'make docs-site           build the documentation as a web site in build/site'
	@echo 'make pictures            take the pictures in README.md again (needs Chromium)'
	@echo 'make dist                build what a release publishes, in dist'
	@echo 'make sbom                list everything that the program consists of (CycloneDX), in build/sbom.cdx.json'
	@echo 'make bench               measure speed and memory, as JSON (BENCH=dir for other PDFs)'
	@echo 'make torture             fail a build at every point, flip bits, kill updates, 2,000 broken PDFs, 15,000 questions'
	@echo 'make coverage            say which lines no test runs'
	@echo 'make lock                pin the dependencies again (UPGRADE=--upgrade for newer ones)'
	@echo 'make vendor              fetch the style sheet and the PDF viewer of the web page again'
	@echo 'make clean               remove what make has made, but no library'

# --- using it ---------------------------------------------------------------------------------------------------------

demo: $(LIBRARY)/catalogue.csv $(VENV)/run.stamp
	@$(REVIEWS) --library '$(LIBRARY)' update '$(REPORTS)'
	@$(REVIEWS) --library '$(LIBRARY)' search neglect --limit 3
	@echo
ifeq ($(REPORTS),corpus/demo)
	@echo 'In the browser:    $(REVIEWS) --library $(LIBRARY) serve'
	@echo 'Your own reports:  make demo REPORTS=folder-of-PDFs'
	@echo 'or step by step:   $(REVIEWS) update folder-of-PDFs   then   $(REVIEWS) search "missed appointments"'
else
	@echo 'In the browser:  $(REVIEWS) --library $(LIBRARY) serve'
	@echo 'Search on:  $(REVIEWS) --library $(LIBRARY) search "missed appointments"'
	@echo 'Not read:   $(REVIEWS) --library $(LIBRARY) coverage'
endif

$(LIBRARY)/catalogue.csv: | $(VENV)/run.stamp
	@$(REVIEWS) --library '$(LIBRARY)' init $(EXAMPLES) >/dev/null

# --- working on it ----------------------------------------------------------------------------------------------------

test: $(VENV)/test.stamp
	$(PY) -m pytest $(BESIDE) $(TESTS)

test-whoosh3: $(VENV3)/test.stamp
	REVIEWS_ORACLE=300 $(PY3) -m pytest $(BESIDE) tests/index --ignore=tests/index/opensearch tests/search/test_agreement.py

# Three real nodes, each a process, then two of the older line. Where Java or Maven is missing, it says so and does
# nothing. LONG=1 asks ten times as many queries, each in every way, fails more requests, and kills nodes and publishers:
# half an hour.
NODES = REVIEWS_OPENSEARCH_LONG=$(LONG) $(PY) -m tests.opensearch.nodes
ON_NODES := tests/index/opensearch tests/search/conformance
KILLING := tests/opensearch/test_kill.py tests/opensearch/test_library.py
NOT_KILLING = $(filter-out $(KILLING),$(wildcard tests/opensearch/test_*.py))
test-opensearch: $(VENV)/test.stamp
	$(NODES) --line 3 $(PY) -m pytest $(BESIDE) $(NOT_KILLING) $(ON_NODES)
	$(if $(LONG),$(NODES) --line 3 $(PY) -m pytest -n 0 $(KILLING))
	$(NODES) --line 2 --nodes 2 $(PY) -m pytest -n 0 $(if $(LONG),$(ON_NODES),tests/search/conformance/test_queries.py)

# REVIEWS_MEANING: that the extra is missing is then an error, and no test is skipped for it.
test-meaning: $(VENVM)/test.stamp
	REVIEWS_MEANING=1 $(PYM) -m pytest tests/index/vectors tests/search/test_other_words.py tests/reviews/test_meaning.py

# What is quick, and so can run before each commit (.pre-commit-config.yaml).
lint: $(VENV)/test.stamp
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) .ci/hosted.py
	$(PY) .ci/commits.py

check: lint docs-site
	$(PY) -m mypy
	$(VENV)/$(BIN)/lint-imports --no-cache
	$(PY) docs/generate.py --check

format: $(VENV)/test.stamp
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: $(VENV)/test.stamp
	$(PY) docs/generate.py

# Strict: a broken link or a page that nothing leads to is an error. Open build/site/index.html.
docs-site: $(VENV)/test.stamp
	@rm -rf build/site
	$(PY) -m sphinx --quiet --fail-on-warning --conf-dir docs/site . build/site

pictures: $(VENV)/test.stamp
	$(PY) docs/pictures.py

# The source and the wheel, made by the pinned setuptools and nothing else.
dist: $(VENV)/run.stamp
	@rm -rf build dist
	$(PY) -c "from setuptools import build_meta as build; build.build_sdist('dist'); build.build_wheel('dist')"

# What a release consists of. The licences are checked first.
sbom: $(VENV)/run.stamp
	@mkdir -p build
	$(PY) .ci/sbom.py --licences
	$(PY) .ci/sbom.py > build/sbom.cdx.json

bench: $(VENV)/test.stamp
	@$(PY) -m benchmarks '$(BENCH)'

torture: $(VENV)/test.stamp $(VENV3)/test.stamp
	$(PY) -m benchmarks.faults.torture
	$(PY) -m benchmarks.faults.runs
	$(PY) -m benchmarks.faults.removal
	$(PY) -m benchmarks.faults.collecting
	$(PY) -m benchmarks.faults.publishing
	$(PY) -m benchmarks.indexing.nights
	$(PY) -m benchmarks.faults.crash '$(BENCH)'
	$(PY) -m benchmarks.fuzz '$(BENCH)'
	REVIEWS_HIDING=500 $(PY) -m pytest tests/ingest/worker/visible/test_hiding.py
	REVIEWS_ORACLE=10000 REVIEWS_HOSTILE=5000 $(PY) -m pytest tests/search
	REVIEWS_ORACLE=5000 $(PY3) -m pytest tests/search/test_agreement.py

coverage: $(VENV)/test.stamp
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -q
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

clean:
	rm -rf $(VENV) $(VENV3) $(VENVM) build dist *.egg-info .coverage* .*_cache .hypothesis

# --- the environments: a stamp file says that one is complete, so a second run starts at once -------------------------

$(VENV)/run.stamp: requirements/run.txt setup.cfg pyproject.toml
	$(call venv,$(VENV),requirements/run.txt)
	@$(PY) $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	$(call venv,$(VENV),requirements/test.txt)
	@touch $@

$(VENV3)/test.stamp: requirements/whoosh3.txt setup.cfg pyproject.toml
	@rm -rf $(VENV3)
	$(call venv,$(VENV3),requirements/whoosh3.txt)
	@$(PY3) $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENVM)/test.stamp: requirements/meaning.txt requirements/test.txt setup.cfg pyproject.toml
	$(call venv,$(VENVM),requirements/test.txt)
	@$(PYM) $(PIP) install --require-hashes -r requirements/meaning.txt
	@$(PYM) $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

define venv
@command -v '$(PYTHON)' >/dev/null || { echo 'There is no $(PYTHON) here. Install Python 3.11 or later, or say where it is: make PYTHON=/path/to/python3 …' >&2; exit 1; }
@'$(PYTHON)' -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "This needs Python 3.11 or later, and $(PYTHON) is %d.%d. Say which one to use: make PYTHON=python3.12 ..." % sys.version_info[:2])'
@echo 'Installing $(2) into $(1): once, about a minute'
@test -x $(1)/$(BIN)/python || '$(PYTHON)' -m venv $(1)
@$(1)/$(BIN)/python $(PIP) install --require-hashes -r $(2)
endef

# uv resolves once for every platform and every Python from 3.11 on, and writes the hash of every file.
COMPILE = $(VENV)-lock/$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command 'make lock' $(UPGRADE) setup.cfg -

vendor: $(VENV)/run.stamp
	$(PY) requirements/vendor.py

lock:
	@test -x $(VENV)-lock/$(BIN)/uv || { '$(PYTHON)' -m venv $(VENV)-lock && $(VENV)-lock/$(BIN)/python $(PIP) install uv==0.13.9; }
	echo setuptools | $(COMPILE) -o requirements/run.txt --extra web
	echo setuptools | $(COMPILE) -o requirements/test.txt --extra web --extra png --extra collect --extra opensearch --extra test --extra study --extra browser --extra check --extra docs -c requirements/run.txt
	echo setuptools | $(COMPILE) -o requirements/meaning.txt --extra web --extra meaning -c requirements/run.txt
	echo setuptools | $(COMPILE) -o requirements/opensearch.txt --extra web --extra opensearch -c requirements/run.txt
	echo setuptools | $(COMPILE) -o requirements/collect.txt --extra web --extra collect -c requirements/run.txt
	printf 'setuptools\nwhoosh3\n' | $(COMPILE) -o requirements/whoosh3.txt --extra png --extra test -c requirements/test.txt --no-emit-package whoosh
