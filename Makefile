# csvgate: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# The pip that Python 3.11 brings forgets a pin once something asks for an extra of that package, takes
# its newest release and finds no hash for it.
PIP = $(1)/bin/pip install --quiet --upgrade 'pip>=25'

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.stamp: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(call PIP,.venv)
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bigquery/.stamp: ops/bqemulator/requirements.txt
	$(PYTHON) -m venv .venv-bigquery
	$(call PIP,.venv-bigquery)
	.venv-bigquery/bin/pip install --quiet --require-hashes -r ops/bqemulator/requirements.txt
	.venv-bigquery/bin/python -c "from duckdb_extensions import import_extension as i; i('spatial'); i('avro')"
	touch $@

.venv-bench/.stamp: bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	$(call PIP,.venv-bench)
	.venv-bench/bin/pip install --quiet --require-hashes -r bench/requirements.txt
	touch $@

.PHONY: setup
setup: .venv/.stamp .venv-bigquery/.stamp ## Make .venv (with .venv/bin/csvgate) and the BigQuery emulator's own environment

.PHONY: browser
browser: ## Install Chromium with apt-get, for the tests and screenshots of the console (as root)
	command -v chromium >/dev/null || { apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium; }

.PHONY: screenshots
screenshots: setup ## Take docs/images/console-*.png of a local cloud with something to show
	$(BIN)/python ops/scripts/screenshots.py

.PHONY: lock
lock: .venv/.stamp ## Resolve requirements.in files again (UPGRADE=1 for newest versions)
	ops/scripts/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: demo
demo: setup ## Start the local cloud, upload two sample files, show the results, and stop
	$(BIN)/csvgate demo

.PHONY: up
up: setup ## The same as demo, but leave the local cloud running
	$(BIN)/csvgate demo --stay

.PHONY: down
down: setup ## Stop the local cloud
	$(BIN)/csvgate down

# All tests in several processes (more than processors, for many tests mostly wait), a choice in one.
WORKERS ?= $(if $(ARGS),0,3)

.PHONY: test
test: setup ## Run every test (WORKERS=0: in one process), or only ARGS="tests/unit -k name"; without Java, gcloud or a browser what needs them is skipped by name
	CSVGATE_TEST_PARENT=$$PPID exec $(BIN)/pytest -n $(WORKERS) $(ARGS)

.PHONY: simulate
simulate: setup ## Every crash, then schedules by seed (SEEDS=10000); SEED=123 tells one in full; MUTANTS=1
	PYTHONPATH=tests:$(subst $() ,:,$(wildcard functions/*)) $(BIN)/python -m simulate $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(MUTANTS),--mutants) $(ARGS)

.PHONY: stage
stage: .venv/.stamp ## Make the folders that are deployed, in build/, and say what they weigh
	$(BIN)/csvgate stage

.PHONY: bench
bench: .venv-bench/.stamp ## Measure, into bench/RESULTS.md (ROWS=1000000, ROUNDS=5; QUICK=1 only prints; LARGE=5 adds 5 GB)
	PYTHONPATH=ops:shared .venv-bench/bin/python -m bench $(if $(QUICK),--quick) $(if $(ROWS),--rows $(ROWS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(LARGE),--large $(LARGE)) $(ARGS)

.PHONY: fuzz
fuzz: setup ## Feed the engine damaged files for as long as you like: EXAMPLES=100000
	CSVGATE_FUZZ_EXAMPLES=$(or $(EXAMPLES),20000) $(BIN)/pytest -q tests/fuzz

.PHONY: chaos
chaos: setup ## Kill and stop every process at random during uploads: MINUTES=60 SEED=7
	CSVGATE_CHAOS_SECONDS=$$(( $(or $(MINUTES),2) * 60 )) CSVGATE_CHAOS_SEED=$(or $(SEED),$(shell echo $$RANDOM)) $(BIN)/pytest -q tests/chaos

.PHONY: load
load: setup ## Load the local cloud, into bench/LOAD.md: FILES=10000 small files, then one of ROWS=10000000
	PYTHONPATH=. $(BIN)/python -m bench.load $(if $(FILES),--files $(FILES)) $(if $(ROWS),--rows $(ROWS)) $(ARGS)

.PHONY: check
check: format-check lint types locks docs-check workflows secrets audit-if-reachable ## Everything .ci/run checks besides the tests

.PHONY: format
format: .venv/.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

.PHONY: format-check
format-check: .venv/.stamp
	$(BIN)/ruff format --check .

.PHONY: lint
lint: .venv/.stamp ## Lint
	$(BIN)/ruff check .

.PHONY: types
types: .venv/.stamp ## Type-check, strictly; each main.py by itself, because they share a name
	$(BIN)/mypy shared ops tests samples bench functions --exclude '/main\.py$$'
	for function in functions/*/; do $(BIN)/mypy "$${function}main.py" || exit 1; done

.PHONY: locks
locks: .venv/.stamp ## Check that all locks agree with each other and with their requirements.in
	$(BIN)/python ops/scripts/check_locks.py

.PHONY: secrets
secrets: .venv/.stamp ## Look for keys and passwords in what git tracks; asks nobody
	$(BIN)/python ops/scripts/check_secrets.py

.PHONY: audit
audit: .venv/.stamp ## Ask PyPI for known vulnerabilities of everything that is locked
	$(BIN)/python ops/scripts/audit.py

.PHONY: audit-if-reachable
audit-if-reachable: .venv/.stamp
	$(BIN)/python ops/scripts/audit.py --if-reachable

.PHONY: docs
docs: .venv/.stamp ## Generate docs/events, docs/faults.md, docs/runbook.md, docs/contract.schema.json
	$(BIN)/python ops/scripts/generate_docs.py

.PHONY: docs-check
docs-check: .venv/.stamp ## Check that the generated docs are current and links in docs lead somewhere
	$(BIN)/python ops/scripts/generate_docs.py --check
	$(BIN)/python ops/scripts/check_links.py

.PHONY: workflows
workflows: .venv/.stamp ## Lint the GitHub workflows
	$(BIN)/zizmor --offline --quiet --persona=auditor .github/workflows

.PHONY: clean
clean: ## Remove the environments, caches and the local cloud's state
	-[ -x $(BIN)/csvgate ] && $(BIN)/csvgate down
	rm -rf .venv .venv-bigquery .venv-bench .csvgate build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
