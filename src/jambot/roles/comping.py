"""Chord symbols played as comping: what a pianist's hands would do with a lead sheet.

Every section of eight bars or so the playing changes: other hands, other voicings, another mix of
rhythms, so that a model trained on it is at home with whoever sits down. The same seed gives the
same notes on every machine.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from jambot.errors import UsageError
from jambot.music import Chord, ChordSpan, Meter, Note, by_onset
from jambot.roles.comping_rhythm import Figure, figure
from jambot.roles.voicing import LEFT_HAND, TWO_HANDS, Voicing, bass_pitch, voice

SECTION_BARS = (4, 8, 8, 8, 8, 12)
ROLL_MS = 25.0
MAX_ROLL_BEATS = 0.1
"""A strike stays one strike for `HarmonyTracker` (0.12 beats) however fast the tempo."""
MISSED_CHANGE = 0.06
"""How often a chord that no figure strikes is let go; otherwise it is struck where it begins."""

REVOICED = 0.3
"""How often a chord struck again is laid differently under the hands."""


@dataclass(frozen=True, slots=True)
class CompingStyle:
    """What the sections of a piece draw from: mixes, voicing families, and where off-beats fall."""

    mixes: tuple[str, ...]
    families: tuple[str, ...]
    swing: tuple[float, float]
    arpeggio: float = 0.0


STYLES = {
    "swing": CompingStyle(
        ("swing", "swing", "swing", "busy", "sparse", "four"),
        ("shell", "rootless", "rootless", "rootless", "quartal", "spread", "block"),
        (0.54, 0.68),
    ),
    "fast": CompingStyle(
        ("swing", "swing", "sparse", "sparse", "busy", "pad"),
        ("shell", "rootless", "rootless", "rootless", "quartal", "block"),
        (0.5, 0.58),
    ),
    "ballad": CompingStyle(
        ("ballad", "ballad", "pad", "swing", "sparse"),
        ("shell", "rootless", "rootless", "spread", "spread", "block"),
        (0.5, 0.68),
        0.2,
    ),
    "straight": CompingStyle(
        ("swing", "busy", "ballad", "four", "pad"),
        ("shell", "rootless", "quartal", "quartal", "spread", "block"),
        (0.5, 0.5),
        0.1,
    ),
    "plain": CompingStyle(
        ("pad", "ballad", "four", "swing"), ("block", "block", "spread"), (0.5, 0.5), 0.25
    ),
}
"""Named styles; `plain` is how many people play at home: full chords, on the beat."""


@dataclass(frozen=True, slots=True)
class _Section:
    """How the hands play for a while."""

    mix: str
    family: str
    reach: tuple[int, int]
    bass: float
    arpeggio: bool
    touch: int
    late_ms: float


@dataclass(slots=True)
class _Hands:
    """What the hands remember from strike to strike."""

    voicing: Voicing | None = None
    chord: Chord | None = None
    bass: int | None = None


def comp(
    chords: Sequence[ChordSpan],
    meter: Meter,
    tempo_bpm: float,
    seed: int | str,
    style: str | CompingStyle | None = None,
) -> list[Note]:
    """Comping over `chords`, in playing order; empty without chords.

    `style` is one or a key of `STYLES`; None draws one that suits the tempo. Onsets lie at most an
    eighth before the first chord and never before beat 0. Raises UsageError for an unknown style.
    """
    if isinstance(style, str) and style not in STYLES:
        raise UsageError(f"comping style {style!r}", f"one of {', '.join(STYLES)}")
    random = Random(f"comping {seed}")
    spans = sorted((s for s in chords if s.end_beats > s.onset_beats), key=lambda s: s.onset_beats)
    if not any(span.chord for span in spans):
        return []
    style = style or _style_for(tempo_bpm, random)
    manner = STYLES[style] if isinstance(style, str) else style
    swing = random.uniform(*manner.swing)
    notes: list[Note] = []
    hands = _Hands()
    for section, struck in _strikes(spans, meter, manner, random):
        for i, (beat, length) in enumerate(struck):
            span = _span_for(spans, beat)
            if span is None or span.chord is None:
                continue
            until = struck[i + 1][0] if i + 1 < len(struck) else span.end_beats + 0.4
            length = max(0.15, min(length, until - beat - 0.02, span.end_beats - beat + 0.15))
            notes += _strike(
                section, hands, span.chord, (_swung(beat, swing), length), tempo_bpm, random
            )
    return without_overlaps(by_onset(notes))


def _style_for(tempo_bpm: float, random: Random) -> str:
    if random.random() < 0.18:
        return "plain"
    if tempo_bpm < 95:
        return random.choices(("ballad", "swing", "straight"), (5, 2, 1))[0]
    if tempo_bpm > 220:
        return random.choices(("fast", "swing"), (5, 1))[0]
    return random.choices(("swing", "straight", "fast"), (6, 1, 1))[0]


def _strikes(
    spans: list[ChordSpan], meter: Meter, manner: CompingStyle, random: Random
) -> list[tuple[_Section, list[tuple[float, float]]]]:
    """Sections with their strikes (beat, length) in order; every chord is struck but a few."""
    first, last = meter.bar_at(spans[0].onset_beats), meter.bar_at(spans[-1].end_beats - 1e-6)
    sections: list[tuple[_Section, list[tuple[float, float]]]] = []
    bar, held_figure = first, None
    while bar <= last:
        section = _section(manner, random)
        end = min(last + 1, bar + random.choice(SECTION_BARS))
        struck: list[tuple[float, float]] = []
        for this_bar in range(bar, end):
            held_figure = figure(section.mix, meter.beats_per_bar, held_figure, random)
            struck += _in_bar(held_figure, meter.bar_start(this_bar), spans)
        span_here = [
            s for s in spans if meter.bar_start(bar) <= s.onset_beats < meter.bar_start(end)
        ]
        sections.append((section, _with_missed_changes(struck, span_here, random)))
        bar = end
    return sections


def _section(manner: CompingStyle, random: Random) -> _Section:
    family = random.choice(manner.families)
    two_hands = family == "spread" or random.random() < 0.4
    reach = TWO_HANDS if family == "spread" else LEFT_HAND
    if two_hands and family != "spread":
        lift = random.choice((0, 3, 5, 8))
        reach = (LEFT_HAND[0] + lift, min(LEFT_HAND[1] + lift, TWO_HANDS[1]))
    bass = random.choice((0.0, 0.5, 0.9, 1.0)) if two_hands and family != "spread" else 0.0
    if not two_hands and random.random() < 0.15:
        bass = 0.4
    return _Section(
        mix=random.choice(manner.mixes),
        family=family,
        reach=reach,
        bass=bass,
        arpeggio=random.random() < manner.arpeggio,
        touch=random.randint(54, 86),
        late_ms=random.gauss(4.0, 8.0),
    )


def _in_bar(struck: Figure, start: float, spans: list[ChordSpan]) -> list[tuple[float, float]]:
    begin, end = spans[0].onset_beats, spans[-1].end_beats
    return [(start + b, length) for b, length in struck if begin - 0.5 <= start + b < end - 0.25]


def _with_missed_changes(
    struck: list[tuple[float, float]], spans: list[ChordSpan], random: Random
) -> list[tuple[float, float]]:
    """Add a strike for every chord that has none, mostly where it begins, or an eighth before."""
    added: list[tuple[float, float]] = []
    for span in spans:
        length = span.end_beats - span.onset_beats
        if any(span.onset_beats - 0.5 <= b < span.end_beats - 0.6 for b, _ in struck):
            continue
        if span.chord is None or random.random() < MISSED_CHANGE:
            continue
        place = random.choices((0.0, -0.5, 0.5, 1.0), (7, 2, 1, 0.5 if length >= 3 else 0))[0]
        beat = max(0.0, span.onset_beats + (place if length >= 1.5 or place < 0.5 else 0.0))
        added.append((beat, min(length * 0.9, random.choice((0.5, 0.9, 1.8, 3.5)))))
    return sorted(struck + added)


def _span_for(spans: list[ChordSpan], beat: float) -> ChordSpan | None:
    """The chord meant by a strike at `beat`; an off-beat just before a change anticipates it."""
    i = bisect_right(spans, beat + 1e-6, key=lambda span: span.onset_beats) - 1
    off_beat = abs(beat % 1.0 - 0.5) < 0.1
    if off_beat and i + 1 < len(spans) and spans[i + 1].onset_beats <= beat + 0.5 + 1e-6:
        i += 1
    if i < 0 or beat >= spans[i].end_beats:
        return None
    return spans[i]


def _swung(beat: float, swing: float) -> float:
    return beat + swing - 0.5 if abs(beat % 1.0 - 0.5) < 0.1 else beat


def _strike(
    section: _Section,
    hands: _Hands,
    chord: Chord,
    place: tuple[float, float],
    tempo_bpm: float,
    random: Random,
) -> list[Note]:
    """The notes of one strike at `place` (beat, length), spread as human hands spread them."""
    beat, length = place
    changed = chord != hands.chord
    if changed or hands.voicing is None or random.random() < REVOICED:
        hands.voicing = voice(
            chord, section.family, section.reach, hands.voicing, random, not changed
        )
        hands.chord = chord
    per_ms = tempo_bpm / 60_000.0
    beat += (section.late_ms + random.gauss(0.0, 7.0)) * per_ms
    touch = section.touch + random.gauss(0.0, 6.0) + (3 if changed else 0)
    offsets = _spread(len(hands.voicing), per_ms, random)
    step = 0.5 if section.arpeggio and length >= len(hands.voicing) * 0.5 else 0.0
    notes = []
    for i, (pitch, offset) in enumerate(zip(hands.voicing, offsets, strict=True)):
        on = max(0.0, beat + offset + i * step)
        top = 4 if i == len(hands.voicing) - 1 else 0
        lasts = max(0.1, beat + length - on + random.gauss(0.0, 0.03))
        notes.append(Note(on, lasts, pitch, _velocity(touch + top + random.gauss(0.0, 3.0))))
    if random.random() < section.bass and hands.voicing[0] - chord.bass >= 0:
        notes += _bass(hands, chord, (beat, length), touch, per_ms, random)
    return notes


def _bass(
    hands: _Hands,
    chord: Chord,
    place: tuple[float, float],
    touch: float,
    per_ms: float,
    random: Random,
) -> list[Note]:
    """The chord's bass note under the strike, where the voicing leaves room for it."""
    assert hands.voicing is not None
    pitch = bass_pitch(chord, hands.bass, random)
    if pitch >= hands.voicing[0] - 3:
        return []
    hands.bass = pitch
    on = max(0.0, place[0] + random.uniform(-12.0, 4.0) * per_ms)
    return [Note(on, max(0.1, place[1]), pitch, _velocity(touch + random.gauss(2.0, 3.0)))]


def _spread(count: int, per_ms: float, random: Random) -> list[float]:
    """Onset offsets in beats from the lowest to the highest note: together, or a quick roll."""
    widest = min(ROLL_MS, MAX_ROLL_BEATS / per_ms)
    if random.random() < 0.18:
        width = random.uniform(0.4, 1.0) * widest
        return [width * per_ms * i / max(1, count - 1) for i in range(count)]
    return [min(abs(random.gauss(0.0, 4.0)), widest) * per_ms for _ in range(count)]


def _velocity(value: float) -> int:
    return max(20, min(120, round(value)))


def without_overlaps(notes: list[Note]) -> list[Note]:
    """End a key before it is struck again."""
    kept: list[Note] = []
    next_on: dict[int, float] = {}
    for note in reversed(notes):
        room = next_on.get(note.pitch, float("inf")) - note.onset_beats
        if room < 0.05:
            continue
        next_on[note.pitch] = note.onset_beats
        lasts = min(note.duration_beats, room - 0.02)
        kept.append(Note(note.onset_beats, lasts, note.pitch, note.velocity))
    return by_onset(kept)
