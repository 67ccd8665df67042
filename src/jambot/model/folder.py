"""Folders that hold a model: written whole, described by one JSON file, bound to one vocabulary.

Checkpoints, adapters and exported models are all such folders. No torch here, for the stage reads
the exported ones.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jambot.errors import CheckpointError, UsageError
from jambot.storage import free_name, settled

FORMAT = 1
MODEL_DESCRIPTION = "model.json"
"""What describes an exported model, in its folder."""
LARGEST_JSON_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Manner:
    """How a player is to be asked, said in its `model.json`.

    `player` is who it is told to play like. `chord_bias` is how readily it strikes chords; None is
    what is usual for such a player. `guidance` is how much of it its weights hold already.
    """

    player: str = "pianist"
    chord_bias: float | None = None
    guidance: float = 0.0

    def described(self) -> dict[str, Any]:
        """As it stands in the description, without what is usual."""
        usual = asdict(Manner())
        said = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return {"player": self.player, **said}


def refuse_to_lose_folder(
    folder: Path, inputs: Iterable[Path], description: str, *, force: bool = False
) -> None:
    """Raise UsageError where a Replacement of `folder` would lose what lies in it.

    With `force` a model of the same kind, known by its file `description`, may be replaced. Any
    other folder never is, nor one that holds an input.
    """
    if not os.path.exists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return
    cure = f"write to another folder: {free_name(folder)} is free"
    place = folder.resolve()
    if any(read.resolve().is_relative_to(place) for read in inputs):
        raise UsageError(
            f"{folder} holds files that this command reads", "another folder to write", cure
        )
    if not (folder / description).is_file():
        raise UsageError(f"{folder} exists already and holds no model", "a new folder", cure)
    if not force:
        raise UsageError(
            f"{folder} holds a model already", "a new folder", f"{cure}; or replace it with --force"
        )


def write_description(path: Path, description: dict[str, Any]) -> None:
    """Write `description` as JSON, with the format's number before it."""
    text = json.dumps({"format": FORMAT, **description}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def read_description(path: Path, fingerprint: str) -> dict[str, Any]:
    """What the JSON file at `path` says of its folder.

    Raises CheckpointError where it is missing, damaged, of another format, or was made for another
    vocabulary than the one with this `fingerprint`.
    """
    settled(path.parent)
    description = read_json(path)
    found = description.get("format")
    if found != FORMAT:
        raise CheckpointError(
            f"{path} has format {found!r:.40}",
            f"format {FORMAT}",
            "use the version of jambot that wrote it, or write it again",
        )
    if description.get("fingerprint") != fingerprint:
        raise CheckpointError(
            f"{path.parent} was made for the vocabulary {description.get('fingerprint')!s:.40}",
            f"{fingerprint}, the vocabulary of this version of jambot",
            "use the version that made it, or train and export again",
        )
    return description


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`. Raises CheckpointError where there is none."""
    try:
        if path.stat().st_size > LARGEST_JSON_BYTES:
            raise ValueError(f"more than {LARGEST_JSON_BYTES // 1_000_000} MB")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror})",
            f"a folder with a {path.name} in it",
            "name a folder that jambot itself has written, or write it again",
        ) from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is no JSON ({error})", "the file as it was written", "copy the folder again"
        ) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{path} is no JSON object", "the file as it was written", "copy the folder again"
        )
    return content


def whole_number(content: Mapping[str, Any], name: str, most: int, path: Path) -> int:
    """The number `name` of what `path` held. Raises CheckpointError unless it is 1 to `most`."""
    found = content.get(name)
    if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= most:
        return found
    raise CheckpointError(
        f"{path} says {name} {found!r:.40}", f"a whole number from 1 to {most}", "export it again"
    )
