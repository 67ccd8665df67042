"""What a line of a log may say: the fields that figures are taken from, and what each may be.

Whoever reads a take trusts what has been checked here. Fields and events that are not named are
somebody else's, and may be anything.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jambot.errors import JamBotError

Event = dict[str, Any]
LAST_BEAT, LAST_SECOND = 1e6, 1e7
"""Six days at 120 bpm, and some months."""
SLOWEST_BPM, FASTEST_BPM = 10.0, 1000.0
"""What a MIDI file may ask for."""
MOST = 1e9
"""Of what is counted."""
CURE = "copy the take again, or remove the line"


class ValueKind(NamedTuple):
    """A kind of value: what it is called, and what tells that a value is one."""

    what: str
    fits: Callable[[Any], bool]


def _number(what: str, least: float, most: float) -> ValueKind:
    return ValueKind(what, lambda v: isinstance(v, int | float) and least <= v <= most)


def _whole(what: str, least: float, most: float) -> ValueKind:
    return ValueKind(what, lambda v: isinstance(v, int) and least <= v <= most)


def _or_none(kind: ValueKind) -> ValueKind:
    return ValueKind(f"{kind.what}, or null", lambda v: v is None or kind.fits(v))


def _is_steps(value: Any) -> bool:
    return isinstance(value, dict) and all(MILLISECONDS.fits(taken) for taken in value.values())


BEAT = _number("a beat", -LAST_BEAT, LAST_BEAT)
SECONDS = _number("seconds", -LAST_SECOND, LAST_SECOND)
MILLISECONDS = _number("milliseconds", -LAST_SECOND * 1e3, LAST_SECOND * 1e3)
NUMBER = _number("a number", -MOST, MOST)
COUNT = _whole("a count", 0, MOST)
COUNTED = _or_none(COUNT)
LENGTH = _number("a length in beats", 0, LAST_BEAT)
TEMPO = _number("a tempo, 10 to 1000", SLOWEST_BPM, FASTEST_BPM)
ANY_TEMPO = _number("a tempo above 0", 1e-3, MOST)
METER = _whole("1 to 12 beats a bar", 1, 12)
KEY = _whole("a key, 0 to 127", 0, 127)
VELOCITY = _whole("a velocity, 0 to 127", 0, 127)
STRUCK = _whole("a velocity, 1 to 127", 1, 127)
CLASS = _or_none(_whole("a pitch class, 0 to 11", 0, 11))
CLASSES = ValueKind(
    "pitch classes, 0 to 11",
    lambda v: isinstance(v, list) and all(c is not None and CLASS.fits(c) for c in v),
)
FLAG = ValueKind("true or false", lambda v: isinstance(v, bool))
TEXT = ValueKind("text", lambda v: isinstance(v, str))
TEXT_OR_NONE = _or_none(TEXT)
OUTCOME = ValueKind("right, wrong or unforeseen", lambda v: v in ("right", "wrong", "unforeseen"))
FIELDS = ValueKind("an object", lambda v: isinstance(v, dict))
STEPS = ValueKind("an object with milliseconds", _is_steps)

EVERYWHERE: Mapping[str, ValueKind] = {
    "seconds": SECONDS, "beat": BEAT, "due_seconds": SECONDS, "sent_seconds": SECONDS,
}  # fmt: skip
"""What these are called they are, in whatever event."""
NEEDED: Mapping[str, Mapping[str, ValueKind]] = {
    "session": {},
    "line": {"seconds": SECONDS, "beat": BEAT, "bpm": ANY_TEMPO, "skipped": BEAT},
    "heard": {"beat": BEAT, "pitch": KEY},
    "played": {
        "onset_beats": BEAT, "duration_beats": LENGTH, "pitch": KEY, "due_seconds": SECONDS,
    },
    "ended": {"pitch": KEY, "beat": BEAT},
    "band": {
        "voice": TEXT, "onset_beats": BEAT, "duration_beats": LENGTH, "pitch": KEY,
        "due_seconds": SECONDS,
    },
    "band_ended": {"voice": TEXT, "pitch": KEY, "beat": BEAT},
    "harmony": {"id": COUNT, "seconds": SECONDS, "beat": BEAT},
    "form": {"seconds": SECONDS, "beat": BEAT},
    "expected": {"seconds": SECONDS, "beat": BEAT},
    "trigger": {"seconds": SECONDS},
    "stop": {"seconds": SECONDS},
    "prompt": {"reason": TEXT, "harmony": COUNTED},
    "answer": {"harmony": COUNT, "begins_seconds": SECONDS},
    "first_note": {"steps_ms": STEPS},
    "frame": {"lookahead_bars": NUMBER, "valid": FLAG},
    "anticipated": {"outcome": OUTCOME, "harmony": COUNTED, "expected": COUNTED},
    "gap": {"seconds_lost": SECONDS},
    "port": {"which": TEXT, "state": TEXT},
    "transport": {"state": TEXT},
    "keep": {"file": TEXT},
    "lost": {"count": COUNT, "reason": TEXT},
}  # fmt: skip
"""By event: what it cannot be without."""
ALLOWED: Mapping[str, Mapping[str, ValueKind]] = {
    "session": {
        "bpm": TEMPO, "beats_per_bar": METER, "realtime": FLAG, "seed": NUMBER,
        "adapter": TEXT_OR_NONE, "model": TEXT_OR_NONE, "response": TEXT, "commit_ms": NUMBER,
        "knobs": _or_none(FIELDS), "machine": _or_none(FIELDS),
    },
    "heard": {"velocity": VELOCITY, "on": FLAG},
    "played": {
        "velocity": STRUCK, "source": TEXT, "harmony": COUNTED, "expected": COUNT, "at_once": FLAG,
    },
    "band": {"velocity": STRUCK, "harmony": COUNTED},
    "harmony": {"bass": CLASS, "pitch_classes": CLASSES},
    "expected": {"bass": CLASS, "pitch_classes": CLASSES},
    "trigger": {"reason": TEXT},
    "player": {"state": TEXT},
    "keep": {"state": TEXT},
    "lost": {"from_seconds": SECONDS, "until_seconds": SECONDS},
    "end": {"own_notes_heard": COUNT, "lost_ticks": COUNT},
}  # fmt: skip
"""By event: what it may say besides."""
NOTHING: Mapping[str, ValueKind] = {}


def read_event(line: str) -> Event | None:
    """The event that a line of a log tells of; None where it is none, or not whole."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def check_event(event: Event, place: str) -> None:
    """Raise JamBotError, naming the `place`, where an event says what cannot be."""
    kind = event["event"]
    for needed, kinds in (
        (True, NEEDED.get(kind, NOTHING)),
        (False, ALLOWED.get(kind, NOTHING)),
        (False, EVERYWHERE),
    ):
        for name, expected in kinds.items():
            if name not in event:
                if needed:
                    raise JamBotError(f"{place}: `{kind}` without `{name}`", expected.what, CURE)
            elif not expected.fits(event[name]):
                found = f"{place}: `{kind}` has {name} {_short(event[name])}"
                raise JamBotError(found, expected.what, CURE)


def _short(value: Any) -> str:
    """A value, whatever it is, in a few signs."""
    try:
        told = json.dumps(value)
    except (ValueError, RecursionError):
        told = type(value).__name__
    return told if len(told) <= 40 else f"{told[:37]}…"
