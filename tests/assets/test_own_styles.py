"""Styles of one's own: where they lie, and that they are found by name."""

import shutil
from pathlib import Path

import pytest

from jambot.assets import MODELS, find_model, known_styles, shipped_styles
from jambot.assets.own_styles import own_folder, own_style_folder
from jambot.errors import UsageError
from jambot.realtime.main import load_model, model_mark


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path))
    return tmp_path


def test_each_platform_keeps_them_where_it_keeps_data() -> None:
    home = Path("/home/me")
    assert own_folder({}, "linux", home) == home / ".local/share/jambot"
    assert own_folder({"XDG_DATA_HOME": "/data"}, "linux", home) == Path("/data/jambot")
    assert own_folder({"XDG_DATA_HOME": "beside"}, "linux", home) == home / ".local/share/jambot"
    assert own_folder({}, "darwin", home) == home / "Library/Application Support/jambot"
    assert own_folder({"LOCALAPPDATA": "/local"}, "win32", home) == Path("/local/jambot")
    assert own_folder({}, "win32", home) == home / "AppData/Local/jambot"
    assert own_folder({"JAMBOT_HOME": "/mine"}, "win32", home) == Path("/mine")


def test_a_style_of_ones_own_comes_after_the_shipped_ones_and_is_found_by_name(home: Path) -> None:
    assert known_styles() == shipped_styles()
    shutil.copytree(MODELS / "modern", own_style_folder("me"))
    own_style_folder("half_made").mkdir()
    assert known_styles() == [*shipped_styles(), "me"]
    assert find_model("me") == home / "styles" / "me"
    assert model_mark("me") == model_mark("modern")
    assert load_model("me").context_length == load_model("modern").context_length


def test_a_shipped_name_stays_the_shipped_style(home: Path) -> None:
    shutil.copytree(MODELS / "modern", own_style_folder("jazz"))
    assert known_styles() == shipped_styles()
    assert find_model("jazz") == MODELS / "jazz"


def test_who_asks_for_an_unknown_style_is_told_their_own_too(home: Path) -> None:
    shutil.copytree(MODELS / "modern", own_style_folder("me"))
    with pytest.raises(UsageError, match="modern, me, chord-tones"):
        find_model("you")
