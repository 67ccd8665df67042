"""`jambot plugin`: what lies where, whose it is, and what is taken out."""

import json

import pytest
from typer.testing import CliRunner

from jambot.cli import app
from jambot.control import plugin_install
from jambot.control.doctor import plugin as doctor
from jambot.control.doctor.check import State
from jambot.control.plugin_install import fingerprint, formats, install, uninstall
from jambot.errors import UsageError
from jambot.realtime.ports.plugin_key import read_key


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path / "own"))
    return tmp_path / "a home with ü"


@pytest.fixture
def binaries(tmp_path):
    """What ships: a folder, a file, a folder."""
    folder = tmp_path / "ships"
    (folder / "JAM_BOT.vst3" / "Contents").mkdir(parents=True)
    (folder / "JAM_BOT.vst3" / "Contents" / "JAM_BOT.so").write_bytes(b"vst3 1")
    (folder / "JAM_BOT.clap").write_bytes(b"clap 1")
    (folder / "JAM_BOT.lv2").mkdir()
    (folder / "JAM_BOT.lv2" / "manifest.ttl").write_bytes(b"lv2 1")
    return folder


PLACES = {
    "linux": [".vst3/JAM_BOT.vst3", ".clap/JAM_BOT.clap", ".lv2/JAM_BOT.lv2"],
    "darwin": ["Library/Audio/Plug-Ins/VST3/JAM_BOT.vst3",
               "Library/Audio/Plug-Ins/CLAP/JAM_BOT.clap"],
    "win32": ["Programs/Common/VST3/JAM_BOT.vst3", "Programs/Common/CLAP/JAM_BOT.clap"],
}  # fmt: skip


@pytest.mark.parametrize("system", list(PLACES))
def test_it_goes_where_each_systems_users_have_their_own(system, home, binaries):
    environment = {"LOCALAPPDATA": str(home)}
    found = formats(system, environment, home, binaries)
    put = install(found)
    assert put == [home / place for place in PLACES[system]]
    after = formats(system, environment, home, binaries)
    assert all(form.current and form.own for form in after)
    assert read_key() is not None
    assert uninstall(after) == put
    assert not any(path.exists() for path in put)


def test_a_newer_one_replaces_what_was_put_there(home, binaries):
    install(formats("linux", {}, home, binaries))
    (binaries / "JAM_BOT.clap").write_bytes(b"clap 2")
    old = formats("linux", {}, home, binaries)
    assert doctor.installed(old).found == "CLAP: another version"
    install(old)
    assert (home / ".clap" / "JAM_BOT.clap").read_bytes() == b"clap 2"


def test_what_somebody_else_put_there_is_kept(home, binaries):
    stranger = home / ".clap" / "JAM_BOT.clap"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"mine")
    with pytest.raises(UsageError) as refused:
        install(formats("linux", {}, home, binaries))
    assert "--force" in refused.value.cure
    assert not (home / ".vst3").exists()
    assert uninstall(formats("linux", {}, home, binaries)) == []
    assert stranger.read_bytes() == b"mine"
    install(formats("linux", {}, home, binaries), force=True)
    assert stranger.read_bytes() == b"clap 1"


def test_a_plugin_changed_by_hand_is_nobodys_to_take_out(home, binaries):
    install(formats("linux", {}, home, binaries))
    (home / ".lv2" / "JAM_BOT.lv2" / "more.ttl").write_bytes(b"my presets")
    gone = uninstall(formats("linux", {}, home, binaries))
    assert [path.name for path in gone] == ["JAM_BOT.vst3", "JAM_BOT.clap"]
    assert (home / ".lv2" / "JAM_BOT.lv2" / "more.ttl").exists()


def test_where_none_ships_the_cure_is_named(home, tmp_path):
    (tmp_path / "nothing").mkdir()
    found = formats("linux", {}, home, tmp_path / "nothing")
    with pytest.raises(UsageError) as refused:
        install(found)
    assert "make plugin" in refused.value.cure
    assert doctor.installed(found).state is State.ABSENT


def test_a_record_that_cannot_be_read_means_that_nothing_is_ours(home, binaries):
    install(formats("linux", {}, home, binaries))
    (home.parent / "own" / plugin_install.RECORD_FILE).write_text("{", encoding="utf-8")
    assert not any(form.own for form in formats("linux", {}, home, binaries))


def test_a_fingerprint_knows_names_and_contents(binaries):
    before = fingerprint(binaries / "JAM_BOT.lv2")
    (binaries / "JAM_BOT.lv2" / "manifest.ttl").rename(binaries / "JAM_BOT.lv2" / "other.ttl")
    assert fingerprint(binaries / "JAM_BOT.lv2") != before
    assert fingerprint(binaries / "nowhere") is None


SAID = {"plugin": True, "late": 0, "block_ms": 2.67, "song": "plays"}


@pytest.mark.parametrize(
    ("said", "state", "words", "cure"),
    [
        (None, State.ABSENT, "no running jam answers", "jambot jam"),
        (SAID | {"plugin": False}, State.WEAK, "no host runs the plugin", "channel"),
        (SAID | {"block_ms": 46.4}, State.WEAK, "blocks are large: 46.4 ms", "512 frames"),
        (SAID | {"late": 3}, State.WEAK, "3 notes left late", "buffer"),
        (SAID, State.GOOD, "its song plays", ""),
        (SAID | {"song": None}, State.GOOD, "no song", ""),
    ],
)
def test_the_doctor_names_what_is_wrong_with_the_talk_and_its_cure(said, state, words, cure):
    check = doctor.heard(said)
    assert check.state is state
    assert words in check.found
    assert cure in check.cure


def test_the_three_commands_on_a_users_own_folders(home, binaries, monkeypatch):
    monkeypatch.setattr(plugin_install.sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(plugin_install, "plugin_binaries", lambda system: binaries)
    monkeypatch.setattr(plugin_install.Path, "home", lambda: home)
    run = CliRunner()
    assert "not installed" in run.invoke(app, ["plugin", "status"]).output
    installed = run.invoke(app, ["plugin", "install"])
    assert installed.exit_code == 0
    assert str(home / ".clap" / "JAM_BOT.clap") in installed.output
    status = run.invoke(app, ["plugin", "status"]).output
    assert "VST3: installed" in status
    assert "no running jam answers" in status
    assert "removed:" in run.invoke(app, ["plugin", "uninstall"]).output
    assert "nothing was installed" in run.invoke(app, ["plugin", "uninstall"]).output
    assert json.loads((home.parent / "own" / plugin_install.RECORD_FILE).read_text()) == {}
