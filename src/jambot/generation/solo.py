"""A whole solo over given conditioning, offline."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jambot.errors import BadMidiError, UsageError
from jambot.generation.dynamics import struck
from jambot.generation.generator import Generator
from jambot.music import (
    Chart,
    Meter,
    MidiSong,
    Note,
    Track,
    by_onset,
    chord_names,
    harmony_changes,
    one_line,
    parse_chart,
    read_midi,
    write_midi,
)
from jambot.music.filled_in import filled_in
from jambot.music.midi_file import MOST_HOURS
from jambot.storage import whole_file
from jambot.tokens import UNSTEERED, Controls, Prompt

CHORDS_TOLD = 8
"""So many chords are named of those that were heard."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a MIDI file of chords is taken for: its length, tempi, and the chords in their order."""

    bars: int
    meter: Meter
    bpms: tuple[float, ...]
    chords: tuple[str, ...]

    def __str__(self) -> str:
        slow, fast = round(min(self.bpms)), round(max(self.bpms))
        tempo = f"{slow}" if slow == fast else f"{slow} to {fast}"
        told = ", ".join(self.chords[:CHORDS_TOLD])
        more = " …" if len(self.chords) > CHORDS_TOLD else ""
        chords = f"{_counted(len(self.chords), 'chord')}: {told}{more}" if told else "no chord"
        length = f"{_counted(self.bars, 'bar')} of {self.meter.beats_per_bar} beats"
        return f"{length} at {tempo} bpm, {chords}"


@dataclass(frozen=True, slots=True)
class Solo:
    """How many notes were written, in how many bars, and what they were played over."""

    notes: int
    bars: int
    heard: Heard

    def __str__(self) -> str:
        return f"{_counted(self.notes, 'note')} in {_counted(self.bars, 'bar')}"


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
) -> Solo:
    """Improvise over the chords in a MIDI file, write the solo, and say what was heard.

    A primer is a MIDI file whose first melodic track the solo goes on from: its last bars are
    taken as if they had been played just before the chords begin. `form` is a chord chart that
    begins with the file. Raises BadMidiError for a file
    that cannot be used and UsageError where the solo cannot be written.
    """
    song = read_midi(conditioning)
    meter, tempo_bpm = song.meter, song.tempo_map.median_bpm
    chords = [note for track in song.tracks if not track.is_drum for note in track.notes]
    heard = _heard_in(song, chords)
    length = bars or heard.bars
    hours = length * meter.beats_per_bar / tempo_bpm / 60
    if hours > MOST_HOURS:
        raise UsageError(
            f"{length} bars of {meter.beats_per_bar} beats at {tempo_bpm:g} bpm, {hours:.1f} hours",
            f"at most {MOST_HOURS:g} hours",
            "ask for fewer --bars",
        )
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
        chart=None if form is None else parse_chart(form, meter.beats_per_bar),
    )
    notes = tuple(note.shifted(-shift) for note in one_line(solo))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(out) as unfinished:
            write_midi(unfinished, [Track("solo", notes)], song.tempo_map, meter)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}", "a file that can be written") from error
    return Solo(len(notes), length, heard)


def _heard_in(song: MidiSong, hands: Iterable[Note]) -> Heard:
    bars = max(1, -int(-(song.end_beats - 0.01) // song.meter.beats_per_bar))
    names = tuple(name for _, name in chord_names(harmony_changes(hands)))
    return Heard(bars, song.meter, tuple(song.tempo_map.bpms), names)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _before_the_start(primer: Path, meter: Meter) -> list[Note]:
    """The primer's melody, from its first bar on."""
    song = read_midi(primer)
    melodic = [track for track in song.tracks if track.notes and not track.is_drum]
    if not melodic:
        raise BadMidiError(f"{primer.name}: nothing but drums", "a melody", "choose another primer")
    notes = melodic[0].notes
    first_bar = meter.bar_start(meter.bar_at(notes[0].onset_beats))
    return [note.shifted(-first_bar) for note in notes]
