"""How fast the stage took in what the hands did, step by step, from what its log says of itself."""

from bisect import bisect_left
from collections.abc import Sequence

from jambot.music.take import HeardHarmony, Take

STEPS = ("settle", "prompt", "prefill", "note", "answer", "port")
"""A first note's way; see `realtime.plan.attack`."""


def chords_heard(take: Take, changes: Sequence[HeardHarmony]) -> list[float]:
    """Ms from each changed chord, met while playing, until the plan was made knowing it.

    From the chord's first note-on to where the plan begins that was made knowing it or a later
    chord, or to when the first answer of that plan was there, whichever is later: from then on no
    note is owed any more, and the next one knows the chord however long the bot rests. A chord that
    nothing was asked for (the bot was silent) gives no sample, nor does one in a bar that the
    player had locked: the plan was to stay.
    """
    asked = {e["harmony"] for e in take.of("prompt") if e["reason"] == "harmony"}
    answers = [(int(e["harmony"]), float(e["begins_seconds"])) for e in take.of("answer")]
    known = [harmony for harmony, _ in answers]
    heard_ms = list[float]()
    locks = locked_spans(take)
    for heard in changes[1:]:
        if within(heard.change.beat, locks):
            continue
        i = bisect_left(known, heard.id)
        if heard.id in asked and i < len(answers):
            heard_ms.append((answers[i][1] - heard.seconds) * 1e3)
    return heard_ms


def locked_spans(take: Take) -> list[tuple[float, float]]:
    """The beats for which the player had the plan kept, as (first, last) in order of asking."""
    spans: list[tuple[float, float]] = []
    for event in take.of("order"):
        order = event.get("order")
        if not isinstance(order, dict) or not isinstance(order.get("lock"), dict):
            continue
        beat, bar = float(event.get("beat", 0.0)), order["lock"].get("bar")
        if spans:
            spans[-1] = spans[-1][0], min(spans[-1][1], beat)
        if isinstance(bar, int):
            spans.append((beat, take.meter.bar_start(bar)))
    return spans


def within(beat: float, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a beat lies in one of the spans."""
    return any(first <= beat < last for first, last in spans)


def first_note_steps(take: Take) -> dict[str, list[float]]:
    """Ms that each step took for each trigger whose note came out of a player that keeps time."""
    notes = [event["steps_ms"] for event in take.of("first_note")]
    return {step: [float(steps[step]) for steps in notes] for step in STEPS}
