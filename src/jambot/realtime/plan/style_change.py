"""Another style: asked for, made ready by the player, taken over at a bar line."""

from jambot.music import Meter
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.refusals import Refusals
from jambot.realtime.player.player import Player, Prepare, Prepared
from jambot.tokens import Prompt

LEAD_BEATS = 0.5
"""The new style is asked for so long before notes on the bar line are promised."""


class StyleChange:
    """Which style plays, and which is to.

    The old one plays on until the first bar line for which the new one is ready; where nothing
    plays it is taken over at once. Asked for again before that, the newest counts.

    Threads: the stage's alone; the player is asked, never waited for.
    """

    def __init__(
        self, adapter: str | None, meter: Meter, player: Player, log: SessionLog, refusals: Refusals
    ) -> None:
        self.adapter = adapter
        """The style that plays; None: whatever the player was made with."""
        self.wanted: str | None = None
        """The style that is to play next."""
        self._before: str | None = None
        """The style that played before this one."""
        self._ready = False
        self._meter, self._player, self._log, self._refusals = meter, player, log, refusals

    def order(self, adapter: str, prompt: Prompt) -> None:
        """Have it made ready; `prompt` is where the music is by now."""
        self._ready = False
        self.wanted = None if adapter == self.adapter else adapter
        if self.wanted is not None:
            self._player.ask(Prepare(adapter, prompt))

    def hear(self, prepared: Prepared, seconds: float) -> bool:
        """The player has it ready, or says why it cannot; an earlier wish is passed over.

        True where the style that plays has failed, and the one before it is to be asked for.
        """
        failed = bool(prepared.refusal) and prepared.adapter == self.adapter
        if failed:
            self.adapter, self._before = self._before, None
        elif prepared.adapter != self.wanted:
            return False
        else:
            self._ready = not prepared.refusal
            self.wanted = None if prepared.refusal else self.wanted
        state = "failed" if failed else "refused" if prepared.refusal else "ready"
        self._write(state, seconds, adapter=prepared.adapter, reason=prepared.refusal)
        if prepared.refusal:
            plays = f"; {self.adapter} plays on" if self.adapter else ""
            self._refusals.note(f"style {prepared.adapter}: {prepared.refusal}{plays}")
        return failed

    def take_over(
        self, beat: float, promised_until: float, playing: bool, seconds: float
    ) -> float | None:
        """Where it takes over, once that is to be asked for now; None until then."""
        if not self._ready:
            return None
        line = self._meter.next_bar_start(promised_until)
        if playing and promised_until + LEAD_BEATS < line:
            return None
        self._before, self.adapter = self.adapter, self.wanted
        self.wanted, self._ready = None, False
        start = line if playing else beat
        self._write("plays", seconds, adapter=self.adapter, beat=start)
        return start

    def _write(self, state: str, seconds: float, **fields: object) -> None:
        self._log.write("adapter", state=state, seconds=seconds - self._log.zero, **fields)
