"""Where the time goes between a trigger and its first note, step by step."""

from jambot.realtime.player import Answer

STEPS = ("settle", "prompt", "prefill", "note", "answer", "port")
"""What a first note waits for: until the keys were struck that its prompt knew and that prompt was
sent, until the player took it up, computed it, made the note, until the stage had the answer, and
until the note was in the port."""


class FirstNote:
    """The trigger that is being answered: when it came, when it was asked, when it sounded.

    Seconds of the clock, which the player's process shares. Threads: the stage's alone.
    """

    def __init__(self) -> None:
        self.ms: float | None = None
        """How long the last trigger waited for its note."""
        self._heard_at: float | None = None
        self._asked: dict[int, float] = {}
        self._marks: tuple[float, ...] = ()

    def begin(self, heard_at: float) -> None:
        """A trigger came in."""
        self._heard_at = heard_at
        self._asked.clear()
        self._marks = ()

    def asked(self, request: int, now: float) -> None:
        """The player was asked for it."""
        if self._heard_at is not None:
            self._asked[request] = now

    def answered(self, answer: Answer, now: float) -> None:
        """The note is there."""
        asked = self._asked.get(answer.id)
        if asked is not None and answer.work is not None and not self._marks:
            work = answer.work
            self._marks = (asked, work.taken, work.computed, work.made, now)

    def left(self, played: float) -> dict[str, float] | None:
        """The last note that sounded began at `played`; the ms of each step if it is this one.

        Empty where the player keeps no time.
        """
        if self._heard_at is None or played < self._heard_at:
            return None
        self.ms, heard_at = (played - self._heard_at) * 1e3, self._heard_at
        self._heard_at = None
        self._asked.clear()
        marks = (heard_at, *self._marks, played)
        if len(marks) <= len(STEPS):
            return {}
        return {step: (marks[i + 1] - marks[i]) * 1e3 for i, step in enumerate(STEPS)}
