"""The doctor's lines about the plugin, from an engine's own words, and from one that listens."""

import pytest

from jambot.control.doctor import State
from jambot.control.doctor.plugin import heard, installed
from jambot.control.plugin_install import formats

PLAYS = {"plugin": True, "song": "plays", "block_ms": 2.67, "late": 0, "strangers": 3}
LISTENS = {"plugin": False, "strangers": 0, "elsewhere": 0}


@pytest.mark.parametrize(
    ("said", "state", "found", "cure"),
    [
        (None, State.ABSENT, "no running jam answers", "jambot jam"),
        (LISTENS, State.WEAK, "no host runs the plugin", "on a channel"),
        (LISTENS | {"strangers": 12}, State.WEAK, "12 datagrams came without its key", "restart"),
        (LISTENS | {"elsewhere": 4, "strangers": 1}, State.WEAK, "another version", "install"),
        (PLAYS | {"block_ms": 46.4}, State.WEAK, "blocks are large: 46.4 ms", "512 frames"),
        (PLAYS | {"late": 9}, State.WEAK, "9 notes left late", "larger buffer"),
        (PLAYS, State.GOOD, "a plugin plays, blocks of 2.67 ms, its song plays", ""),
        (PLAYS | {"song": None}, State.GOOD, "no song", ""),
    ],
)
def test_each_way_it_may_go_has_its_line_and_its_cure(said, state, found, cure):
    check = heard(said)
    assert check.state is state
    assert found in check.found
    assert cure in (check.cure or "")


def test_what_is_installed_is_told_by_format_and_what_is_old_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path / "own"))
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "JAM_BOT.clap").write_bytes(b"new")

    def look():
        return installed(formats("linux", {}, tmp_path, shipped))

    assert look().state is State.ABSENT
    assert look().cure == "jambot plugin install"
    clap = tmp_path / ".clap" / "JAM_BOT.clap"
    clap.parent.mkdir()
    clap.write_bytes(b"old")
    assert look().state is State.WEAK
    assert look().found == "CLAP: another version"
    clap.write_bytes(b"new")
    assert (look().state, look().found) == (State.GOOD, "CLAP")
