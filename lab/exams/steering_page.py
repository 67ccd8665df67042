"""What the knobs did: a table, and `controls.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jambot.evaluation.drawing.sheet import Cell, Sheet
from lab.exams.steering import CHANCE, STAYS, Steered


def write_steering(found: Mapping[str, Sequence[Steered]], folder: Path) -> Path:
    """Write every model's controls into `folder`/controls.json and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "controls.json"
    content = {who: {one.control: one.as_dict() for one in turns} for who, turns in found.items()}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def steering_sheet(who: str, turns: Sequence[Steered]) -> Sheet:
    """One row a control: its own measure at each setting, then how far each other one strayed."""
    steps = max(len(one.settings) for one in turns)
    names = list(turns[0].unsteered)
    rows = []
    for one in turns:
        found = [m.get(one.own) for m in one.measures]
        own = [
            Cell("–" if value is None else f"{value:.3g}", f"at {setting:g}")
            for setting, value in zip(one.settings, found, strict=True)
        ]
        own += [Cell("")] * (steps - len(own))
        rises = Cell(f"{one.rises} of {len(one.settings) - 1}")
        verdict = Cell("steers" if one.steers else "fails", right=one.steers)
        if one.control == CHANCE:
            rises = verdict = Cell("–")
        rows.append((one.control, (*own, rises, *(_strayed(one, n) for n in names), verdict)))
    heads = (*map(str, range(1, steps + 1)), "rises", *names, "")
    caption = (
        "Its own measure at each setting, from little to much; then how far each other measure went"
        f" from unsteered, at most {STAYS:.0%} of it. “guidance” is turned for inside_outside;"
        f" “{CHANCE}” is unsteered playing by other seeds: so far they go by themselves."
    )
    return Sheet(f"Controls of {who}", caption, heads, tuple(rows))


def _strayed(one: Steered, name: str) -> Cell:
    strayed = one.strays.get(name)
    if strayed is None:
        return Cell("own" if name == one.own else "–")
    return Cell(f"{strayed:.0%}", right=strayed <= STAYS)
