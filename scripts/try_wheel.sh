#!/usr/bin/env bash
# Builds sdist and wheel and tries the wheel as a stranger would: an empty environment, the base
# dependencies alone, a folder that is not this one. Says sizes; fails where one is too large, torch
# came along, something that is not the product's travels in it, or a command fails.
#
#   bash scripts/try_wheel.sh                     with python3
#   PYTHON=python3.12 bash scripts/try_wheel.sh   with another
#
# Works in a temporary folder (TMPDIR) and leaves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
MOST_WHEEL_MB=60
MOST_SDIST_MB=60
MOST_DISK_MB=320

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fail() {
    echo "try_wheel: $1" >&2
    exit 1
}

megabytes() {
    du -sm "$1" | cut -f1
}

at_most() {
    [ "$2" -le "$3" ] || fail "$1 has $2 MB, at most $3 were expected"
    echo "$1: $2 MB"
}

# The wheel is built from the sdist, so that the sdist is known to be whole.
"$PYTHON" -m venv "$work/build"
"$work/build/bin/pip" install --quiet --disable-pip-version-check build
"$work/build/bin/python" -m build --outdir "$work/dist" . >"$work/build.log" 2>&1 ||
    { tail -20 "$work/build.log" >&2; fail "could not be built"; }
sdist=("$work"/dist/*.tar.gz)
wheel=("$work"/dist/*.whl)
at_most "sdist" "$(megabytes "${sdist[0]}")" "$MOST_SDIST_MB"
at_most "wheel" "$(megabytes "${wheel[0]}")" "$MOST_WHEEL_MB"

"$work/build/bin/python" - "${sdist[0]}" "${wheel[0]}" <<'PYTHON'
import sys
import tarfile
import zipfile

with tarfile.open(sys.argv[1]) as packed:
    source = {name.partition("/")[2] for name in packed.getnames()}
wheel = set(zipfile.ZipFile(sys.argv[2]).namelist())
foreign = {"research", ".ci", ".git", "data", "checkpoints", "takes", "site"}
if found := sorted(name for name in source if name.partition("/")[0] in foreign):
    sys.exit(f"try_wheel: the sdist holds {', '.join(found[:5])}")
if found := sorted(n for n in wheel if not n.startswith(("jambot/", "jam_bot-"))):
    sys.exit(f"try_wheel: the wheel holds {', '.join(found[:5])}")
needed = {"LICENSE", "README.md", "pyproject.toml", "docs/licences.md"}
if missing := sorted(needed - source):
    sys.exit(f"try_wheel: the sdist lacks {', '.join(missing)}")
PYTHON

"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "${wheel[0]}"
at_most "environment" "$(megabytes "$work/venv")" "$MOST_DISK_MB"
"$work/venv/bin/pip" check --disable-pip-version-check
if "$work/venv/bin/python" -c 'import torch' 2>/dev/null; then
    fail "torch came along, and playing needs none"
fi

mkdir "$work/elsewhere"
cd "$work/elsewhere"
unset PYTHONPATH
jambot="$work/venv/bin/jambot"
"$jambot" --version
"$jambot" demo --fast --seconds 8 --out take
[ -s take/session.mid ] && [ -s take/report.html ] || fail "the demo left no take"
"$jambot" generate take/session.mid -o solo.mid --bars 4
[ -s solo.mid ] || fail "no solo was written"
"$jambot" ports
echo "try_wheel: good, with $("$work/venv/bin/python" --version)"
