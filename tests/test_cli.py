"""The front door: what each command leaves behind, and how it refuses."""

import inspect
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import typer

import jambot.__main__
from jambot.assets import DEMO_COMPING
from jambot.cli import app, main
from jambot.cli.company import PageAt
from jambot.cli.help_pages import COMMANDS
from jambot.cli.learning import evaluate
from jambot.cli.options import read_token, session_settings
from jambot.cli.playing import demo, generate, jam
from jambot.cli.screen import progress_bar
from jambot.errors import UsageError
from jambot.generation import SamplingSettings
from jambot.music import Note, Track, read_midi, write_midi
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.tokens import UNSTEERED


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def chords(path: Path) -> Path:
    notes = [Note(bar * 4.0, 3.5, pitch) for bar in range(4) for pitch in (48, 52, 55, 59)]
    write_midi(path, [Track("piano", tuple(notes))])
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on this platform")
def test_comping_whose_name_is_no_utf_8_costs_no_report(tmp_path: Path) -> None:
    comping = chords(tmp_path / os.fsdecode(b"caf\xe9.mid"))
    folder = tmp_path / "take"
    options = ("--seconds", "3", "--adapter", "chord-tones", "--comping", str(comping))
    assert run("demo", *options, "--out", str(folder)) == 0
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["stuck_notes"] == 0
    first = json.loads((folder / "session.jsonl").read_text("utf-8").splitlines()[0])
    assert first["performer"] == "caf\ufffd.mid"
    assert (folder / "report.html").read_text("utf-8")


def test_a_fast_demo_leaves_a_whole_take(tmp_path: Path) -> None:
    folder = tmp_path / "take"
    assert run("demo", "--seconds", "12", "--adapter", "chord-tones", "--out", str(folder)) == 0
    song = read_midi(folder / "session.mid")
    voices = {track.name: track.is_drum for track in song.tracks if track.notes}
    assert voices == {"solo": False, "conditioning": False, "bass": False, "drums": True}
    assert len(song.markers) > 4
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["stuck_notes"] == 0
    assert report["underruns"] == 0
    assert "<svg" in (folder / "report.html").read_text("utf-8")
    events = [
        json.loads(line) for line in (folder / "session.jsonl").read_text("utf-8").splitlines()
    ]
    assert (events[0]["event"], events[-1]["event"]) == ("session", "end")


def test_names_that_look_like_markup_are_said_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "x[/y]"
    assert run("demo", "--seconds", "4", "--adapter", "chord-tones", "--out", str(folder)) == 0
    assert f"take: {folder}   report: {folder / 'report.html'}\n" in capsys.readouterr().out
    assert run("demo", "--adapter", "[/x]", "--out", f"{folder}2") == 2
    assert "no adapter named '[/x]'\n" in capsys.readouterr().err
    with progress_bar("{0}[/run]") as advance:
        advance(1, 2, "[/piece]")
    told = capsys.readouterr().err
    assert "{0}[/run]" in told
    assert "[/piece]" in told


def test_the_same_seed_plays_the_same_demo(tmp_path: Path) -> None:
    def solo(name: str, seed: int) -> tuple[Note, ...]:
        folder = tmp_path / name
        run(
            *("demo", "--seconds", "8", "--adapter", "chord-tones", "--temperature", "1.5"),
            *("--seed", str(seed), "--out", str(folder)),
        )
        track = read_midi(folder / "session.mid").track("solo")
        assert track is not None
        return track.notes

    first = solo("a", 5)
    assert solo("b", 5) == first
    assert solo("c", 6) != first


def test_generate_solos_over_a_file_for_as_many_bars_as_asked(tmp_path: Path) -> None:
    conditioning, solo = chords(tmp_path / "chords.mid"), tmp_path / "deep" / "solo.mid"
    arguments = ("generate", str(conditioning), "-o", str(solo), "--adapter", "chord-tones")
    assert run(*arguments, "--bars", "2") == 0
    assert 4.0 < read_midi(solo).end_beats <= 8.5
    assert run(*arguments, "--primer", str(DEMO_COMPING), "--force") == 0
    assert read_midi(solo).end_beats > 8.5


def test_generate_writes_the_band_into_tracks_of_its_own(tmp_path: Path) -> None:
    conditioning, solo = chords(tmp_path / "chords.mid"), tmp_path / "solo.mid"
    arguments = ("generate", str(conditioning), "-o", str(solo), "--adapter", "chord-tones")
    assert run(*arguments, "--band", "bass,drums") == 0
    song = read_midi(solo)
    bass, drums = song.track("bass"), song.track("drums")
    assert bass is not None
    assert drums is not None
    assert (len(bass.notes) >= 16, bass.program, drums.is_drum) == (True, 32, True)
    alone = song.track("solo")
    assert run(*arguments, "--force") == 0
    assert read_midi(solo).track("solo") == alone
    assert read_midi(solo).track("bass") is None


def test_generate_says_what_it_heard_and_warns_where_that_was_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conditioning, solo = chords(tmp_path / "chords.mid"), tmp_path / "solo.mid"
    arguments = ("generate", str(conditioning), "-o", str(solo), "--adapter", "chord-tones")
    assert run(*arguments) == 0
    said = capsys.readouterr()
    assert said.err == f"heard in {conditioning}: 4 bars of 4 beats at 120 bpm, 1 chord: Cmaj7\n"
    assert said.out.startswith(f"{solo}: ")
    write_midi(conditioning, [Track("bass", (Note(0.0, 8.0, 36),))])
    assert run(*arguments, "--force") == 0
    assert "warning: no chord was heard, so the solo follows nothing" in capsys.readouterr().err
    assert run(*arguments, "--force", "--form", "| Dm7 | G7 |") == 0
    assert "no chord was heard, so the solo follows --form alone" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["chords.mid", "head.mid", "blues.txt"])
def test_generate_never_writes_over_what_it_reads(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    conditioning = chords(tmp_path / "chords.mid")
    primer, chart = chords(tmp_path / "head.mid"), tmp_path / "blues.txt"
    chart.write_text("| C | F | C | C |")
    before = (tmp_path / name).read_bytes()
    read = (str(conditioning), "--primer", str(primer), "--form", str(chart))
    arguments = ("generate", *read, "-o", str(tmp_path / name), "--adapter", "chord-tones")
    for force in ((), ("--force",)):
        assert run(*arguments, *force) == 2
        assert f"{Path(name).stem}_2{Path(name).suffix} is free" in capsys.readouterr().err
    assert (tmp_path / name).read_bytes() == before


def test_generate_replaces_a_file_that_is_there_only_by_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conditioning, solo = chords(tmp_path / "chords.mid"), tmp_path / "solo.mid"
    solo.write_bytes(b"mine")
    arguments = ("generate", str(conditioning), "-o", str(solo), "--adapter", "chord-tones")
    assert run(*arguments) == 2
    assert "solo_2.mid is free" in capsys.readouterr().err
    assert solo.read_bytes() == b"mine"
    assert run(*arguments, "--force") == 0
    assert read_midi(solo).tracks


@pytest.mark.parametrize("command", [evaluate, demo, generate, jam])
def test_what_is_not_asked_for_is_as_the_settings_have_it(command: Callable[..., None]) -> None:
    settings = asdict(SamplingSettings()) | asdict(UNSTEERED)
    flags = inspect.signature(command).parameters
    known = {name: flags[name].default for name in settings.keys() & flags.keys()}
    assert {"temperature", "centre", "breath", "haste"} <= known.keys()
    assert command is evaluate or asdict(UNSTEERED).keys() <= known.keys()
    assert known == {name: settings[name] for name in known}


def test_knobs_are_turned_from_the_command_line(tmp_path: Path) -> None:
    conditioning = chords(tmp_path / "chords.mid")

    def mean_pitch(register: str) -> float:
        solo = tmp_path / f"{register}.mid"
        arguments = ("--adapter", "chord-tones", "--register", register, "-o", str(solo))
        assert run("generate", str(conditioning), *arguments) == 0
        pitches = [note.pitch for track in read_midi(solo).tracks for note in track.notes]
        return sum(pitches) / len(pitches)

    assert mean_pitch("0") < mean_pitch("1")
    assert run("generate", str(conditioning), "-o", str(tmp_path / "x.mid"), "--swing", "66") == 2


@pytest.mark.parametrize("content", [b"", b"RIFF not midi at all", b"MThd\0\0\0\6\0\1\0\1\0\0"])
def test_a_file_that_is_no_music_is_refused_in_one_message(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, solo = tmp_path / "bad.mid", tmp_path / "solo.mid"
    bad.write_bytes(content)
    assert run("generate", str(bad), "-o", str(solo), "--adapter", "chord-tones") == 1
    said = capsys.readouterr().err
    assert said.startswith("jambot: bad.mid")
    assert "Traceback" not in said
    assert not solo.exists()


def test_evaluate_prints_figures_and_leaves_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comping = read_midi(DEMO_COMPING).tracks[0].notes
    line = [Note(beat + 0.5 * (beat % 3 == 0), 0.4, 60 + beat * 5 % 14) for beat in range(1, 60)]
    meta = SampleMeta(source="own", source_id="tune", split="val", tempo_bpm=120.0)
    sample = RoleSample("tune", tuple(comping), tuple(line), meta)
    write_sample(sample, tmp_path / "roles" / "tune")
    exam = tmp_path / "exam"
    asked = ("evaluate", str(tmp_path / "roles"), "--model", "chord-tones", "--source", "own")
    assert run(*asked, "--bars", "8", "--out", str(exam)) == 0
    said = capsys.readouterr().out
    assert "repetition" in said
    assert {"people", "rule", "chord-tones"} <= set(said.split())
    assert "Prediction" in said
    assert (exam / "offline.json").is_file()
    assert (exam / "offline.html").is_file()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of two tiny runs, a base and an adapter on it, in a folder of its own."""
    comping = read_midi(DEMO_COMPING).tracks[0].notes
    for name, split in (("one", "train"), ("two", "val")):
        line = [Note(beat + 0.5 * (beat % 3 == 0), 0.4, 60 + beat * 5 % 14) for beat in range(60)]
        meta = SampleMeta(source="own", source_id=name, split=split, tempo_bpm=120.0)
        sample = RoleSample(name, tuple(comping), tuple(line), meta)
        write_sample(sample, tmp_path / "data" / "roles" / "lead" / name)
    run_of = "steps = 2\nrows = 2\nthreads = 1\n"
    base = 'name = "base"\nlayers = 1\nd_model = 32\nheads = 1\nmlp = 32\ncontext = 128\n'
    style = 'name = "style"\ninit_from = "checkpoints/base/best"\n'
    (tmp_path / "base.toml").write_text(base + run_of)
    (tmp_path / "style.toml").write_text(f"{style}{run_of}[adapter]\nrank = 2\n")
    (tmp_path / "stage.toml").write_text('runs = ["base.toml", "style.toml"]')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_command_trains_exports_examines_and_samples_every_run(
    stage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", "--config", "stage.toml") == 0
    for name in ("base", "style"):
        folder = stage / "checkpoints" / name
        assert (folder / "export" / name / "model.onnx").is_file()
        exam = json.loads((folder / "exam" / "offline.json").read_text("utf-8"))
        assert exam["model"] == name
        assert exam["bits_per_note"]["all"] > 0
        solos = sorted((folder / "samples").glob("*.mid"))
        assert [path.stem for path in solos] == ["01_two"]
        tracks = {track.name for track in read_midi(solos[0]).tracks if track.notes}
        assert "conditioning" in tracks
        assert "<svg" in (folder / "samples" / "solos.html").read_text("utf-8")
    capsys.readouterr()

    made = (stage / "checkpoints" / "style" / "exam" / "offline.json").stat().st_mtime_ns
    assert run("train", "--config", "stage.toml") == 0
    assert "style: finished" in capsys.readouterr().err
    again = (stage / "checkpoints" / "style" / "exam" / "offline.json").stat().st_mtime_ns
    assert again == made
    shutil.rmtree(stage / "checkpoints" / "style" / "export")
    assert run("train", "--config", "stage.toml") == 0
    assert (stage / "checkpoints" / "style" / "export" / "style" / "model.onnx").is_file()
    capsys.readouterr()

    assert run("compare", "--config", "stage.toml", "--source", "own") == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if row.startswith("| ")]
    assert [row.split(" | ")[:2] for row in rows] == [
        ["| run", "tunes"], ["| base", "1"], ["| style", "1"],
    ]  # fmt: skip
    assert run("compare", "--config", "stage.toml") == 1


def test_an_adapter_is_exported_over_its_base_and_plays(
    stage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", "--config", "stage.toml", "--no-finish") == 0
    assert not (stage / "checkpoints" / "style" / "export").exists()
    merged = ("export", "checkpoints/base/best", "--adapter", "checkpoints/style/best")
    assert run(*merged, "-o", "mine", "--check", "data/roles/lead") == 0
    assert "top-1" in capsys.readouterr().out
    assert run(*merged, "-o", "mine") == run(*merged, "-o", "checkpoints", "--force") == 2
    assert "mine_2 is free" in capsys.readouterr().err
    assert (stage / "checkpoints" / "base" / "best").is_dir()
    solo = stage / "solo.mid"
    assert run("generate", str(DEMO_COMPING), "-o", str(solo), "--adapter", "mine") == 0
    assert solo.is_file()


def test_an_unknown_adapter_is_wrong_use_and_the_known_ones_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("demo", "--out", str(tmp_path), "--adapter", "nobody") == 2
    said = capsys.readouterr().err
    assert "nobody" in said
    assert "chord-tones" in said


def test_an_adapter_of_another_vocabulary_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "genai_config.json").write_text("{}")
    (foreign / "model.json").write_text(
        json.dumps({"format": 1, "fingerprint": "0123456789abcdef"})
    )
    chords(tmp_path / "chords.mid")
    solo = tmp_path / "solo.mid"
    arguments = ("generate", str(tmp_path / "chords.mid"), "-o", str(solo))
    assert run(*arguments, "--adapter", str(foreign)) == 1
    assert "0123456789abcdef" in capsys.readouterr().err


def test_a_port_that_is_not_there_is_named_with_the_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(
        *("jam", "--in", "no such keyboard", "--adapter", "chord-tones", "--no-view"),
        *("--report", str(tmp_path / "take")),
    )
    said = capsys.readouterr().err
    assert code == 1
    assert "what to do" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("jam", "--response", "later"),
        ("jam", "--backend", "telepathy"),
        ("jam", "--bpm", "5000"),
        ("jam", "--port", "-1"),
        ("jam", "--port", "65536"),
        ("jam", "--token-file", "no_such_file"),
        ("mcp", "--http", "--port", "-1"),
        ("mcp", "--token-file", "no_such_file"),
        ("prepare", "no/such/folder"),
        ("train", "--config", "no_such.toml"),
        ("sing",),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    view = ("--no-view", "--report", str(tmp_path)) if arguments[0] == "jam" else ()
    assert run(*arguments, *view) == 2


def test_a_token_comes_from_a_file_and_one_that_is_empty_or_no_text_is_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text("open-sesame\r\nwhatever follows\n")
    assert read_token("another", file) == "open-sesame"
    assert read_token("another", None) == "another"
    for content in (b"", b" \n", b"\xff\xfe\x00"):
        file.write_bytes(content)
        with pytest.raises(UsageError, match="token on its first line"):
            read_token(None, file)


@pytest.mark.parametrize("how", ["environment", "file", "option"])
def test_a_jam_takes_its_token_from_the_environment_a_file_or_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    asked: list[PageAt | None] = []

    @contextmanager
    def room(page: PageAt | None, channel: int | None) -> Iterator[None]:
        asked.append(page)
        raise UsageError("that is enough")
        yield

    monkeypatch.setattr("jambot.cli.playing.room", room)
    (tmp_path / "token").write_text("open-sesame\n")
    options = {"file": ("--token-file", str(tmp_path / "token")), "option": ("--token",)}
    if how == "environment":
        monkeypatch.setenv("JAMBOT_TOKEN", "open-sesame")
    if how == "option":
        options["option"] += ("open-sesame",)
    run("jam", *options.get(how, ()), "--report", str(tmp_path / "take"))
    assert [page.token for page in asked if page] == ["open-sesame"]


def test_ctrl_c_while_it_loads_ends_it_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jambot.cli.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        jambot.__main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_every_command_has_a_help_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    commands = (
        "jam",
        "demo",
        "generate",
        "prepare",
        "train",
        "compare",
        "export",
        "evaluate",
        "ports",
        "fl",
        "doctor",
        "mcp",
    )
    for command in commands:
        assert run(command, "--help") == 0
        assert command in capsys.readouterr().out


def test_the_front_page_has_every_command_once_and_says_what_it_is_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands = typer.main.get_command(app).commands
    assert sorted(name for names in COMMANDS.values() for name in names) == sorted(commands)
    assert run("--help") == 0
    told = capsys.readouterr().out
    places = [told.index(f"{panel}:\n") for panel in COMMANDS]
    assert places == sorted(places)
    assert told.index("  jam  ") < told.index("  style  ") < told.index("  bench  ")


def test_the_help_of_jam_begins_with_the_ten_options_that_people_use_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("jam", "--help") == 0
    options = capsys.readouterr().out.partition("Options:\n")[2]
    first = re.findall(r"^  --([a-z-]+)", options.partition("\n\n")[0], re.MULTILINE)
    assert first == [
        "in", "out", "bpm", "form", "adapter", "clock", "report", "sound", "seed", "band", "help",
    ]  # fmt: skip
    for panel, option in (("Ports and channels", "--backend"), ("Knobs", "--density")):
        assert option in options.partition(f"\n{panel}:\n")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--clock", "sundial"), "internal, hands, midi"),
        (("--clock", "hands", "--clock-in", "loopMIDI"), "add --clock midi"),
        (("--fl", "back", "solo", "--clock", "hands"), "one host"),
        (("--comping", "mine.mid", "--clock", "hands"), "leave one of them out"),
        (("--clock", "midi", "--clock-out"), "one source of the beat"),
        (("--fl", "back", "solo", "--clock", "midi"), "one host"),
        (("--fl", "back", "solo"), "memory has no port named 'back'"),
        (("--clock", "host"), "add --backend plugin"),
        (("--gestures", "nowhere.toml"), "nowhere.toml"),
        (("--band", "bass,tuba"), "no voice 'tuba' in the band"),
        (("--band", "bass,drums", "--feel", "polka"), "--feel polka"),
        (("--band", "bass", "--out-channel", "2"), "the bass and the solo share MIDI channel 2"),
        (("--band", "drums", "--bass-channel", "10"), "the drums and the bass share"),
    ],
)
def test_a_jam_that_cannot_be_timed_or_steered_so_is_refused_with_a_cure(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "take"
    common = ("--backend", "memory", "--adapter", "chord-tones", "--report", str(folder))
    assert run("jam", "--no-view", *common, *arguments) != 0
    told = capsys.readouterr().err
    assert said in told
    assert "what to do" in told
    assert not folder.exists()


def test_a_control_is_taught_by_moving_it_and_then_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock()
    keys = MemoryInput(clock)
    for value in (10, 40, 70):
        keys.feed(bytes((0xB0, 21, value)))
    ports = Ports(keys, RecordingOutput(clock), "memory", "nano", None)
    monkeypatch.setattr("jambot.realtime.ports.open_ports", lambda *asked: ports)
    file = tmp_path / "mine.toml"
    assert run("gestures", "learn", "density", "--file", str(file)) == 0
    assert file.read_text("utf-8") == 'density = "cc 21"\n'
    assert "cc 21 now asks for density" in capsys.readouterr().out
    assert run("gestures", "list", "--file", str(file)) == 0
    assert "cc 21" in capsys.readouterr().out
    assert run("gestures", "learn", "swing", "--file", str(file), "--seconds", "1") == 1
    assert run("gestures", "learn", "dance", "--file", str(file)) == 2


def test_a_clock_port_without_its_clock_is_refused() -> None:
    assert run("jam", "--clock-in", "loopMIDI", "--no-view") == 2


def test_a_chart_is_expected_from_the_command_line(tmp_path: Path) -> None:
    chart = tmp_path / "vamp.txt"
    chart.write_text("| C | F |\n", encoding="utf-8")
    fast = ("demo", "--seconds", "6", "--adapter", "chord-tones", "--out", str(tmp_path / "take"))
    assert run(*fast, "--form", str(chart)) == 0
    assert '"source": "chart"' in (tmp_path / "take" / "session.jsonl").read_text(encoding="utf-8")
    assert run(*fast, "--form", "| C | Hm |") == 2
    assert run(*fast, "--form", str(tmp_path / "none.txt")) == 2


def test_the_metre_of_a_chart_is_the_metre_of_the_jam() -> None:
    settings = session_settings(120.0, 4, "now", 1, 2.0, "3/4 Dm7 G7 C")
    assert settings.beats_per_bar == 3
    assert session_settings(120.0, 5, "now", 1, 2.0, "Dm7 G7 C").beats_per_bar == 5
