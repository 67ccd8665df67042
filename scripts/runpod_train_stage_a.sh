#!/usr/bin/env bash
# From a bare box to a folder to take home: sets up, gets the music, prepares, trains, exports,
# examines, samples, gathers. Given again after a kill it goes on where it was.
#
#   scripts/runpod_train_stage_a.sh --data /workspace/music --work /workspace/stage_a --price 2.50
#   scripts/runpod_train_stage_a.sh --source https://example.org/corpora   # NAME.tar.gz, checked
#   scripts/runpod_train_stage_a.sh --tiny                                 # all of it in small
#   scripts/runpod_train_stage_a.sh --dry-run ...                          # what it would do and take
#
# Every option is one of `jambot stage-a`; --processes is the number of GPUs unless told.
# Reads PYTHON (default python3) and VENV (default .venv).
set -euo pipefail
here="$(pwd)"
cd "$(dirname "$0")/.."
root="$(pwd)"

PYTHON="${PYTHON:-python3}"
VENV="${VENV:-.venv}"
case "$VENV" in /*) ;; *) VENV="$root/$VENV" ;; esac

dry_run=""
told_processes=""
told_configs=""
for word in "$@"; do
    case "$word" in
        --dry-run) dry_run=yes ;;
        --processes | --processes=*) told_processes=yes ;;
        --configs | --configs=*) told_configs=yes ;;
    esac
done

gpus=0
if command -v nvidia-smi >/dev/null 2>&1; then
    gpus="$(nvidia-smi --list-gpus 2>/dev/null | grep -c '^GPU' || true)"
fi

made_of() {
    cat pyproject.toml constraints.txt requirements.txt | cksum
}

# Set up to the end by this script, or in any other way: `make test`, the image, by hand.
ready() {
    [ -x "$VENV/bin/python" ] || return 1
    [ "$(cat "$VENV/.training" 2>/dev/null)" = "$(made_of)" ] ||
        "$VENV/bin/python" scripts/check_training_setup.py
}

# The CUDA build of torch takes 6 GB with what it brings; with the CPU build it is 1.8 GB in all.
needed_gb=3
if [ "$gpus" -gt 0 ]; then
    needed_gb=10
fi

set_up() {
    local free_gb
    free_gb="$(df -Pk "$root" | awk 'NR == 2 { print int($4 / 1048576) }')"
    if [ "$free_gb" -lt "$needed_gb" ]; then
        echo "set-up: $free_gb GB of disk are free, $needed_gb GB needed" >&2
        exit 1
    fi
    rm -f "$VENV/.training"
    PYTHON="$PYTHON" VENV="$VENV" bash scripts/setup_playing.sh
    if [ "$gpus" -gt 0 ]; then
        export CPU_WHEELS=""
    fi
    VENV="$VENV" EXTRAS=train bash scripts/setup_testing.sh
    made_of >"$VENV/.training"
}

if ready; then
    echo "set-up: there already"
elif [ -n "$dry_run" ]; then
    echo "set-up: would make $VENV with everything that training needs"
    cd "$here"
    "$PYTHON" "$root/scripts/estimate_stage_a.py" --set-up-gb "$needed_gb" "$@" ||
        echo "no estimate: it needs Python 3.11 or later, and the runs' files" >&2
    exit 0
else
    echo "set-up: making $VENV"
    set_up
fi
if [ -z "$dry_run" ] && ! command -v fluidsynth >/dev/null 2>&1; then
    echo "set-up: no fluidsynth; samples will be MIDI and pictures (apt-get install fluidsynth timgm6mb-soundfont)"
fi

words=("$@")
if [ -z "$told_processes" ] && [ "$gpus" -gt 1 ]; then
    words+=(--processes "$gpus")
fi
if [ -z "$told_configs" ]; then
    words+=(--configs "$root/configs")
fi
cd "$here"
exec "$VENV/bin/python" -m jambot stage-a ${words[@]+"${words[@]}"}
