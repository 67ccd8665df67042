"""A film of two seconds, written by hand: two chords, a line of eighths, a plan that changed."""

import os

import pytest

from jambot.evaluation.sound import find_soundfont
from jambot.music import Note
from jambot.video.arrangement import Section
from jambot.video.film import Film, Intention, SoloNote

LINE = (72, 74, 76, 79, 77)


@pytest.fixture
def film():
    """At 120 bpm, beat 0 at a quarter of a second."""
    solo = [Note(0.5 + 0.5 * i, 0.4, pitch, 100) for i, pitch in enumerate(LINE)]
    given_up = Note(2.0, 0.5, 61, 90)
    return Film(
        seconds=2.0,
        bpm=120.0,
        beats_per_bar=4,
        zero_seconds=0.25,
        seed=7,
        solo=tuple(SoloNote(note, note.onset_beats - 0.12, "piano") for note in solo),
        hands=(Note(0, 1.8, 48, 70), Note(0, 1.8, 55, 70), Note(2, 1, 53, 70), Note(2, 1, 57, 70)),
        chords=((0.0, "C"), (2.0, "Fmaj7")),
        intentions=(
            *(Intention(n, -0.2, n.onset_beats - 0.12, True, "piano") for n in solo),
            Intention(given_up, 0.0, 1.0, False, "piano"),
        ),
        sections=(Section(0, 1, "piano"),),
    )


@pytest.fixture
def fluidsynth(require_program):
    """Both the program and a soundfont."""
    require_program("fluidsynth")
    if find_soundfont() is None:
        missing = "no soundfont; `make test` installs timgm6mb-soundfont where apt-get is there"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
