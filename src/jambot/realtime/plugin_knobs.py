"""The plugin's parameters and the stage's knobs are one: whoever moves one moves the other."""

from jambot.assets import known_styles, shipped_styles
from jambot.dials import KNOBS
from jambot.realtime.orders import (
    LayOut,
    Order,
    Panic,
    SetAdapter,
    SetKnob,
    SetVoice,
    Trade,
)
from jambot.realtime.ports import Instrument
from jambot.realtime.ports.plugin_wire import Record, Type
from jambot.realtime.settings import VOICES
from jambot.realtime.status import SessionStatus

FREE = -0.1
"""Below zero a knob of the plugin's is free."""
PARAMETERS = (*KNOBS, "style", "trade", "lay_out", "band")
"""The plugin's parameters by number, as far as they are the engine's: plugin/src/parameters.hpp."""
STYLES = ("piano", "horn", "modern", "lyrical", "driving")
"""Styles 1 to 5 of the plugin; those after them are the user's own, in order."""
MOST_BARS = 32
SETTLE_SECONDS = 0.3
"""A project's own settings come first: until then a plugin that has come is told none of ours."""
NEAR = 1e-4


class PluginKnobs:
    """Moves of the host's as orders, and the stage's own moves back to the host.

    Threads: the stage's alone.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    def orders(self) -> list[Order]:
        """What the host has asked for since it was last called."""
        self._meet()
        moves = self._instrument.moves
        return [order for _ in range(len(moves)) for order in self._orders(moves.popleft())]

    def show(self, status: SessionStatus, now: float) -> None:
        """Tell the plugin of what has been moved here."""
        self._meet()
        begun_at, known = self._instrument.begun_at, self._instrument.known
        if begun_at is None or now - begun_at < SETTLE_SECONDS:
            return
        shown = _shown(status)
        if known["style"] and not status.next_adapter:  # one that the host has chosen
            shown["style"] = float(style_number(status.adapter))
        for name, value in shown.items():
            if abs(value - known[name]) > NEAR:
                known[name] = value
                self._instrument.move(PARAMETERS.index(name), value)

    def tell(self, seed: int, adapter: str, late_notes: int, played_notes: int) -> None:
        """Have the plugin know how it goes."""
        style = style_number(adapter)
        self._instrument.link.figures = (seed & 0xFFFFFFFF, style, late_notes, played_notes)

    def _meet(self) -> None:
        """Of a plugin that has just come it is known that it begins as all do."""
        plugin = self._instrument
        if plugin.begun_at != plugin.known_since:
            plugin.known_since = plugin.begun_at
            plugin.known = {name: FREE if name in KNOBS else 0.0 for name in PARAMETERS}

    def _orders(self, record: Record) -> list[Order]:
        """What a record asks for; the band is a switch for all its voices."""
        if record.type == Type.panicked:
            return [Panic()]
        if record.type == Type.origin:
            return self._restore(record)
        if record.number >= len(PARAMETERS) or not abs(record.value) <= MOST_BARS:
            return []
        name, value = PARAMETERS[record.number], record.value
        self._instrument.known[name] = value
        if name in KNOBS:
            return [SetKnob(name, None if value < 0 else min(value, 1.0))]
        match name:
            case "style":
                style = _style(round(value))
                return [] if style is None else [SetAdapter(style)]
            case "trade":
                return [Trade(max(0, round(value)))]
            case "lay_out":
                return [LayOut(value > 0.5)]
            case _:
                return [SetVoice(voice, on=value > 0.5) for voice in VOICES]

    def _restore(self, origin: Record) -> list[Order]:
        """The project's seed and style again; a style that the host itself names goes before."""
        self._instrument.seed = origin.frame & 0xFFFFFFFF
        style = None if self._instrument.known["style"] else _style(origin.number)
        return [] if style is None else [SetAdapter(style)]


def style_number(name: str) -> int:
    """The plugin's number of a style; 0 where it has none."""
    names = (*STYLES, *_own())
    return names.index(name) + 1 if name in names else 0


def _own() -> list[str]:
    return [name for name in known_styles() if name not in shipped_styles()]


def _style(number: int) -> str | None:
    """The style of a number; None for 0, which leaves the engine's, and for one that is not."""
    if 0 < number <= len(STYLES):
        return STYLES[number - 1]
    own = _own()
    place = number - len(STYLES) - 1
    return own[place] if 0 <= place < len(own) else None


def _shown(status: SessionStatus) -> dict[str, float]:
    """What the plugin's parameters are by what the stage does."""
    knobs = {name: getattr(status.controls, name) for name in KNOBS}
    shown = {name: FREE if value is None else float(value) for name, value in knobs.items()}
    return shown | {
        "trade": float(status.trading_bars),
        "lay_out": float(status.laying_out),
        "band": float(any(voice.on for voice in status.band)),
    }
