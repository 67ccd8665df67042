"""`jambot demo --video`: what is asked is checked first, then played, drawn and looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from rich.table import Table

from jambot.cli.screen import out, progress_bar, say
from jambot.errors import JamBotError, UsageError
from jambot.realtime.main import JamSettings
from jambot.realtime.stopping import Stopping
from jambot.storage import refuse_to_lose
from jambot.video.examination import FilmFindings, examine
from jambot.video.film import Film
from jambot.video.production import PictureSize, check_files, cut_clip, develop, shoot, styles_for


@dataclass(frozen=True, slots=True)
class Filming:
    """What is to be made of a demo: a `video`, a `clip`, or both; with `check` it is measured."""

    video: Path | None
    clip: Path | None
    picture: PictureSize
    check: bool = False

    def __post_init__(self) -> None:
        if self.check and self.video is None:
            raise UsageError("--check without --video", "a film to check", "add --video FILE")
        check_files(self.video, self.clip)

    def refuse_to_lose(self, read: Sequence[Path], *, force: bool) -> None:
        """Raise UsageError where a file would be lost, of somebody's or of these two."""
        if self.video is not None and self.video == self.clip:
            raise UsageError(f"{self.video}: the film and its loop", "two files", "name another")
        for path in (self.video, self.clip):
            if path is not None:
                refuse_to_lose(path, read, force=force)


def shoot_demo(asked: Filming, settings: JamSettings, adapter: str | None, take: Path) -> None:
    """Play the demo into the folder `take`, and make of it what was asked for.

    Raises JamBotError where a check finds something wrong.
    """
    with Stopping() as stopping:
        made = shoot(settings, styles_for(adapter), take, stopping)
        with progress_bar("film") as advance:
            if asked.clip is not None:
                cut_clip(made, asked.clip, lambda name, done, all: advance(done, all, name))
            if asked.video is not None:
                picture = asked.picture
                develop(
                    made, asked.video, picture, lambda name, done, all: advance(done, all, name)
                )
    for path in (asked.clip, asked.video):
        if path is not None:
            say(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    if asked.check and asked.video is not None:
        _judge(asked.video, made)


def _judge(path: Path, made: Film) -> None:
    found = examine(path, made)
    table = Table("measured", "is")
    for field in fields(FilmFindings):
        value = getattr(found, field.name)
        table.add_row(field.name, f"{value:.3f}" if isinstance(value, float) else str(value))
    out.print(table)
    faults = found.faults(made)
    if faults:
        raise JamBotError(f"{path.name}: {'; '.join(faults)}", "a film without faults")
