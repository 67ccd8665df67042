"""The harmony changes of notes that are known already, as the ear hears them one by one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from jambot.music.chord import Chord, recognise
from jambot.music.ear import HarmonyTracker
from jambot.music.harmony import Harmony, HarmonyChange
from jambot.music.note import Note, by_onset

SHORTEST_BEATS = 1e-6
"""A note of no length still goes down before it goes up."""
_UP, _SILENT, _ON = 0, 1, 2
"""Keys go up and fall silent before others go down at one moment."""


def harmony_changes(notes: Iterable[Note]) -> list[HarmonyChange]:
    """The harmony changes a listener hears in comping `notes`, in order of beat; none for none.

    Of the changes of one strike only the last, complete one is kept.
    """
    changes: list[HarmonyChange] = []
    for change in _heard_in(notes):
        if changes and changes[-1].beat == change.beat:
            changes.pop()
        changes.append(change)
    return [
        change
        for i, change in enumerate(changes)
        if i == 0 or change.harmony != changes[i - 1].harmony
    ]


def chord_names(changes: Iterable[HarmonyChange]) -> list[tuple[float, str]]:
    """(beat, chord name) wherever the name changes; a harmony without a name changes nothing."""
    named: list[tuple[float, str]] = []
    chord: Chord | None = None
    for change in changes:
        chord = recognise(_close_voicing(change.harmony), chord) or chord
        if chord is not None:
            named.append((change.beat, chord.symbol))
    return named[:1] + [b for a, b in pairwise(named) if a[1] != b[1]]


def _close_voicing(harmony: Harmony) -> list[int]:
    if harmony.bass is None:
        return []
    return [36 + harmony.bass] + [
        60 + (pc - harmony.bass) % 12 + harmony.bass for pc in harmony.pitch_classes
    ]


def _heard_in(notes: Iterable[Note]) -> Iterator[HarmonyChange]:
    tracker = HarmonyTracker()
    down: Counter[int] = Counter()
    for beat, what, pitch in sorted(_events(notes), key=_order):
        waited = tracker.wait(beat)
        if waited:
            yield waited
        down[pitch] += {_ON: 1, _UP: -1}.get(what, 0)
        if what == _ON:
            change = tracker.note_on(beat, pitch)
            if change:
                yield change
        elif down[pitch] == 0:
            tracker.rings_on(pitch) if what == _UP else tracker.note_off(pitch)
    waited = tracker.wait(float("inf"))
    if waited:
        yield waited


def _events(notes: Iterable[Note]) -> Iterator[tuple[float, int, int]]:
    for note in by_onset(notes):
        up = max(note.end_beats, note.onset_beats + SHORTEST_BEATS)
        yield note.onset_beats, _ON, note.pitch
        yield up, _UP, note.pitch
        yield up + note.rings_beats, _SILENT, note.pitch


def _order(event: tuple[float, int, int]) -> tuple[float, int, int]:
    """By the beat, the last bit of a float aside."""
    beat, what, pitch = event
    return round(beat, 6), what, pitch
