"""Notochord as a player of `side_by_side.py`, in a Python of its own that has `notochord`.

    python notochord_events.py < QUESTIONS > ANSWERS

A question is a line of JSON: `before` and `news`, events as (seconds, pitch, velocity), and how
many `notes` are wanted. The answer gives, for each note, milliseconds on the wall and of this
thread. Its weights are random: how long an event takes does not depend on them.
"""

import json
import sys
from itertools import pairwise
from time import perf_counter, thread_time
from typing import Any

import torch
from notochord import Notochord

REMEMBERED = 32
"""Events told beforehand: a recurrent network's time does not depend on how many."""
SOLOIST, PIANIST = 66, 1
LAYERS = 3
"""17.5 M weights, next to the 17.7 M of the published ones; 0, the default, cannot be queried."""


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    player = Notochord(mlp_layers=LAYERS).eval()
    for line in sys.stdin:
        print(json.dumps({"took_ms": answer(player, json.loads(line))}), flush=True)


def answer(player: Notochord, asked: dict[str, Any]) -> list[tuple[float, float]]:
    before = asked["before"][-REMEMBERED:]
    player.reset()
    for apart, (_, pitch, velocity) in zip(gaps(before), before, strict=True):
        player.feed(PIANIST, pitch, apart, velocity)
    moments = [(perf_counter(), thread_time())]
    for apart, (_, pitch, velocity) in zip(gaps(asked["news"]), asked["news"], strict=True):
        player.feed(PIANIST, pitch, apart, velocity)
    for _ in range(asked["notes"]):
        note = player.query(next_inst=SOLOIST, min_vel=1, max_time=2.0)
        moments.append((perf_counter(), thread_time()))
        player.feed(note["inst"], note["pitch"], note["time"], note["vel"])
    return [((b[0] - a[0]) * 1e3, (b[1] - a[1]) * 1e3) for a, b in pairwise(moments)]


def gaps(events: list[tuple[float, int, int]]) -> list[float]:
    times = [event[0] for event in events]
    return [0.0, *(after - before for before, after in pairwise(times))][: len(times)]


if __name__ == "__main__":
    main()
