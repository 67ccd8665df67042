"""How fast the stage took in what the hands did, step by step, from what its log says of itself."""

from bisect import bisect_left
from collections.abc import Sequence

from jambot.music.take import HeardHarmony, Take

STEPS = ("settle", "prompt", "prefill", "note", "answer", "port")
"""A first note's way; see `realtime.first_note`."""


def chords_heard(take: Take, changes: Sequence[HeardHarmony]) -> list[float]:
    """Ms from each changed chord, met while playing, until the plan was made knowing it.

    From the chord's first note-on to where the plan begins that was made knowing it or a later
    chord, or to when the first answer of that plan was there, whichever is later: from then on no
    note is owed any more, and the next one knows the chord however long the bot rests. A chord that
    nothing was asked for (the bot was silent) gives no sample.
    """
    asked = {e["harmony"] for e in take.of("prompt") if e["reason"] == "harmony"}
    answers = [(int(e["harmony"]), float(e["begins_seconds"])) for e in take.of("answer")]
    known = [harmony for harmony, _ in answers]
    heard_ms = list[float]()
    for heard in changes[1:]:
        i = bisect_left(known, heard.id)
        if heard.id in asked and i < len(answers):
            heard_ms.append((answers[i][1] - heard.seconds) * 1e3)
    return heard_ms


def first_note_steps(take: Take) -> dict[str, list[float]]:
    """Ms that each step took for each trigger whose note came out of a player that keeps time."""
    notes = [event["steps_ms"] for event in take.of("first_note")]
    return {step: [float(steps[step]) for steps in notes] for step in STEPS}
