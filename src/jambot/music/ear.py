"""Keys in, harmony changes out, heard the same way in training, offline and on stage.

A pianist's comping arrives as single keys: block chords, rolls, bass then chord, broken chords.
`HarmonyTracker` turns them, causally, into a few *harmony changes*; the model is trained on its
output and the stage uses the very same object, so that both hear alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from jambot.music.broken_chord import KeyRun
from jambot.music.harmony import CHORD_SIZE, ROLL_BEATS, SILENCE, Harmony, HarmonyChange
from jambot.music.keys_down import KeysDown

SLOW_ROLL_BEATS = 2 * ROLL_BEATS
"""A key that follows so soon upon others that are still down belongs to them."""
REVOICED_BEATS = 2.0 - ROLL_BEATS
"""A chord laid differently under the hands in less than this is the same chord."""
ROOT_BEATS = 4.0 - ROLL_BEATS
"""A chord's own bass counts for so long: four beats later another bass may mean another chord."""
MISSING = 2
"""A part of a chord lacks at most so many of its pitch classes."""
HIGHEST = 128
NO_LINE = KeyRun()


@dataclass(frozen=True, slots=True)
class _Past:
    """What was known before a strike.

    `keys` made the harmony; `put_together` says that they came in several strikes.
    `struck_beat` is when a strike last belonged to it, `root_beat` when its own bass was struck,
    `chord_beat` when two or more keys were struck together.
    """

    harmony: Harmony = SILENCE
    keys: frozenset[int] = frozenset()
    put_together: bool = False
    struck_beat: float = float("-inf")
    root_beat: float = float("-inf")
    chord_beat: float = float("-inf")
    line: KeyRun = NO_LINE

    @property
    def known(self) -> frozenset[int]:
        """The pitch classes of the harmony."""
        return frozenset(self.harmony.pitch_classes)

    @property
    def floor(self) -> int:
        """The lowest key above the bass: what lies below may be another bass."""
        return sorted(self.keys)[:2][-1] if self.keys else HIGHEST


@dataclass(slots=True)
class HarmonyTracker:
    """Keys going down and up in, the harmony that holds out.

    Keys within `ROLL_BEATS` of a strike's first are one strike. Released keys do not end a harmony:
    pianists lift their hands. What a strike means:

    - Three or more pitch classes are a chord, two are a shell. The bass below belongs to them: keys
      that fingers hold, and a single key struck in the beat before, or still sounding by the pedal
      with no chord since. The old chord, not yet lifted by the same hand, does not belong.
    - A chord or shell that adds nothing to the harmony changes nothing, where it is its upper part
      or is struck again within two beats.
    - A single key of the harmony changes nothing. Any other may be a bass, a broken chord or a
      melody: it changes nothing until a broken chord has three pitch classes. Under held keys it
      is their bass at once. Where a beat passes (`wait`) a lower key than the harmony's stands
      alone, and one held above keys that are held too belongs to them.
    """

    _keys: KeysDown = field(default_factory=KeysDown)
    _rolls_on: bool = False
    _past: _Past = _Past()
    _now: _Past = _Past()

    def note_on(self, beat: float, pitch: int) -> HarmonyChange | None:
        """Hear a key go down; the change dates from the strike's first note.

        A roll gives one change per note that adds to it, each replacing the one before it (they
        share their `beat`).
        """
        if self._keys.begins(beat):
            self._rolls_on = beat - self._keys.key_beat <= SLOW_ROLL_BEATS
            self._past = self._now
        self._keys.press(beat, pitch)
        return self._become(self._judge(self._keys.strike), self._keys.strike_beat)

    def note_off(self, pitch: int) -> None:
        """A key is up and silent."""
        self._keys.lift(pitch)

    def rings_on(self, pitch: int) -> None:
        """The finger has left the key and the pedal holds it, until `note_off`."""
        self._keys.ring_on(pitch)

    def wait(self, beat: float) -> HarmonyChange | None:
        """Time has come to `beat`, and no key has gone down since the last: see the class."""
        due = self._now.line.due_beat
        if due >= beat:
            return None
        return self._become(self._settled(self._now), due)

    def believe(self, harmony: Harmony) -> None:
        """Take `harmony` for what the hands play; what single keys may become is forgotten."""
        same = harmony == self.harmony
        self._now = replace(self._now, line=NO_LINE) if same else _Past(harmony)

    @property
    def harmony(self) -> Harmony:
        """What the hands play."""
        return self._now.harmony

    @property
    def alone(self) -> Harmony:
        """The single key that was struck last, where it left a chord unchanged; else silence."""
        strike = self._keys.strike
        kept = self.harmony == self._past.harmony and len(self._past.known) >= CHORD_SIZE
        return Harmony.of(strike) if kept and len(_classes(strike)) == 1 else SILENCE

    def _become(self, now: _Past, beat: float) -> HarmonyChange | None:
        before, self._now = self._now.harmony, now
        return None if now.harmony == before else HarmonyChange(beat, now.harmony)

    def _judge(self, strike: set[int]) -> _Past:
        past, classes = self._past, {pitch % 12 for pitch in strike}
        if self._rolls_on and not classes <= past.known:
            rolled = self._rolled(strike)
            if len(_classes(rolled)) >= CHORD_SIZE:
                return self._heard(rolled, past.put_together)
        if len(classes) >= CHORD_SIZE:
            return self._chord(strike, self._bass(strike))
        if len(classes) == CHORD_SIZE - 1:
            return self._shell(strike)
        return self._alone(strike)

    def _rolled(self, strike: set[int]) -> set[int]:
        """The harmony with a strike on top, where that goes on rolling it slowly."""
        past = self._past
        before = self._keys.struck_at(past.struck_beat)
        goes_on = before and before <= past.keys and max(before) < min(strike)
        return {*past.keys, *strike} if goes_on else set()

    def _chord(self, strike: set[int], under: set[int]) -> _Past:
        past = self._past
        heard = Harmony.of(strike | under)
        if self._is_part(heard, bool(under)):
            own = heard.bass == past.harmony.bass
            return replace(
                past,
                struck_beat=self._keys.strike_beat,
                root_beat=self._keys.strike_beat if own else past.root_beat,
                chord_beat=self._keys.strike_beat,
                put_together=past.put_together or bool(under),
                line=NO_LINE,
            )
        return self._heard(strike | under, bool(under))

    def _is_part(self, heard: Harmony, over_bass: bool) -> bool:
        """Whether what is struck is the harmony once more."""
        past, classes = self._past, set(heard.pitch_classes)
        if not classes <= past.known or len(past.known) - len(classes) > MISSING:
            return False
        old = self._keys.strike_beat - past.root_beat >= ROOT_BEATS
        if over_bass and heard.bass != past.harmony.bass and old:
            return False
        return past.put_together or self._keys.strike_beat - past.struck_beat < REVOICED_BEATS

    def _heard(self, keys: Iterable[int], put_together: bool) -> _Past:
        keys = set(keys)
        return _Past(
            Harmony.of(keys),
            frozenset(keys),
            put_together,
            self._keys.strike_beat,
            self._keys.strike_beat,
            self._keys.strike_beat,
        )

    def _shell(self, strike: set[int]) -> _Past:
        past = self._past
        beside = self._bass(strike) | self._over(strike)
        together = strike | beside
        if _classes(together) <= past.known:
            return replace(
                past,
                struck_beat=self._keys.strike_beat,
                chord_beat=self._keys.strike_beat,
                line=NO_LINE,
            )
        if len(_classes(together)) >= CHORD_SIZE:
            return self._chord(strike, beside)
        return self._heard(together, False)

    def _alone(self, strike: set[int]) -> _Past:
        past, pitch = self._past, min(strike)
        line = past.line.followed_by(self._keys.strike_beat, pitch, pitch % 12 not in past.known)
        if len(past.known) < CHORD_SIZE:
            return self._small(strike, line)
        if pitch % 12 in past.known:
            root = self._keys.strike_beat if pitch % 12 == past.harmony.bass else past.root_beat
            past = replace(past, root_beat=root)
        else:
            for held in (self._over(strike), self._around(strike)):
                if len(_classes(strike | held)) >= CHORD_SIZE:
                    return self._with(strike | held, line.settled())
        broken = line.chord()
        if broken:
            return self._with(broken | self._keys.under(min(broken)), line.heard(broken))
        if line.walks(past.floor):
            return self._with(strike, line.settled())
        return replace(past, line=line)

    def _small(self, strike: set[int], line: KeyRun) -> _Past:
        """A single key where a note or a shell is all that is known."""
        past = self._past
        together = strike | self._bass(strike) | self._over(strike) | self._around(strike)
        if len(_classes(together)) < CHORD_SIZE and _classes(together) <= past.known:
            return replace(past, line=line)
        heard = max(together, line.last(together), line.grown(), key=lambda k: len(_classes(k)))
        return self._with(heard, line.heard(heard))

    def _with(self, keys: set[int], line: KeyRun) -> _Past:
        return replace(self._heard(keys, True), chord_beat=self._past.chord_beat, line=line)

    def _settled(self, past: _Past) -> _Past:
        """A single key that nothing followed for a beat."""
        pitch, line = past.line.pitch, past.line.settled()
        together = set(self._keys.held)
        if pitch in together and len(_classes(together)) >= CHORD_SIZE:
            heard = Harmony.of(together)
            return replace(
                past, harmony=heard, keys=frozenset(together), put_together=True, line=line
            )
        if pitch < past.floor:
            return replace(
                self._heard(past.line.last({pitch}), False), chord_beat=past.chord_beat, line=line
            )
        return replace(past, line=line)

    def _bass(self, strike: set[int]) -> set[int]:
        """What belongs to a strike below it: held keys, and a single key struck before it."""
        past, lowest = self._past, min(strike)
        loose = past.line.bass(self._keys.strike_beat, lowest)
        return self._keys.under(lowest) | (loose or self._keys.ringing(past.chord_beat, lowest))

    def _over(self, strike: set[int]) -> set[int]:
        return self._keys.over(max(strike), self._past.known)

    def _around(self, strike: set[int]) -> set[int]:
        return self._keys.around(min(strike), max(strike))


def _classes(pitches: Iterable[int]) -> set[int]:
    return {pitch % 12 for pitch in pitches}
