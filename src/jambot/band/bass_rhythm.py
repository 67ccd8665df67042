"""When the bass strikes: in four, in two, in three, pedal, bossa, straight; bar by bar."""

from dataclasses import dataclass

from jambot.band.feel import Feel, dice, groups, strong_beats
from jambot.band.ground import Ground
from jambot.music import Chord, Meter

FAST_BPM = 200.0
"""From here on a waltz is felt in one."""
PEDAL_BARS = 4
"""Chords that move over one bass for so long are over a pedal point."""


@dataclass(frozen=True, slots=True)
class BassSlot:
    """A place where a note is wanted: `beat` is whole, or half for the off-beat.

    `arrives` is where the chord has not been stated yet, `opens` the first beat of a bar, `strong`
    the beginning of a group of beats. `wants` is the one pitch class that will do here, where there
    is one: a pedal point's, or the root and fifth of a pattern.
    """

    beat: float
    length: float
    chord: Chord
    arrives: bool
    strong: bool
    opens: bool
    wants: int | None = None


def bar_slots(
    bar: int, meter: Meter, feel: Feel, bpm: float, ground: Ground, seed: int, stated: Chord | None
) -> list[BassSlot]:
    """The slots of one bar; `stated` is the chord that the note before it has stated.

    A bar without a chord has none. Where a chord changes there is always one.
    """
    begins, beats = int(meter.bar_start(bar)), meter.beats_per_bar
    pedal = feel is Feel.pedal or _over_a_pedal(bar, meter, ground)
    places = set(_places(beats, feel, bpm, pedal, dice(seed, "rhythm", bar).random()))
    strong = strong_beats(beats)
    if stated is not None and ground.at(begins) not in (stated, None):
        places.add(0.0)
    for beat in range(begins + 1, begins + beats):
        if ground.at(beat) not in (ground.at(beat - 1), None):
            places.add(float(beat - begins))
    slots: list[BassSlot] = []
    ordered = sorted(places)
    for place, following in zip(ordered, [*ordered[1:], float(beats)], strict=True):
        # A bossa's last eighth belongs to the bar that it leads into.
        leads = feel is Feel.bossa and place == beats - 0.5
        chord = ground.at(begins + (place + 0.5 if leads else int(place)))
        if chord is None:
            continue
        arrives = chord != (slots[-1].chord if slots else stated)
        wants = chord.bass if pedal or leads else _in_pattern(feel, place, beats, chord, arrives)
        slots.append(
            BassSlot(
                begins + place, following - place, chord, arrives, place in strong, not place, wants
            )
        )
    return slots


def _in_pattern(feel: Feel, place: float, beats: int, chord: Chord, arrives: bool) -> int | None:
    """The pitch class of a pattern of roots and fifths; None where the feel has none.

    The fifth stands in every other group of beats, and in the eighth before it.
    """
    if feel not in (Feel.bossa, Feel.straight):
        return None
    group = sum(start <= place + place % 1 for start in strong_beats(beats)) - 1
    above = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    fifth = next((step for step in (7, 6, 8) if step in above), 7)
    return chord.bass if arrives or group % 2 == 0 else (chord.root + fifth) % 12


def _places(beats: int, feel: Feel, bpm: float, pedal: bool, luck: float) -> list[float]:
    """Where in a bar, by the feel; a bar in two or three is varied by `luck`, 0 to 1."""
    starts = [float(beat) for beat in sorted(strong_beats(beats))]
    every = [float(beat) for beat in range(beats)]
    if pedal:
        return [*starts, beats - 0.5] if beats > 1 else starts
    match feel:
        case Feel.two | Feel.brushes:
            return [*starts, beats - 1.0] if luck < 0.3 and beats > 2 else starts
        case Feel.waltz:
            walks, skips = (0.25, 0.55) if bpm >= FAST_BPM else (0.6, 0.85)
            if luck < walks:
                return every
            return [*starts, beats - 1.0] if luck < skips else starts
        case Feel.bossa | Feel.straight:
            ends, at = [], 0
            for size in groups(beats):
                at += size
                ends.append(at - 0.5)
            return starts + ends
        case _:
            return every


def _over_a_pedal(bar: int, meter: Meter, ground: Ground) -> bool:
    """Whether around this bar three chords or more go over one bass that is not their root."""
    begins = meter.bar_start(bar)
    first = int(begins - (PEDAL_BARS // 2) * meter.beats_per_bar)
    last = int(begins + (PEDAL_BARS // 2) * meter.beats_per_bar)
    chords = [chord for beat in range(first, last) if (chord := ground.at(beat)) is not None]
    bases, roots = {chord.bass for chord in chords}, {chord.root for chord in chords}
    return len(bases) == 1 and len(roots) >= 2
