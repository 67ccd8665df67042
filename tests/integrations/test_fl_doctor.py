"""The doctor's steps for FL Studio: each that fails is named, through the fake one."""

from contextlib import contextmanager

import pytest

from jambot.assets import fl_script
from jambot.control.doctor import State
from jambot.control.doctor.studio import talk
from jambot.errors import PortError


def checks(studio):
    @contextmanager
    def link():
        yield studio.host

    return {check.name: check for check in talk(link)}


def test_a_studio_that_answers_is_told_with_its_channel(make_studio):
    found = checks(make_studio())
    assert {check.state for check in found.values()} == {State.GOOD}
    assert "130 bpm" in found["FL link"].found
    assert "Kick" in found["FL channel"].found


def test_a_pulled_cable_is_a_link_that_fails_at_its_step(make_studio):
    studio = make_studio()
    studio.pulled = True
    found = checks(studio)
    assert found["FL cables"].state is State.GOOD
    assert found["FL link"].state is State.BROKEN
    assert found["FL link"].cure.startswith("steps 6 and 7")
    assert "FL channel" not in found


def test_a_rack_without_a_chosen_channel_has_no_sound(make_studio):
    studio = make_studio()
    studio.fl.song.channel = -1
    found = checks(studio)
    assert found["FL channel"].state is State.WEAK
    assert found["FL channel"].cure.startswith("step 9")


def test_a_cable_that_is_not_there_is_the_step_that_made_it():
    @contextmanager
    def link():
        raise PortError("no rtmidi input port named 'back'", "a port", "see `jambot ports`")
        yield

    (found,) = talk(link)
    assert (found.name, found.state) == ("FL cables", State.BROKEN)
    assert found.cure.startswith("step 2")


def script_with(folder, name, number):
    """The script as another release has it."""
    script = folder / "device_JamBot.py"
    source = fl_script().read_text("ascii")
    script.write_text(source.replace(f"\n{name} = 1\n", f"\n{name} = {number}\n"), "ascii")
    return script


@pytest.mark.parametrize(("version", "cure"), [(0, "step 4: jambot fl install"), (9, "upgrade")])
def test_another_script_that_answers_is_told_from_the_one_that_ships(
    make_studio, tmp_path, version, cure
):
    found = checks(make_studio(script_with(tmp_path, "VERSION", version)))
    assert found["FL link"].state is State.WEAK
    assert f"script {version} answered, this JAM_BOT has 1" in found["FL link"].found
    assert found["FL link"].cure.startswith(cure)
    assert found["FL channel"].state is State.GOOD


def test_a_script_of_another_protocol_is_an_installing_that_fails(make_studio, tmp_path):
    found = checks(make_studio(script_with(tmp_path, "PROTOCOL", 7)))
    assert found["FL link"].state is State.BROKEN
    assert found["FL link"].cure.startswith("step 4: run `jambot fl install --force`")
