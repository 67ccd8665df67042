#!/usr/bin/env bash
# Makes the playing environment: a virtual environment with `jambot` and what playing needs.
# Called by `make setup`; reads PYTHON (default python3) and VENV (default .venv).
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
VENV="${VENV:-.venv}"

if ! command -v "$PYTHON" >/dev/null 2>&1; then
    echo "setup: no '$PYTHON' on the PATH; install Python 3.11 or later, or name one: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "setup: found $("$PYTHON" --version 2>&1); JAM_BOT needs Python 3.11 or later: make setup PYTHON=python3.12" >&2
    exit 1
fi
# Also where one was cut off before it had its pip.
if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1 && ! "$PYTHON" -m venv "$VENV"; then
    echo "setup: '$PYTHON -m venv' failed; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
fi
install() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}
# What is downloaded is what was locked, byte for byte; the tool that builds the package is in it.
echo "setup: installing what playing needs into $VENV (about 100 MB to download)"
install --require-hashes -r requirements.txt
install --no-deps --no-build-isolation -e .
