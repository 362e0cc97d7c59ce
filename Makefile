# Everything a newcomer needs: make demo, make test. "make help" lists the rest.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test journey lint format bench docs clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): setup.cfg pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $(STAMP)

var/kern/kern/kern.min.css:
	$(BIN)/python -m example_site.kern

demo: $(STAMP) ## Start the example site with content on http://kreis.localhost:8000 (PORT=8000)
	-@$(MAKE) --no-print-directory var/kern/kern/kern.min.css
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo_content --port $(PORT)
	PORT=$(PORT) $(BIN)/python manage.py runserver --noreload $(PORT)

test: $(STAMP) ## Run all tests: SQLite, PostgreSQL, browser
	$(BIN)/python -m pytest -n 2

journey: $(STAMP) ## Walk the whole chain once without a browser, to a validated booking file
	$(BIN)/python -m example_site.journey

lint: $(STAMP) ## Check style, types, import contracts, migrations and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m django makemigrations --check --dry-run

format: $(STAMP) ## Put code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure ratios against plain Wagtail, Django and lxml
	$(BIN)/python -m benchmarks

docs: ## Build the documentation into var/docs
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	$(BIN)/mkdocs build --quiet

clean: ## Throw away what the commands made, the virtual environment included
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
