"""Chords found in what is played where none are written: the likeliest path through all the chords.

Beat by beat every chord is scored by the tones that sound and by the bass under them; a new chord
costs something, less on a bar line than elsewhere, less where it belongs to the key around it, and
less where it usually follows the one before (`chord_model`). The best path through all beats
(Viterbi, *IEEE Trans. Information Theory* 13, 1967) is the answer, so that {F A C E} is Fmaj7 or a
rootless Dm9 by what stands around it. `harmony` hears causally, on stage and in training; this
sees the whole piece and names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.music.chord import PITCH_CLASS_NAMES, Chord, ChordSpan
from jambot.music.chord_model import GROUPS, SLOTS, STATES, layer_changes, moves
from jambot.music.key import find_key, key_posterior
from jambot.music.meter import Meter
from jambot.music.note import Note

Array = NDArray[np.float64]

EARLY_BEATS = 0.1
"""Hands strike this much before the beat that they mean."""
MOST_BEATS = 20_000
"""Longer pieces are cut here: no path is kept of hours."""
OFF_BEAT = 0.45
"""From here on in a beat (a straight eighth, `EARLY_BEATS` aside) a strike is off the beat."""
RING_BEATS = 4
"""A key held longer than this says no more."""
LOW, HIGH = 40.0, 55.0
"""A lowest note at or below `LOW` is a bass; at or above `HIGH` it may well be any chord tone."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts beside the others, in natural logarithms.

    `tones` and `bass` count once a beat; the rest once a chord. Found by a search on training songs
    and on training solos comped in five textures (`docs/log.md`).
    """

    tones: float = 1.4
    bass: float = 0.9
    key: float = 0.5
    rare: float = 0.5
    usual: float = 0.9
    change: float = 0.8
    off_bar: float = 0.5
    off_beat: float = 1.1
    unstruck: float = 6.0
    other_layer: float = 3.0
    triads: float = 1.5
    rootless: float = 1.0


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class BeatSounds:
    """What sounds in each beat from `first_beat` on.

    `tones` (beats, 12) is sounding time by pitch class, `basses` (beats, 12) that of the lowest
    note by how much like a bass it lies; `struck` (beats,) tells where keys go down.
    """

    first_beat: int
    tones: Array
    basses: Array
    struck: NDArray[np.bool_]
    meter: Meter

    @property
    def key(self) -> str | None:
        """The one key that fits all of it, such as `Bb-maj`; None where nothing sounds."""
        return find_key(self.tones) if len(self.tones) else None

    @property
    def tension(self) -> float:
        """The share of beats with a second, a seventh or a tritone in them, of those with chords.

        Under 0.25 in songs of triads, over 0.5 where hands play sevenths; 0 without chords.
        """
        sounds = self.tones > 0.5
        sounds = sounds[sounds.sum(axis=1) >= 2]
        tense = [(sounds & np.roll(sounds, by, axis=1)).any(axis=1) for by in (1, 2, 6)]
        return float(np.any(tense, axis=0).mean()) if len(sounds) else 0.0


def find_chords(heard: BeatSounds, weights: Weights = WEIGHTS) -> tuple[ChordSpan, ...]:
    """The chords in what was `heard`, each from a beat to a beat without gaps; none in nothing.

    The first begins with the beat of the first note, the last ends with that of the last. A chord
    stands over another bass than its root where that lies clearly lowest for most of it.
    """
    if not len(heard.tones):
        return ()
    path = _best_path(*_scores(heard, weights), _costs(heard, weights), weights)
    borders = np.flatnonzero(np.diff(path, prepend=-1)).tolist()
    spans = []
    for begin, end in zip(borders, [*borders[1:], len(path)], strict=True):
        chord = STATES.chords[path[begin]]
        assert chord is not None
        if not STATES.rootless[path[begin]]:  # else the bass is left to somebody else
            chord = _over_its_bass(chord, heard.basses[begin:end].mean(axis=0))
        spans.append(
            ChordSpan(float(heard.first_beat + begin), float(heard.first_beat + end), chord)
        )
    return tuple(spans)


def listen(notes: Sequence[Note], meter: Meter) -> BeatSounds:
    """What accompaniment `notes` give to hear; nothing for none."""
    if not notes:
        nothing = np.zeros((0, 12))
        return BeatSounds(0, nothing, nothing, np.zeros(0, dtype=bool), meter)
    onsets = np.array([note.onset_beats for note in notes]) + EARLY_BEATS
    lasts = np.clip([note.duration_beats for note in notes], 0.05, RING_BEATS)
    pitches = np.array([note.pitch for note in notes])
    first = int(np.floor(onsets.min()))
    begins = _meant(onsets, meter) - first
    ends = begins + lasts
    beats = min(int(np.ceil(ends.max())), MOST_BEATS)
    sounding = np.zeros((beats, 132))
    for step in range(RING_BEATS + 1):
        beat = np.floor(begins).astype(np.int64) + step
        time = np.minimum(ends, beat + 1) - np.maximum(begins, beat)
        if step == 0:  # a short strike is heard as long as it is remembered
            time = np.maximum(time, np.minimum(0.5, lasts * 4.0))
        here = (time > 0) & (beat < beats)
        np.add.at(sounding, (beat[here], pitches[here]), time[here])
    np.minimum(sounding, 1.0, out=sounding)
    tones = np.sqrt(sounding.reshape(beats, 11, 12).sum(axis=1))
    struck = np.zeros(beats, dtype=bool)
    struck[np.floor(begins[begins < beats]).astype(np.int64)] = True
    return BeatSounds(first, tones, _lowest(sounding), struck, meter)


def _meant(onsets: Array, meter: Meter) -> Array:
    """Onsets as they are meant: off the beat, before a strong one left empty, they are for that."""
    following = np.floor(onsets) + 1.0
    place = onsets % 1.0
    strong = following % _half_bar(meter) == 0
    late = (place >= OFF_BEAT) & strong & ~np.isin(following, np.floor(onsets[place < OFF_BEAT]))
    return np.where(late, following, onsets)


def _half_bar(meter: Meter) -> int:
    """The distance of strong beats: half an even bar, a whole odd one."""
    return meter.beats_per_bar // (2 if meter.beats_per_bar % 2 == 0 else 1)


def _lowest(sounding: Array) -> Array:
    """(beats, 12): of each beat the lowest pitch, weighted by how much like a bass it lies."""
    basses = np.zeros((len(sounding), 12))
    clear = sounding > 0.2
    rows = np.flatnonzero(clear.any(axis=1))
    lowest = clear[rows].argmax(axis=1)
    low = np.clip((HIGH - lowest) / (HIGH - LOW), 0.1, 1.0)
    basses[rows, lowest % 12] = low * np.minimum(1.0, 0.4 + sounding[rows, lowest])
    return basses


def _scores(heard: BeatSounds, weights: Weights) -> tuple[Array, Array]:
    """Two arrays (beats, states): how well each chord fits each beat, and how welcome it is new."""
    most = np.maximum(heard.tones.sum(axis=1, keepdims=True), 1.0)
    evidence = heard.tones / most * np.minimum(most, 3.0)
    fits = weights.tones * (evidence @ STATES.tones.T)
    fits += weights.bass * (heard.basses @ STATES.basses.T)
    by_key = np.log(key_posterior(heard.tones) @ STATES.prior)
    style = weights.rootless * (heard.tension - 0.5) * STATES.rootless
    style -= weights.triads * heard.tension * STATES.triad
    return fits, weights.key * by_key + weights.rare * STATES.rare + style


def _costs(heard: BeatSounds, weights: Weights) -> list[float]:
    """What a change of chord costs at each beat: least on a bar line, most where none strikes."""
    beats_per_bar, half_bar = heard.meter.beats_per_bar, _half_bar(heard.meter)
    in_bar = [weights.change + weights.off_bar] * beats_per_bar
    for beat in range(beats_per_bar):
        in_bar[beat] += weights.off_beat if beat % half_bar else 0.0
    in_bar[0] = weights.change
    return [
        in_bar[beat % beats_per_bar] + (0.0 if struck else weights.unstruck)
        for beat, struck in enumerate(heard.struck.tolist(), start=heard.first_beat)
    ]


def _best_path(fits: Array, welcome: Array, costs: list[float], weights: Weights) -> list[int]:
    """The best state of every beat."""
    count = len(fits)
    shape = (count, GROUPS, SLOTS)
    fits, welcome = fits.reshape(shape), welcome.reshape(shape)
    steps = weights.usual * moves() - weights.other_layer * layer_changes()
    groups = np.arange(GROUPS)
    changes = np.zeros(shape, dtype=bool)
    leaders = np.zeros((count, GROUPS), dtype=np.int16)
    champions = np.zeros((count, GROUPS), dtype=np.int16)
    value = fits[0] + welcome[0]
    for i in range(1, count):
        champions[i] = value.argmax(axis=1)
        through = value.max(axis=1)[:, None] + steps
        leaders[i] = leader = through.argmax(axis=0)
        changed = (through[leader, groups] - costs[i])[:, None] + welcome[i]
        changes[i] = changed > value
        value = np.maximum(value, changed) + fits[i]
    path = [int(value.argmax())]
    for i in range(count - 1, 0, -1):
        group, slot = divmod(path[-1], SLOTS)
        if changes[i, group, slot]:
            leader = leaders[i, group]
            path.append(int(leader) * SLOTS + int(champions[i, leader]))
        else:
            path.append(path[-1])
    return path[::-1]


def _over_its_bass(chord: Chord, basses: Array) -> Chord:
    """`chord` over the pitch class that mostly lies lowest, (12,), where that is a bass."""
    bass = int(basses.argmax())
    if bass not in chord.pitch_classes[1:] or basses[bass] < max(0.3, 2.0 * basses[chord.root]):
        return chord
    symbol = f"{chord.symbol}/{PITCH_CLASS_NAMES[bass]}"
    return Chord(symbol, chord.root, bass, chord.pitch_classes)
