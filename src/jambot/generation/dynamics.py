"""How hard notes are struck: between the tokens' steps, wider, and by the knob `intensity`."""

from dataclasses import replace
from itertools import pairwise

from jambot.music import Note
from jambot.tokens import Controls
from jambot.tokens.vocabulary import VELOCITIES

SOFTEST, LOUDEST = 40, 108
"""Where the outer steps end: one Weimar note in a hundred lies beyond."""
_TOPS = [*((low + high) // 2 for low, high in pairwise(VELOCITIES)), LOUDEST]
_STEPS = dict(zip(VELOCITIES, pairwise([SOFTEST - 1, *_TOPS]), strict=True))

USUAL = 79.0
"""The mean velocity of people's solos, and of the model's."""
SPREAD = 1.2
"""Times as far from the usual: σ within a solo goes from 9.5 to 11.7 (people 13.4), over all notes
from 10.6 to 13.3 (people 11.9): more would mend the one and spoil the other. A person's solo varies
either little or much; not knowing which, the model plays in between."""
COLOURS_SOFTER = 4
"""How much softer than its top the notes of a strike are: the median of 5,972 in 49 clips of trio
pianists' right hands (quartiles −11 and +2)."""
LOUDER = 60.0
"""What `intensity` moves the velocity by, from 0 to 1: from a whisper to a shout."""


def within_step(velocity: int, chance: float) -> int:
    """A velocity that the same token stands for, by `chance` in [0, 1): people know no steps.

    >>> within_step(80, 0.0), within_step(80, 0.99)
    (78, 83)
    """
    below, top = _STEPS[velocity]
    return below + 1 + int(chance * (top - below))


def as_colour(top: Note, pitch: int) -> Note:
    """A note struck with `top`, below it."""
    return replace(top, pitch=pitch, velocity=max(top.velocity - COLOURS_SOFTER, 1))


def loudness(velocity: int, knob: float | None) -> int:
    """How hard a note of this velocity is struck at this intensity.

    >>> loudness(80, None), loudness(80, 0.0), loudness(80, 1.0), loudness(106, 1.0)
    (80, 50, 110, 127)
    """
    louder = 0.0 if knob is None else (knob - 0.5) * LOUDER
    return min(max(round(USUAL + SPREAD * (velocity - USUAL) + louder), 1), 127)


def struck(note: Note, controls: Controls) -> Note:
    """The note as it sounds under these knobs.

    Whoever goes on from the line goes on from the note itself: so this moves nothing else, and the
    knob acts at once.
    """
    velocity = loudness(note.velocity, controls.intensity)
    return note if velocity == note.velocity else replace(note, velocity=velocity)
