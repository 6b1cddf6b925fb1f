# Byline. `make run` sets up .venv (once), reads eval/articles and opens the page.

VENV := .venv
BIN := $(VENV)/bin
DEMO := .byline/demo
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
REQUIREMENTS := pyproject.toml constraints.txt
READ := $(BIN)/byline ingest eval/articles --index $(DEMO)
PYTHONS := $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14
CODE := app.py eval index prompts rag tests tools

# The question goes through the environment, so that the shell reads no part of it as a command.
export Q

.DEFAULT_GOAL := help
.PHONY: run ask test check lint types eval wheel wheelcheck demo clean help

run: demo  ## Set up, read the articles in eval/articles, open the page
	$(BIN)/byline serve --index $(DEMO)

ask: demo  ## Ask the same articles in the terminal: make ask Q="…"
	@[ -n "$$Q" ] || { echo 'Which question? make ask Q="What did the envoy say?"' >&2; exit 2; }
	@$(BIN)/byline ask --index $(DEMO) -- "$$Q"

test: $(INSTALLED_DEV)  ## Lint, types, tests, evaluation, and the wheel in a clean environment
	@tools/stage lint $(MAKE) --no-print-directory lint
	@tools/stage types $(MAKE) --no-print-directory types
	@tools/stage tests $(BIN)/pytest tests
	@tools/stage eval $(MAKE) --no-print-directory eval
	@tools/stage wheel $(MAKE) --no-print-directory wheelcheck

check: lint types  ## Lint, types, and the tests that start no model, browser or server
	$(BIN)/pytest tests -q -m "not heavy"

lint: $(INSTALLED_DEV)  ## Style and formatting
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

types: $(INSTALLED_DEV)  ## Types, strictly
	$(BIN)/mypy

eval: $(INSTALLED_DEV)  ## Ask the questions with known answers and print the metrics
	$(BIN)/pytest eval

wheel: $(INSTALLED_DEV)  ## Build dist/byline-….whl
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation
	rm -rf build

wheelcheck: wheel
	$(BIN)/python tools/wheelcheck.py dist

clean:  ## Remove .venv, caches and the demo index; keep the compiled llama.cpp in .byline/wheels
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

# The articles are read again when they, or the code that reads them, have changed (find fails,
# and says so, before the first time). An index of an earlier version is rebuilt.
demo: $(INSTALLED)
	@[ -z "$$(find eval/articles index/*.py -newer $(DEMO)/.read 2>&1)" ] || { \
		{ $(READ) || $(READ) --rebuild; } && touch $(DEMO)/.read; \
	} >&2

$(INSTALLED): $(REQUIREMENTS)
	@$(call with_python,tools/install.py)
	@touch $@

$(INSTALLED_DEV): $(REQUIREMENTS)
	@$(call with_python,tools/install.py --dev)
	@touch $(INSTALLED) $@

# Runs a script with the first Python that starts and fits.
define with_python
for python in $(PYTHONS); do \
	if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
		2>/dev/null; then exec "$$python" $(1); fi; \
done; \
echo 'Byline needs Python 3.11, 3.12, 3.13 or 3.14, and none of them was found.' >&2; \
echo 'Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11' >&2; exit 1
endef
