"""What the stage can be asked for besides plain MIDI: one word each, for page, MCP and gestures.

An order has a JSON form, its word and its fields: `{"set_knob": {"name": "density", "value": 0.7}}`
or `{"tap": {}}`. Whoever makes an order is told at once where it makes no sense (UsageError); the
stage may still refuse one that does (no such style, a tempo that is the host's), and never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from jambot.assets.own_styles import is_style_name
from jambot.band import Feel
from jambot.dials import KNOBS, LIVE
from jambot.errors import UsageError
from jambot.music import chart_beats, parse_chart
from jambot.realtime.beats.beat_line import FASTEST_BPM, SLOWEST_BPM
from jambot.realtime.gestures import Action
from jambot.realtime.settings import VOICES, Performing, Response

STAGE: Mapping[str, tuple[float, float]] = {
    "lookahead_bars": (1.0, 4.0),
    "commit_beats": (0.0, 2.0),
}
"""Fields of `SessionSettings` that may change while it plays, besides `response`, a word."""
MOST_BARS = 32
MOST_KEPT_BARS = 1024
LAST_BAR = 1_000_000
LONGEST_CHART = 8192
MOST_BEATS = 12
"""A chart may be meant for any metre: the stage refuses more chords a bar than it has beats."""


@dataclass(frozen=True, slots=True)
class SetKnob:
    """Turn a control (`KNOBS`) to 0–1; None frees it."""

    name: str
    value: float | None

    def __post_init__(self) -> None:
        _one_of("knob", self.name, KNOBS)
        if self.value is not None:
            _within(self.name, self.value, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class SetSampling:
    """Change how probabilities become notes (`dials.LIVE`), from the commit horizon on."""

    name: str
    value: float

    def __post_init__(self) -> None:
        _one_of("sampling", self.name, LIVE)
        _within(self.name, self.value, *LIVE[self.name])


@dataclass(frozen=True, slots=True)
class SetStage:
    """Change `response` (now, beat, bar), `lookahead_bars` or `commit_beats`."""

    name: str
    value: float | str

    def __post_init__(self) -> None:
        _one_of("setting", self.name, ("response", *STAGE))
        if self.name == "response":
            _one_of("response", self.value, tuple(Response))
        else:
            _within(self.name, self.value, *STAGE[self.name])


@dataclass(frozen=True, slots=True)
class SetAdapter:
    """Play in this style from a bar line on: the next one for which it is loaded."""

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not is_style_name(self.name):
            raise UsageError(f"adapter {self.name!r:.40}", "the name of a style, and no path")


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Go on at this tempo; refused while the beats are another machine's."""

    bpm: float

    def __post_init__(self) -> None:
        _within("bpm", self.bpm, SLOWEST_BPM, FASTEST_BPM)


@dataclass(frozen=True, slots=True)
class SetForm:
    """Expect the changes of a chord chart from the next bar line on; None: of what is heard."""

    chart: str | None

    def __post_init__(self) -> None:
        if self.chart is not None:
            _chart(self.chart)


@dataclass(frozen=True, slots=True)
class SetVoice:
    """Let a voice of the band play or not, and how loud, 0–1; None leaves either as it is."""

    name: str
    on: bool | None = None
    volume: float | None = None

    def __post_init__(self) -> None:
        _one_of("voice", self.name, VOICES)
        _yes_no_or_other(self.on)
        if self.volume is not None:
            _within("volume", self.volume, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class SetFeel:
    """What the band plays: `auto` by metre and tempo, or a feel by name."""

    feel: str

    def __post_init__(self) -> None:
        _one_of("feel", self.feel, tuple(Feel))


@dataclass(frozen=True, slots=True)
class SetPerformer:
    """Have the built-in pianist play from the next bar line on: until somebody else does (auto), or
    whenever nobody else does (on); off: have it leave."""

    mode: str

    def __post_init__(self) -> None:
        _one_of("mode", self.mode, tuple(Performing))


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap of the tempo; the third sets it."""


@dataclass(frozen=True, slots=True)
class HoldTempo:
    """Keep the tempo, whatever the hands do, or follow them again; None: the other way round.

    Refused where the beats do not follow the hands.
    """

    on: bool | None = None

    def __post_init__(self) -> None:
        _yes_no_or_other(self.on)


@dataclass(frozen=True, slots=True)
class Trade:
    """Take turns of so many bars from the next bar line on; 0 ends it."""

    bars: int

    def __post_init__(self) -> None:
        _whole("bars", self.bars, 0, MOST_BARS)


@dataclass(frozen=True, slots=True)
class LayOut:
    """Be silent until told to play again (`on` False) or triggered; None: the other way round."""

    on: bool | None = None

    def __post_init__(self) -> None:
        _yes_no_or_other(self.on)


@dataclass(frozen=True, slots=True)
class Pause:
    """Let no beat pass, or (`on` False) go on from there; None: the other way round."""

    on: bool | None = None

    def __post_init__(self) -> None:
        _yes_no_or_other(self.on)


@dataclass(frozen=True, slots=True)
class StopTake:
    """End the take: every note ends, and all that was played is kept."""


@dataclass(frozen=True, slots=True)
class NewTake:
    """End the take as `StopTake` does, and begin another, which begins as this one stands.

    A `chart` leads it, in the metre that it names, else in bars of `beats_per_bar`, and at `bpm`;
    None leaves each as it is.
    """

    chart: str | None = None
    beats_per_bar: int | None = None
    bpm: float | None = None

    def __post_init__(self) -> None:
        if self.beats_per_bar is not None:
            _within("beats_per_bar", self.beats_per_bar, 1, MOST_BEATS)
            if not isinstance(self.beats_per_bar, int):
                raise UsageError(f"beats_per_bar {self.beats_per_bar!r}", "a whole number")
        if self.bpm is not None:
            _within("bpm", self.bpm, SLOWEST_BPM, FASTEST_BPM)
        if self.chart is not None:
            _chart(self.chart, self.beats_per_bar)

    def beats(self, before: int) -> int:
        """Beats in a bar of the take that it begins, after one with `before` of them.

        UsageError where its chart does not fit into them.
        """
        beats = self.beats_per_bar or before
        if self.chart is not None:
            beats = chart_beats(self.chart) or beats
            parse_chart(self.chart, beats)
        return beats


@dataclass(frozen=True, slots=True)
class End:
    """End with the bar; then silence until triggered."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Begin now."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Keep the plan as it is to the end of this bar, counted from 1, as far as there is one yet.

    None keeps nothing more.
    """

    bar: int | None

    def __post_init__(self) -> None:
        if self.bar is not None:
            _whole("bar", self.bar, 1, LAST_BAR)


@dataclass(frozen=True, slots=True)
class Reroll:
    """Improvise this bar of the plan, and what follows, another way."""

    bar: int

    def __post_init__(self) -> None:
        _whole("bar", self.bar, 1, LAST_BAR)


@dataclass(frozen=True, slots=True)
class Thin:
    """Take out the weaker half of this bar's planned notes, and keep the rest."""

    bar: int

    def __post_init__(self) -> None:
        _whole("bar", self.bar, 1, LAST_BAR)


@dataclass(frozen=True, slots=True)
class Keep:
    """Write the last bars that were played to a MIDI file, and go on."""

    bars: int = 32

    def __post_init__(self) -> None:
        _whole("bars", self.bars, 1, MOST_KEPT_BARS)


@dataclass(frozen=True, slots=True)
class Learn:
    """MIDI learn: the next knob, pedal or pad that is moved asks for `action`; None: never mind."""

    action: str | None

    def __post_init__(self) -> None:
        if self.action is not None:
            _one_of("action", self.action, tuple(Action))


@dataclass(frozen=True, slots=True)
class Panic:
    """Be silent now and forget the plan and the keys held."""


Order = (
    SetKnob | SetSampling | SetStage | SetAdapter | SetTempo | SetForm | SetVoice | SetFeel
    | SetPerformer | Tap | HoldTempo | Trade | LayOut | Pause | End | Trigger | Lock | Reroll
    | Thin | Keep | Learn | Panic | StopTake | NewTake
)  # fmt: skip


def word(order: type[Any]) -> str:
    """The word of a kind of order: `SetKnob` is set_knob."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", order.__name__).lower()


ORDERS: Mapping[str, type[Any]] = {word(kind): kind for kind in get_args(Order)}
"""Every order by its word."""


def as_dict(order: Order) -> dict[str, dict[str, Any]]:
    """The JSON form of an order; `read_order` reads it back."""
    return {word(type(order)): asdict(order)}


def read_order(message: Any) -> Order:
    """The order that a JSON form says. UsageError where it says none, and what it should."""
    if not isinstance(message, Mapping) or len(message) != 1:
        raise UsageError("no order", 'its word and its fields, as in {"trade": {"bars": 4}}')
    (name, values), *_ = message.items()
    _one_of("order", name, ORDERS)
    wanted = [field.name for field in fields(ORDERS[name])]
    try:
        order: Order = ORDERS[name](**values)
    except TypeError as error:
        raise UsageError(
            f"{name} with {values!r:.80}", f"the fields {', '.join(wanted)}" if wanted else "{}"
        ) from error
    return order


def _one_of(what: str, value: Any, known: Mapping[str, Any] | tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"no {what} {value!r:.40}", f"one of {', '.join(known)}")


def _yes_no_or_other(on: Any) -> None:
    if not (on is None or isinstance(on, bool)):
        raise UsageError(f"on {on!r:.40}", "true or false")


def _chart(chart: Any, beats_per_bar: int | None = None) -> None:
    if not isinstance(chart, str) or len(chart) > LONGEST_CHART:
        raise UsageError(f"chart {chart!r:.40}", "such as '| Dm7 | G7 | C |'")
    parse_chart(chart, chart_beats(chart) or beats_per_bar or MOST_BEATS)


def _whole(name: str, value: Any, low: int, high: int) -> None:
    _within(name, value, low, high)
    if value != int(value):
        raise UsageError(f"{name} {value!r}", "a whole number")


def _within(name: str, value: Any, low: float, high: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise UsageError(f"{name} {value!r:.40}", f"a number from {low:g} to {high:g}")
