# The short verbs. `make demo` and `make test` work on a fresh machine with Python >= 3.11 and a package index.
# Everything is kept inside the checkout: the environment in .venv, downloads in .cache, the warehouse in data/.

-include .env
export

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
DEMO_DAY := 2026-11-01

export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(BIN):$(PATH)

.PHONY: help demo test proofs setup check run dashboards dagster docs bench bench-identity bench-models bench-marts bench-pages bench-portraits spark lock clean

help:
	@echo "make demo        set up, let the synthetic company write its exports, run the daily job"
	@echo "make test        set up and run every test"
	@echo "make proofs      the long versions of tests: twenty kills instead of eight"
	@echo "make run         the daily job for today, on data/inbox"
	@echo "make dashboards  the pages, on http://127.0.0.1:8501"
	@echo "make dagster     the Dagster UI with its schedule, on http://127.0.0.1:3000"
	@echo "make check       ruff, import-linter, sqlfluff, mypy"
	@echo "make docs        dbt docs and Great Expectations data docs, into docs/build"
	@echo "make spark       the dbt project on Spark, every public table compared with the published one"
	@echo "make bench       speed and memory against the floor; bench-identity, bench-models, bench-marts, bench-pages"
	@echo "                 the goals of those rooms, each in minutes to an hour"

demo: setup
	@crm world --people 2000 --days 730 --seed 7 --daily-days 3 --last-day $(DEMO_DAY) --out data
	@crm run --as-of $(DEMO_DAY)

test: setup
	@python -m pytest

proofs: setup
	@python -m pytest -m long

check: setup
	@ruff check .
	@ruff format --check .
	@lint-imports
	@sqlfluff lint dbt_project --disable-progress-bar
	@mypy

run: setup
	@crm run

dashboards: setup
	@streamlit run dashboards/streamlit_app.py

dagster: setup
	@python -m orchestration.home
	@DAGSTER_HOME="$${CRM_DATA:-$(CURDIR)/data}/dagster" dagster dev --host 127.0.0.1 --port 3000

docs: setup
	@python -m orchestration.docs

bench: setup
	@python -m tests.benchmarks
	@python -m tests.benchmarks.ingestion
	@python -m tests.benchmarks.world

bench-identity bench-models bench-marts bench-pages bench-portraits: bench-%: setup
	@python -m tests.benchmarks.$*

# The same dbt project on another engine, every public table held against DuckDB's. Needs Java 17 or newer.
spark: setup
	@java -version 2> /dev/null || { echo "Spark needs Java: install a JRE, 17 or newer."; exit 1; }
	@test -x .venv-spark/bin/python || uv venv --quiet --python $(BIN)/python .venv-spark
	@uv pip sync --quiet --python .venv-spark/bin/python --require-hashes requirements.spark.lock
	@.venv-spark/bin/python -m tests.spark

setup: $(READY)

# The lock has names, versions and hashes and no addresses: any package index serves. uv does in seconds
# what pip does in minutes; where it cannot be had, pip does it. Bytecode is compiled now, because where
# PYTHONDONTWRITEBYTECODE is set every command would compile Dagster and dbt anew.
$(READY): requirements.lock pyproject.toml
	@mkdir -p .cache
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/ {p = 1} p {print} p && !/\\$$/ {exit}' requirements.lock > .cache/uv.txt
	@echo "Setting up .venv from requirements.lock ..."
	@if command -v uv > /dev/null || python -m pip install --quiet --no-deps --require-hashes -r .cache/uv.txt; then \
		uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
		python -m pip install --quiet --require-hashes -r requirements.lock; \
		python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	fi
	@touch $(READY)

lock:
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
	@uv pip compile --group spark --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.spark.lock

clean:
	@rm -rf .cache .venv .venv-spark dbt_project/target dbt_project/logs docs/build tests/artefacts
