"""The last guard of the stage: what nobody foresaw is counted, and the music goes on."""

import traceback
from collections.abc import Callable
from contextlib import suppress

from jambot.realtime.log.session_log import SessionLog

FAULTS_WRITTEN = 100
"""So many faults stand in the log one by one; after them the number alone is kept."""


class LastGuard:
    """Lets nothing through that is raised; `Ctrl-C` and its like are no faults and pass.

    Threads: the stage's alone.
    """

    def __init__(self, log: SessionLog) -> None:
        self._log = log
        self.faults = 0
        """How often something was raised."""

    def hold(self, work: Callable[[], None], cures: tuple[Callable[[], None], ...] = ()) -> None:
        """Do it; where it raises, count and write that down, and do each of the cures."""
        try:
            work()
        except Exception as error:
            self.faults += 1
            for cure in cures:
                with suppress(Exception):
                    cure()
            if self.faults <= FAULTS_WRITTEN:
                with suppress(Exception):
                    self._log.write("fault", **_told(error))


def _told(error: Exception) -> dict[str, str]:
    """What was raised, and where: the last three steps on the way to it."""
    steps = traceback.extract_tb(error.__traceback__)[-3:]
    where = " > ".join(f"{step.filename.rsplit('jambot', 1)[-1]}:{step.lineno}" for step in steps)
    return {"error": f"{type(error).__name__}: {error}"[:300], "where": where}
