"""The cables at one port of ours: who is joined to it, who has gone, and who is back."""

import re
from collections.abc import Iterable, Sequence

DOUBT_SECONDS = 1.0
"""A program that ends takes out its cables first: so long it may take until its ports go."""


class Cables:
    """What one look after another shows of one port, and who is to be joined to it again.

    Whoever is joined is remembered, no matter who laid the cable. A peer that ends is awaited. A
    cable that is taken out while its peer goes on is forgotten. A peer may return under another
    number ("a2j:Keystation [28]" as "a2j:Keystation [32]").

    Threads: the watching one's; `lost` and `taken_out` may be read by any.
    """

    def __init__(self) -> None:
        self.lost = False
        """Somebody was joined and has gone, and nobody else is joined."""
        self.taken_out = 0
        """How many cables have gone so far, for whatever reason."""
        self._joined: set[str] = set()
        self._gone: set[str] = set()
        self._doubtful: dict[str, float] = {}
        """Whose cable has gone while they are there, and since when."""
        self._there: set[str] = set()

    def look(
        self,
        seconds: float,
        joined: Iterable[str],
        there: Sequence[str],
        ended: Iterable[str] = (),
    ) -> list[str]:
        """Take in who is joined and who is there at this time; gives those to be joined again.

        `ended` are the programs that have ended since the last look, be they there again or not.
        A peer that is found gone now is given by a later look, so that its absence is noticed.
        """
        joined, present, ended = set(joined), set(there), set(ended)
        self._rename([name for name in there if name not in self._there])
        self._gone -= joined
        back = [name for name in there if name in self._gone]
        left = self._joined - joined
        self.taken_out += len(left)
        doubtful = dict.fromkeys(left, seconds) | self._doubtful
        gone = {name for name in doubtful if name not in present or name.split(":")[0] in ended}
        self._gone |= gone - joined
        self._doubtful = {
            name: since
            for name, since in doubtful.items()
            if name not in gone | joined and seconds - since < DOUBT_SECONDS
        }
        self._joined, self._there = joined, present
        self._tell()
        return back

    def join(self, name: str) -> None:
        """It is joined now."""
        self._joined.add(name)
        self._gone.discard(name)
        self._tell()

    def cut(self) -> None:
        """Our own end has gone, and with it all cables: everybody is awaited."""
        self.taken_out += len(self._joined)
        self._gone |= self._joined | set(self._doubtful)
        self._joined, self._doubtful = set(), {}
        self._tell()

    def _rename(self, fresh: list[str]) -> None:
        """Who has come anew and is called like one that is gone, numbers aside, is that one."""
        for name in self._gone.difference(fresh, self._there):
            again = [other for other in fresh if _unnumbered(other) == _unnumbered(name)]
            if again:
                self._gone = self._gone - {name} | {again[0]}

    def _tell(self) -> None:
        self.lost = bool(self._gone) and not self._joined


def _unnumbered(name: str) -> str:
    return re.sub(r"\d+", "#", name)
