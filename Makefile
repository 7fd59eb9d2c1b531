# Everything a reader, a re-runner or CI asks of this project. Needs make and Python 3.11 or newer;
# each target first sees to its own environment, .venv, which is remade only when pyproject.toml or
# the constraints change.

PYTHON      ?= python3
VENV        ?= .venv
PRESET      ?= paper
# `make book DATA=published` takes the data in results/ and computes nothing.
DATA        ?=
PORT        ?= 8000
# Processes; by default what MTLPAPER_JOBS says, or one for each core that there is.
JOBS        ?= $(MTLPAPER_JOBS)
CORES        = $(shell $(BIN)/python -c 'from mtlpaper.companion.limits import cores; print(cores())')
# Exact versions. Empty (`make test CONSTRAINTS=`) takes the newest that pyproject.toml allows.
CONSTRAINTS ?= constraints.txt
# A package index to look into as well. On Linux x86-64 the default PyTorch brings 2.7 GB of CUDA
# libraries; PyTorch's CPU index (address under "Get started" on its site) brings 0.2 GB.
TORCH_INDEX ?=
# Passed on to pytest: make test ARGS="-k gibbs". And to the benchmarks: make bench ARGS=--quick.
ARGS        ?=

BIN := $(VENV)/bin
# What is in the environment: the package with an extra of pyproject.toml, `$(VENV)/with-EXTRA`.
# `test` includes `book`; the benchmarks' peers are large, so they wait for `make bench`.
BOOK  := $(VENV)/with-book
TEST  := $(VENV)/with-test
BENCH := $(VENV)/with-bench
INSTALL = $(BIN)/python -m pip install --quiet $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) \
  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Jupyter announces its move to these directories in a warning, and the tests make warnings errors.
export JUPYTER_PLATFORM_DIRS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
# Two targets may want to install into one environment.
.NOTPARALLEL:
.PHONY: help book pdf test test-processors lint format notebooks bench serve setup pins clean distclean

help:  ## list the targets
	@echo "usage: make TARGET [PRESET=paper|quick] [DATA=published] [JOBS=N] [PYTHON=$(PYTHON)]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

book: $(BOOK)  ## run every notebook at PRESET, or on DATA=published, and build _build/html
	$(BIN)/mtlpaper book --preset $(PRESET) $(DATA:%=--%) $(PDF) $(if $(JOBS),--jobs $(JOBS))

pdf: PDF := --pdf
pdf: book  ## the same, with a PDF of all pages in _build/html/book.pdf; needs Chromium

# One BLAS and torch thread a process: the stored outputs were made so, and pytest uses JOBS processes.
# A file is one worker's. In the order given, the notebooks come last: short files of equal length,
# so that no worker waits long for the other ones (the default puts files of few tests last).
test: export OMP_NUM_THREADS := 1
test: export OPENBLAS_NUM_THREADS := 1
test: export MKL_NUM_THREADS := 1
test: $(TEST)  ## run the tests, and the committed notebooks against their stored outputs
	$(BIN)/pytest -n $(or $(JOBS),$(CORES)) --dist loadfile --no-loadscope-reorder $(NBVAL) tests notebooks $(ARGS)

# Last digits differ between processors, since their kernels sum in another order; verdicts may not.
test-processors: $(TEST)  ## run the tests and check the published numbers as on other processors
	$(BIN)/python tests/processors.py "$(MAKE) test" "$(BIN)/mtlpaper verify --seconds 60" \
	  "$(BIN)/mtlpaper claims --strict"

lint: $(TEST)  ## check style, format, types, the layers of imports and CI's workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: $(TEST)  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Not `jupyter execute`, which keeps the time of every step: what changes is to be a result.
define EXECUTE
import sys
import nbformat
from nbclient import NotebookClient

for name in sys.argv[1:]:
    print(name, flush=True)
    notebook = nbformat.read(name, as_version=4)
    where = {"metadata": {"path": "notebooks"}}
    NotebookClient(notebook, kernel_name="python3", record_timing=False, resources=where).execute()
    del notebook.metadata.language_info["version"]
    nbformat.write(notebook, name)
endef
notebooks: export EXECUTE := $(EXECUTE)
notebooks: export OMP_NUM_THREADS := 1
notebooks: $(BOOK)  ## execute the committed notebooks anew, in place, at their quick preset
	$(BIN)/python -c "$$EXECUTE" notebooks/*.ipynb

# Needs some minutes and an idle machine. Where a peer cannot be had, the table goes on without it.
bench: $(TEST)  ## print the table of training speeds, and write it to _build/benchmarks.json
	$(MAKE) $(BENCH) || echo "The benchmarks' peers cannot be installed here." >&2
	$(BIN)/python -m benchmarks $(ARGS)

serve: $(BOOK)  ## show the built book on http://localhost:PORT (8000)
	@test -f _build/html/index.html || { \
	  echo "No book in _build/html yet: run 'make book' or 'make book PRESET=quick' first." >&2; exit 1; }
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

setup: $(TEST)  ## only make the environment, with all but the peers that bench asks for

# torch keeps its version: which of its CPU wheels exist depends on the place, so it moves by hand.
# Its CUDA libraries are left out because torch itself asks for exact versions of them.
pins:  ## write constraints.txt anew, torch excepted, from the newest that pyproject.toml allows
	@mkdir -p _build
	grep '^torch==' constraints.txt > _build/torch.txt
	$(MAKE) _build/pins/with-test _build/pins/with-bench VENV=_build/pins CONSTRAINTS=_build/torch.txt
	{ grep '^#' constraints.txt; _build/pins/bin/pip freeze --exclude-editable \
	  | sed -E -e 's/\+cpu$$//' -e '/^(nvidia-|cuda-|triton=)/d'; } > _build/constraints.txt
	mv _build/constraints.txt constraints.txt
	rm -rf _build/pins _build/torch.txt

clean:  ## remove what was built (the runs, their store and the environment stay)
	rm -rf _build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean  ## remove the environment as well
	rm -rf $(VENV)

# A normal prerequisite, not an order-only one: where the environment's Python is gone or replaced,
# the installation is made anew too.
$(VENV)/with-%: pyproject.toml $(CONSTRAINTS) $(BIN)/python
	@echo "Installing into $(VENV) (minutes at first, seconds later) ..."
	$(INSTALL) --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "No '$(PYTHON)' found. Install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "mtlpaper needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: its venv or ensurepip module is missing." >&2; \
	  echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
