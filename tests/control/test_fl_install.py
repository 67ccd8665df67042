"""The script finds its place in FL Studio, and no work of anybody's is overwritten."""

from pathlib import Path

import pytest

from jambot.assets import FL_SCRIPT, fl_script
from jambot.cli import main
from jambot.control.fl_studio import install as fl_install
from jambot.control.fl_studio.install import HARDWARE, SCRIPT, hardware_folder, inspect, install
from jambot.errors import UsageError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_it_goes_where_fl_studio_looks(home, platform):
    (home / "Documents" / "Image-Line" / "FL Studio").mkdir(parents=True)
    found = hardware_folder(platform=platform)
    assert found == home / "Documents" / "Image-Line" / "FL Studio" / "Settings" / "Hardware"


def test_documents_that_were_moved_are_found_on_windows(home, monkeypatch):
    moved = home / "OneDrive" / "Documents"
    (moved / "Image-Line" / "FL Studio").mkdir(parents=True)
    monkeypatch.setenv("JAMBOT_TEST_PROFILE", str(home))
    monkeypatch.setattr(
        fl_install, "_registered_documents", lambda: "$JAMBOT_TEST_PROFILE/OneDrive/Documents"
    )
    assert hardware_folder(platform="win32") == moved / "Image-Line" / HARDWARE


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_without_fl_studio_it_says_where_it_looked_and_what_to_do(home, platform):
    with pytest.raises(UsageError, match="--folder"):
        hardware_folder(platform=platform)


def test_a_named_folder_may_be_hardware_or_the_user_data_above_it(tmp_path):
    assert hardware_folder(tmp_path) == tmp_path
    (tmp_path / HARDWARE).mkdir(parents=True)
    assert hardware_folder(tmp_path) == tmp_path / HARDWARE
    with pytest.raises(UsageError, match="is no folder"):
        hardware_folder(tmp_path / "nowhere")


def test_what_is_installed_is_the_script_and_doing_it_again_changes_nothing(tmp_path):
    path = install(tmp_path)
    assert path == tmp_path / SCRIPT
    first = path.read_bytes()
    assert first.startswith(fl_script().read_bytes())
    assert first.isascii()
    assert install(tmp_path).read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == [SCRIPT.name]
    found = inspect(path)
    assert (found.version, found.own) == (1, True)


def test_a_script_changed_by_hand_is_kept_unless_forced(tmp_path):
    path = install(tmp_path)
    installed = path.read_bytes()
    changed = installed.replace(b"IDLE_SECONDS = 0.5", b"IDLE_SECONDS = 0.2")
    path.write_bytes(changed)
    with pytest.raises(UsageError, match="changed by hand"):
        install(tmp_path)
    assert path.read_bytes() == changed
    assert install(tmp_path, force=True).read_bytes() == installed


def test_a_newer_script_is_kept_unless_forced_and_an_older_one_is_renewed(tmp_path, monkeypatch):
    shipped = fl_script().read_bytes()

    def installed_with(version):
        source = tmp_path / "script.py"
        source.write_bytes(shipped.replace(b"\nVERSION = 1\n", b"\nVERSION = %d\n" % version))
        with monkeypatch.context() as patch:
            patch.setattr(fl_install, "fl_script", lambda: source)
            return install(tmp_path, force=True)

    path = installed_with(2)
    with pytest.raises(UsageError, match="is version 2"):
        install(tmp_path)
    assert inspect(installed_with(0)).version == 0
    install(tmp_path)
    assert inspect(path).version == 1


def test_the_command_says_where_and_what_next(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fl", "install", "--folder", str(tmp_path)])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert str(tmp_path / SCRIPT) in said.replace("\n", "")
    assert "restart FL Studio" in said


def test_asking_a_fl_studio_that_is_not_there_ends_with_the_cure(capsys, monkeypatch):
    monkeypatch.setattr("jambot.control.fl_studio.studio.FLStudio.connect.__defaults__", (0.1,))
    with pytest.raises(SystemExit) as ended:
        main(["fl", "status", "--backend", "memory"])
    assert ended.value.code == 1
    assert "docs/fl_studio.md" in capsys.readouterr().err


def test_the_wheel_carries_the_script_to_where_it_is_looked_for():
    import tomllib

    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried == {f"integrations/{FL_SCRIPT}": f"jambot/assets/{FL_SCRIPT}"}
    assert (root / "integrations" / FL_SCRIPT).is_file()
