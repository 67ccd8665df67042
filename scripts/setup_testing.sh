#!/usr/bin/env bash
# Adds what training, tests and checks need to the environment that setup_playing.sh made.
# Called by `make test` and `make check`; reads VENV (default .venv), EXTRAS (default train,dev) and
# CPU_WHEELS (where torch without CUDA is; empty where CUDA is wanted).
set -euo pipefail
cd "$(dirname "$0")/.."

VENV="${VENV:-.venv}"
EXTRAS="${EXTRAS:-train,dev}"
CPU_WHEELS="${CPU_WHEELS-https://download.pytorch.org/whl/cpu}"
extra_index=()

# On Linux, PyPI's torch brings gigabytes of CUDA; take the CPU build where its index answers.
if [ -n "$CPU_WHEELS" ] && [ "$(uname -s)" = Linux ] &&
    ! "$VENV/bin/python" -c 'import torch' 2>/dev/null; then
    if "$VENV/bin/python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' \
        "$CPU_WHEELS/torch/" 2>/dev/null; then
        extra_index=(--extra-index-url "$CPU_WHEELS")
    fi
fi
# What playing needs stays as it was locked; its hashes would be asked of everything else as well.
pins="$VENV/pins.txt"
sed -n 's/^\([a-z].*==[^\]*\)\\$/\1/p' requirements.txt >"$pins"
echo "setup: installing what $EXTRAS need into $VENV (torch alone is 200 MB to download)"
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -c "$pins" \
    ${extra_index[@]+"${extra_index[@]}"} -e ".[$EXTRAS]"
