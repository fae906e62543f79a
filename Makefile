# The bootstrap and nothing else: `make TASK` makes the environment where needed and runs `invoke TASK`.
# What the task is told goes into ARGS: make new ARGS='"A title" --category Essays'
PYTHON ?= python3
VENV := .venv
WORKSHOP := test lint bench

.PHONY: help
help: $(VENV)/build.done
	@$(VENV)/bin/invoke --list

$(WORKSHOP): $(VENV)/test.done
	@$(VENV)/bin/invoke $@ $(ARGS)

%: $(VENV)/build.done always
	@$(VENV)/bin/invoke $@ $(ARGS)

.PHONY: $(WORKSHOP) always

$(VENV)/%.done: requirements/%.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("This needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ...")'
	@test -x $(VENV)/bin/pip || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# Files that exist are not tasks.
Makefile requirements/build.txt requirements/test.txt: ;
