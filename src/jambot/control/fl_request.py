"""One request to FL Studio, from its asking until FL Studio shows it, or does not."""

from collections.abc import Callable
from dataclasses import dataclass

from jambot.control.fl_state import FLState
from jambot.errors import FLStudioError


@dataclass(slots=True)
class Request:
    """Something FL Studio was asked to do; `done` once it shows, `error` if it never did."""

    name: str
    fields: dict[str, int]
    wanted: str
    holds: Callable[[FLState], bool]
    found: Callable[[FLState], str]
    number: int
    done: bool = False
    error: FLStudioError | None = None
    started_seconds: float | None = None
    sent_seconds: float | None = None

    @property
    def settled(self) -> bool:
        return self.done or self.error is not None
