"""The plugin's parameters and the stage's knobs are one."""

import re
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from jambot.assets import shipped_styles
from jambot.realtime.orders import LayOut, Panic, SetAdapter, SetKnob, SetVoice, Trade
from jambot.realtime.plugin_knobs import FREE, PARAMETERS, STYLES, PluginKnobs, style_number
from jambot.realtime.ports.plugin_wire import Record, Type, value_record

TABLE = Path(__file__).parents[2] / "plugin" / "src" / "parameters.hpp"


class Plugin:
    """What `PluginKnobs` asks of an instrument."""

    def __init__(self):
        self.moves, self.begun_at, self.moved = deque(), 5.0, []
        self.known, self.known_since, self.seed = {}, None, None

    def move(self, number, value):
        self.moved.append((PARAMETERS[number], value))


def moved(name, value):
    return value_record(PARAMETERS.index(name), value)


@pytest.mark.parametrize(
    ("name", "value", "order"),
    [
        ("density", 0.7, SetKnob("density", 0.7)),
        ("texture", FREE, SetKnob("texture", None)),
        ("style", 2.0, SetAdapter("horn")),
        ("trade", 4.0, Trade(4)),
        ("lay_out", 1.0, LayOut(True)),
    ],
)
def test_a_parameter_is_an_order(name, value, order):
    plugin = Plugin()
    plugin.moves.append(moved(name, value))
    assert PluginKnobs(plugin).orders() == [order]


def test_the_band_is_a_switch_for_all_its_voices_and_follows_the_page(make_stage):
    plugin, stage = Plugin(), make_stage()
    plugin.moves.append(moved("band", 1.0))
    knobs = PluginKnobs(plugin)
    assert knobs.orders() == [SetVoice("bass", on=True), SetVoice("drums", on=True)]
    knobs.show(stage.session.status(stage.clock.now()), 10.0)
    assert ("band", 0.0) in plugin.moved
    stage.order(SetVoice("drums", on=True))
    knobs.show(stage.status(), 10.1)
    assert plugin.moved[-1] == ("band", 1.0)


def test_panic_is_one_and_what_makes_no_sense_is_none():
    plugin = Plugin()
    plugin.moves += [Record(0, 0, Type.panicked), moved("density", float("nan")),
                     moved("trade", 1e9), value_record(77, 1.0), moved("style", 0.0),
                     moved("style", 31.0)]  # fmt: skip
    assert PluginKnobs(plugin).orders() == [Panic()]


def test_a_new_take_shows_the_plugin_what_it_plays_with(make_stage):
    plugin, stage = Plugin(), make_stage()
    plugin.moves.append(moved("density", 0.9))
    PluginKnobs(plugin).orders()
    PluginKnobs(plugin).show(stage.session.status(stage.clock.now()), 10.0)
    assert plugin.moved == [("density", FREE)]


def test_what_the_page_moves_the_plugin_is_shown_once(make_stage):
    plugin, stage = Plugin(), make_stage()
    knobs = PluginKnobs(plugin)
    status = stage.session.status(stage.clock.now())
    knobs.show(status, 10.0)
    assert plugin.moved == []
    turned = replace(status, controls=replace(status.controls, density=0.25), laying_out=True)
    knobs.show(turned, 10.1)
    knobs.show(turned, 10.2)
    assert plugin.moved == [("density", 0.25), ("lay_out", 1.0)]


def test_what_the_host_has_moved_is_not_said_back(make_stage):
    plugin, stage = Plugin(), make_stage()
    knobs = PluginKnobs(plugin)
    plugin.moves.append(moved("density", 0.25))
    knobs.orders()
    status = stage.session.status(stage.clock.now())
    knobs.show(replace(status, controls=replace(status.controls, density=0.25)), 10.0)
    assert plugin.moved == []


def test_a_style_that_the_page_chooses_is_shown_where_the_host_had_chosen_one(make_stage):
    plugin, stage = Plugin(), make_stage()
    knobs = PluginKnobs(plugin)
    status = replace(stage.session.status(stage.clock.now()), adapter="horn")
    knobs.show(status, 10.0)
    assert plugin.moved == []
    plugin.moves.append(moved("style", 1.0))
    knobs.orders()
    knobs.show(replace(status, next_adapter="piano"), 10.1)
    assert plugin.moved == []
    knobs.show(status, 10.2)
    assert plugin.moved == [("style", 2.0)]


def test_a_project_that_opens_speaks_first(make_stage):
    plugin, stage = Plugin(), make_stage()
    knobs = PluginKnobs(plugin)
    status = stage.session.status(stage.clock.now())
    turned = replace(status, controls=replace(status.controls, density=0.25))
    knobs.show(turned, 5.1)
    assert plugin.moved == []
    knobs.show(turned, 5.4)
    assert plugin.moved == [("density", 0.25)]


def test_a_project_brings_its_seed_and_its_style():
    plugin = Plugin()
    plugin.moves.append(Record(77, 2, Type.origin))
    assert PluginKnobs(plugin).orders() == [SetAdapter("horn")]
    assert plugin.seed == 77


@pytest.mark.parametrize(("chosen", "number"), [(3.0, 2), (0.0, 0), (0.0, 4711)])
def test_a_style_that_the_host_names_stays_and_one_that_is_not_here_is_left(chosen, number):
    plugin = Plugin()
    knobs = PluginKnobs(plugin)
    plugin.moves.append(moved("style", chosen))
    knobs.orders()
    plugin.moves.append(Record(77, number, Type.origin))
    assert knobs.orders() == []
    assert plugin.seed == 77


def test_the_table_of_the_plugin_and_ours_are_one():
    rows = re.findall(r'^\s+\{"(\w+)", "', TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(rows[: len(PARAMETERS)]) == PARAMETERS
    labels = re.search(r"kStyleLabels\[\] = \{(.*?)\};", TABLE.read_text(encoding="utf-8"), re.S)
    assert re.findall(r'"([^"]+)"', labels[1])[1:6] == list(STYLES)


def test_the_styles_that_ship_have_a_number():
    assert all(style_number(name) for name in shipped_styles())
