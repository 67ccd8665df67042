"""What the film's pianist comps: a form with a beginning, a middle and an end, of any length.

The progression is our own. Hands alone begin, each style has its section, and the last chord rings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from jambot.music import ChordSpan, Meter, Note, TempoMap, Track, parse_chord, write_midi
from jambot.realtime.hands.seat import LEAD_IN_SECONDS
from jambot.roles.comping import CompingStyle, comp, without_overlaps

METER = Meter(4)
RING_SECONDS = 2.5
"""The last chord goes on sounding after its bars, under the end card."""
TOGETHER_BEATS = 0.12
"""The keys of one strike, rolled or not."""
COMPING_PROGRAM = 4
"""General MIDI: electric piano."""

OPENING = "Dm9 | Bbmaj9 | Em7b5 | A7b9"
MIDDLES = (
    "Dm9 | G13 | Cmaj9 | Fmaj9 | Bm7b5 | E7b9 | Am9 | A7#9",
    "Ebmaj9 | Ebmaj9 | Gbmaj9 | Gbmaj9 | Amaj9 | Amaj9 | Em7b5 | A7b9",
    "Dm9 G13 | Em7 A7b9 | Dm9 G13 | Cmaj9 | Fm9 Bb13 | Em7 A7b9 | Dm9 | G13",
)
ENDING = "Cmaj9 | C69"

HELD = CompingStyle(("pad",), ("spread",), (0.62, 0.62))
MANNERS = (
    CompingStyle(("swing",), ("spread", "block"), (0.62, 0.62)),
    CompingStyle(("sparse", "swing"), ("spread",), (0.58, 0.58)),
    CompingStyle(("busy", "swing"), ("spread", "block"), (0.62, 0.62)),
)


@dataclass(frozen=True, slots=True)
class Section:
    """`bars` of the form from `bar` on, soloed over in `style`; None: the hands are alone."""

    bar: int
    bars: int
    style: str | None

    @property
    def beat(self) -> float:
        """Where it begins."""
        return METER.bar_start(self.bar)

    @property
    def end_beat(self) -> float:
        """Where the next begins."""
        return METER.bar_start(self.bar + self.bars)


@dataclass(frozen=True, slots=True)
class FilmArrangement:
    """Sections in order, what the hands play in them, and the tempo at which all of it fits."""

    bpm: float
    sections: tuple[Section, ...]
    comping: tuple[Note, ...]

    def write(self, path: Path) -> None:
        """Write the comping as a MIDI file."""
        track = Track("comping", self.comping, COMPING_PROGRAM)
        write_midi(path, [track], TempoMap.constant(self.bpm), METER)


def arrange(seconds: float, bpm: float, seed: int, styles: Sequence[str]) -> FilmArrangement:
    """A form that lasts `seconds`, in whole bars at about `bpm`, at least one of them.

    Every style has a section, in order, as far as there are two bars for each.
    """
    playing = max(seconds - LEAD_IN_SECONDS - RING_SECONDS, 0.5)
    bars = _bars(playing * bpm / 60 / METER.beats_per_bar, len(styles))
    exact = min(max(bars * METER.beats_per_bar * 60 / playing, 40.0), 300.0)
    sections = _sections(bars, styles)
    notes: list[Note] = []
    middle = 0
    for section in sections:
        if section.style is not None:
            chart, manner = MIDDLES[middle % len(MIDDLES)], MANNERS[middle % len(MANNERS)]
            middle += 1
        else:
            chart, manner = (ENDING if section.bar else OPENING), HELD
        notes += comp(_spans(chart, section), METER, exact, f"{seed} {section.bar}", manner)
    comping = _ringing(without_overlaps(sorted(notes)), (seconds - LEAD_IN_SECONDS) * exact / 60)
    return FilmArrangement(exact, tuple(sections), tuple(comping))


def _ringing(notes: list[Note], until_beats: float) -> list[Note]:
    """The last strike, held to the end: whoever plays this round and round has no time to."""
    last = max((note.onset_beats for note in notes), default=0.0) - TOGETHER_BEATS
    return [
        replace(note, duration_beats=max(until_beats - note.onset_beats, note.duration_beats))
        if note.onset_beats >= last
        else note
        for note in notes
    ]


def _frame(bars: int) -> tuple[int, int]:
    """Bars before and after the solo."""
    opening = 4 if bars >= 20 else 2 if bars >= 10 else 0
    return opening, 2 if bars >= 10 else 1 if bars >= 4 else 0


def _bars(fitting: float, styles: int) -> int:
    """Bars of a form about so long: where it has a frame, as many pairs of bars for each style."""
    wanted = max(1, round(fitting))
    frame = sum(_frame(wanted))
    if wanted < 10:
        return wanted
    pairs = max(1, round((fitting - frame) / (2 * styles)))
    return frame + 2 * styles * pairs


def _sections(bars: int, styles: Sequence[str]) -> list[Section]:
    opening, ending = _frame(bars)
    middle = bars - opening - ending
    parts = max(1, min(len(styles), middle // 2))
    lines = [opening + round(middle * part / parts) for part in range(parts + 1)]
    sections = [Section(0, opening, None)] if opening else []
    for style, start, end in zip(styles, lines, lines[1:], strict=False):
        sections.append(Section(start, end - start, style))
    if ending:
        sections.append(Section(bars - ending, ending, None))
    return sections


def _spans(chart: str, section: Section) -> list[ChordSpan]:
    """The bars of `chart`, round and round, chords of one bar sharing it evenly."""
    spans = []
    for i, bar in enumerate(islice(cycle(chart.split("|")), section.bars)):
        symbols = bar.split()
        length = METER.beats_per_bar / len(symbols)
        for place, symbol in enumerate(symbols):
            start = METER.bar_start(section.bar + i) + place * length
            spans.append(ChordSpan(start, start + length, parse_chord(symbol)))
    return spans
