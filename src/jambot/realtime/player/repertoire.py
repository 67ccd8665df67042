"""The styles that a player has ready, and the one it plays."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from jambot.errors import JamBotError
from jambot.generation import Generator, SamplingSettings
from jambot.tokens import Prompt

MakeGenerator = Callable[[str], Generator]
"""Loads the model of a style and makes a generator of it; picklable, for the player process."""

KEPT_STYLES = 4
"""Loaded at once, the one that plays included: 6 MB of weights and two streams each."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A style that cannot be played, and why, in a sentence."""

    adapter: str
    reason: str


class Repertoire:
    """Generators by the name of their style.

    Threads: `prepare` may run beside the thread that plays; it touches only what does not play.
    """

    def __init__(self, generator: Generator, adapter: str, make: MakeGenerator | None) -> None:
        self.playing = generator
        self._make = make
        self._adapter = adapter
        self._before: str | None = None
        """The style that played before this one, still loaded; None where there was none."""
        self._ready = {adapter: generator}
        self._loading = threading.Lock()

    def prepare(self, adapter: str, prompt: Prompt) -> str:
        """Load a style, where it is not, and bring it to where the music is; may take a second.

        The answer says in a sentence why it cannot be had, and is empty where it is ready. Whatever
        a model's files make go wrong is such a reason: it may not end the music.
        """
        with self._loading:
            try:
                generator = self._loaded(adapter)
                if adapter != self._adapter:
                    generator.settings = self.playing.settings
                    generator.prompt(prompt)
                    while generator.behind:
                        generator.catch_up()
            except Exception as error:
                if adapter != self._adapter:
                    self._ready.pop(adapter, None)
                return _why(error)
        return ""

    def take_up(
        self, prompt: Prompt, sampling: SamplingSettings | None, adapter: str | None
    ) -> None:
        """Go on from `prompt`, where asked for with `sampling` and in the style `adapter`.

        A style that cannot be loaded is passed over: the one that plays goes on.
        """
        if adapter is not None and adapter != self._adapter:
            known = self._ready.get(adapter)
            if known is None and not self.prepare(adapter, prompt):
                known = self._ready.get(adapter)
            if known is not None:
                self._before = self._adapter
                self.playing, self._adapter = known, adapter
        if sampling is not None:
            self.playing.settings = sampling
        self.playing.prompt(prompt)

    def step_back(self, error: Exception) -> Refused:
        """Let the style go in which `error` happened, and play the one before it.

        It is to be prompted anew. Raises `error` again where no other has played.
        """
        if self._before is None:
            raise error
        broken, settings = self._adapter, self.playing.settings
        self._adapter, self._before = self._before, None
        self.playing = self._ready[self._adapter]
        self.playing.settings = settings
        self._ready.pop(broken, None)
        return Refused(broken, _why(error))

    def _loaded(self, adapter: str) -> Generator:
        known = self._ready.get(adapter)
        if known is not None:
            return known
        if self._make is None:
            raise JamBotError(f"the style {adapter!r} is not loaded", "the style that plays")
        generator = self._make(adapter)
        idle = [name for name in self._ready if name not in (self._adapter, self._before)]
        if len(self._ready) >= KEPT_STYLES:
            del self._ready[idle[0]]
        self._ready[adapter] = generator
        return generator


def _why(error: Exception) -> str:
    if isinstance(error, JamBotError):
        return f"{error.found}; expected {error.expected}"
    said = str(error).splitlines()
    return f"it fails ({type(error).__name__}{': ' + said[0] if said else ''})"
