"""What was asked for and could not be done, for the views: how often, and why the last time."""

from dataclasses import dataclass


@dataclass(slots=True)
class Refusals:
    """Counts refusals; nothing that is asked for raises on stage. Threads: the stage's alone."""

    count: int = 0
    notice: str = ""
    """Why the last order was not obeyed, in a sentence; empty once one was."""

    def note(self, why: str) -> None:
        """An order was refused for this reason, or obeyed: an empty one."""
        self.notice = why
        self.count += bool(why)
