"""The table of tokens; everything that encodes, decodes, masks or checks derives from it.

A token is a field and a value: `PITCH_60` is field PITCH, value 60. Fields own contiguous ids, in
table order, so a mask or a softmax over one field is a slice.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TICKS_PER_BEAT = 24
"""Time grid of the tokens. 24 keeps 95 % of the Weimar positions exactly (12: 93 %), and a 24th of
a beat at 170 bpm is 15 ms, so swing and micro-timing survive inside it."""

ROLES = ("lead", "comp", "bass")
PLAYERS = ("pianist", "horn", "voice")
"""Who a line was learnt from: horns breathe, pianists play chords, singers hold."""
TEMPO_BPMS = (40, 52, 64, 76, 88, 100, 113, 127, 143, 161, 181, 204, 229, 257, 289, 325)
"""Centres of the tempo bins; a bin is about 12 % wide, the spread of one player's steady tempo."""
BEATS_PER_BAR = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
CONTROLS = ("DENSITY", "REGISTER", "INTENSITY", "INSIDE_OUTSIDE", "SWING", "TEXTURE")
CONTROL_LEVELS = 5
FREE = CONTROL_LEVELS
"""Value of a control token that asks for nothing."""
LOWEST_PITCH, HIGHEST_PITCH = 21, 108
"""The piano's 88 keys."""
DURATION_TICKS = (
    *(1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16),
    *(18, 20, 22, 24, 30, 36, 42, 48, 60, 72, 96, 144),
)
"""Note lengths; half of the Weimar notes last 5–12 ticks, one in a hundred more than 47."""
VELOCITIES = (48, 60, 68, 74, 80, 86, 93, 106)
"""Closest around 80, where the Weimar velocities lie (10 % below 66, 10 % above 90)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table: a name and the values its tokens stand for."""

    name: str
    values: tuple[int, ...]


FIELDS: tuple[Field, ...] = (
    Field("PAD", (0,)),
    Field("ROLE", tuple(range(len(ROLES)))),
    Field("PLAYER", tuple(range(len(PLAYERS)))),
    Field("TEMPO", TEMPO_BPMS),
    Field("METER", BEATS_PER_BAR),
    *(Field(control, tuple(range(CONTROL_LEVELS + 1))) for control in CONTROLS),
    Field("BAR", (0,)),
    Field("BEAT", (0,)),
    Field("BASS", tuple(range(12))),
    Field("HARM", tuple(range(12))),
    Field("TACET", (0,)),
    Field("COND_UNKNOWN", (0,)),
    Field("COND_SEP", (0,)),
    Field("POS", tuple(range(TICKS_PER_BEAT))),
    Field("PITCH", tuple(range(LOWEST_PITCH, HIGHEST_PITCH + 1))),
    Field("DUR", DURATION_TICKS),
    Field("VEL", VELOCITIES),
    Field("COLOUR", tuple(range(LOWEST_PITCH, HIGHEST_PITCH + 1))),
)

PART_OF = {
    "BAR": "timing",
    "BEAT": "timing",
    "POS": "timing",
    "PITCH": "pitch",
    "DUR": "duration",
    "VEL": "velocity",
    "COLOUR": "colour",
}
"""Which part of a strike an answered field decides; ending a beat is a decision about time. `pitch`
is the top note's, `colour` that of the notes struck with it below."""
PARTS = tuple(dict.fromkeys(PART_OF.values()))
ANSWERED = frozenset(PART_OF)
"""Fields the model answers with; all others are given to it and never counted in a loss."""


class Vocabulary:
    """Ids of every token.

    `size` tokens; `fingerprint` names this exact table, so that weights of another are refused.
    """

    def __init__(self, fields: Sequence[Field] = FIELDS) -> None:
        self.fields = tuple(fields)
        self._first: dict[str, int] = {}
        self._tokens: list[tuple[str, int]] = []
        for field in self.fields:
            self._first[field.name] = len(self._tokens)
            self._tokens.extend((field.name, value) for value in field.values)
        self._ids = {token: i for i, token in enumerate(self._tokens)}
        self.size = len(self._tokens)
        table = "\n".join(self.names)
        self.fingerprint = hashlib.sha256(table.encode()).hexdigest()[:16]

    @property
    def names(self) -> list[str]:
        """`FIELD_value` for every id, in order."""
        return [f"{name}_{value}" for name, value in self._tokens]

    def id(self, field: str, value: int = 0) -> int:
        """The id of a token. Raises KeyError for a value the field does not hold."""
        return self._ids[field, value]

    def ids(self, field: str) -> slice:
        """The contiguous ids of a field."""
        first = self._first[field]
        count = next(len(f.values) for f in self.fields if f.name == field)
        return slice(first, first + count)

    def field(self, token: int) -> str:
        """The field of an id."""
        return self._tokens[token][0]

    def value(self, token: int) -> int:
        """What an id stands for, e.g. 60 for `PITCH_60`."""
        return self._tokens[token][1]

    def features(self) -> NDArray[np.float32]:
        """What tokens have in common, as a 0/1 matrix (size, features).

        Tokens that share a feature share learning in the model's embedding: a chord's pitch class
        with a note's, an octave with its other notes, the eighths and triplets of the beat.
        """
        shared = [_features_of(name, value) for name, value in self._tokens]
        columns = {name: i for i, name in enumerate(sorted({f for row in shared for f in row}))}
        matrix = np.zeros((self.size, len(columns)), np.float32)
        for token, row in enumerate(shared):
            matrix[token, [columns[name] for name in row]] = 1.0
        return matrix


def _features_of(name: str, value: int) -> list[str]:
    features = [f"field:{name}"]
    if name in ("BASS", "HARM", "PITCH", "COLOUR"):
        features.append(f"pitch class:{value % 12}")
    if name in ("PITCH", "COLOUR"):
        features += [f"octave:{value // 12}", f"third octave:{value // 4}"]
    if name == "POS":
        features += [f"third of beat:{value // 8}", f"quarter of beat:{value // 6}"]
        features += [f"twelfth of beat:{value // 2}"]
    return features


VOCABULARY = Vocabulary()


def nearest(values: Sequence[int], wanted: float) -> int:
    """The entry of `values` with the smallest difference to `wanted`; of two, the first."""
    return min(values, key=lambda value: abs(value - wanted))
