"""What the tools give: plain values with their units, described for whoever reads the schema."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class ToolResult(BaseModel):
    """An answer; the sentences below its fields are part of the tool's schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Port(ToolResult):
    """One MIDI port that can be named."""

    backend: str
    direction: str
    """"in": can be heard; "out": can be played to."""
    name: str


class PortList(ToolResult):
    """All MIDI ports of this machine."""

    ports: list[Port]


class PianistState(ToolResult):
    """The built-in pianist: whether it plays, could be asked to (nobody else does), and whether it
    comes back by itself (on), waits to be asked (auto) or neither (off)."""

    plays: bool
    offered: bool
    mode: str


class Started(ToolResult):
    """A jam that has begun."""

    url: str
    """The page on which a person sees and hears it."""
    take: str
    bpm: float
    beats_per_bar: int


class Status(ToolResult):
    """The jam at this moment."""

    url: str
    """The page on which a person sees and hears it."""
    playing: bool
    """False: the bot waits for a chord or a trigger, or lays out."""
    player_ready: bool
    bpm: float
    beats_per_bar: int
    bar: int
    """Counted from 1."""
    beat: float
    """In the bar, from 1."""
    chord: str
    """What the hands hold; empty before the first chord."""
    lookahead_bars: float
    """How far ahead the plan reaches."""
    notes: int
    """Solo notes played so far."""
    late_notes: int
    underruns: int
    """How often the plan ran dry; the rule-based player filled in."""
    first_note_ms: float | None
    """What the last trigger waited for its first note."""
    jitter_ms: float | None
    lost_ports: list[str]
    hands: str
    """Who played the chords last: keyboard, page, pianist (the built-in one) or nobody."""
    pianist: PianistState
    settings: dict[str, Any]
    """What can be changed: knobs (0 to 1, null: free), sampling, response and the like."""
    form: dict[str, Any] | None
    """The form that is expected: its bars, the bar being played (from 0), its chords, and whether
    it was heard or given as a chart."""
    followed: dict[str, Any] | None
    """With `clock` hands: how sure the beat is (0 to 1), whether it is held, and whether it was
    found yet; else null."""
    kept: str
    """The last file that `keep` wrote, beside the take; empty before one."""
    notice: str
    """Why the last order was refused, else empty."""
    log_fault: str
    """What is wrong with the writing of the take (a full disk), and what is lost; else empty."""


class Made(ToolResult):
    """What was made without a jam."""

    file: str
    said: str
    """What it was played over, and how much was written."""


class NoteRow(ToolResult):
    """One note."""

    bar: int
    beat: float
    """In the bar, from 1; 2.5 is the second half of the second beat."""
    pitch: str
    midi: int
    beats: float | None
    """Its length; null: still held down."""
    velocity: int


class ChordRow(ToolResult):
    """A chord and where it begins."""

    bar: int
    beat: float
    name: str
    """Empty where the keys make no chord that has a name."""


class Played(ToolResult):
    """What was played in some bars."""

    first_bar: int
    last_bar: int
    chords: list[ChordRow]
    solo: list[NoteRow]
    """The bot."""
    hands: list[NoteRow]
    """The person, or the built-in pianist."""
    roll: str
    """The same as text: a row a pitch, a column a 16th; # = the solo, o - the hands."""


class PlannedMusic(ToolResult):
    """What the bot is going to play."""

    bar: int
    """Where the music is now."""
    beat: float
    chord: str
    coming: list[ChordRow]
    """The chords that the form makes it expect; empty without a form."""
    promised: list[NoteRow]
    """Will sound, whatever happens (a panic aside)."""
    tentative: list[NoteRow]
    """May be replaced when the chord or a knob changes."""
    roll: str


class Obeyed(ToolResult):
    """What became of an order."""

    order: dict[str, Any]
    shown: bool
    """The stage shows it; False: it was taken and shows later (a style at a bar line)."""
    changed: dict[str, Any]
    """What is otherwise than before, by the names of `status`: what it is now."""


class TakeRow(ToolResult):
    """A recorded session."""

    name: str
    running: bool
    seconds: float | None
    notes: int | None
    """None while no report has been written."""
    files: list[str]


class Takes(ToolResult):
    """Recorded sessions, newest first."""

    folder: str
    takes: list[TakeRow]


class Report(ToolResult):
    """The figures of a take, under the names of docs/kpi.md; latencies in ms."""

    take: str
    whole: bool
    """False while it is being played."""
    figures: dict[str, Any]


class Ended(ToolResult):
    """How a jam ended."""

    take: str
    folder: str
    files: list[str]
    exit_code: int | None


class SetUpPart(ToolResult):
    """One part of the set-up."""

    name: str
    state: str
    """good, weak, broken or absent; only broken keeps a jam from being played."""
    found: str
    cure: str
    figures: dict[str, Any] | None


class Diagnosis(ToolResult):
    """What `jambot doctor` found."""

    version: str
    may_jam: bool
    checks: list[SetUpPart]


class Wheel(ToolResult):
    """Who steers."""

    driving: bool
    """Whether this server does."""


class Exported(ToolResult):
    """A take that was copied."""

    take: str
    files: list[str]


class FLPicture(ToolResult):
    """FL Studio as it last said it was."""

    version: str
    script: str
    playing: bool
    recording: bool
    """Armed, or recording while it plays."""
    mode: str
    """song or pattern."""
    bpm: float
    position_beats: float
    """Quarter notes from the start of the song, or of the pattern."""
    loop_beats: list[float] | None
    """Start and end of what is played round and round."""
    channel: int | None
    """Selected in the rack, from 0: the solo sounds there."""
    channel_name: str


class FLTake(ToolResult):
    """What was recorded in FL Studio."""

    from_beat: float
    beats: int
    whole: bool
    """False: it was stopped there, or fell silent, before the end."""
    fl_studio: FLPicture
    """Afterwards."""
