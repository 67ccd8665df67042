"""What ships with JAM_BOT: the trained model(s) and a comping performance to play over.

Data and the way to find it; imports `errors` only.
"""

from pathlib import Path

from jambot.errors import UsageError

FOLDER = Path(__file__).parent
MODELS = FOLDER / "models"
DEMO_COMPING = FOLDER / "demo_comping.mid"


def model_names() -> list[str]:
    """The models that ship, by name."""
    return sorted(f.parent.name for f in MODELS.glob("*/genai_config.json"))


def find_model(name: str) -> Path:
    """The folder of a shipped model, or `name` itself where it is an exported folder."""
    for folder in (MODELS / name, Path(name)):
        if (folder / "genai_config.json").is_file():
            return folder
    raise UsageError(
        f"no adapter named {name!r}",
        f"one of {', '.join([*model_names(), 'chord-tones'])}, or a folder made by `jambot export`",
        "check the name",
    )
