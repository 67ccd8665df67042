"""What ships with JAM_BOT: trained model(s), comping to play over, and FL Studio's script.

Data and the way to find it; imports `errors` only.
"""

from pathlib import Path

from jambot.errors import UsageError

FOLDER = Path(__file__).parent
MODELS = FOLDER / "models"
FIRST_STYLE = "jazz"
DEMO_COMPING = FOLDER / "demo_comping.mid"
FL_SCRIPT = "fl_studio/device_JamBot.py"
"""Below this folder in the wheel, below `integrations` in a clone."""


def shipped_styles() -> list[str]:
    """The models that ship, by name: `jazz` first, which plays unless told otherwise."""
    names = (f.parent.name for f in MODELS.glob("*/genai_config.json"))
    return sorted(names, key=lambda name: (name != FIRST_STYLE, name))


def find_model(name: str) -> Path:
    """The folder of a shipped model, or `name` itself where it is an exported folder."""
    for folder in (MODELS / name, Path(name)):
        if (folder / "genai_config.json").is_file():
            return folder
    raise UsageError(
        f"no adapter named {name!r}",
        f"{', '.join([*shipped_styles(), 'chord-tones'])}, or a folder made by `jambot export`",
        "check the name",
    )


def fl_script() -> Path:
    """The script that FL Studio runs."""
    shipped = FOLDER / FL_SCRIPT
    return shipped if shipped.is_file() else FOLDER.parents[2] / "integrations" / FL_SCRIPT
