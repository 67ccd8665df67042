"""Twenty chords, played in many ways at three tempi, and what is heard of each.

`python tests/music/test_ear.py` prints the table: for each tempo the share of the chords heard
right, and the changes a bar.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from jambot.music import Harmony, HarmonyChange, HarmonyTracker, harmony_at, parse_chord

CHORDS = (
    *("Dm7", "G7", "Cmaj7", "Am7", "D7", "Gm7", "C7", "Fmaj7", "Bb7", "Ebmaj7"),
    *("Abmaj7", "Dbmaj7", "Bm7b5", "E7", "Am6", "B7", "Em7", "A7", "F#m7b5", "Ddim7"),
)
TEMPI = (60, 120, 240)
BAR = 4.0
JITTER_SECONDS = 0.006
"""How far from the beat a hand strikes, as a standard deviation, and at most twice that."""
LATE = 0.13

Key = tuple[float, float, int]
"""A key of a bar: when it goes down, for how long, both in beats, and its pitch."""


@dataclass(frozen=True)
class Spelling:
    """A chord of four: root, third, fifth and seventh as semitones above the root."""

    root: int
    third: int
    fifth: int
    seventh: int

    @classmethod
    def of(cls, symbol: str) -> "Spelling":
        chord = parse_chord(symbol)
        degrees = sorted((pc - chord.root) % 12 for pc in chord.pitch_classes)
        return cls(chord.root, *degrees[1:4])

    @property
    def low(self) -> int:
        """The root in the great octave, E1 to Eb2."""
        return 28 + (self.root - 28) % 12

    @property
    def middle(self) -> int:
        """The root around C3."""
        return 43 + (self.root - 43) % 12


@dataclass(frozen=True)
class Way:
    """How a bar of one chord is played.

    `keys` are written as `BEAT=KEYS`, each key a degree (`DEGREES`); `/` says for how many beats
    they are held (0.9 if not), `~` how many milliseconds apart they are rolled, `>` how many beats
    apart they follow. `latest` is when the chord must have been heard, in beats of the bar; `most`
    is how many changes a bar may have. With `pedal` each bar is pedalled from just after its first
    key to just after the next bar's first. With `root_below` the root is the bass, whatever is
    struck below it.
    """

    name: str
    keys: str
    latest: float = 0.0
    most: float = 1.1
    pedal: bool = False
    root_below: bool = False

    def bar(self, chord: Spelling, bpm: float) -> list[Key]:
        """The keys of a bar of `chord`."""
        keys: list[Key] = []
        for figure in self.keys.split():
            when, degrees = figure.split("=")
            when, _, length = when.partition("/")
            when, _, rolled_ms = when.partition("~")
            start, _, step = when.partition(">")
            apart = float(rolled_ms) / 1000 * bpm / 60 if rolled_ms else float(step or 0)
            for i, degree in enumerate(degrees):
                late = i * apart if rolled_ms or step else 0.0
                keys.append((float(start) + late, float(length or 0.9), DEGREES[degree](chord)))
        return keys


DEGREES: dict[str, Callable[[Spelling], int]] = {
    "R": lambda c: c.low,
    "O": lambda c: c.low + 12,
    "v": lambda c: c.low + c.fifth - 12,
    "V": lambda c: c.low + c.fifth,
    "S": lambda c: c.low + c.seventh,
    "T": lambda c: c.low + 12 + c.third,
    "Z": lambda c: c.low + 12 + c.seventh,
    "d": lambda c: c.middle + c.fifth - 12,
    "1": lambda c: c.middle,
    "3": lambda c: c.middle + c.third,
    "5": lambda c: c.middle + c.fifth,
    "7": lambda c: c.middle + c.seventh,
    "8": lambda c: c.middle + 12,
    "9": lambda c: c.middle + 14,
    "t": lambda c: c.middle + 12 + c.third,
    "q": lambda c: c.middle + 12 + c.fifth,
    "s": lambda c: c.middle + 12 + c.seventh,
}
WAYS = (
    Way("block, root position", "0/3=1357"),
    Way("block, short", "0/.3=1357"),
    Way("block, legato into the next", "0/4.08=1357"),
    Way("block, first inversion", "0/3.5=3578"),
    Way("block, drop two", "0/3.5=d137"),
    Way("block, struck on every beat", "0=1357 1=1357 2=1357 3=1357"),
    Way("block, laid anew a beat and a half later", "0=1357 1.5=3578"),
    Way("block, upper part struck again", "0=1357 1.5=357"),
    Way("rolled, 15 ms a key", "0~15/2=1357", 0.18, 2),
    Way("rolled, 30 ms a key", "0~30/2=1357", 0.36, 2.1),
    Way("rolled over two hands", "0~25/2=R357", 0.3, 2.2),
    Way("rolled with the pedal", "0~20/2=1357", 0.24, 2, pedal=True),
    Way("shell, root and third", "0/2.5=13"),
    Way("shell, root and seventh", "0/2.5=17"),
    Way("shell, root, third, seventh", "0/2.5=137"),
    Way("shell, the third a tenth up", "0=RST"),
    Way("rootless", "0/2.5=3579"),
    Way("rootless, Charleston", "0=3579 1.5/.3=3579"),
    Way("rootless, with the pedal", "0/2.5=3579", pedal=True),
    Way("bass and chord in two hands", "0/3=R357"),
    Way("octave and chord in two hands", "0/3=RO357"),
    Way("bass held, chord struck three times", "0/3.9=R 0=357 1.5=357 3=357"),
    Way("shell in the left, a beat later colours", "0/3.5=RS 1=tq", 1.0, 2),
    Way("bass, chord an eighth later", "0/.4=R .5/2=357", 0.5),
    Way("bass, chord a sixteenth later", "0/3=R .25/2=357", 0.25),
    Way("bass let go, chord a beat later", "0/.3=R 1=357", 1.0),
    Way("bass held, chord two beats later", "0/3.9=R 2=357", 2.0, 2),
    Way("bass held, chord three beats later", "0/3.9=R 3=357", 3.0, 2),
    Way("bass by the pedal, chord two beats later", "0/.5=R 2=357", 2.0, 2, pedal=True),
    Way("bass in octaves, then the chord", "0/.8=RO 1=357", 1.0),
    Way("bass next to the chord, then the chord", "0/1.5=1 .5/2=357", 0.5),
    Way("bass, then a shell", "0/.5=R 1/2=37", 1.0),
    Way("bass, then the chord rolled", "0/.5=R 1~20/2=357", 1.25, 1.7),
    Way("chord held, bass a beat later", "0/3=357 1/2=R", 1.0, 2),
    Way("stride, root and fifth", "0/.6=R 1/.5=357 2/.6=V 3/.5=357", 1.0),
    Way(
        "stride, root and lower fifth, pedal",
        "0/.6=R 1/.5=357 2/.6=v 3/.5=357",
        1.0,
        pedal=True,
        root_below=True,
    ),
    Way("stride, root twice", "0/.6=R 1/.5=357 2/.6=R 3/.5=357", 1.0),
    Way("bass, chord, chord, chord", "0=R 1/.4=357 2/.4=357 3/.4=357", 1.0),
    Way("bass, chord, chord, inverted", "0=R 1=357 2=57t", 1.0),
    Way("bossa", "0/1.4=R .5/.3=357 1.5/.3=357 2/1=V 3/.3=357", 0.5),
    Way("arpeggio up, eighths", "0>.5/.45=1357", 1.5, 2.1),
    Way("arpeggio up, held down", "0>.5/2=1357", 1.5, 2.1),
    Way("arpeggio up, pedal", "0>.5/.3=1357", 1.5, 2.1, pedal=True),
    Way("arpeggio up, sixteenths", "0>.25/.2=1357", 0.75, 2.1),
    Way("arpeggio up, quarters", "0>1/.95=1357", 3.0, 2.1),
    Way("arpeggio up, triplets over two octaves", "0>.3333/.3=13578tqs", 1.0, 2.1),
    Way("arpeggio up and down", "0>.5/.45=13578753", 1.5, 2.2),
    Way("arpeggio up and down, legato", "0>.5/.55=13578753", 1.5, 2.2),
    Way("arpeggio up and down, pedal", "0>.5/.45=13578753", 1.5, 2.2, pedal=True),
    Way("arpeggio down", "0>.5/.45=7531", 1.5, 1.5),
    Way("arpeggio down, twice", "0>.5/.45=75317531", 1.5, 1.5),
    Way("bass, then an arpeggio", "0/3.9=R .5>.5/.4=357357", 1.5, 2.1),
    Way("bass, fifth, tenth", "0>.5/2=RVTZ", 1.5, 2.1),
    Way("Alberti: 1 5 3 7", "0>.5/.45=15371537", 1.5, 2.1),
    Way("Alberti: 1 7 3 7, then the fifth", "0>.5/.45=17375737", 2.0, 2.1),
    Way("Alberti in sixteenths", "0>.25/.2=1537153715371537", 0.75, 2.1),
    Way("Alberti with the pedal", "0>.5/.3=15371537", 1.5, 2.1, pedal=True),
    Way("triad: arpeggio up and down", "0>.5/.45=13585313", 1.0, 1.2),
    Way("triad: Alberti", "0>.5/.45=15351535", 1.0),
    Way("triad: Alberti, pedal", "0>.5/.3=15351535", 1.0, pedal=True),
    Way("triad: bass, chord, bass, chord", "0/.6=R 1=135 2/.6=R 3=135", 1.0),
)


@dataclass(frozen=True)
class Score:
    """Of the bars played one way: the share heard right, and the changes a bar."""

    right: float
    changes: float
    wrong: tuple[str, ...]


def played(way: Way, bpm: float) -> list[tuple[float, Harmony, list[Key]]]:
    """Bar by bar: where it begins, what should be heard, and its keys in the order struck."""
    random_, bars = Random(0), []
    reach = JITTER_SECONDS * bpm / 60
    for number, symbol in enumerate(CHORDS):
        start = number * BAR
        keys = way.bar(Spelling.of(symbol), bpm)
        late = [max(-2 * reach, min(2 * reach, random_.gauss(0, reach))) for _ in keys]
        moved = [(start + b + d, n, p) for d, (b, n, p) in zip(late, keys, strict=True)]
        pitches = [pitch for _, _, pitch in keys]
        root = [Spelling.of(symbol).low - 12] if way.root_below else []
        bars.append((start, Harmony.of(root + pitches), sorted(moved)))
    return bars


def heard(bars: list[tuple[float, Harmony, list[Key]]], pedal: bool) -> list[HarmonyChange]:
    """What the tracker hears of them, key by key as on the stage."""
    events: list[tuple[float, int, int]] = []
    for _, _, keys in bars:
        for beat, length, pitch in keys:
            events += [(beat + length, 1, pitch), (beat, 2, pitch)]
        if pedal:
            events += [(keys[0][0] + 0.1, 3, 0), (keys[0][0] + 0.05, 0, 0)]
    tracker, changes, down = HarmonyTracker(), list[HarmonyChange](), False
    rung: set[int] = set()
    for beat, what, pitch in sorted(events):
        found = [tracker.wait(beat)]
        if what == 2:
            rung.discard(pitch)
            found.append(tracker.note_on(beat, pitch))
        elif what == 1 and down:
            rung.add(pitch)
            tracker.rings_on(pitch)
        elif what == 1:
            tracker.note_off(pitch)
        else:
            down = what == 3
            for key in rung if not down else ():
                tracker.note_off(key)
            rung = rung if down else set()
        for change in filter(None, found):
            if changes and changes[-1].beat == change.beat:
                changes.pop()
            changes.append(change)
    pairs = zip([None, *changes], changes, strict=False)
    return [new for old, new in pairs if old is None or new.harmony != old.harmony]


def score(way: Way, bpm: float) -> Score:
    """How a way of playing is heard at one tempo.

    A bar is right where its chord holds from its `latest` beat to its end.
    """
    bars = played(way, bpm)
    changes = heard(bars, way.pedal)
    wrong = []
    for (start, expected, _), symbol in zip(bars, CHORDS, strict=True):
        from_beat, until = start + way.latest + LATE, start + BAR - 2 * LATE
        held = [harmony_at(changes, from_beat)]
        held += [c.harmony for c in changes if from_beat < c.beat < until]
        if any(harmony != expected for harmony in held):
            wrong.append(f"{symbol}: {[(h.bass, h.pitch_classes) for h in held]}")
    return Score(1 - len(wrong) / len(bars), len(changes) / len(bars), tuple(wrong))


@pytest.mark.parametrize("bpm", TEMPI)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_chord_is_heard_however_it_is_played(way: Way, bpm: float) -> None:
    """Of twenty chords one may be missed: an arpeggio may begin with the end of the one before."""
    heard_so = score(way, bpm)
    assert heard_so.right >= 0.95, heard_so.wrong
    assert heard_so.changes <= way.most


def table() -> str:
    """Every way at every tempo: the share of chords heard right, and the changes a bar."""
    lines, scores = [], list[Score]()
    for way in WAYS:
        row = [score(way, bpm) for bpm in TEMPI]
        lines.append(f"{way.name:44}" + "  ".join(f"{s.right:4.2f} {s.changes:5.2f}" for s in row))
        scores += row
    right, whole, changes = (
        sum(figures) / len(scores)
        for figures in zip(*((s.right, s.right == 1.0, s.changes) for s in scores), strict=True)
    )
    return "\n".join(lines) + (
        f"\n{len(scores)} rows: {right:.3f} of the chords right, "
        f"{whole:.3f} of the rows whole, {changes:.2f} changes a bar"
    )


if __name__ == "__main__":
    print(table())
