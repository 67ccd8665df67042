"""Pictures and notes put into the words of `results`."""

from collections.abc import Sequence

from jambot.control.mcp_server.history import Heard
from jambot.control.mcp_server.link import JamLink
from jambot.control.mcp_server.results import ChordRow, NoteRow, Status
from jambot.control.mcp_server.roll import pitch_name


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
        built_in_pianist=picture["performer"],
        settings=picture["settings"],
        form=picture["form"],
        kept=picture["kept"],
        notice=picture["notice"],
        log_fault=picture["log_fault"],
    )


def place(beat: float, beats_per_bar: int) -> tuple[int, float]:
    """Bar and beat as musicians count them, from 1."""
    bar, rest = divmod(beat, beats_per_bar)
    return int(bar) + 1, round(rest + 1, 2)


def note_rows(notes: Sequence[Heard], beats_per_bar: int) -> list[NoteRow]:
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
