"""The harmony changes of notes that are known already, as the ear hears them one by one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from jambot.music.chord import Chord, recognise
from jambot.music.ear import HarmonyTracker
from jambot.music.harmony import Harmony, HarmonyChange
from jambot.music.note import Note, by_onset

SHORTEST_BEATS = 1e-6
"""A note of no length still goes down before it goes up."""
THIRDS, OTHERS, COLOURS = {3, 4}, {7, 10, 11}, {2, 5, 6, 9}
"""Semitones above the root: third; fifth and seventh; ninth, elevenths and thirteenth."""
EARLY_BEATS = 0.75
"""A swung eighth before the bar line, and a hand that is a little early."""
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


def chord_names(
    changes: Iterable[HarmonyChange], written: Sequence[HarmonyChange] = ()
) -> list[tuple[float, str]]:
    """(beat, chord name) wherever the name changes; a harmony without a name changes nothing.

    A voicing of a chord that is `written` in a chart has its name (`chord_read`).
    """
    named: list[tuple[float, str]] = []
    chord: Chord | None = None
    for change in changes:
        harmony = (chord_read(change, written) if written else None) or change.harmony
        chord = recognise(_close_voicing(harmony), chord) or chord
        if chord is not None:
            named.append((change.beat, chord.symbol))
    return named[:1] + [b for a, b in pairwise(named) if a[1] != b[1]]


def chord_read(change: HarmonyChange, written: Sequence[HarmonyChange]) -> Harmony | None:
    """The chord of a chart that these keys are a voicing of; None where they are another chord.

    Pianists leave out the root and add colours: tones of the chord alone, or its third, with fifth
    or seventh, and ninth, eleventh or thirteenth. They strike the coming one up to `EARLY_BEATS`
    early.

    >>> bb = HarmonyChange(3.5, Harmony.of([41, 57, 62]))
    >>> chord_read(bb, [HarmonyChange(4.0, Harmony.of([46, 50, 53, 57]))]).bass
    10
    """
    tones = set(change.harmony.pitch_classes)
    due = [w for w in written if w.beat <= change.beat + EARLY_BEATS]
    now = [w for w in due if w.beat <= change.beat][-1:]
    for chord in (*reversed([w for w in due if w.beat > change.beat]), *now):
        if _is_voicing(tones, chord.harmony):
            return chord.harmony
    return None


def _is_voicing(tones: set[int], chord: Harmony) -> bool:
    common = tones.intersection(chord.pitch_classes)
    if chord.bass is None or len(common) < 2:
        return False
    above = {(pc - chord.bass) % 12 for pc in common}
    colours = {(pc - chord.bass) % 12 for pc in tones - common}
    return not colours or (bool(above & THIRDS and above & OTHERS) and colours <= COLOURS)


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
