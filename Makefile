# Short names for the usual commands. Each makes the environment first, where it is missing or older
# than its lock.
PYTHON ?= python3.11
CORES ?= all

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := envs/requirements.lock

# Scripts and Snakemake's own subprocesses call `python` and `snakemake` by name.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help env demo table2 report test style benchmark rule-graph unlock lock clean-env

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | \
	    while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done
	@echo '  Variables: CORES=8 (default all), PYTHON=/path/to/python3.11'

env: $(STAMP) ## make .venv from envs/requirements.lock

$(STAMP): $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	    echo 'Python 3.11 is needed, and "$(PYTHON)" is not it: make env PYTHON=/path/to/python3.11' >&2; \
	    exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(LOCK)
	@touch $@

demo: env ## inr2vec on generated shapes, without the other networks: results/tables/table2.csv
	$(BIN)/snakemake --cores $(CORES) --configfile configs/quick.yaml -- results/tables/table2.csv

table2: env ## the same beside PointNet and the others
	$(BIN)/snakemake --cores $(CORES) results/tables/table2.csv

report: env ## build every target, then results/report.html
	$(BIN)/snakemake --cores $(CORES) all
	$(BIN)/snakemake --cores $(CORES) --report results/report.html all

# Two goes, for each has a conftest of its own.
test: env ## all tests
	$(BIN)/python -m pytest tests/unit -n logical
	$(BIN)/python -m pytest tests/workflow -n logical --dist loadfile

style: env ## linters and formatters, which change nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

benchmark: env ## fitting, sampling and training against plain implementations, side by side
	$(BIN)/python benchmarks/fit.py
	$(BIN)/python benchmarks/networks.py
	$(BIN)/python benchmarks/encoders.py

rule-graph: env ## draw the graph of the rules into docs/architecture.md
	$(BIN)/python docs/rule_graph.py

unlock: env ## release the folder after a killed run
	$(BIN)/snakemake --unlock

# A clean install of requirements.in, frozen under the lock's own opening comment.
lock: ## pin anew what envs/requirements.in asks for
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp/venv"; \
	"$$tmp/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r envs/requirements.in; \
	"$$tmp/venv/bin/python" -m pip check; \
	{ sed -n '/^#/p' $(LOCK); "$$tmp/venv/bin/python" -m pip freeze --all | \
	    grep -v '^pip==' | sed 's/+[a-z0-9.]*$$//' | LC_ALL=C sort -f; } >"$$tmp/lock"; \
	mv "$$tmp/lock" $(LOCK)

clean-env: ## remove .venv
	rm -rf $(VENV)
