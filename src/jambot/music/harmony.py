"""What the hands play, heard the same way in training, offline and on stage.

A pianist's comping arrives as single note-ons: block chords, rolls, bass then chord, arpeggios.
`HarmonyTracker` turns them, causally, into a few *harmony changes*; the model is trained on its
output and the stage uses the very same object, so that both hear alike. No chord name is needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jambot.music.note import Note, by_onset

ROLL_BEATS = 0.12
"""Note-ons this close to the first of a strike belong to it (60 ms at 120 bpm: a rolled chord)."""
MEMORY_BEATS = 1.0
"""A note alone is heard together with what was struck this long before (arpeggios)."""
CHORD_SIZE = 3
"""From this many pitch classes on, a strike stands for itself."""
SHORTEST_BEATS = 1e-6
"""A note of no length still goes down before it goes up."""
MAX_CLASSES = 7
"""More pitch classes than this are a cluster; the lowest ones are kept."""


@dataclass(frozen=True, slots=True)
class Harmony:
    """The lowest pitch class and the other classes in ascending order from it.

    `bass` is None, and `pitch_classes` empty, when nothing has been heard.
    """

    bass: int | None = None
    pitch_classes: tuple[int, ...] = ()

    @classmethod
    def of(cls, pitches: Iterable[int]) -> "Harmony":
        """From sounding MIDI pitches; none gives the empty harmony."""
        ordered = sorted(pitches)
        if not ordered:
            return cls()
        bass = ordered[0] % 12
        kept = list(dict.fromkeys(pitch % 12 for pitch in ordered))[:MAX_CLASSES]
        return cls(bass, tuple(sorted(kept, key=lambda pc: (pc - bass) % 12)))

    def transposed(self, semitones: int) -> "Harmony":
        """The same harmony `semitones` higher."""
        if self.bass is None:
            return self
        return Harmony(
            (self.bass + semitones) % 12, tuple((pc + semitones) % 12 for pc in self.pitch_classes)
        )


SILENCE = Harmony()


@dataclass(frozen=True, slots=True)
class HarmonyChange:
    """From `beat` on, `harmony` holds."""

    beat: float
    harmony: Harmony


@dataclass(slots=True)
class HarmonyTracker:
    """Note-ons and note-offs in, the harmony that holds out.

    Rules: note-ons within `ROLL_BEATS` of a strike's first are one strike. Three or more pitch
    classes stand for themselves, whatever is still ringing. One or two are heard with the held
    keys: they change nothing when the harmony already contains them. One alone may also complete a
    broken chord with the notes of the last `MEMORY_BEATS`; two struck together are a shell, not a
    leftover of the chord before. What is left (a lone bass note, a shell) stands alone. Released
    keys do not end a harmony: pianists lift their hands.
    """

    harmony: Harmony = SILENCE
    _held: dict[int, float] = field(default_factory=dict)
    _struck: list[tuple[float, int]] = field(default_factory=list)
    _strike_beat: float = float("-inf")
    _before: Harmony = SILENCE

    def note_on(self, beat: float, pitch: int) -> HarmonyChange | None:
        """Hear a key go down; the change dates from the strike's first note.

        A roll gives one change per note that adds to it, each replacing the one before it (they
        share their `beat`).
        """
        if beat - self._strike_beat > ROLL_BEATS:
            self._strike_beat, self._before = beat, self.harmony
        self._held[pitch] = beat
        self._struck = [(at, p) for at, p in self._struck if at > beat - MEMORY_BEATS]
        self._struck.append((beat, pitch))
        heard = self._judge()
        if heard == self.harmony:
            return None
        self.harmony = heard
        return HarmonyChange(self._strike_beat, heard)

    def note_off(self, pitch: int) -> None:
        """Hear a key go up (with the pedal down, call this when the pedal lifts)."""
        self._held.pop(pitch, None)

    def _judge(self) -> Harmony:
        strike = {p for at, p in self._struck if at >= self._strike_beat}
        together = strike | self._held.keys()
        for hand in (strike, together):
            if len({p % 12 for p in hand}) >= CHORD_SIZE:
                return Harmony.of(hand)
        known = set(self._before.pitch_classes)
        if {p % 12 for p in together} <= known:
            return self._before
        if len({p % 12 for p in strike}) == 1:
            recent = together | {p for _, p in self._struck}
            if len({p % 12 for p in recent}) >= CHORD_SIZE:
                return Harmony.of(recent)
        return Harmony.of(together)


def harmony_changes(notes: Iterable[Note]) -> list[HarmonyChange]:
    """The harmony changes a listener hears in comping `notes`, in order of beat; none for none.

    Of the changes of one strike only the last, complete one is kept.
    """
    events: list[tuple[float, int, int]] = []
    for note in by_onset(notes):
        events.append((note.onset_beats, 1, note.pitch))
        events.append((max(note.end_beats, note.onset_beats + SHORTEST_BEATS), 0, note.pitch))
    tracker, changes = HarmonyTracker(), list[HarmonyChange]()
    sounding: dict[int, int] = {}
    for beat, on, pitch in sorted(events, key=_order):
        if not on:
            sounding[pitch] -= 1
            if sounding[pitch] == 0:
                tracker.note_off(pitch)
            continue
        sounding[pitch] = sounding.get(pitch, 0) + 1
        change = tracker.note_on(beat, pitch)
        if change is None:
            continue
        if changes and changes[-1].beat == change.beat:
            changes.pop()
        changes.append(change)
    return [
        change
        for i, change in enumerate(changes)
        if i == 0 or change.harmony != changes[i - 1].harmony
    ]


def _order(event: tuple[float, int, int]) -> tuple[float, int, int]:
    """Keys go up before others go down at one moment, the last bit of a float aside."""
    beat, on, pitch = event
    return round(beat, 6), on, pitch


def harmony_at(changes: Sequence[HarmonyChange], beat: float) -> Harmony:
    """The harmony that holds at `beat` (a change on the beat counts); silence before the first."""
    held = SILENCE
    for change in changes:
        if change.beat > beat:
            break
        held = change.harmony
    return held
