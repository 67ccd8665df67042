"""Styles of one's own: where they lie, and that they are found by name."""

import json
import shutil
from pathlib import Path

import pytest

from jambot.assets import CHORD_TONES, MODELS, find_model, find_style, known_styles, shipped_styles
from jambot.assets.own_styles import is_style_name, own_folder, own_style_folder
from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.realtime.main import load_model, make_style, model_mark, style_name


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
    described = home / "styles" / "me" / "model.json"
    chords = json.loads(described.read_text(encoding="utf-8")) | {"chord_bias": -1}
    described.write_text(json.dumps(chords), encoding="utf-8")
    digest, guidance = model_mark("modern").split()
    assert model_mark("me") == f"{digest} -1 {guidance}"


def test_a_shipped_name_stays_the_shipped_style(home: Path) -> None:
    shutil.copytree(MODELS / "modern", own_style_folder("piano"))
    assert known_styles() == shipped_styles()
    assert find_model("piano") == MODELS / "piano"


def test_who_asks_for_an_unknown_style_is_told_their_own_too(home: Path) -> None:
    shutil.copytree(MODELS / "modern", own_style_folder("me"))
    with pytest.raises(UsageError, match="modern, me, chord-tones"):
        find_model("you")


PATHS = ["../me", "..", ".", "/", "me/../me", "styles/me", "C:", r"..\me", r"\\evil\me"]


def test_a_style_is_known_by_its_name_alone_and_the_terminal_may_name_a_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = home / "elsewhere"
    shutil.copytree(MODELS / "modern", elsewhere)
    shutil.copytree(MODELS / "modern", own_style_folder("me"))
    for path in (*PATHS, str(elsewhere), str(own_style_folder("me"))):
        assert not is_style_name(path)
        with pytest.raises(UsageError, match="no style named"):
            find_style(path)
    assert find_style("me") == own_style_folder("me")
    assert find_model(str(elsewhere)) == elsewhere
    monkeypatch.chdir(elsewhere)
    assert find_model("../elsewhere") == Path("../elsewhere")
    with pytest.raises(UsageError, match="no style named 'elsewhere'"):
        find_style("elsewhere")


def test_the_stage_plays_the_folder_that_the_terminal_gave_and_opens_no_other(home: Path) -> None:
    given, other = home / "given", home / "other"
    for folder in (given, other):
        shutil.copytree(MODELS / "modern", folder)
    sampling, name = SamplingSettings(), style_name(str(given))
    assert name == "given"
    assert make_style(name, str(given), sampling, 1)
    assert make_style("horn", str(given), sampling, 1)
    for path in (str(given), str(other), "other", "../other"):
        with pytest.raises(UsageError, match="no style named"):
            make_style(path, str(given), sampling, 1)


def test_whatever_a_folder_is_called_the_stage_has_a_name_for_it(home: Path) -> None:
    assert style_name("piano") == "piano"
    assert style_name(CHORD_TONES) == CHORD_TONES
    assert style_name(str(home / "piano")) == "piano (folder)"
    for odd in ("a:b", ".hidden", "new\nline", "x" * 250, "\udcff"):
        assert is_style_name(style_name(str(home / odd)))
    assert style_name("/") == "given"
