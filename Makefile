# Everything a clone needs is made inside it, in git-ignored folders: .venv, .tools, .run.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
LIUHEN := .venv/bin/liuhen
STAMPS := .tools/stamps

# One test, file or folder: make test FILE=tests/unit/worktime. Only what lies outside unit and contract needs more than Python.
FILE ?=
# So many processes share the tests when more than one file is run. A file stays with one; each starts a broker and a database of its own.
WORKERS ?= 2
SHARED := -n $(WORKERS) --dist loadfile
NEEDED := $(if $(filter-out tests/unit% tests/contract%,$(or $(FILE),tests)),setup,$(STAMPS)/python)

MINUTES ?= 3
SEED ?= 1

.PHONY: help setup demo test unit lint format counts bench soak up down status generate pages pictures lock clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMPS)/system $(STAMPS)/python $(STAMPS)/kafka $(STAMPS)/model $(STAMPS)/asyncapi ## Make the virtual environment, fetch the broker, train the model

demo: setup ## Three weeks of a made-up district in a good minute
	@$(LIUHEN) demo

test: $(NEEDED) $(if $(FILE),,lint) ## Check the code, then run every test; FILE=tests/unit/sla runs that alone
	@$(PYTHON) -m pytest $(or $(FILE),$(SHARED))

unit: $(STAMPS)/python ## Run the tests that need nothing but Python, and say how long they took
	@begin=$$SECONDS; $(PYTHON) -m pytest $(SHARED) tests/unit tests/contract; echo "Unit and contract tests: $$((SECONDS - begin)) s"

lint: $(STAMPS)/python ## ruff, mypy --strict, import contracts
	@deploy/step "Style (ruff)" .venv/bin/ruff check .
	@deploy/step "Format (ruff)" .venv/bin/ruff format --check .
	@deploy/step "Types (mypy --strict)" .venv/bin/mypy
	@deploy/step "Imports (import-linter)" .venv/bin/lint-imports

format: $(STAMPS)/python ## Let ruff put the code in order
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

counts: $(STAMPS)/python ## Count how far a change reaches in the code; AT=COMMIT counts an earlier tree
	@$(PYTHON) -m bench.counts $(AT)

bench: setup ## Measure hops, latency and whole tickets on this machine
	@$(PYTHON) -m bench

soak: setup ## Strike a whole system down, part by part, while tickets flow: MINUTES=30 SEED=7
	@$(PYTHON) -m bench.soak --minutes $(MINUTES) --seed $(SEED)

up: setup ## Start the whole system and leave it running
	@$(LIUHEN) up

down: ## End what `make up` started
	@if [ -x $(LIUHEN) ]; then $(LIUHEN) down; fi

status: setup ## Say what runs
	@$(LIUHEN) status

generate: $(STAMPS)/python ## Write docker-compose.yml and prometheus.yml anew from deploy/services.yaml
	@$(PYTHON) -m tools.generate

pages: $(STAMPS)/python ## Write anew the pages of docs/ that are made from the code
	@$(PYTHON) -m tools.pages

pictures: setup ## Take the pictures of docs/desks.md anew, in the stories that the tests in the browser tell
	@mkdir -p docs/pictures
	@LIUHEN_PICTURES=docs/pictures $(PYTHON) -m pytest -q tests/browser

lock: $(STAMPS)/uv ## Choose the newest versions and write the lock files
	@deploy/lock

clean: down ## Remove all that make has made
	@rm -rf .venv .tools .run

$(STAMPS)/interpreter:
	@deploy/prerequisites python
	@mkdir -p $(@D) && touch $@

$(STAMPS)/system:
	@deploy/prerequisites
	@mkdir -p $(@D) && touch $@

$(STAMPS)/python: requirements-dev.lock pyproject.toml | $(STAMPS)/interpreter
	@[ -x $(PYTHON) ] || deploy/step "Virtual environment" python3.11 -m venv .venv
	@deploy/step "Python packages from the lock file" .venv/bin/pip install --require-hashes --requirement requirements-dev.lock
	@deploy/step "The liuhen command" .venv/bin/pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

$(STAMPS)/kafka: deploy/kafka/pom.xml | $(STAMPS)/system
	@deploy/step "Apache Kafka from Maven Central" mvn --batch-mode --no-transfer-progress --file deploy/kafka/pom.xml \
	  -Dmaven.repo.local="$(CURDIR)/.tools/m2" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$(CURDIR)/.tools/kafka/lib"
	@touch $@

# Only a test needs it: without Node.js that test says so and is skipped.
$(STAMPS)/asyncapi: $(addprefix tools/asyncapi/,package.json package-lock.json validate.mjs)
	@mkdir -p $(@D) .tools/asyncapi
	@if command -v npm >/dev/null; then cp $^ .tools/asyncapi/ && deploy/step "The official AsyncAPI parser from npm" \
	  npm --prefix .tools/asyncapi ci --ignore-scripts --no-audit --no-fund && touch $@; fi

$(STAMPS)/model: policy/catalogue.csv $(wildcard examples/district/* classification/*.py) | $(STAMPS)/python
	@deploy/step "The model that suggests categories" $(LIUHEN) classify prepare
	@touch $@

$(STAMPS)/uv: | $(STAMPS)/interpreter
	@deploy/step "uv" bash -c 'python3.11 -m venv .tools/uv && .tools/uv/bin/pip install uv'
	@touch $@
