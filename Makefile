# csvgate: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.stamp: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bigquery/.stamp: ops/bqemulator/requirements.txt
	$(PYTHON) -m venv .venv-bigquery
	.venv-bigquery/bin/pip install --quiet --require-hashes -r ops/bqemulator/requirements.txt
	.venv-bigquery/bin/python -c "from duckdb_extensions import import_extension as i; i('spatial'); i('avro')"
	touch $@

.PHONY: setup
setup: .venv/.stamp .venv-bigquery/.stamp ## Make .venv (with .venv/bin/csvgate) and the BigQuery emulator's own environment

.PHONY: lock
lock: .venv/.stamp ## Resolve requirements.in files again (UPGRADE=1 for newest versions)
	ops/scripts/lock.sh $(if $(UPGRADE),--upgrade)
