"""What a view is shown: one frozen picture of the session."""

from dataclasses import dataclass

from jambot.generation import SamplingSettings
from jambot.music import Harmony, HarmonyChange
from jambot.realtime.foresight import FormView
from jambot.realtime.plan import PlannedNote
from jambot.realtime.settings import Response
from jambot.realtime.strokes import Stroke
from jambot.tokens import Controls


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The session at one moment.

    `beat` is musical time now; `lookahead_bars` how far the plan reaches; `first_note_ms` how long
    the last trigger waited for its first note (None before one); `lost` the ports that are gone
    ("input", "output"); `faults` how often the stage was silenced by a fault of its own; `held` the
    keys that are down, `hands` the last keys struck and `harmonies` the last chords they made;
    `planned` tentative notes and `promised` the last solo notes that were or will be played,
    `locked_beats` how far the plan is kept; with `performer` a built-in pianist is the hands.
    `jitter_ms` and `isr` are those of `Meters`.
    What orders can change: `sampling` (None: as the player was made), `response`, `wanted_bars` of
    lookahead, `commit_beats`, `trading_bars` (0: no trading), `laying_out`; the style `adapter`
    that plays, the `next_adapter` that will from a bar line on (else empty) and all `styles`.
    `refused` counts the orders that were not obeyed; `notice` says why the last one was not, and
    is else empty. `kept` is the last file of bars kept, beside the log; empty before one.
    `log_fault` says what is wrong with the writing of the log; empty where nothing is.
    `learning` says what MIDI learn waits for or found, `learns` is the action that waits for its
    control (empty: none) and `gestures` every action with its controls. `form` is the form that is
    expected, None where none is, and `expected` its next changes as the player was told them.
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
    performer: bool = False
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
    laying_out: bool = False
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
    expected: tuple[HarmonyChange, ...] = ()
    faults: int = 0
