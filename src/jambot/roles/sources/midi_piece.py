"""One MIDI file as a piece: named tracks where there are such, else two hands at one piano."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from jambot.music import Chord, ChordSpan, MidiSong, Note, by_onset, one_line, recognise
from jambot.roles.metre import cut_chords, cut_notes, has_own_beats, in_one_metre, pickup
from jambot.roles.piece import LEAST_NOTES, PLAIN_VELOCITY, Piece, RefusedError
from jambot.roles.sources.click import with_its_own_beats
from jambot.roles.sources.named_tracks import (
    ANNOTATION_TRACKS,
    PIANO_PROGRAMS,
    Parts,
    find_parts,
    played_tracks,
)
from jambot.roles.sources.two_hands import HANDS, Split, split_hands, split_in_words

LEAST_BEATS = 16.0


def midi_pieces(
    song: MidiSong,
    source: str,
    source_id: str,
    splits: Sequence[Split],
    wanted: str | None = None,
) -> list[Piece]:
    """`song` as a piece, or as one for each of `splits` where two hands must be told apart.

    `wanted` names the track that leads. Where the metre changes, the longest part in one metre is
    taken; a piece that begins within a bar is moved so that its bar lines are multiples of the
    metre. What was recorded without a click is laid on the beats that its notes tell. Raises
    RefusedError when it holds no lead over an accompaniment, or when its beats are unsure.
    """
    song = with_its_own_beats(source_id, song)
    parts = find_parts(song, wanted)
    if parts is not None:
        return [_piece(song, source, source_id, parts)]
    if wanted is not None:
        raise RefusedError(f"{source_id}: nothing is played under the track {wanted!r}")
    notes = _piano(song, source_id)
    return cut_by_each(
        notes,
        splits,
        lambda parts: _piece(song, source, source_id, parts),
    )


def cut_by_each(
    notes: Sequence[Note], splits: Sequence[Split], make: Callable[[Parts], Piece]
) -> list[Piece]:
    """A piece of the two hands for each of `splits` that gives one.

    Raises the first RefusedError when none does.
    """
    pieces: list[Piece] = []
    refusals: list[RefusedError] = []
    for split in splits:
        conditioning, target = split_hands(notes, split)
        choice = f"two hands, {split_in_words(split)}: the right hand answers"
        try:
            piece = make(Parts(target, conditioning, choice, "pianist"))
        except RefusedError as error:
            refusals.append(error)
            continue
        at = split if isinstance(split, int) else None
        variant = HANDS if at is None else f"s{at}"
        pieces.append(
            replace(piece, split_pitch=at, variant=variant, melody=tuple(one_line(notes)))
        )
    if not pieces:
        raise refusals[0]
    return pieces


def _piece(song: MidiSong, source: str, source_id: str, parts: Parts) -> Piece:
    first, last, meter = in_one_metre(song)
    if last - first < LEAST_BEATS:
        raise RefusedError(f"{source_id}: no {LEAST_BEATS:g} beats in one metre")
    chords = annotated_chords(song)
    conditioning = cut_notes(parts.conditioning, first, last, 0.0)
    written = cut_chords(chords, first, last, 0.0)
    shift = 0.0 if has_own_beats(song) and not written else pickup(conditioning, written, meter)
    target = cut_notes(parts.target, first, last, shift)
    under = len(conditioning) if parts.conditioning else len(written)
    if len(target) < LEAST_NOTES or under < LEAST_NOTES:
        raise RefusedError(
            f"{source_id}: {len(target)} lead notes, {under} accompanying",
            f"at least {LEAST_NOTES} each",
        )
    target, unknown = with_known_touch(target)
    return Piece(
        source=source,
        source_id=source_id,
        target=target,
        conditioning=tuple(note.shifted(shift) for note in conditioning),
        chords=cut_chords(chords, first, last, shift),
        tempo_bpm=round(song.tempo_map.median_bpm, 2),
        beats_per_bar=meter.beats_per_bar,
        choice=parts.choice + _moved_in_words(song, first, last, shift),
        player=parts.player,
        unknown=unknown,
        doubt=parts.doubt,
    )


def with_known_touch(notes: Sequence[Note]) -> tuple[tuple[Note, ...], tuple[str, ...]]:
    """The notes, and ("velocity",) where all were written with one velocity: nobody struck them."""
    if len({note.velocity for note in notes}) != 1:
        return tuple(notes), ()
    return tuple(replace(note, velocity=PLAIN_VELOCITY) for note in notes), ("velocity",)


def annotated_chords(song: MidiSong) -> tuple[ChordSpan, ...]:
    """Chords written as block chords in an annotation track; none without such a track."""
    track = next((t for name in ANNOTATION_TRACKS if (t := song.track(name))), None)
    if track is None:
        return ()
    spans: list[ChordSpan] = []
    for onset, group in groupby(by_onset(track.notes), key=lambda note: round(note.onset_beats, 2)):
        notes = list(group)
        previous = spans[-1].chord if spans else None
        chord = _named(tuple(note.pitch for note in notes), previous)
        spans.append(ChordSpan(onset, max(note.end_beats for note in notes), chord))
    return tuple(_cut_at_next(spans))


@lru_cache(maxsize=1 << 14)
def _named(pitches: tuple[int, ...], previous: Chord | None) -> Chord | None:
    return recognise(pitches, previous)


def _cut_at_next(spans: Sequence[ChordSpan]) -> list[ChordSpan]:
    ends = [*(span.onset_beats for span in spans[1:]), float("inf")]
    return [
        ChordSpan(span.onset_beats, min(span.end_beats, end), span.chord)
        for span, end in zip(spans, ends, strict=False)
    ]


def _moved_in_words(song: MidiSong, first: float, last: float, shift: float) -> str:
    whole = first == 0.0 and last >= song.end_beats - 1e-6
    part = "" if whole else f"; longest part in one metre, beats {first:g}–{last:g}"
    return part + (f"; begins within a bar, moved by {shift:g} beats" if shift else "")


def _piano(song: MidiSong, name: str) -> list[Note]:
    """The notes of two hands at one piano. Raises RefusedError where it is none."""
    if {track.name.lower() for track in song.tracks if track.notes} == {"solo"}:
        raise RefusedError(f"{name}: a solo by itself, as `jambot generate` writes it")
    tracks = [t for t in played_tracks(song) if t.program in PIANO_PROGRAMS]
    notes: list[Note] = [note for track in tracks for note in track.notes]
    if not notes or len(tracks) > 3:
        raise RefusedError(
            f"{name}: no lead over an accompaniment, and no piano to split",
            "a melody track with accompanying tracks, or two-hand piano",
            "name the tracks (MELODY, PIANO)",
        )
    return by_onset(notes)
