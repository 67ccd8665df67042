"""Music as text: a piano roll that can be read without hearing, and notes by name.

One row a pitch, the highest first, one column a 16th, a bar line before every bar. `#` begins a
note of the solo and `=` holds it; `o` and `-` are the hands'. Above them the chords, below them the
beats. Where both sound on one key at once the solo is written. Triplets fall on the nearest 16th.
"""

from collections.abc import Sequence

from jambot.control.mcp_server.history import HeardNote

COLUMNS_A_BEAT = 4
NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MARGIN = 5


def pitch_name(pitch: int) -> str:
    """A MIDI pitch as musicians say it: 60 is C4."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def text_roll(
    solo: Sequence[HeardNote],
    hands: Sequence[HeardNote],
    chords: Sequence[tuple[float, str]],
    start: float,
    bars: int,
    beats_per_bar: int,
) -> str:
    """The roll of `bars` bars from beat `start`; empty bars where nothing sounded."""
    width = bars * beats_per_bar * COLUMNS_A_BEAT
    rows: dict[int, list[str]] = {}
    for notes, (begin, hold) in ((hands, "o-"), (solo, "#=")):
        for note in notes:
            first = _column(note.onset_beats - start)
            if not 0 <= first < width:
                continue
            end = note.end_beats if note.end_beats is not None else note.onset_beats
            last = min(width, max(first + 1, _column(end - start)))
            row = rows.setdefault(note.pitch, ["."] * width)
            row[first] = begin
            row[first + 1 : last] = hold * (last - first - 1)
    in_bar = beats_per_bar * COLUMNS_A_BEAT
    lines = [_chord_line(chords, start, width, in_bar)]
    for pitch in sorted(rows, reverse=True):
        lines.append(f"{pitch_name(pitch):<{MARGIN}}{_barred(rows[pitch], in_bar)}")
    beats = "".join(f"{beat + 1:<{COLUMNS_A_BEAT}}" for beat in range(beats_per_bar))
    lines.append(" " * MARGIN + _barred(list(beats * bars), in_bar))
    return "\n".join(line.rstrip() for line in lines)


def _column(beats: float) -> int:
    return round(beats * COLUMNS_A_BEAT)


def _chord_line(chords: Sequence[tuple[float, str]], start: float, width: int, in_bar: int) -> str:
    letters = [" "] * width
    for beat, name in chords:
        first = _column(beat - start)
        if first >= width:
            break
        if first > 0 and letters[first - 1] != " ":
            letters[first - 1] = ","
        letters[max(0, first) :] = " " * (width - max(0, first))
        for place, letter in enumerate(name, first):
            if 0 <= place < width:
                letters[place] = letter
    return " " * MARGIN + _barred(letters, in_bar)


def _barred(columns: Sequence[str], in_bar: int) -> str:
    bars = ["".join(columns[at : at + in_bar]) for at in range(0, len(columns), in_bar)]
    return "|" + "|".join(bars) + "|"
