#!/usr/bin/env bash
# Builds the DAW instrument for every system that this machine can build for, and says which.
# Called by `make plugin`; reads DPF (default /usr/share/dpf), PYTHON, and SYSTEMS (default: what can
# be built). Ends with 1 where the one for this machine cannot be built.
set -euo pipefail
cd "$(dirname "$0")/../plugin"

DPF="${DPF:-/usr/share/dpf}"
PYTHON="${PYTHON:-python3}"

if [ ! -f "$DPF/distrho/DistrhoPluginMain.cpp" ]; then
    echo "plugin: no DPF in $DPF" >&2
    echo "plugin: expected Debian's package dpf-source, or a checkout of DPF 1.6" >&2
    echo "plugin: apt-get install dpf-source g++, or name the folder: make plugin DPF=FOLDER" >&2
    exit 1
fi
if [ "$(uname -s)" = Linux ] && ! command -v "${CXX:-g++}" >/dev/null 2>&1; then
    echo "plugin: no C++ compiler; expected g++: apt-get install g++" >&2
    exit 1
fi

if [ -n "${SYSTEMS:-}" ]; then
    systems="$SYSTEMS"
elif "$PYTHON" -c 'import ziglang' 2>/dev/null; then
    systems="native windows macos"
else
    systems="native"
    echo "plugin: no ziglang in $PYTHON, so for this system alone; pip install ziglang builds the others"
fi
for system in $systems; do
    echo "plugin: building $system"
    make -s "$system" DPF="$DPF" PYTHON="$PYTHON"
done
du -sh ../src/jambot/assets/plugin/*/ | sed 's/^/plugin: /'
