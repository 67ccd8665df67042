"""Lead sheets: a written melody with chord symbols (OpenEWLD's JSON lines)."""

from collections.abc import Sequence
from typing import Any

from jambot.music import Chord, ChordSpan, Note, chord_of, one_line
from jambot.music.chord import QUALITIES
from jambot.roles.piece import PLAIN_VELOCITY, Piece, RefusedError, spelled

SHEETS_FILE = "leadsheets.jsonl.gz"
LICENCE = "public domain (composition)"
KINDS = {
    "major": "", "dominant": "7", "minor": "m", "minor-seventh": "m7", "diminished": "dim",
    "major-sixth": "6", "augmented": "aug", "dominant-ninth": "9", "minor-sixth": "m6",
    "diminished-seventh": "dim7", "major-seventh": "maj7", "suspended-fourth": "sus4",
    "suspended-second": "sus2", "minor-ninth": "m9", "half-diminished": "m7b5",
    "augmented-seventh": "7#5", "minor-major": "mmaj7", "major-ninth": "maj9",
    "dominant-13th": "13", "major-minor": "mmaj7",
}  # fmt: skip
"""MusicXML's chord kinds -> our qualities; other kinds are spelled from their tones."""
LEAST_NOTES = 16
TEMPO_BPM = 120.0


def sheet_piece(sheet: dict[str, Any]) -> Piece:
    """One lead sheet as a piece. Raises RefusedError, naming what is missing or not usable."""
    name = str(sheet.get("id", "a sheet without id"))
    try:
        beats_per_bar = _beats_per_bar(name, sheet["timesigs"])
        pickup = _pickup(sheet["measures"], beats_per_bar)
        melody = [
            Note(onset + pickup, lasts, int(pitch), PLAIN_VELOCITY)
            for pitch, onset, lasts in sheet["melody"]
            if lasts > 0
        ]
        end = max((note.end_beats for note in melody), default=0.0)
        chords = _chords(sheet["chords"], pickup, end)
        tempo = float(sheet["tempos"][0][1]) if sheet.get("tempos") else TEMPO_BPM
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise RefusedError(f"{name}: not a lead sheet ({error!r})") from error
    if len(melody) < LEAST_NOTES or not any(span.chord for span in chords):
        found = f"{name}: {len(melody)} notes, {len(chords)} chords"
        raise RefusedError(found, "a melody over chords")
    return Piece(
        source="openewld",
        source_id=name,
        target=tuple(one_line(melody)),
        chords=chords,
        tempo_bpm=tempo if tempo > 0 else TEMPO_BPM,
        beats_per_bar=beats_per_bar,
        split=sheet.get("split"),
        licence=LICENCE,
        style="LEADSHEET",
        comping_style=None,
        choice="written melody over comping voiced from its chord symbols",
        player="voice",
        unknown=("velocity",),
    )


def _beats_per_bar(name: str, signatures: Sequence[Sequence[float]]) -> int:
    """Quarter beats of a bar (two bars for odd eighths); 4 where none is written."""
    lengths = {4.0 * numerator / denominator for _, numerator, denominator in signatures} or {4.0}
    length = max(lengths)
    if len(lengths) > 1 or length * 2 != int(length * 2) or not 0.5 <= length <= 12:
        raise RefusedError(f"{name}: metres of {sorted(lengths)} beats", "one metre throughout")
    return int(length) if length == int(length) else int(length * 2)


def _pickup(measures: Sequence[float], beats_per_bar: int) -> float:
    """How far the sheet moves so that its first whole bar begins on a bar line."""
    return (-measures[1]) % beats_per_bar if len(measures) > 1 else 0.0


def _chords(rows: Sequence[Sequence[Any]], pickup: float, end: float) -> tuple[ChordSpan, ...]:
    spans = []
    for i, (start, root, kind, bass, classes) in enumerate(rows):
        until = rows[i + 1][0] + pickup if i + 1 < len(rows) else max(end, start + pickup + 1.0)
        if until > start + pickup:
            spans.append(ChordSpan(start + pickup, until, _chord(root, kind, bass, classes)))
    return tuple(spans)


def _chord(root: int | None, kind: str, bass: int | None, classes: Sequence[int]) -> Chord | None:
    if root is None:
        return None
    bass = root if bass is None else bass
    quality = KINDS.get(kind)
    if quality in QUALITIES:
        return chord_of(root, quality, bass)
    return spelled(root, bass, classes) if len(classes) >= 2 else None
