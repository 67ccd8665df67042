"""What a sweep turns: axes with their values, and every combination of them as a cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import product
from typing import Any

from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.roles.sources.two_hands import Split, parse_splits

NONE = "none"
SHORT = {"primer": "primer_max_tokens", "split": "split_pitch", "lookahead": "lookahead_bars"}
"""What may be said for an axis, and what it is called."""
WHOLE = ("primer_max_tokens", "lowest", "highest")
"""Sampling settings that are whole numbers."""
FIRST_GRID = ("primer=32,64,96,128", "split=52,55,60")
"""What the project swept first, by another model: its figures stand in docs/log.md."""
LOOKAHEAD_BARS = (1.0, 4.0)
"""As little and as much as `jambot jam --lookahead` takes."""
MOST_CELLS = 500

Axes = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to play: every setting a sweep can turn.

    `split_pitch` is where two hands at one piano are told apart; None takes the hands as they are
    known. `lookahead_bars` plays the solo on a stage whose plan reaches so far; None plays it
    offline.
    """

    adapter: str = "piano"
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    split_pitch: Split | None = None
    lookahead_bars: float | None = None

    def turned(self, name: str, value: Any) -> "Cell":
        """The same with one setting changed. Raises UsageError for a value nothing comes from."""
        if name in OF_SAMPLING:
            return replace(self, sampling=replace(self.sampling, **{name: value}))
        return replace(self, **{name: value})

    def value(self, name: str) -> Any:
        """What it has for an axis."""
        return getattr(self.sampling if name in OF_SAMPLING else self, name)

    def named(self, axes: Sequence[str]) -> str:
        """Its place in a grid of these axes, in words.

        >>> Cell(split_pitch=52).named(["primer_max_tokens", "split_pitch"])
        'primer 64, split 52'
        """
        return ", ".join(said(name, self.value(name)) for name in axes)

    def as_dict(self) -> dict[str, Any]:
        """Plain, for JSON."""
        return asdict(self)


OF_SAMPLING = tuple(setting.name for setting in fields(SamplingSettings))
AXES = ("adapter", "split_pitch", "lookahead_bars", *OF_SAMPLING)


def said(name: str, value: Any) -> str:
    """A setting in words.

    >>> said("top_p", 0.9), said("primer_max_tokens", 64), said("split_pitch", None)
    ('top p 0.9', 'primer 64', 'split none')
    """
    short = next((word for word, long in SHORT.items() if long == name), name)
    shown = NONE if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return f"{short} {shown}".replace("_", " ")


def parse_grid(texts: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Axes and their values from `top_p=0.9,0.98` and the like, each value once.

    Raises UsageError for an axis that is none, given twice or without values, and for a value that
    is none of its kind.

    >>> parse_grid(["primer=32,64", "split=none,60,hands"])
    {'primer_max_tokens': (32, 64), 'split_pitch': (None, 60, 'hands')}
    """
    axes: dict[str, tuple[Any, ...]] = {}
    for text in texts:
        word, equals, values = text.partition("=")
        short = word.strip().replace("-", "_")
        name = SHORT.get(short, short)
        if name not in AXES:
            raise UsageError(
                f"--grid {text}: {word.strip()!r} cannot be swept",
                f"one of {', '.join([*SHORT, *(a for a in AXES if a not in SHORT.values())])}",
                "such as --grid primer=32,64,96",
            )
        if not equals or not values.strip() or name in axes:
            found = "given twice" if name in axes else "no values"
            raise UsageError(f"--grid {text}: {found}", "each axis once, as NAME=VALUE,VALUE")
        read = _READ.get(name, _whole if name in WHOLE else _number)
        found_values = [read(name, value.strip()) for value in values.split(",")]
        axes[name] = tuple(dict.fromkeys(found_values))
    return axes


def cells_of(base: Cell, axes: Axes) -> list[Cell]:
    """Every combination of the axes' values, the last axis turning fastest.

    Raises UsageError for more than `MOST_CELLS`.
    """
    cells = []
    for values in product(*axes.values()):
        cell = base
        for name, value in zip(axes, values, strict=True):
            cell = cell.turned(name, value)
        cells.append(cell)
        if len(cells) > MOST_CELLS:
            raise UsageError("too large a grid", f"{MOST_CELLS} cells at most", "leave values out")
    return cells


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--grid {name}: {text!r}", "a number") from None


def _whole(name: str, text: str) -> int:
    number = _number(name, text)
    if not number.is_integer():
        raise UsageError(f"--grid {name}: {text!r}", "a whole number")
    return int(number)


def _centre(name: str, text: str) -> float | None:
    return None if text == NONE else _number(name, text)


def _split(name: str, text: str) -> Split | None:
    return None if text == NONE else parse_splits(text)[0]


def _lookahead(name: str, text: str) -> float:
    bars = _number(name, text)
    least, most = LOOKAHEAD_BARS
    if not least <= bars <= most:
        raise UsageError(f"--grid {name}: {text!r}", f"{least:g} to {most:g} bars")
    return bars


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "adapter": lambda name, text: text,
    "centre": _centre,
    "split_pitch": _split,
    "lookahead_bars": _lookahead,
}
"""How values are read that are not plain numbers."""
