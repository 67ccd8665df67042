"""A whole solo over given conditioning, offline."""

from collections.abc import Iterable, Iterator, Sequence

from jambot.generation.generator import Generator
from jambot.music import Meter, Note, by_onset, harmony_changes
from jambot.tokens import UNSTEERED, Controls, Prompt


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
) -> Iterator[Note]:
    """Solo notes from `start_beats` to `until_beats`, each as soon as it exists.

    The generator hears `conditioning` only as it happens: a chord changes nothing before itself.
    `primer` notes, before `start_beats`, are what the solo goes on from.
    """
    generator.prompt(
        Prompt(
            harmonies=tuple(harmony_changes(conditioning)),
            notes=tuple(n for n in by_onset(primer) if n.onset_beats < start_beats),
            resume_beats=start_beats,
            tempo_bpm=tempo_bpm,
            meter=meter or Meter(),
            controls=controls,
        )
    )
    while generator.frontier_beats < until_beats:
        note = generator.advance()
        if note is not None and note.onset_beats < until_beats:
            yield note


def one_line(notes: Iterable[Note]) -> list[Note]:
    """The notes as a single line: each ends, at the latest, where the next begins."""
    ordered = by_onset(notes)
    line: list[Note] = []
    for note, following in zip(ordered, [*ordered[1:], None], strict=True):
        room = following.onset_beats - note.onset_beats if following else note.duration_beats
        if room > 0:
            length = min(note.duration_beats, room)
            line.append(Note(note.onset_beats, length, note.pitch, note.velocity))
    return line
