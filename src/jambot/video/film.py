"""What a film shows, in beats: solo, hands, band, the chords heard, and the plan as it was.

Made from a take and the looks at its plan; everything drawn follows from it and the time.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jambot.errors import UsageError
from jambot.music import Note
from jambot.music.take import Take
from jambot.music.take_midi import chord_markers
from jambot.video.arrangement import Section
from jambot.video.recording import Look

SOON_BEATS = 0.35
"""What leaves the plan so shortly before it is due is promised: 60 ms, and one look too late."""
SAME_BEATS = 1e-3
"""A planned and a played note of one pitch whose onsets differ by less are one note."""


@dataclass(frozen=True, slots=True)
class Intention:
    """A note as it stood in the plan of a style, from beat `since` until promised or given up."""

    note: Note
    since: float
    until: float
    promised: bool
    style: str = ""


@dataclass(frozen=True, slots=True)
class SoloNote:
    """A note of the solo as it sounded, promised on beat `promised`, in the style that played."""

    note: Note
    promised: float
    style: str


@dataclass(frozen=True, slots=True)
class StyleSpan:
    """On beat `known` it was settled that `style` plays from beat `since` on."""

    known: float
    since: float
    style: str


@dataclass(frozen=True, slots=True)
class Film:
    """`seconds` of music; beat 0 falls on `zero_seconds`. Notes and chords in order of onset.

    `told` says whether the soloist was given a chord chart.
    """

    seconds: float
    bpm: float
    beats_per_bar: int
    zero_seconds: float
    seed: int
    solo: tuple[SoloNote, ...]
    hands: tuple[Note, ...]
    chords: tuple[tuple[float, str], ...]
    intentions: tuple[Intention, ...]
    sections: tuple[Section, ...]
    told: bool = False
    bass: tuple[Note, ...] = ()
    drums: tuple[Note, ...] = ()

    def beat_at(self, seconds: float) -> float:
        """The beat at this moment of the film."""
        return (seconds - self.zero_seconds) * self.bpm / 60

    def seconds_at(self, beat: float) -> float:
        """When a beat falls."""
        return self.zero_seconds + beat * 60 / self.bpm

    def style_at(self, beat: float) -> str:
        """Which style has the solo on `beat`; empty while the hands are alone at the beginning."""
        begun = [s for s in self.sections if s.style is not None and s.beat <= beat + SAME_BEATS]
        return begun[-1].style or "" if begun else ""

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that play, each once, in order."""
        return tuple(dict.fromkeys(s.style for s in self.sections if s.style is not None))

    def chord_at(self, beat: float) -> str:
        """The name of the chord that was heard last; empty before the first."""
        i = bisect_right(self.chords, (beat, "\uffff"))
        return self.chords[i - 1][1] if i else ""


def film_of(
    take: Take,
    looks: Sequence[Look],
    sections: Sequence[Section],
    seconds: float,
    told: bool = False,
) -> Film:
    """The film of a take at a steady tempo. Raises UsageError where nothing was played."""
    lines, played = take.of("line"), take.played
    if not lines or not played:
        raise UsageError(
            "nobody soloed in this take", "a solo to film", "film more seconds, or other chords"
        )
    bpm = float(lines[0]["bpm"])
    zero = float(lines[0]["seconds"]) - float(lines[0]["beat"]) * 60 / bpm
    changes = _style_changes(take, zero, bpm)
    solo = [p.note for p in played]
    plan = intentions([(look.beat, [p.note for p in look.planned]) for look in looks], solo)
    promised = {_place(i.note): i.until for i in plan if i.promised}
    band = take.band
    return Film(
        seconds=seconds,
        bpm=bpm,
        beats_per_bar=take.meter.beats_per_bar,
        zero_seconds=zero,
        seed=int(take.session["seed"]),
        solo=tuple(
            SoloNote(
                note,
                min(promised.get(_place(note), note.onset_beats), note.onset_beats),
                _style(changes, note.onset_beats, note.onset_beats),
            )
            for note in solo
        ),
        hands=tuple(take.conditioning()),
        chords=tuple(chord_markers(take)),
        intentions=tuple(
            replace(i, style=_style(changes, i.since, i.note.onset_beats)) for i in plan
        ),
        sections=tuple(sections),
        told=told,
        bass=tuple(played.note for played in band.get("bass", ())),
        drums=tuple(played.note for played in band.get("drums", ())),
    )


def intentions(
    looks: Iterable[tuple[float, Sequence[Note]]], played: Iterable[Note]
) -> tuple[Intention, ...]:
    """How long each note stood in the plan, from (beat, planned notes) in order of time.

    A note that is planned anew exactly as before stood there all along; one that left the plan
    was promised if it was played, and else given up.
    """
    places = {_place(note) for note in played}
    standing: dict[Note, float] = {}
    found: list[Intention] = []
    beat = 0.0
    for beat, planned in looks:
        now = set(planned)
        for note in [note for note in standing if note not in now]:
            since = standing.pop(note)
            sounds = note.onset_beats < beat + SOON_BEATS and _place(note) in places
            found.append(Intention(note, since, beat, sounds))
        for note in planned:
            standing.setdefault(note, beat)
    found += [Intention(note, since, beat, False) for note, since in standing.items()]
    return tuple(sorted(found, key=lambda i: (i.note, i.since)))


def _place(note: Note) -> tuple[int, int]:
    return round(note.onset_beats / SAME_BEATS), note.pitch


def _style_changes(take: Take, zero_seconds: float, bpm: float) -> list[StyleSpan]:
    """The style the take began with, and those that took over, in order."""
    first = StyleSpan(float("-inf"), float("-inf"), str(take.session["adapter"]))
    later = [
        StyleSpan(
            (float(event["seconds"]) - zero_seconds) * bpm / 60,
            float(event["beat"]) - SAME_BEATS,
            str(event["adapter"]),
        )
        for event in take.of("adapter")
        if event["state"] == "plays"
    ]
    return [first, *later]


def _style(changes: Sequence[StyleSpan], planned: float, onset: float) -> str:
    """The style that planned, on beat `planned`, a note for beat `onset`."""
    known = [c for c in changes if c.known <= planned + SAME_BEATS and c.since <= onset]
    return known[-1].style
