"""Where the styles lie that somebody made of their own playing.

One folder for each user of the machine, not for each installation: a style outlives an upgrade.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER_VARIABLE = "JAMBOT_HOME"
"""An environment variable that names the folder for everything that is a user's own."""
RUNTIME_FILE = "genai_config.json"
"""What every folder that plays has in it."""
LONGEST_NAME = 200


def is_style_name(name: str) -> bool:
    """Whether a style may be called so: it names no place, on this platform or on another."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isprintable()
        and not name.startswith(".")
        and not any(mark in name for mark in "/\\:")
    )


def name_of(folder: Path) -> str:
    """What a style in this folder is called where no name was given: as the folder is."""
    marks = (mark if is_style_name(f"_{mark}") else "_" for mark in folder.resolve().name)
    return "".join(marks)[:LONGEST_NAME].lstrip(".") or "given"


def own_folder(
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    home: Path | None = None,
) -> Path:
    """The folder for what is a user's own; it need not exist.

    `JAMBOT_HOME` where it is set; else where this platform keeps a program's data: below
    `%LOCALAPPDATA%` on Windows, `~/Library/Application Support` on macOS, and `$XDG_DATA_HOME`
    (`~/.local/share`) elsewhere.
    """
    named = environment.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    home = home or Path.home()
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "jambot"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "jambot"
    data = environment.get("XDG_DATA_HOME", "")
    return (Path(data) if os.path.isabs(data) else home / ".local" / "share") / "jambot"


def own_style_folder(name: str) -> Path:
    """Where the style of this name lies, or would."""
    return own_folder() / "styles" / name


def own_styles() -> list[str]:
    """The names of the styles that are there, in order; none where there is no folder."""
    found = own_folder().glob(f"styles/*/{RUNTIME_FILE}")
    return sorted(f.parent.name for f in found if is_style_name(f.parent.name))
