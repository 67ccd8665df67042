# The words of this house, for people and for CI alike:
#
#   make jam        set up what playing needs (no torch) and play
#   make test       set up what the tests need, Debian packages included, and run them: minutes
#   make test-all   the same, then the slow ones: whole jams, soaks, real browsers
#   make check      lint, format, types, and who may import whom
#   make setup      the playing environment alone, in .venv/
#   make plugin     the DAW instrument, for every system that this machine can build for
#   make app        JAM_BOT for Windows as one zip that needs no installation
#
# And `make train-setup`: what `jambot prepare`, `train`, `export` and `evaluate` need as well;
# `make docs`: the docs as a site, in site/; `make lock`: requirements.txt anew, the newest of what
# pyproject.toml allows.
#
# Quick when already done: a stamp in .venv/ is renewed only when the requirements change.

PYTHON ?= python3
VENV := .venv
REQUIREMENTS := pyproject.toml constraints.txt requirements.txt

.PHONY: setup train-setup test test-all check docs jam plugin app lock clean

setup: $(VENV)/.playing

$(VENV)/.playing: $(REQUIREMENTS) scripts/setup_playing.sh
	PYTHON="$(PYTHON)" VENV="$(VENV)" bash scripts/setup_playing.sh
	@touch $@

$(VENV)/.testing: $(VENV)/.playing scripts/setup_testing.sh
	VENV="$(VENV)" bash scripts/setup_testing.sh
	@touch $@

train-setup: $(VENV)/.testing

# A machine that stands still for a moment fails a test of time. What fails has another try, and the
# summary shows it (R); ARGS="--reruns 0" takes the tries away.
test: $(VENV)/.testing
	bash scripts/setup_debian.sh
	$(VENV)/bin/python -m pytest -n 2 --dist loadgroup -m "not slow" --reruns 1 $(ARGS)

# The slow ones measure latencies, so nothing runs beside them. Named together, `make test test-all`
# runs each test once.
test-all: test
	$(VENV)/bin/python -m pytest -m slow --reruns 2 --reruns-delay 1 $(ARGS)

check: $(VENV)/.testing
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

$(VENV)/.docs: $(VENV)/.playing
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

# The theme's notice of its own future is no warning about these pages.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build

jam: setup
	$(VENV)/bin/jambot jam --band bass,drums

# With the environment's Python where there is one: it may hold ziglang, which builds for the others.
BUILDER = PYTHON="$$(test -x $(VENV)/bin/python && echo $(CURDIR)/$(VENV)/bin/python || command -v $(PYTHON))"

plugin:
	$(BUILDER) bash scripts/build_plugin.sh

app:
	$(BUILDER) bash scripts/build_windows_app.sh

lock: $(VENV)/.testing
	$(VENV)/bin/python scripts/lock_playing.py

# Leaves the environment: remove .venv/ by hand for a fresh start.
clean:
	rm -rf build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
