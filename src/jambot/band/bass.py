"""The bass: what it intends from a beat on, and what it has played. Pure: no clock, no port.

How far it looks is a function of the place: to the end of the second bar after the one that it
decides. So a plan that is made anew without news says the same, and offline and live are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jambot.band.bass_rhythm import BassSlot, bar_slots
from jambot.band.bass_search import HIGHEST, LOWEST, search
from jambot.band.feel import Feel, dice, off_beat
from jambot.band.ground import Ground
from jambot.music import Chord, Meter, Note

AHEAD_BARS = 2
USUAL_VELOCITY, LOUDEST, SOFTEST = 80, 112, 40
INTENSITY_SPAN = 40.0
"""Velocities between the softest and the loudest hands."""
WEAK_ACCENT = 4
"""Two and four a little louder: where the foot and the hi-hat are."""
LEGATO = 0.94
"""A walking note sounds until just before the next."""
SKIP_CHANCE, SKIP_BPM = 0.07, 230.0
"""An eighth before the next beat, on the same string; not in fast time."""
TURN_BPM = 240.0
"""In faster time the next beat is soon enough to turn to a surprising chord."""
LOOSE_SECONDS = 0.004
"""Standard deviation of its onsets. The bass means the beat; what players call a pocket (10 to
20 ms apart, Butterfield 2010, Music Perception 27:157) is left to the solo's own timing."""
KEPT_NOTES = 4
KEPT_BEATS = 256.0
"""How far back it remembers: more than a chorus of 48 bars."""


@dataclass(frozen=True, slots=True)
class BassNote:
    """A note that is intended, the beat it is meant for, and the chord that it states.

    `extra` notes are skips and turns between the beats of the line.
    """

    note: Note
    beat: float
    chord: Chord
    extra: bool = False


@dataclass(slots=True)
class Bassist:
    """Intends notes under what is known by now; `take` tells it which were played.

    Threads: for a single thread.
    """

    meter: Meter
    seed: int
    form_beats: int | None = None
    """The length of a chorus, where there is one: the line is not to be that of the one before."""
    _taken: list[BassNote] = field(default_factory=list)
    _pitches: dict[float, int] = field(default_factory=dict)
    """Of the line, by beat, as far back as it remembers."""

    def forget(self) -> None:
        """Nothing has been played: after a stop."""
        self._taken.clear()
        self._pitches.clear()

    def take(self, played: BassNote) -> None:
        """This note will sound for certain."""
        self._taken = [*self._taken[-KEPT_NOTES:], played]
        if not played.extra:
            self._pitches[played.beat] = played.note.pitch
        while next(iter(self._pitches), played.beat) < played.beat - KEPT_BEATS:
            del self._pitches[next(iter(self._pitches))]

    def intend(
        self,
        from_beat: float,
        ground: Ground,
        feel: Feel,
        bpm: float,
        intensity: float = 0.5,
    ) -> list[BassNote]:
        """The notes of the beats from `from_beat` on, in order, to the end of the bars ahead.

        `intensity` is that of the hands, 0 to 1.
        """
        line = [note for note in self._taken if not note.extra]
        stated = self._taken[-1].chord if self._taken else None
        bar = self.meter.bar_at(from_beat)
        slots: list[BassSlot] = []
        for number in range(bar, bar + AHEAD_BARS + 1):
            chord = slots[-1].chord if slots else stated
            slots += bar_slots(number, self.meter, feel, bpm, ground, self.seed, chord)
        slots = _from(from_beat, slots, stated)
        slots = self._answering(from_beat, slots, ground, stated)
        before = [note.note.pitch for note in line[-2:]]
        pitches = search(slots, before, [self._last_time(slot) for slot in slots], self.seed)
        walked = [
            self._struck(slot, pitch, feel, bpm, intensity)
            for slot, pitch in zip(slots, pitches, strict=True)
        ]
        return self._with_extras(from_beat, walked, ground, feel, bpm)

    def _answering(
        self, from_beat: float, slots: list[BassSlot], ground: Ground, stated: Chord | None
    ) -> list[BassSlot]:
        """A chord that came as a surprise is stated on the next beat, whatever the rhythm."""
        beat = -int(-from_beat // 1)
        chord = ground.at(beat)
        if stated is None or chord in (stated, None) or (slots and slots[0].beat <= beat):
            return slots
        assert chord is not None
        length = slots[0].beat - beat if slots else 1.0
        first = BassSlot(float(beat), length, chord, arrives=True, strong=False, opens=False)
        return [first, *_from(beat, slots, chord)]

    def _last_time(self, slot: BassSlot) -> int | None:
        if self.form_beats is None:
            return None
        return self._pitches.get(slot.beat - self.form_beats)

    def _struck(
        self, slot: BassSlot, pitch: int, feel: Feel, bpm: float, intensity: float
    ) -> BassNote:
        luck = dice(self.seed, "touch", slot.beat)
        loose = luck.gauss(0.0, LOOSE_SECONDS) * bpm / 60.0
        velocity = USUAL_VELOCITY + INTENSITY_SPAN * (intensity - 0.5) + luck.uniform(-4, 4)
        velocity += 0 if slot.strong else WEAK_ACCENT
        onset = placed(slot.beat, feel, bpm)
        length = placed(slot.beat + slot.length, feel, bpm) - onset
        note = Note(
            onset + loose,
            max(0.2, length * LEGATO),
            pitch,
            round(min(max(velocity, SOFTEST), LOUDEST)),
        )
        return BassNote(note, slot.beat, slot.chord)

    def _with_extras(
        self, from_beat: float, walked: list[BassNote], ground: Ground, feel: Feel, bpm: float
    ) -> list[BassNote]:
        """Between the beats: a skip now and then, and the root of a chord that surprised."""
        last = self._taken[-1:]
        whole = [note for note in (*last, *walked) if not note.extra]
        found: list[BassNote] = list(walked)
        for note in whole:
            at = note.beat + 0.5
            if note.beat % 1 or at < from_beat or any(other.beat == at for other in walked):
                continue
            turn = self._turn(note, ground, bpm) if note in last else None
            extra = turn or self._skip(note, feel, bpm)
            if extra is not None:
                onset = placed(at, feel, bpm)
                length = (1.0 - onset % 1.0) * (LEGATO if turn else 0.6)
                played = replace(extra.note, onset_beats=onset, duration_beats=length)
                found.append(replace(extra, note=played))
        return sorted(found, key=lambda note: note.beat)

    def _turn(self, note: BassNote, ground: Ground, bpm: float) -> BassNote | None:
        """The root of a chord that came just after `note`, which is foreign to it."""
        chord = ground.at(note.beat)
        if chord is None or chord == note.chord or bpm > TURN_BPM:
            return None
        if note.note.pitch % 12 in chord.pitch_classes:
            return None
        near = [p for p in range(LOWEST, HIGHEST + 1) if p % 12 == chord.bass]
        pitch = min(near, key=lambda p: abs(p - note.note.pitch))
        return BassNote(replace(note.note, pitch=pitch), note.beat + 0.5, chord, extra=True)

    def _skip(self, note: BassNote, feel: Feel, bpm: float) -> BassNote | None:
        walks = feel in (Feel.swing, Feel.waltz) and bpm < SKIP_BPM
        if not walks or dice(self.seed, "skip", note.beat).random() >= SKIP_CHANCE:
            return None
        softer = replace(note.note, velocity=max(SOFTEST, note.note.velocity - 18))
        return BassNote(softer, note.beat + 0.5, note.chord, extra=True)


def placed(beat: float, feel: Feel, bpm: float) -> float:
    """A beat, or half of one, where the feel has it."""
    whole, half = divmod(beat, 1.0)
    return whole + (off_beat(feel, bpm) if half else 0.0)


def bass_line(
    ground: Ground,
    bars: int,
    meter: Meter,
    bpm: float,
    feel: Feel = Feel.auto,
    seed: int = 1,
    form_beats: int | None = None,
) -> list[BassNote]:
    """A whole line offline, note by note as the stage would decide it."""
    bassist = Bassist(meter, seed, form_beats)
    line: list[BassNote] = []
    for bar in range(bars):
        begins, ends = meter.bar_start(bar), meter.bar_start(bar + 1)
        for note in bassist.intend(begins, ground, feel, bpm):
            if note.beat < ends:
                bassist.take(note)
                line.append(note)
    return line


def _from(beat: float, slots: Sequence[BassSlot], stated: Chord | None) -> list[BassSlot]:
    """The slots from `beat` on; the first of them arrives where its chord is not stated yet."""
    kept = [slot for slot in slots if slot.beat >= beat]
    if kept:
        kept[0] = replace(kept[0], arrives=kept[0].chord != stated)
    return kept
