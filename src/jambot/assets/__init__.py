"""What ships with JAM_BOT: trained model(s), comping to play over, and FL Studio's script.

Data and the way to find it, styles of one's own included; imports `errors` only.
"""

import platform
import sys
from pathlib import Path

from jambot.assets.own_styles import RUNTIME_FILE, own_style_folder, own_styles
from jambot.errors import UsageError

FOLDER = Path(__file__).parent
MODELS = FOLDER / "models"
RUNTIME = FOLDER / "runtime"
"""The one `genai_config.json` that the model runtime ever reads."""
FIRST_STYLE = "piano"
CHORD_TONES = "chord-tones"
"""The name of the rule-based player: no weights, and no style to speak of."""
BASE = FOLDER / "base"
"""The checkpoint of `FIRST_STYLE` in half precision: what styles of one's own are trained on."""
DEMO_COMPING = FOLDER / "demo_comping.mid"
BEATS = FOLDER / "beats.npz"
"""What `music.beat_model` knows of pianists, made by `python -m lab beats --fit`."""
FL_SCRIPT = "fl_studio/device_JamBot.py"
"""Below this folder in the wheel, below `integrations` in a clone."""

PLUGINS = FOLDER / "plugin"
"""The instrument's binaries, a folder for each system; made by `make plugin`, kept in the wheel."""


def plugin_binaries(system: str = sys.platform) -> Path | None:
    """The folder with the plugin for a system (of `sys.platform`); None where none ships."""
    machine = {"win32": "windows-x86_64", "darwin": "macos"}.get(
        system, f"linux-{platform.machine()}"
    )
    folder = PLUGINS / machine
    return folder if folder.is_dir() else None


def shipped_styles() -> list[str]:
    """The models that ship, by name: `piano` first, which plays unless told otherwise."""
    names = (f.parent.name for f in MODELS.glob(f"*/{RUNTIME_FILE}"))
    return sorted(names, key=lambda name: (name != FIRST_STYLE, name))


def known_styles() -> list[str]:
    """Every style that can be asked for by name: the shipped ones, then those of one's own."""
    shipped = shipped_styles()
    return [*shipped, *(name for name in own_styles() if name not in shipped)]


def find_style(name: str) -> Path:
    """The folder of a known style: one that ships, or one's own. A path is no name."""
    if name in shipped_styles():
        return MODELS / name
    if name in own_styles():
        return own_style_folder(name)
    raise UsageError(
        f"no style named {name!r:.80}",
        ", ".join([*known_styles(), CHORD_TONES]),
        "check the name",
    )


def find_model(name: str) -> Path:
    """The folder of a known style, or `name` itself where it is an exported folder.

    For what a person says at the terminal; where anybody else names a style, `find_style`.
    """
    if name not in known_styles() and (Path(name) / RUNTIME_FILE).is_file():
        return Path(name)
    try:
        return find_style(name)
    except UsageError as error:
        raise UsageError(
            f"no adapter named {name!r}",
            f"{error.expected}, or a folder made by `jambot export`",
            error.cure,
        ) from error


def fl_script() -> Path:
    """The script that FL Studio runs."""
    shipped = FOLDER / FL_SCRIPT
    return shipped if shipped.is_file() else FOLDER.parents[2] / "integrations" / FL_SCRIPT
