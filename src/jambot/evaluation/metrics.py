"""Musical figures of a solo: pure functions on notes, and on the chords under them.

Conventions shared by all: notes are taken in playing order (onset, then pitch); a solo's *span*
runs from its first onset to its last note's end; an empty case gives 0; nothing is rounded. The
human figures that reports print beside these were taken with the same functions (`docs/kpi.md`).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from jambot.music import ChordSpan, HarmonyChange, Note, TempoMap, by_onset, strikes

GAP_SECONDS = 0.180
"""A silence this long between solo notes counts as dead air (design, section 7)."""
ON_BEAT_BEATS = 0.125
"""A note this close to a beat line is on the beat: a 32nd, past people's mean 0.07 off the grid."""
TOGETHER_BEATS = 0.1
"""A note this little before a *played* chord is heard with it: hands are never on the line."""
TRANSPOSITIONS = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6)
"""Every other key: what the baseline of `transposed_chord_tone_ratio` averages over."""
STEP_SEMITONES = 2
REPETITION_INTERVALS = 4


@dataclass(frozen=True, slots=True)
class ChordLine:
    """Which pitch classes the chord holds, beat by beat.

    `classes[i]` holds from `starts[i]` on; None where there is no chord (N.C., silence, a hole
    between spans). Before the first start there is none.
    """

    starts: tuple[float, ...]
    classes: tuple[frozenset[int] | None, ...]

    @classmethod
    def of(cls, chords: "Chords") -> "ChordLine":
        """From written chord spans, or from the harmony changes heard in comping."""
        line: list[tuple[float, frozenset[int] | None]] = []
        for chord in chords:
            if isinstance(chord, HarmonyChange):
                heard = frozenset(chord.harmony.pitch_classes)
                line.append((chord.beat - TOGETHER_BEATS, heard or None))
                continue
            while line and line[-1][0] >= chord.onset_beats:
                line.pop()
            named = frozenset(chord.chord.pitch_classes) if chord.chord else None
            line += [(chord.onset_beats, named), (chord.end_beats, None)]
        return cls(tuple(start for start, _ in line), tuple(classes for _, classes in line))

    def at(self, beat: float) -> frozenset[int] | None:
        """The chord's pitch classes at `beat`, or None where there is no chord."""
        i = bisect_right(self.starts, beat) - 1
        return self.classes[i] if i >= 0 else None


Chords = Sequence[ChordSpan] | Sequence[HarmonyChange] | Sequence[ChordSpan | HarmonyChange]


def chord_tone_ratio(
    notes: Sequence[Note], chords: Chords | ChordLine, *, on_beat: bool = False, transposed: int = 0
) -> float:
    """Share of the notes whose pitch class belongs to the chord at their onset, 0–1.

    Formula: |{n : (pitch(n) + transposed) mod 12 in chord(onset(n))}| / |{n : a chord holds}|.
    Convention: notes where no chord holds are left out of both counts; `on_beat` keeps the notes
    within `ON_BEAT_BEATS` of a beat line. A written chord counts with its own classes, a played one
    with the classes the hands play.
    Empty case: no note under a chord gives 0.
    Reference: the harmonic coherence figures of jazz generators, e.g. Madaghiele et al., "MINGUS:
    Melodic Improvisation Neural Generator Using Seq2Seq", ISMIR 2021.

    >>> from jambot.music import ChordSpan, Note, parse_chord
    >>> c_major = [ChordSpan(0.0, 4.0, parse_chord("Cmaj7"))]
    >>> line = [Note(0.0, 0.5, 60), Note(0.5, 0.5, 62), Note(1.0, 0.5, 64), Note(1.5, 0.5, 65)]
    >>> chord_tone_ratio(line, c_major), chord_tone_ratio(line, c_major, on_beat=True)
    (0.5, 1.0)
    """
    line = chords if isinstance(chords, ChordLine) else ChordLine.of(chords)
    inside = under_a_chord = 0
    for note in notes:
        if on_beat and abs(note.onset_beats - round(note.onset_beats)) > ON_BEAT_BEATS:
            continue
        classes = line.at(note.onset_beats)
        if classes is None:
            continue
        under_a_chord += 1
        inside += (note.pitch + transposed) % 12 in classes
    return inside / under_a_chord if under_a_chord else 0.0


def transposed_chord_tone_ratio(notes: Sequence[Note], chords: Chords | ChordLine) -> float:
    """What `chord_tone_ratio` gives by chance for this very line: its baseline, 0–1.

    Formula: the mean of `chord_tone_ratio(notes, chords, transposed=t)` over the eleven non-zero
    transpositions t = -5 … 6 of the line against its chords. It keeps the line's own scale-likeness
    and the chords' own size, and breaks only that they belong together.
    Empty case: 0.

    >>> from jambot.music import ChordSpan, Note, parse_chord
    >>> c_major = [ChordSpan(0.0, 4.0, parse_chord("C"))]
    >>> round(transposed_chord_tone_ratio([Note(0.0, 1.0, 60)], c_major), 3)  # 2 of 11 keys
    0.182
    """
    line = chords if isinstance(chords, ChordLine) else ChordLine.of(chords)
    ratios = [chord_tone_ratio(notes, line, transposed=t) for t in TRANSPOSITIONS]
    return sum(ratios) / len(ratios)


def note_density(notes: Sequence[Note]) -> float:
    """Notes per beat of the span. Empty case: 0.

    >>> note_density([Note(0.0, 0.5, 60), Note(1.0, 1.0, 62)])
    1.0
    """
    return len(notes) / span if (span := _end(notes) - _start(notes)) > 0 else 0.0


def notes_per_second(notes: Sequence[Note], tempo_map: TempoMap) -> float:
    """Notes per second of the span. Empty case: 0.

    >>> notes_per_second([Note(0.0, 0.5, 60), Note(1.0, 1.0, 62)], TempoMap.constant(120))
    2.0
    """
    seconds = tempo_map.seconds_at(_end(notes)) - tempo_map.seconds_at(_start(notes))
    return len(notes) / seconds if seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class DeadAir:
    """Silences of 180 ms and more between sounding notes.

    `per_min` and `ratio` (time inside them) are taken over the span; `longest_ms` is 0 without any.
    """

    gaps: int = 0
    per_min: float = 0.0
    ratio: float = 0.0
    longest_ms: float = 0.0


def dead_air(notes: Sequence[Note], tempo_map: TempoMap) -> DeadAir:
    """The silences of at least `GAP_SECONDS` from where nothing sounds to the next onset.

    Formula: gap_i = onset(i) - max over j < i of end(j), in seconds; ratio = sum of the gaps kept
    ÷ span. Convention: overlapping notes end together with the last of them; silence before the
    first and after the last note is no gap.
    Empty case: no note gives no gap, all zeros.

    >>> dead_air([Note(0.0, 1.0, 60), Note(2.0, 2.0, 62)], TempoMap.constant(60))
    DeadAir(gaps=1, per_min=15.0, ratio=0.25, longest_ms=1000.0)
    """
    ordered = by_onset(notes)
    if not ordered:
        return DeadAir()
    start = tempo_map.seconds_at(ordered[0].onset_beats)
    silent_from, gaps = start, list[float]()
    for note in ordered:
        onset = tempo_map.seconds_at(note.onset_beats)
        if onset - silent_from >= GAP_SECONDS:
            gaps.append(onset - silent_from)
        silent_from = max(silent_from, tempo_map.seconds_at(note.end_beats))
    span = silent_from - start
    if not gaps or span <= 0:
        return DeadAir()
    return DeadAir(len(gaps), len(gaps) / span * 60.0, sum(gaps) / span, max(gaps) * 1000.0)


def intervals(notes: Sequence[Note]) -> list[int]:
    """Semitones from each strike's top note to the next's; fewer than two strikes give none.

    >>> intervals([Note(0.0, 1.0, 60), Note(1.0, 1.0, 64), Note(1.0, 1.0, 55), Note(2.0, 1.0, 62)])
    [4, -2]
    """
    tops = [strike[0].pitch for strike in strikes(notes)]
    return [after - before for before, after in pairwise(tops)]


def repetition_rate(notes: Sequence[Note]) -> float:
    """Share of interval 4-grams (five notes, in any key) that have occurred before, 0–1.

    Formula: 1 - distinct 4-grams / 4-grams. Convention: rests and phrase ends do not break a gram.
    Empty case: fewer than five notes give 0.

    >>> lick = [60, 62, 64, 65, 67]
    >>> repetition_rate([Note(float(i), 1.0, p) for i, p in enumerate(lick + lick)])  # 1 of 6
    0.16666666666666663
    """
    steps = intervals(notes)
    n = REPETITION_INTERVALS
    grams = [tuple(steps[i : i + n]) for i in range(len(steps) - n + 1)]
    return 1.0 - len(set(grams)) / len(grams) if grams else 0.0


def step_share(notes: Sequence[Note]) -> float:
    """Share of melodic intervals of two semitones or less, repeated pitches included, 0–1.

    Empty case: fewer than two notes give 0.

    >>> step_share([Note(0.0, 1.0, 60), Note(1.0, 1.0, 62), Note(2.0, 1.0, 67)])
    0.5
    """
    steps = intervals(notes)
    return sum(abs(step) <= STEP_SEMITONES for step in steps) / len(steps) if steps else 0.0


def repeated_pitch_share(notes: Sequence[Note]) -> float:
    """Share of melodic intervals that are unisons, 0–1. Empty case: fewer than two notes give 0.

    >>> repeated_pitch_share([Note(0.0, 1.0, 60), Note(1.0, 1.0, 60), Note(2.0, 1.0, 67)])
    0.5
    """
    steps = intervals(notes)
    return sum(step == 0 for step in steps) / len(steps) if steps else 0.0


def pitch_range(notes: Sequence[Note]) -> int:
    """Semitones from the lowest to the highest note. Empty case: 0.

    >>> pitch_range([Note(0.0, 1.0, 60), Note(1.0, 1.0, 74)])
    14
    """
    pitches = [note.pitch for note in notes]
    return max(pitches) - min(pitches) if pitches else 0


@dataclass(frozen=True, slots=True)
class ChordTones:
    """`chord_tone_ratio` of all notes, of those on the beat, and of the line transposed."""

    all: float
    on_beat: float
    transposed: float


@dataclass(frozen=True, slots=True)
class MusicFigures:
    """Every musical figure of one solo, under the names that reports use.

    `chord_tone_ratio` is None when no note sounds under a chord.
    """

    notes: int
    chord_tone_ratio: ChordTones | None
    note_density: float
    notes_per_second: float
    dead_air: DeadAir
    repetition_rate: float
    step_share: float
    repeated_pitch_share: float
    range: int
    mean_pitch: float

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, ready for JSON."""
        return asdict(self)


def measure(notes: Sequence[Note], tempo_map: TempoMap, chords: Chords = ()) -> MusicFigures:
    """All figures of a solo over its chords; an empty solo gives zeros."""
    line = ChordLine.of(chords)
    tones = None
    if any(line.at(note.onset_beats) is not None for note in notes):
        tones = ChordTones(
            chord_tone_ratio(notes, line),
            chord_tone_ratio(notes, line, on_beat=True),
            transposed_chord_tone_ratio(notes, line),
        )
    return MusicFigures(
        notes=len(notes),
        chord_tone_ratio=tones,
        note_density=note_density(notes),
        notes_per_second=notes_per_second(notes, tempo_map),
        dead_air=dead_air(notes, tempo_map),
        repetition_rate=repetition_rate(notes),
        step_share=step_share(notes),
        repeated_pitch_share=repeated_pitch_share(notes),
        range=pitch_range(notes),
        mean_pitch=sum(note.pitch for note in notes) / len(notes) if notes else 0.0,
    )


def _start(notes: Sequence[Note]) -> float:
    return min((note.onset_beats for note in notes), default=0.0)


def _end(notes: Sequence[Note]) -> float:
    return max((note.end_beats for note in notes), default=0.0)
