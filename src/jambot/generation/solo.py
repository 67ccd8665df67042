"""A whole solo over given conditioning, offline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jambot.console import counted
from jambot.errors import BadMidiError, UsageError
from jambot.generation.accompaniment import NOBODY, Voices, accompany
from jambot.generation.dynamics import struck
from jambot.generation.generator import Generator
from jambot.music import (
    Chart,
    Meter,
    MidiSong,
    Note,
    TempoMap,
    Track,
    by_onset,
    chart_beats,
    chord_names,
    harmony_changes,
    one_hand,
    parse_chart,
    read_midi,
    write_midi,
)
from jambot.music.filled_in import filled_in
from jambot.music.midi_file import MOST_HOURS
from jambot.music.pianist import Pianist
from jambot.music.take_midi import band_track
from jambot.storage import whole_file
from jambot.tokens import UNSTEERED, Controls, Prompt

COMPING_PROGRAM = 4
"""General MIDI: electric piano."""
CHORDS_TOLD = 8
"""So many chords are named of those that were heard."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What is soloed over: its length, tempi, and the chords in their order."""

    bars: int
    meter: Meter
    bpms: tuple[float, ...]
    chords: tuple[str, ...]

    def __str__(self) -> str:
        slow, fast = round(min(self.bpms)), round(max(self.bpms))
        tempo = f"{slow}" if slow == fast else f"{slow} to {fast}"
        told = ", ".join(self.chords[:CHORDS_TOLD])
        more = " …" if len(self.chords) > CHORDS_TOLD else ""
        chords = f"{counted(len(self.chords), 'chord')}: {told}{more}" if told else "no chord"
        length = f"{counted(self.bars, 'bar')} of {self.meter.beats_per_bar} beats"
        return f"{length} at {tempo} bpm, {chords}"


@dataclass(frozen=True, slots=True)
class WrittenSolo:
    """How many notes were written, in how many bars, and what they were played over."""

    notes: int
    bars: int
    heard: Backing

    def __str__(self) -> str:
        return f"{counted(self.notes, 'note')} in {counted(self.bars, 'bar')}"


def improvise(
    generator: Generator,
    conditioning: Iterable[Note],
    *,
    until_beats: float,
    tempo_bpm: float,
    meter: Meter | None = None,
    primer: Sequence[Note] = (),
    start_beats: float = 0.0,
    controls: Controls = UNSTEERED,
    chart: Chart | None = None,
) -> Iterator[Note]:
    """Solo notes from `start_beats` to `until_beats`, each as soon as it exists.

    The generator hears `conditioning` only as it happens: a chord changes nothing before itself.
    Where the hands are silent a `chart`, whose top is beat `start_beats`, goes on. `primer` notes,
    before `start_beats`, are what the solo goes on from.
    """
    generator.forget()
    hands = list(conditioning)
    heard = harmony_changes(hands)
    if chart is not None:
        heard = filled_in(heard, hands, chart, start_beats, until_beats)
    generator.prompt(
        Prompt(
            harmonies=tuple(heard),
            notes=tuple(n for n in by_onset(primer) if n.onset_beats < start_beats),
            resume_beats=start_beats,
            tempo_bpm=tempo_bpm,
            meter=meter or Meter(),
            controls=controls,
            form=None if chart is None else (start_beats, chart.bars),
        )
    )
    for note in generator.notes_until(until_beats):
        if note.onset_beats < until_beats:
            yield struck(note, controls)


def solo_over_file(
    generator: Generator,
    conditioning: Path,
    out: Path,
    primer: Path | None = None,
    bars: int | None = None,
    controls: Controls = UNSTEERED,
    form: str | None = None,
    voices: Voices = NOBODY,
) -> WrittenSolo:
    """Improvise over the chords in a MIDI file, write the solo with what it was played over, and
    say what was heard.

    A primer is a MIDI file whose first melodic track the solo goes on from: its last bars are
    taken as if they had been played just before the chords begin. `form` is a chord chart that
    begins with the file. The `voices` of the band go into tracks of
    their own. Raises BadMidiError for a file that cannot be used and UsageError where the solo
    cannot be written.
    """
    song = read_midi(conditioning)
    meter, tempo_bpm = song.meter, song.tempo_map.median_bpm
    chords = [note for track in song.tracks if not track.is_drum for note in track.notes]
    heard = _heard_in(song, chords)
    length = bars or heard.bars
    _refuse_too_long(length, meter, tempo_bpm)
    chart = None if form is None else parse_chart(form, meter.beats_per_bar)
    before = _before_the_start(primer, meter) if primer else []
    shift = meter.next_bar_start(before[-1].onset_beats) if before else 0.0
    solo = improvise(
        generator,
        [note.shifted(shift) for note in chords],
        start_beats=shift,
        until_beats=shift + length * meter.beats_per_bar,
        tempo_bpm=tempo_bpm,
        meter=meter,
        primer=before,
        controls=controls,
        chart=chart,
    )
    changes = harmony_changes(chords)
    if chart is not None:
        changes = filled_in(changes, chords, chart, 0.0, length * meter.beats_per_bar)
    band = accompany(voices, changes, length, meter, tempo_bpm, chart, controls.swing)
    notes = tuple(note.shifted(-shift) for note in one_hand(solo))
    under = _until(song.tracks, length * meter.beats_per_bar)
    tracks = [Track("solo", notes), *under, *_tracks_of(band)]
    _write(out, tracks, song.tempo_map, meter, song.markers)
    return WrittenSolo(len(notes), length, heard)


def solo_over_chart(
    generator: Generator,
    form: str,
    out: Path,
    bars: int | None = None,
    bpm: float = 120.0,
    beats_per_bar: int = 4,
    seed: int = 1,
    controls: Controls = UNSTEERED,
    voices: Voices = NOBODY,
) -> WrittenSolo:
    """Have the built-in pianist comp a chord chart, improvise over that, write both into one file.

    `bars` None is one chorus; the metre of the chart goes before `beats_per_bar`. Raises ChartError
    for a chart that is not understood and UsageError where the file cannot be written.
    """
    meter = Meter(chart_beats(form) or beats_per_bar)
    chart = parse_chart(form, meter.beats_per_bar)
    length = bars or chart.bars
    _refuse_too_long(length, meter, bpm)
    pianist = Pianist(chart, seed)
    comping = [note for bar in range(length) for note in pianist.bar(bar, bpm)]
    end = meter.bar_start(length)
    (under,) = _until([Track("comping", tuple(by_onset(comping)), COMPING_PROGRAM)], end)
    solo = improvise(
        generator,
        under.notes,
        until_beats=end,
        tempo_bpm=bpm,
        meter=meter,
        controls=controls,
        chart=chart,
    )
    notes = tuple(one_hand(solo))
    markers = _markers(chart, length)
    changes = filled_in(harmony_changes(under.notes), under.notes, chart, 0.0, end)
    band = accompany(voices, changes, length, meter, bpm, chart, controls.swing)
    tracks = [Track("solo", notes), under, *_tracks_of(band)]
    _write(out, tracks, TempoMap.constant(bpm), meter, markers)
    return WrittenSolo(
        len(notes), length, Backing(length, meter, (bpm,), tuple(n for _, n in markers))
    )


def _tracks_of(band: Mapping[str, tuple[Note, ...]]) -> list[Track]:
    return [band_track(voice, played) for voice, played in band.items()]


def _refuse_too_long(bars: int, meter: Meter, bpm: float) -> None:
    hours = bars * meter.beats_per_bar / bpm / 60
    if hours > MOST_HOURS:
        raise UsageError(
            f"{bars} bars of {meter.beats_per_bar} beats at {bpm:g} bpm, {hours:.1f} hours",
            f"at most {MOST_HOURS:g} hours",
            "ask for fewer --bars",
        )


def _until(tracks: Iterable[Track], end: float) -> list[Track]:
    """The tracks that have notes before `end`, cut there."""
    cut = [
        replace(
            track,
            notes=tuple(
                replace(note, duration_beats=min(note.duration_beats, end - note.onset_beats))
                for note in track.notes
                if note.onset_beats < end
            ),
        )
        for track in tracks
    ]
    return [track for track in cut if track.notes]


def _markers(chart: Chart, bars: int) -> list[tuple[float, str]]:
    """The chords of the chart where they change, chorus after chorus."""
    written = [(w.beat, w.chord.symbol) for w in chart.chords if w.chord is not None]
    end = bars * chart.beats_per_bar
    told: list[tuple[float, str]] = []
    for top in range(0, end, chart.beats):
        for beat, symbol in written:
            if top + beat < end and (not told or told[-1][1] != symbol):
                told.append((float(top + beat), symbol))
    return told


def _write(
    out: Path,
    tracks: Sequence[Track],
    tempo_map: TempoMap,
    meter: Meter,
    markers: Sequence[tuple[float, str]],
) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(out) as unfinished:
            write_midi(unfinished, tracks, tempo_map, meter, markers)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}", "a file that can be written") from error


def _heard_in(song: MidiSong, hands: Iterable[Note]) -> Backing:
    bars = max(1, -int(-(song.end_beats - 0.01) // song.meter.beats_per_bar))
    names = tuple(name for _, name in chord_names(harmony_changes(hands)))
    return Backing(bars, song.meter, tuple(song.tempo_map.bpms), names)


def _before_the_start(primer: Path, meter: Meter) -> list[Note]:
    """The primer's melody, from its first bar on."""
    song = read_midi(primer)
    melodic = [track for track in song.tracks if track.notes and not track.is_drum]
    if not melodic:
        raise BadMidiError(f"{primer.name}: nothing but drums", "a melody", "choose another primer")
    notes = melodic[0].notes
    first_bar = meter.bar_start(meter.bar_at(notes[0].onset_beats))
    return [note.shifted(-first_bar) for note in notes]
