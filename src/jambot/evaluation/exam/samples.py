"""A few solos of an exam to listen to and to look at: MIDI, sound if there is any, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jambot.evaluation.drawing.page import page
from jambot.evaluation.drawing.piano_roll import Roll, chord_names, roll_of
from jambot.evaluation.drawing.picture import picture
from jambot.evaluation.exam.offline import Exam
from jambot.evaluation.exam.results import Attempt
from jambot.evaluation.sound import render
from jambot.music import Note, TempoMap, Track, write_midi
from jambot.music.take_midi import COMPING_PROGRAM, SOLO_PROGRAM

SOLOS = 5
PAGE = "solos.html"


@dataclass(frozen=True, slots=True)
class Samples:
    """What was written: the page of rolls, the MIDI files, and why there is no sound, if so."""

    page: Path
    midi: tuple[Path, ...]
    silent: str = ""


def write_samples(exam: Exam, folder: Path) -> Samples:
    """Write `SOLOS` of the model's solos, spread over the tunes of the exam, into `folder`.

    Each begins at beat 0 of its file, over the hands, with the chords as markers; its piano roll is
    the SVG of the same name. Without FluidSynth or a soundfont there is no wav. An exam of fewer
    tunes gives as many solos.
    """
    folder.mkdir(parents=True, exist_ok=True)
    attempts = exam.results[exam.model].attempts
    count = min(SOLOS, len(attempts))
    chosen = [attempts[i * len(attempts) // count] for i in range(count)]
    paths, shown, silent = [], [], ""
    for number, attempt in enumerate(chosen, 1):
        path = folder / f"{number:02}_{attempt.excerpt.sample_id}.mid"
        write_solo(attempt, path)
        silent = silent or render(path, path.with_suffix(".wav")).reason
        paths.append(path)
        roll, about = _roll(attempt), _about(attempt)
        path.with_suffix(".svg").write_text(picture(roll, about), encoding="utf-8")
        shown.append((path.stem, about, roll))
    title = f"{count} solos over held-out tunes"
    (folder / PAGE).write_text(
        page("rolls.html", kind="Solos", title=title, sections=[((), shown)]), encoding="utf-8"
    )
    return Samples(folder / PAGE, tuple(paths), silent)


def write_solo(attempt: Attempt, path: Path) -> None:
    """Write one solo over its hands as a MIDI file that begins where its excerpt does."""
    excerpt = attempt.excerpt
    start = excerpt.start_beats
    tracks = [
        Track("solo", _from(start, attempt.solo), SOLO_PROGRAM),
        Track("conditioning", _from(start, _hands(attempt)), COMPING_PROGRAM),
    ]
    names = [(beat - start, name) for beat, name in chord_names(excerpt.chords)]
    held = [(0.0, name) for beat, name in names if beat < 0][-1:]
    markers = held + [(beat, name) for beat, name in names if 0 <= beat < excerpt.end_beats - start]
    write_midi(path, tracks, TempoMap.constant(excerpt.tempo_bpm), excerpt.meter, markers)


def _from(start_beats: float, notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(replace(note, onset_beats=note.onset_beats - start_beats) for note in notes)


def _hands(attempt: Attempt) -> list[Note]:
    return attempt.excerpt.within(attempt.excerpt.conditioning)


def _roll(attempt: Attempt) -> Roll:
    excerpt = attempt.excerpt
    return roll_of(attempt.solo, excerpt.chords, _hands(attempt), excerpt.meter)


def _about(attempt: Attempt) -> str:
    return f"{attempt.excerpt.tune} · {attempt.excerpt.tempo_bpm:.0f} bpm"
