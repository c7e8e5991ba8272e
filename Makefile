# Short names for the usual commands. Each makes the environment first, where it is missing or older
# than its lock.
PYTHON ?= python3.11
CORES ?= all
MINUTES ?= 1

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := envs/requirements.lock
DOCS_VENV := .venv-docs
DOCS_STAMP := $(DOCS_VENV)/.installed
DOCS_LOCK := envs/requirements-docs.lock
# As a module: the path of Python in a script's first line must have no blank, and goes stale when
# the folder is moved.
SNAKEMAKE := $(BIN)/python -m snakemake

# Snakemake keeps a cache at home, which may be read-only, or missing.
ifneq ($(shell cache="$${XDG_CACHE_HOME:-$$HOME/.cache}"; mkdir -p "$$cache" 2>/dev/null && \
    test -w "$$cache" && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif
# The same names of files and the same text in every locale.
export PYTHONUTF8 := 1
# Scripts and Snakemake's own subprocesses call `python` and `snakemake` by name.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help env demo table2 report test fuzz style docs benchmark rule-graph unlock lock clean-env

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | \
	    while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done
	@echo '  Variables: CORES=8 (default all), PYTHON=/path/to/python3.11'

env: $(STAMP) ## make .venv from envs/requirements.lock

$(STAMP): $(LOCK)
	@case "$$PWD" in *[:{}]*) echo "$$PWD has a colon or a brace in its name, which paths of commands and" \
	    "of Snakemake cannot have: rename or move the folder" >&2; exit 1;; esac
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	    echo 'Python 3.11 is needed, and "$(PYTHON)" is not it: make env PYTHON=/path/to/python3.11' >&2; \
	    exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(LOCK)
	@touch $@

demo: env ## inr2vec on generated shapes, without the other networks: results/tables/table2.csv
	$(SNAKEMAKE) --cores $(CORES) --configfile configs/quick.yaml -- results/tables/table2.csv

table2: env ## the same beside PointNet and the others
	$(SNAKEMAKE) --cores $(CORES) results/tables/table2.csv

report: env ## build every target, then results/report.html
	$(SNAKEMAKE) --cores $(CORES) all
	$(SNAKEMAKE) --cores $(CORES) --report results/report.html all

# Two goes, for each has a conftest of its own.
test: env ## all tests
	$(BIN)/python -m pytest tests/unit -n logical
	$(BIN)/python -m pytest tests/workflow -n logical --dist loadfile

fuzz: env ## damaged files of every kind, a minute each; MINUTES=10 for longer
	PYTHONPATH=.:tests $(BIN)/python -m fuzzing --minutes $(MINUTES)

style: env docs ## linters, formatters (which change nothing) and the site: no link is dead
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m snakefmt --check Snakefile rules
	$(SNAKEMAKE) --lint

docs: $(DOCS_STAMP) ## build the site of the documentation: site/index.html
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/python -m mkdocs build --strict

# An environment of its own: nothing in it is needed by runs or tests.
$(DOCS_STAMP): $(DOCS_LOCK)
	$(PYTHON) -m venv --clear $(DOCS_VENV)
	$(DOCS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $(DOCS_LOCK)
	@touch $@

benchmark: env ## fitting, sampling and training against plain implementations, side by side
	$(BIN)/python benchmarks/fit.py
	$(BIN)/python benchmarks/networks.py
	$(BIN)/python benchmarks/encoders.py

rule-graph: env ## draw the graph of the rules into docs/architecture.md
	$(BIN)/python docs/rule_graph.py

unlock: env ## release the folder after a killed run
	$(SNAKEMAKE) --unlock

# A clean install of each list, frozen under its lock's own opening comment.
lock: ## pin anew what envs/requirements.in and envs/requirements-docs.in ask for
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	for lock in $(LOCK) $(DOCS_LOCK); do \
	    $(PYTHON) -m venv --clear "$$tmp/venv"; \
	    "$$tmp/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$${lock%.lock}.in"; \
	    "$$tmp/venv/bin/python" -m pip check; \
	    { sed -n '/^#/p' "$$lock"; "$$tmp/venv/bin/python" -m pip freeze --all | \
	        grep -v '^pip==' | sed 's/+[a-z0-9.]*$$//' | LC_ALL=C sort -f; } >"$$tmp/lock"; \
	    mv "$$tmp/lock" "$$lock"; \
	done

clean-env: ## remove .venv and .venv-docs
	rm -rf $(VENV) $(DOCS_VENV)
