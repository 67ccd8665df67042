"""What a view is shown: one frozen picture of the session."""

from dataclasses import dataclass

from jambot.band import Feel
from jambot.generation import SamplingSettings
from jambot.music import Harmony, HarmonyChange
from jambot.realtime.beats.hands_clock import FollowedBeat
from jambot.realtime.hands.strokes import Stroke
from jambot.realtime.lead.turns import Turn
from jambot.realtime.lead.voices import VoiceView
from jambot.realtime.plan.foresight import ChartView, FormView
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.ports import By
from jambot.realtime.settings import Performing, Response
from jambot.tokens import Controls


@dataclass(frozen=True, slots=True)
class SeatView:
    """Who plays: `by` is whoever played last, None before anybody has.

    `performs` says that the built-in pianist plays, or is about to; `offered` that it could;
    `mode` is whether it comes back by itself.
    """

    by: By | None = None
    performs: bool = False
    offered: bool = False
    mode: Performing = Performing.off


NOBODY = SeatView()


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The session at one moment.

    `beat` is musical time now; `lookahead_bars` how far the plan reaches; `first_note_ms` how long
    the last trigger waited for its first note (None before one); `lost` the ports that are gone
    ("input", "output"); `faults` how often the stage was silenced by a fault of its own; `held` the
    keys that are down, `hands` the last keys struck and `harmonies` the last chords they made;
    `planned` tentative notes and `promised` the last solo notes that were or will be played,
    `locked_beats` how far the plan is kept; `seat` says who plays them.
    `keyboard` is the name of what is heard at the input port, empty where nothing is joined to it.
    `jitter_ms` is that of the `Scheduler`, `isr` of the `Frames`.
    What orders can change: `sampling` (None: as the player was made), `response`, `wanted_bars` of
    lookahead, `commit_beats`, `trading_bars` (0: no trading), `laying_out`, `paused`; the style
    `adapter` that plays, the `next_adapter` that will from a bar line on (else empty) and all
    `styles`. `refused` counts the orders that were not obeyed; `notice` says why the last one was
    not, and is else empty. `kept` is the last file of bars kept, beside the log; empty before one.
    `output` names where the solo's notes go; empty where they go nowhere but to views.
    `log_fault` says what is wrong with the writing of the log; empty where nothing is.
    `learning` says what MIDI learn waits for or found, `learns` is the action that waits for its
    control (empty: none) and `gestures` every action with its controls. `form` is the form that is
    expected, None where none is, `chart` the one that was given, and `expected` the form's next
    changes as the player was told them.
    `band` has every voice that there could be, `feel` is what was asked of it and `playing_feel`
    what it plays by now.
    `followed` says how sure the beat is that is taken from the hands; None where none is.
    """

    playing: bool
    player_ready: bool
    bpm: float
    beats_per_bar: int
    beat: float
    harmony: Harmony
    lookahead_bars: float
    played_notes: int
    late_notes: int
    underruns: int
    player_restarts: int
    first_note_ms: float | None
    lost: tuple[str, ...]
    held: tuple[int, ...]
    planned: tuple[PlannedNote, ...]
    promised: tuple[PlannedNote, ...]
    controls: Controls
    seat: SeatView = NOBODY
    keyboard: str = ""
    hands: tuple[Stroke, ...] = ()
    harmonies: tuple[HarmonyChange, ...] = ()
    jitter_ms: float | None = None
    isr: float | None = None
    locked_beats: float = 0.0
    sampling: SamplingSettings | None = None
    response: Response = Response.now
    wanted_bars: float = 2.0
    commit_beats: float = 0.0
    trading_bars: int = 0
    turn: Turn | None = None
    laying_out: bool = False
    paused: bool = False
    adapter: str = ""
    next_adapter: str = ""
    styles: tuple[str, ...] = ()
    refused: int = 0
    learning: str = ""
    learns: str = ""
    gestures: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    kept: str = ""
    log_fault: str = ""
    form: FormView | None = None
    chart: ChartView | None = None
    expected: tuple[HarmonyChange, ...] = ()
    faults: int = 0
    output: str = ""
    band: tuple[VoiceView, ...] = ()
    feel: Feel = Feel.auto
    playing_feel: Feel = Feel.swing
    followed: FollowedBeat | None = None
