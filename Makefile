# csvgate: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# The pip that comes with Python 3.11 cannot install the locks (see requirements-pip.in), but it can
# install a newer pip.
PIP = $(1)/bin/pip install --quiet --require-hashes -r requirements-pip.txt

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.stamp: requirements-pip.txt requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(call PIP,.venv)
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bigquery/.stamp: requirements-pip.txt ops/bqemulator/requirements.txt
	$(PYTHON) -m venv .venv-bigquery
	$(call PIP,.venv-bigquery)
	.venv-bigquery/bin/pip install --quiet --require-hashes -r ops/bqemulator/requirements.txt
	.venv-bigquery/bin/python -c "from duckdb_extensions import import_extension as i; i('spatial'); i('avro')"
	touch $@

# A python3.13 on the PATH, or pyenv's.
PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python3.13) python3.13)

.venv-local-bigquery/.stamp: requirements-pip.txt ops/local_bigquery/requirements.txt
	$(PYTHON313) -m venv .venv-local-bigquery
	$(call PIP,.venv-local-bigquery)
	.venv-local-bigquery/bin/pip install --quiet --no-deps --require-hashes -r ops/local_bigquery/requirements.txt
	mkdir -p .venv-local-bigquery/home
	HOME=$(CURDIR)/.venv-local-bigquery/home .venv-local-bigquery/bin/python -c "from duckdb_extensions import import_extension as i; [i(n) for n in ('icu', 'ducklake', 'spatial', 'sqlite_scanner')]"
	touch $@

.venv-deploy/.stamp: requirements-pip.txt requirements-deploy.txt pyproject.toml
	$(PYTHON) -m venv .venv-deploy
	$(call PIP,.venv-deploy)
	.venv-deploy/bin/pip install --quiet --require-hashes -r requirements-deploy.txt
	.venv-deploy/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Without compiling 135 MB of pulumi-gcp, of which the program imports a tenth.
.venv-pulumi/.stamp: requirements-pip.txt deploy/pulumi/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-pulumi
	$(call PIP,.venv-pulumi)
	.venv-pulumi/bin/pip install --quiet --no-compile --require-hashes -r deploy/pulumi/requirements.txt
	.venv-pulumi/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bench/.stamp: requirements-pip.txt bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	$(call PIP,.venv-bench)
	.venv-bench/bin/pip install --quiet --require-hashes -r bench/requirements.txt
	touch $@

.PHONY: setup
setup: .venv/.stamp .venv-bigquery/.stamp ## Create .venv (with .venv/bin/csvgate) and a separate environment for the BigQuery emulator

.PHONY: local-bigquery
local-bigquery: .venv-local-bigquery/.stamp ## Install a second BigQuery emulator, with which the contract suite then runs too (needs Python 3.13)

.PHONY: setup-deploy
setup-deploy: .venv-deploy/.stamp ## Create .venv-deploy, with only what the commands of docs/deploy.md need

.PHONY: setup-pulumi
setup-pulumi: .venv-pulumi/.stamp ## Create .venv-pulumi, with what the Pulumi program in deploy/pulumi needs

.PHONY: browser
browser: ## Install Chromium with apt-get, for the console's tests and screenshots (as root)
	command -v chromium >/dev/null || { apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium; }

.PHONY: browser-if-reachable
browser-if-reachable:
	$(MAKE) browser || echo "no Chromium: the browser tests will be skipped" >&2

.PHONY: screenshots
screenshots: setup ## Take the screenshots docs/images/console-*.png from a local cloud with sample data
	$(BIN)/python ops/scripts/screenshots.py

.PHONY: lock
lock: .venv/.stamp ## Lock the requirements.in files again (UPGRADE=1: to the newest versions)
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

# All tests run in several processes, more than there are processors, because many tests mostly wait.
# A selection runs in one process.
WORKERS ?= $(if $(ARGS),0,4)

.PHONY: test
test: setup $(if $(ARGS),,setup-pulumi) ## Run all tests (WORKERS=0: in one process), or ARGS="tests/unit -k name"; tests that need Java, gcloud, a browser or .venv-pulumi are skipped if it is missing
	CSVGATE_TEST_PARENT=$$PPID exec $(BIN)/pytest -n $(WORKERS) $(ARGS)

.PHONY: simulate
simulate: setup ## Simulate every crash, then random schedules (SEEDS=10000); SEED=123 shows one in full; MUTANTS=1 checks that bugs are caught
	PYTHONPATH=tests:$(subst $() ,:,$(wildcard functions/*)) $(BIN)/python -m simulate $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(MUTANTS),--mutants) $(ARGS)

.PHONY: stage
stage: .venv/.stamp ## Build the folders that are deployed, in build/, and print their sizes
	$(BIN)/csvgate stage

.PHONY: bench
bench: .venv-bench/.stamp ## Run the benchmarks and write bench/RESULTS.md and the kernel table (ROWS=1000000, ROUNDS=2; QUICK=1 only prints; LARGE=5 adds a 5 GB file)
	PYTHONPATH=ops:shared .venv-bench/bin/python -m bench $(if $(QUICK),--quick) $(if $(ROWS),--rows $(ROWS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(LARGE),--large $(LARGE)) $(ARGS)

.PHONY: fuzz
fuzz: setup ## Feed damaged files to the engine (EXAMPLES=100000)
	CSVGATE_FUZZ_EXAMPLES=$(or $(EXAMPLES),20000) $(BIN)/pytest -q tests/fuzz

.PHONY: chaos
chaos: setup ## Kill and stop processes at random during uploads (MINUTES=60 SEED=7), and under two operators (LETTERS=5000)
	CSVGATE_CHAOS_LETTERS=$(or $(LETTERS),5000) CSVGATE_CHAOS_SECONDS=$$(( $(or $(MINUTES),2) * 60 )) CSVGATE_CHAOS_SEED=$(or $(SEED),$(shell echo $$RANDOM)) $(BIN)/pytest -q tests/chaos

.PHONY: load
load: setup ## Load-test the local cloud and write bench/LOAD.md (FILES=10000 small files, then one of ROWS=10000000)
	PYTHONPATH=. $(BIN)/python -m bench.load $(if $(FILES),--files $(FILES)) $(if $(ROWS),--rows $(ROWS)) $(ARGS)

.PHONY: check
check: format-check lint types locks docs-check workflows secrets audit-if-reachable ## Run every check of .ci/run except the tests

.PHONY: format
format: .venv/.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

.PHONY: format-check
format-check: .venv/.stamp
	$(BIN)/ruff format --check .

.PHONY: lint
lint: .venv/.stamp ## Lint the code
	$(BIN)/ruff check .

.PHONY: types
types: .venv/.stamp ## Type-check strictly; each main.py separately, because they share a module name
	$(BIN)/mypy shared ops tests samples bench functions deploy/pulumi/csvgate_pulumi --exclude '/main\.py$$'
	for function in functions/*/; do $(BIN)/mypy "$${function}main.py" || exit 1; done

.PHONY: locks
locks: .venv/.stamp ## Check that the locks agree with each other and with their requirements.in
	$(BIN)/python ops/scripts/check_locks.py

.PHONY: secrets
secrets: .venv/.stamp ## Search tracked files for keys and passwords (offline)
	$(BIN)/python ops/scripts/check_secrets.py

.PHONY: audit
audit: .venv/.stamp ## Check all locked packages for known vulnerabilities, at PyPI
	$(BIN)/python ops/scripts/audit.py

.PHONY: audit-if-reachable
audit-if-reachable: .venv/.stamp
	$(BIN)/python ops/scripts/audit.py --if-reachable

.PHONY: docs
docs: .venv/.stamp ## Generate docs/events, docs/faults.md, the tables of docs/deploy.md and docs/pulumi.md, docs/runbook.md, docs/contract.schema.json
	$(BIN)/python ops/scripts/generate_docs.py

.PHONY: docs-check
docs-check: .venv/.stamp ## Check that the generated docs are current and that links in docs work
	$(BIN)/python ops/scripts/generate_docs.py --check
	$(BIN)/python ops/scripts/check_links.py

.PHONY: workflows
workflows: .venv/.stamp ## Lint the GitHub workflows
	$(BIN)/zizmor --offline --quiet --persona=auditor .github

.PHONY: clean
clean: ## Remove the environments, the caches and the local cloud's state
	-[ -x $(BIN)/csvgate ] && $(BIN)/csvgate down
	rm -rf .venv .venv-deploy .venv-bigquery .venv-local-bigquery .venv-bench .venv-pulumi .csvgate build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
