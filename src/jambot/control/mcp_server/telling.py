"""Pictures and notes put into the words of `results`."""

from collections.abc import Sequence
from typing import Any

from jambot.control.mcp_server.history import HeardNote
from jambot.control.mcp_server.link import JamLink
from jambot.control.mcp_server.results import ChordRow, NoteRow, PianistState, Status
from jambot.control.mcp_server.roll import pitch_name

PASSING = {
    "bar", "beat", "chord", "lookahead_bars", "notes", "late_notes", "jitter_ms", "first_note_ms",
}  # fmt: skip
"""What the music changes by itself."""


def status_of(link: JamLink) -> Status:
    """The newest picture of a jam."""
    picture = link.picture
    meter = int(picture["meter"])
    bar, beat = place(max(0.0, picture["beat"]), meter)
    return Status(
        url=link.url,
        playing=picture["playing"],
        player_ready=picture["ready"],
        bpm=round(picture["bpm"], 3),
        beats_per_bar=meter,
        bar=bar,
        beat=beat,
        chord=picture["chord"],
        lookahead_bars=picture["ahead"],
        notes=picture["notes"],
        late_notes=picture["late"],
        underruns=picture["underruns"],
        first_note_ms=picture["first_note_ms"],
        jitter_ms=picture["jitter_ms"],
        lost_ports=picture["lost"],
        hands=picture["seat"]["by"] or "nobody",
        pianist=PianistState(
            plays=picture["performer"],
            offered=picture["seat"]["offered"],
            mode=picture["seat"]["mode"],
        ),
        settings=picture["settings"],
        form=picture["form"],
        followed=picture["followed"],
        kept=picture["kept"],
        notice=picture["notice"],
        log_fault=picture["log_fault"],
    )


def changed(before: Status, after: Status) -> dict[str, Any]:
    """What is otherwise afterwards, but for what the music changes by itself.

    Settings, and the knobs and the sampling among them, are told one by one: `settings.response`.
    """
    was, now = (_flat(status.model_dump(exclude=PASSING)) for status in (before, after))
    return {name: value for name, value in now.items() if was.get(name) != value}


def _flat(values: dict[str, Any], into: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        whole = isinstance(value, dict) and name != "form"
        flat |= _flat(value, f"{into}{name}.") if whole else {into + name: value}
    return flat


def place(beat: float, beats_per_bar: int) -> tuple[int, float]:
    """Bar and beat as musicians count them, from 1."""
    bar, rest = divmod(beat, beats_per_bar)
    return int(bar) + 1, round(rest + 1, 2)


def note_rows(notes: Sequence[HeardNote], beats_per_bar: int) -> list[NoteRow]:
    """Notes with their places and names."""
    rows = []
    for note in notes:
        bar, beat = place(note.onset_beats, beats_per_bar)
        length = None if note.end_beats is None else round(note.end_beats - note.onset_beats, 2)
        rows.append(
            NoteRow(
                bar=bar,
                beat=beat,
                pitch=pitch_name(note.pitch),
                midi=note.pitch,
                beats=length,
                velocity=note.velocity,
            )
        )
    return rows


def chord_rows(chords: Sequence[tuple[float, str]], beats_per_bar: int) -> list[ChordRow]:
    """Chords with their places."""
    rows = []
    for at, name in chords:
        bar, beat = place(at, beats_per_bar)
        rows.append(ChordRow(bar=bar, beat=beat, name=name))
    return rows
