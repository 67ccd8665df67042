"""The chords of a JAM_BOT take as what Magenta RealTime is told, frame by frame. Needs no Magenta.

python research/magenta_rt/schedule.py takes/demo --out schedule.json

Writes the schedule and prints how much of it could be followed: the share of time in which what the
model was last told is what the hands hold, for several ways to tell it.
"""

import argparse
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jambot.music import recognise
from jambot.music.take import Take, read_take

FRAME_RATE = 25
"""Frames of Magenta RealTime 2 in a second; what it is told may change with each."""
FADE_SECONDS = 0.2
SETTLED_SECONDS = 0.1
"""A rolled chord grows key by key; what is replaced sooner is no harmony of its own."""
BAND = "jazz trio, upright bass and brushed drums, no melody"
COLOURS = {
    "bright": "warm major seventh piano chords, relaxed",
    "dark": "minor ninth piano chords, late at night",
    "tense": "altered dominant piano chords, restless, pulling forward",
    "open": "suspended quartal piano chords, floating",
    "silence": "drums and bass alone",
}
"""Colour of a chord -> what is said of it. Style words: MusicCoCa knows moods, not chord names."""
WAYS = {
    "RT 1, live: 2 s chunks, told a chunk ahead": (2.0, 2.0),
    "RT 1, offline: 2 s chunks": (2.0, 0.0),
    "RT 2, told once a second, heard 0.2 s later": (1.0, 0.2),
    "RT 2, told every frame, heard 0.2 s later": (1 / FRAME_RATE, 0.2),
}
"""Way -> (seconds between two tellings, seconds from telling to sound)."""


@dataclass(frozen=True)
class Held:
    """What the hands hold from `seconds` on."""

    seconds: float
    colour: str
    pitch_classes: tuple[int, ...]


def colour(pitch_classes: Sequence[int], bass: int | None) -> str:
    """What a chord is like: `tense` for dominants and diminished ones, else by its third."""
    if bass is None or not pitch_classes:
        return "silence"
    low = 36 + bass
    chord = recognise([low, *(low + (pc - bass) % 12 for pc in pitch_classes)])
    if chord is None:
        return "open"
    above = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    if {4, 10} <= above or {3, 6} <= above or {4, 8} <= above:
        return "tense"
    return "bright" if 4 in above else "dark" if 3 in above else "open"


def held(take: Take) -> list[Held]:
    """What was held, change by change, beginning with silence; keys of one strike as one."""
    struck = take.harmonies()
    found = [Held(0.0, "silence", ())]
    for heard, following in zip(struck, [*struck[1:], None], strict=True):
        if following is not None and following.seconds - heard.seconds < SETTLED_SECONDS:
            continue
        harmony = heard.change.harmony
        classes = tuple(sorted(harmony.pitch_classes))
        if classes != found[-1].pitch_classes:
            found.append(Held(heard.seconds, colour(classes, harmony.bass), classes))
    return found


def at(changes: Sequence[Held], seconds: float) -> Held:
    """What is held at a moment; before the first, the first."""
    return changes[max(0, bisect_right([one.seconds for one in changes], seconds) - 1)]


def weights(changes: Sequence[Held], seconds: float) -> dict[str, float]:
    """Colour -> weight at a moment, adding to 1: the new one fades in over `FADE_SECONDS`."""
    i = max(0, bisect_right([one.seconds for one in changes], seconds) - 1)
    share = min(1.0, (seconds - changes[i].seconds) / FADE_SECONDS) if i else 1.0
    made = {changes[i].colour: share}
    if share < 1.0:
        before = changes[i - 1].colour
        made[before] = made.get(before, 0.0) + 1.0 - share
    return made


def keys(take: Take, frames: int) -> list[tuple[list[int], list[int]]]:
    """For each frame the keys struck in it and those held on from before."""
    down: set[int] = set()
    events = [(float(e["seconds"]), int(e["pitch"]), bool(e["on"])) for e in take.of("heard")]
    rows, i = [], 0
    for frame in range(frames):
        before, struck = set(down), set()
        while i < len(events) and events[i][0] < (frame + 1) / FRAME_RATE:
            _, pitch, on = events[i]
            (down.add if on else down.discard)(pitch)
            if on:
                struck.add(pitch)
            i += 1
        rows.append((sorted(struck), sorted((before & down) - struck)))
    return rows


def schedule(take: Take) -> dict[str, object]:
    """All that the model is told: prompts, and for each frame the weights and the keys."""
    changes, frames = held(take), int(take.seconds * FRAME_RATE)
    told = [weights(changes, frame / FRAME_RATE) for frame in range(frames)]
    return {
        "frame_rate": FRAME_RATE,
        "band": BAND,
        "colours": COLOURS,
        "weights": [{name: round(share, 3) for name, share in one.items()} for one in told],
        "keys": keys(take, frames),
    }


def followed(take: Take, every: float, delay: float) -> tuple[float, float]:
    """(share of time with the right colour, with the right chord) told so often, heard so late.

    Time before the first chord is left out; a take without chords gives 0.
    """
    changes = held(take)
    if len(changes) < 2:
        return 0.0, 0.0
    frames = range(int(changes[1].seconds * FRAME_RATE) + 1, int(take.seconds * FRAME_RATE))
    colours = chords = 0
    for frame in frames:
        now = frame / FRAME_RATE
        told = at(changes, int(now / every + 1e-9) * every - delay)
        colours += told.colour == at(changes, now).colour
        chords += told.pitch_classes == at(changes, now).pitch_classes
    return colours / max(1, len(frames)), chords / max(1, len(frames))


def by_chance(take: Take) -> tuple[float, float]:
    """The same shares for something told without regard to when: sums of squared shares of time."""
    changes, seconds = held(take)[1:], take.seconds
    ends = [one.seconds for one in changes[1:]] + [seconds]
    colours: dict[object, float] = {}
    chords: dict[object, float] = {}
    for one, end in zip(changes, ends, strict=True):
        colours[one.colour] = colours.get(one.colour, 0.0) + end - one.seconds
        chords[one.pitch_classes] = chords.get(one.pitch_classes, 0.0) + end - one.seconds
    totals = (colours, chords)
    first, second = (
        sum((part / (sum(of.values()) or 1.0)) ** 2 for part in of.values()) for of in totals
    )
    return first, second


def main() -> None:
    """Parse, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    take = read_take(asked.take)
    changes = held(take)[1:]
    if asked.out:
        asked.out.write_text(json.dumps(schedule(take)), encoding="utf-8")
        print(f"{asked.out}: {int(take.seconds * FRAME_RATE)} frames")
    turns = sum(one.colour != two.colour for one, two in zip(changes, changes[1:], strict=False))
    print(f"{len(changes)} chords, {turns} changes of colour in {take.seconds:.0f} s\n")
    print("| told | right colour | right chord |\n|---|---|---|")
    for way, (every, delay) in WAYS.items():
        print("| {} | {:.2f} | {:.2f} |".format(way, *followed(take, every, delay)))
    print("| at any moment (chance) | {:.2f} | {:.2f} |".format(*by_chance(take)))


if __name__ == "__main__":
    main()
