#!/usr/bin/env bash
# Installs the Debian packages that the tests play through, where apt-get is there and one is missing.
# Elsewhere it says what to install; with CI set, a missing part is a failure.
set -euo pipefail

PACKAGES=(jackd2 fluidsynth timgm6mb-soundfont chromium g++ make dpf-source jalv)

give_up() {
    echo "tests: $1" >&2
    if [ -n "${CI:-}" ]; then
        exit 1
    fi
    echo "tests: going on; the tests that need them are skipped" >&2
    exit 0
}

if ! command -v apt-get >/dev/null 2>&1; then
    for program in jackd fluidsynth; do
        command -v "$program" >/dev/null 2>&1 ||
            give_up "no apt-get here; install by hand: ${PACKAGES[*]}"
    done
    exit 0
fi

missing=()
for package in "${PACKAGES[@]}"; do
    status="$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)"
    if [ "$status" != installed ]; then
        missing+=("$package")
    fi
done
if [ "${#missing[@]}" -eq 0 ]; then
    exit 0
fi

as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
        give_up "missing: ${missing[*]}; neither root nor sudo here: apt-get install ${missing[*]}"
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
fi
echo "tests: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq || echo "tests: apt-get update failed; trying the lists at hand" >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    give_up "could not install ${missing[*]}; try: sudo apt-get install ${missing[*]}"
