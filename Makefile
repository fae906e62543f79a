# The bootstrap and nothing else: `make TASK` makes the environment where needed and runs `invoke TASK`.
PYTHON ?= python3
VENV := .venv
WORKSHOP := test lint bench

.PHONY: help
help: $(VENV)/build.done
	@$(VENV)/bin/invoke --list

$(WORKSHOP): $(VENV)/test.done
	@$(VENV)/bin/invoke $@ $(ARGS)

%: $(VENV)/build.done
	@$(VENV)/bin/invoke $@ $(ARGS)

.PHONY: $(WORKSHOP)

$(VENV)/%.done: requirements/%.txt
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# Files that exist are not tasks.
Makefile requirements/build.txt requirements/test.txt: ;
