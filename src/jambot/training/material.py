"""What music is asked for: by style, by who plays, by when."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol


class Described(Protocol):
    """Anything that says who played it, how and when."""

    @property
    def style(self) -> str | None: ...
    @property
    def performer(self) -> str | None: ...
    @property
    def year(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Material:
    """One `[[only]]` table of a config: whatever fits all that it names.

    Several tables are alternatives. `from_year` and `to_year` are inclusive; music of an unknown
    style, performer or year fits no table that asks for one. What fits is drawn `weight` times as
    often as it would be; where several tables fit, by the largest of their weights.
    """

    styles: tuple[str, ...] = ()
    performers: tuple[str, ...] = ()
    from_year: int | None = None
    to_year: int | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse tables that ask for nothing, or in the wrong kind of words (ValueError)."""
        for name in ("styles", "performers"):
            words = getattr(self, name)
            if not isinstance(words, list | tuple) or not all(isinstance(w, str) for w in words):
                raise ValueError(f"{name} is {words!r}, not a list of names")
            object.__setattr__(self, name, tuple(words))
        for name in ("from_year", "to_year"):
            year = getattr(self, name)
            if year is not None and (not isinstance(year, int) or isinstance(year, bool)):
                raise ValueError(f"{name} is {year!r}, not a year")
        if not _is_number(self.weight) or self.weight <= 0:
            raise ValueError(f"weight is {self.weight!r}, not a number above 0")
        asked = (f for f in fields(self) if f.name != "weight")
        if all(getattr(self, f.name) == f.default for f in asked):
            raise ValueError("it asks for nothing")

    def holds(self, music: Described) -> bool:
        """Whether `music` is of this material."""
        early = self.from_year is not None and (music.year is None or music.year < self.from_year)
        late = self.to_year is not None and (music.year is None or music.year > self.to_year)
        return (
            not (early or late)
            and (not self.styles or music.style in self.styles)
            and (not self.performers or music.performer in self.performers)
        )


def weight_of(music: Described, tables: Sequence[Material]) -> float:
    """How often `music` is drawn relative to its size; 1 where nothing is asked for."""
    return max((table.weight for table in tables if table.holds(music)), default=1.0)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < float("inf")
