"""One list of knobs: whoever has a list of its own is held to it."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from jambot.control.mcp_server.driving import KnobName
from jambot.dials import KNOBS
from jambot.realtime.gestures import Action
from jambot.tokens import Controls

PAGE = Path(__file__).parents[1] / "src/jambot/control/room/static"


def on_the_page(file: str, pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(pattern, (PAGE / file).read_text(encoding="utf-8")))[: len(KNOBS)]


@pytest.mark.parametrize(
    "theirs",
    [
        tuple(field.name for field in fields(Controls)),
        tuple(Action)[: len(KNOBS)],
        get_args(KnobName),
        on_the_page("learn.js", r"(\w+): \""),
        on_the_page("knobs.js", r"(?m)^  \[\"(\w+)\""),
    ],
    ids=("the model's controls", "gestures", "MCP", "MIDI learn on the page", "the page"),
)
def test_the_knobs_are_the_same_everywhere_in_the_same_order(theirs: tuple[str, ...]) -> None:
    assert theirs == tuple(KNOBS)
