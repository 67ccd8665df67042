"""The table of gestures as a TOML file, read and written.

    trigger = ["cc 66", "note 36 channel 10"]   # the middle pedal, or a pad
    density = "cc 21"                            # another knob than the mod wheel
    swing = []                                   # nothing asks for swing

What the file does not name keeps its built-in control.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jambot.errors import UsageError
from jambot.realtime.gestures import BUILT_IN, Action, GestureMap, read_control, refused
from jambot.storage import write_whole


def read_gestures(path: Path) -> GestureMap:
    """The table of a TOML file over the built-in one.

    UsageError where it cannot be read, names no action, or gives one control to two of them.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", "a file with a table of gestures", "see docs/realtime.md"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}", "TOML", 'lines such as trigger = "cc 66"') from error
    taken: dict[tuple[int, int, int | None], str] = {}
    for name, control in _controls(table):
        where = read_control(name, control)
        if taken.setdefault(where, name) != name:
            raise UsageError(
                f"{path}: {control!r} asks for {taken[where]} and for {name}",
                "one action a control",
                "take it out of one of them",
            )
    kept = {
        name: [
            c
            for c in ([old] if isinstance(old, str) else old)
            if read_control(name, c) not in taken
        ]
        for name, old in BUILT_IN.items()
    }
    return GestureMap({**kept, **table}, path)


def _controls(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, controls in table.items():
        if not isinstance(controls, str | list):
            raise refused(name, controls)
        for control in [controls] if isinstance(controls, str) else controls:
            yield name, control


def bind_in_file(path: Path, action: Action, control: str) -> str | None:
    """Write that `control` asks for `action`, and for nothing else; the rest of the file stays.

    Gives the action that it asked for before, by the file or built in; None where by none. A file
    that is not there is begun. UsageError where it is no table of gestures or cannot be written.
    """
    known = read_gestures(path) if path.is_file() else GestureMap()
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    table = tomllib.loads(text)
    where = read_control(action, control)
    before = None
    for name, old in known.controls.items():
        controls = [old] if isinstance(old, str) else old
        if name == action or all(read_control(name, c) != where for c in controls):
            continue
        before = name
        if name in table:
            kept = [c for c in controls if read_control(name, c) != where]
            text = _with_line(text, name, kept)
    text = _with_line(text, action, [control])
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "a file that can be written") from error
    return before


def _with_line(text: str, name: str, controls: list[str]) -> str:
    """The text with the statement for `name` replaced, or added at the end."""
    quoted = ", ".join(f'"{control}"' for control in controls)
    new = f"{name} = {quoted if len(controls) == 1 else f'[{quoted}]'}"
    lines = text.splitlines()
    for first, line in enumerate(lines):
        if re.match(rf"\s*{name}\s*=", line):
            last = _last_line(lines, first)
            return "\n".join([*lines[:first], new, *lines[last + 1 :]]) + "\n"
    return "\n".join([*lines, new]) + "\n"


def _last_line(lines: list[str], first: int) -> int:
    """Where the statement that begins on line `first` of a sound file ends."""
    for last in range(first, len(lines)):
        try:
            tomllib.loads("\n".join(lines[first : last + 1]))
        except tomllib.TOMLDecodeError:
            continue
        return last
    return first
