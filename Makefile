# Bindery. `make` prints the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Commands on this machine speak to the emulator and make their own secrets (docs/settings.md).
LOCAL := PORTAL_MODE=local

.PHONY: help run dev emulator test test-postgresql test-clients bench check format requirements messages

help: ## Print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime ## Start portal, Hub emulator, example application and task worker with demo data; Ctrl-C stops all
	@exec $(BIN)/python -m portal.ops.demo

dev: .venv/dev ## The same, and changed code and templates are taken at once
	@exec $(BIN)/python -m portal.ops.demo --reload

emulator: .venv/runtime ## Start the Hub emulator alone; ARGS="--port 0 --loose" passes options, ARGS=--help lists them
	@exec $(BIN)/python -m portal.emulator $(ARGS)

test: .venv/dev ## Run all tests, those in the browser too where Chromium is installed (DATABASE_URL selects PostgreSQL)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -q

test-postgresql: .venv/dev ## Run the tests that work on the database, on a PostgreSQL server of their own
	$(BIN)/python -m tests.postgresql $(MAKE) test PYTEST_ADDOPTS="-m database"

test-clients: .venv/dev ## Install the vendor's SDK and CLI and openid-client by npm and run them (needs Node.js)
	@cd tests/clients && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	TEST_CLIENTS=1 $(BIN)/python -m pytest tests/clients -q

bench: .venv/dev benchmarks/peers/packages ## Measure emulator, scanner and token service beside goals and peers (on a quiet machine, 2 GB of disk)
	@$(BIN)/python -m benchmarks.emulator
	@$(BIN)/python -m benchmarks.scanner
	@! command -v npm >/dev/null || (cd benchmarks/peers && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
	@DURABLE=1 $(BIN)/python -m tests.postgresql $(BIN)/python -m benchmarks.tokens

check: .venv/dev ## Formatting, lint, types, imports, migrations, deployment settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(LOCAL) $(BIN)/mypy
	$(BIN)/lint-imports
	$(LOCAL) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.production manage.py check --deploy --fail-level WARNING

format: .venv/dev ## Format code and templates
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

requirements: .venv/dev ## Pin all dependencies of pyproject.toml anew, with hashes
	$(BIN)/uv pip compile -q --upgrade --generate-hashes pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

messages: .venv/dev ## Collect texts for translation and compile them (needs GNU gettext)
	$(BIN)/python -m tests.messages

# Servers that the token service is measured beside; kept apart, because nothing else may import them.
benchmarks/peers/packages: benchmarks/peers/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $@ -r $<
	@touch $@

# Installed again when the pinned list changed.
.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bindery needs Python 3.11 or newer.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	@echo "Installing packages for development …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
