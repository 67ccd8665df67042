"""What is made of a take's log: its MIDI file, its report and its sound, in this order.

Each file is there whole or not at all. What the disk does not take is said, and the rest is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jambot.errors import JamBotError
from jambot.evaluation.sound import render
from jambot.evaluation.take.report import session_report, write_report
from jambot.music.take import read_take
from jambot.music.take_files import LOG_FILE, MIDI_FILE, PAGE_FILE, SOUND_FILE
from jambot.music.take_midi import write_session_midi

SOUND_SECONDS = 300.0
"""A longer take is made to sound only where that is asked for: an hour is 635 MB."""


@dataclass(frozen=True, slots=True)
class TakeFiles:
    """What was made of a log: the `page` of its report, and what was not made.

    `missing` says what the disk did not take; `silent` why there is no sound, where nothing failed.
    """

    page: Path
    missing: tuple[str, ...] = ()
    silent: str = ""


def make_files(
    folder: Path, sound: bool | None = None, told: Callable[[str], None] = lambda step: None
) -> TakeFiles:
    """Write what belongs to the log in `folder`. `sound`: None makes it of a short take only.

    `told` hears each step as it begins. Raises JamBotError where there is no log, or it is damaged,
    or has gone meanwhile: of a take that was deleted nothing more is written.
    """
    told("reading the log")
    take, page = read_take(folder), folder / PAGE_FILE
    missing: list[str] = []

    def attempt(name: str, write: Callable[[], object]) -> None:
        told(f"writing {name}")
        _refuse_deleted(folder)
        try:
            write()
        except OSError as error:
            missing.append(f"{name} was not written ({error.strerror or error})")

    attempt(MIDI_FILE, lambda: write_session_midi(take, folder / MIDI_FILE))
    told("measuring")
    findings = session_report(take)

    def report() -> None:
        has_sound = (folder / SOUND_FILE).is_file()
        write_report(findings, folder, SOUND_FILE if has_sound else None)

    attempt("the report", report)
    if missing or sound is False:
        return TakeFiles(page, tuple(missing))
    if sound is None and take.seconds > SOUND_SECONDS:
        cure = f"`jambot report {folder} --sound` makes it"
        return TakeFiles(page, silent=f"the take lasts {take.seconds / 60:.0f} minutes; {cure}")
    told(f"making {take.seconds:.0f} s of sound")
    _refuse_deleted(folder)
    made = render(folder / MIDI_FILE, folder / SOUND_FILE)
    if not (folder / LOG_FILE).is_file():
        (folder / SOUND_FILE).unlink(missing_ok=True)
    _refuse_deleted(folder)
    if made.path is None:
        return TakeFiles(page, silent=made.reason)
    attempt("the report", report)
    return TakeFiles(page, tuple(missing))


def _refuse_deleted(folder: Path) -> None:
    if not (folder / LOG_FILE).is_file():
        found = f"{folder / LOG_FILE} has gone while files were made of it"
        raise JamBotError(found, "the log of the take")
