# Everything runs in an environment made from the lock file, with `uv` where it is installed and with plain Python where it is not.
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)
export PYTHONDONTWRITEBYTECODE :=
# The certificates of the system, where it has any: those of a proxy on the way out are among them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= true
endif

.PHONY: help demo test check fmt messages bench bench-tenancy lighthouse storm

help:
	@echo "make demo     run everything with two demo organizations (PORT=8000, DEMO_DIR=.demo)"
	@echo "make test     run the tests"
	@echo "make check    check style, types, structure, templates, migrations, production settings and known vulnerabilities"
	@echo "make fmt      format the code"
	@echo "make messages bring the translations in line with the code, and list what is left to translate"
	@echo "make bench    measure, beside floors measured in the same run"
	@echo "make bench-tenancy  measure what it costs an organization that a thousand others are there (about ten minutes)"
	@echo "make lighthouse  look at the guest site with Lighthouse, on a phone with a slow connection (needs npm and Chromium)"
	@echo "make storm    5,000 guests while processes are killed, and a reckoning to the cent (STORM_ARGS=\"--guests 500\" for a smaller one)"

$(STAMP): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Waypost needs Python 3.11 or newer; “$(PYTHON)” is missing or older. Name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import shutil, sys; sys.exit(shutil.disk_usage(".").free < 1_500_000_000)' || \
	  { echo "Waypost needs 1.5 GB on this disk for its Python packages, and less is free." >&2; exit 1; }
	@echo "Python packages, from the lock file"
	@if command -v uv >/dev/null 2>&1; then \
	  uv sync --quiet --locked --compile-bytecode --python "$$(command -v $(PYTHON))"; \
	else \
	  $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "Python cannot make an environment here. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) && \
	  $(BIN)/python -m uv sync --quiet --locked --inexact --compile-bytecode --python $(BIN)/python; \
	fi
	@touch $@

demo: $(STAMP)
	@exec $(BIN)/python -m devtools.demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m devtools.check
	$(BIN)/python -m devtools.audit

fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat templates || true

messages: $(STAMP)
	@$(BIN)/python -m devtools.messages

bench: $(STAMP)
	$(BIN)/python -m bench

bench-tenancy: $(STAMP)
	$(BIN)/python -m bench.tenancy_cost

lighthouse: $(STAMP)
	$(BIN)/python -m bench.lighthouse $(LIGHTHOUSE_ARGS)

storm: $(STAMP)
	$(BIN)/python -m devtools.storm $(STORM_ARGS)
