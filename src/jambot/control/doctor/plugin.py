"""The doctor's look at the plugin: is it in place, is an engine heard, does the host play along."""

from collections.abc import Iterator
from typing import Any

from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.control.plugin_install import Format, formats
from jambot.realtime.ports.plugin_key import read_key
from jambot.realtime.ports.plugin_link import ask_engine

LARGE_BLOCK_MS = 25.0
"""Blocks longer than this are felt: 1,024 frames at 44.1 kHz are 23 ms."""


def plugin_checks(wishes: DoctorWishes) -> Iterator[Check]:
    """What is installed; and, where an engine listens, how the talk goes."""
    yield installed(formats())
    yield from talk()


def installed(found: list[Format]) -> Check:
    """Whether the DAWs of this user have the plugin that ships here."""
    name = "plugin"
    there = [form for form in found if form.there is not None]
    figures = {form.name: form.there for form in found}
    if not there:
        if not any(form.shipped for form in found):
            return Check(name, State.ABSENT, "not installed, and none ships for this system here")
        return Check(name, State.ABSENT, "not installed", "jambot plugin install", figures)
    said = ", ".join(form.name for form in there)
    old = [form.name for form in there if form.fresh is not None and not form.current]
    if old:
        cure = "jambot plugin install, then restart the DAW"
        return Check(name, State.WEAK, f"{', '.join(old)}: another version", cure, figures)
    return Check(name, State.GOOD, said, figures=figures)


def talk() -> Iterator[Check]:
    """How an engine that listens says it goes; nothing where no plugin was ever used."""
    key = read_key()
    if key is None:
        return
    yield heard(ask_engine(key))


def heard(said: dict[str, Any] | None) -> Check:
    """What to make of an engine's own words."""
    name = "plugin link"
    if said is None:
        return Check(name, State.ABSENT, "no running jam answers", "start one: jambot jam")
    if not said.get("plugin"):
        if said.get("elsewhere"):
            cure = "jambot plugin install, then restart the DAW"
            return Check(
                name, State.WEAK, "a plugin of another version asks to connect", cure, said
            )
        if strangers := said.get("strangers"):
            cure = (
                "restart the DAW as the same user as JAM_BOT: the plugin then reads its key again"
            )
            found = f"an engine listens; {strangers} datagrams came without its key"
            return Check(name, State.WEAK, found, cure, said)
        cure = "put JAM_BOT on a channel of the DAW, and see that the DAW's sound is on"
        return Check(name, State.WEAK, "an engine listens, and no host runs the plugin", cure, said)
    late, block = said.get("late") or 0, said.get("block_ms") or 0.0
    if block > LARGE_BLOCK_MS:
        cure = "choose a buffer of 512 frames or fewer in the DAW's audio settings"
        return Check(name, State.WEAK, f"the host's blocks are large: {block:g} ms", cure, said)
    if late:
        cure = "a larger buffer in the DAW, or fewer programs beside it"
        return Check(name, State.WEAK, f"{late} notes left late", cure, said)
    song = "no song" if said.get("song") is None else f"its song {said['song']}"
    return Check(name, State.GOOD, f"a plugin plays, blocks of {block:g} ms, {song}", figures=said)
