"""`jambot style`: from a folder of MIDI to a style that is found by name, and what it refuses."""

import importlib.util
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from jambot.assets import FIRST_STYLE, known_styles, shipped_styles
from jambot.assets.own_styles import own_folder, own_style_folder
from jambot.cli import main, style_making
from jambot.errors import DatasetError
from jambot.evaluation.figures import Limit
from jambot.evaluation.gates import Gate, Judged, Verdict
from jambot.evaluation.style import gate as style_gate
from jambot.evaluation.style.gate import QUOTES, Comparison, Contender
from jambot.model.adapters import (
    GUIDANCE,
    AdapterConfig,
    attach_adapter,
    load_merged,
    save_adapter,
)
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.checkpoint import save_checkpoint
from jambot.model.export import export_checkpoint
from jambot.model.folder import Manner
from jambot.music import Note, TempoMap, Track, write_midi
from jambot.realtime.main import load_model
from jambot.roles.sample import find_samples, read_meta
from jambot.tokens import VOCABULARY

SMALL = AdapterConfig(rank=2, alpha=4)
CHORDS = [(50, 53, 57, 60), (43, 53, 59, 64), (48, 52, 55, 59), (45, 49, 55, 58)]


def record(path: Path, two_hands: bool, bars: int = 28) -> None:
    """Eighths around four chords that go round: on two tracks, or by two hands on one piano."""
    random = Random(path.stem)
    hands = [Note(4.0 * bar, 3.8, p, 70) for bar in range(bars) for p in CHORDS[bar % 4]]
    line = [
        Note(i / 2, 0.45, random.choice(CHORDS[i // 8 % 4]) % 12 + 72, 60 + random.randrange(40))
        for i in range(8 * bars)
    ]
    tracks = [Track("MELODY", tuple(line)), Track("CHORDS", tuple(hands))]
    if two_hands:
        tracks = [Track("piano", tuple(sorted(hands + line, key=lambda n: n.onset_beats)))]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_midi(path, tracks, TempoMap.constant(132.0))


def judging(*verdicts: Verdict) -> Callable[[Contender, Contender, Contender], Comparison]:
    """Stands in for the gates, which have tests of their own: these verdicts, one after another."""
    gate = Gate(QUOTES, Limit(("style",), 0.1))
    turns = iter(verdicts)
    return lambda person, base, style: Comparison(
        person, base, style, (Judged(gate, 0.2, next(turns)),)
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with no style yet, whose base is a player small enough to teach in seconds."""
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(style_making, "RECIPE", replace(style_making.RECIPE, evaluate_every=2))
    monkeypatch.setattr(style_making, "compare", judging("pass"))
    for measured, few in (("BARS", 4), ("BEDS", 1), ("ASKED_BARS", 8)):
        monkeypatch.setattr(style_gate, measured, few)
    base = tmp_path / "base"
    shape = ModelConfig(VOCABULARY.size, 1, 32, 2, 48, 192, 0.0)
    model = build_model(shape, np.asarray(VOCABULARY.features(), dtype=np.float32))
    save_checkpoint(base, model, shape, VOCABULARY.fingerprint)
    export_checkpoint(base, tmp_path / "played", VOCABULARY.fingerprint)
    return tmp_path


def make(home: Path, sources: list[Path], **settings: object) -> style_making.Style:
    return style_making.make_style(
        sources,
        "me",
        jobs=0,
        base=home / "base",
        base_style=str(home / "played"),
        **{"steps": 4, "threads": 1, **settings},
    )


@pytest.fixture
def playing(tmp_path: Path) -> Path:
    """Three pieces: melody over chords, and two hands on one piano; and what is no music."""
    folder = tmp_path / "my playing"
    for name, two_hands in (("blues", False), ("ballad", False), ("waltz", True)):
        record(folder / f"{name}.mid", two_hands)
    (folder / "broken.mid").write_bytes(b"no MIDI")
    return folder


def test_a_folder_of_midi_becomes_a_style_that_is_found_by_name(home: Path, playing: Path) -> None:
    said: list[str] = []
    style = make(home, [playing], say=said.append)
    told = {line.split(":")[0]: line for line in said}
    assert "taken" in told["blues"]
    assert "MELODY" in told["blues"]
    assert "taken, two hands" in told["waltz"]
    assert "left out: " in told["broken"]
    assert known_styles()[-1] == "me"
    assert style.folder == own_style_folder("me")
    assert load_model("me").context_length == 192
    assert (style.amount.pieces, style.strength) == (3, 1.0)
    assert style.amount.notes > 500
    text = style.page.read_text("utf-8")
    assert "ready to play" in text
    assert text.count("<h3") == 7
    assert text.index("Before: played") < text.index("After: me") < text.index("<h2>Gates")
    assert "left out: " in text
    figures = json.loads((style.folder / "before_after.json").read_text("utf-8"))
    assert figures["facts"]["files_refused"] == 1
    assert (figures["base"]["name"], figures["style"]["name"]) == ("played", "me")
    assert (style.folder / "adapter" / "adapter.safetensors").is_file()
    samples = next((own_folder() / "making" / "me").glob("*/samples"))
    assert {read_meta(folder).split for folder in find_samples(samples)} == {"train", "val"}


def test_a_style_holds_the_guidance_of_the_player_it_was_made_from(
    home: Path, playing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has learnt nothing plays as the player does, in one pass."""
    monkeypatch.setattr(style_making, "RECIPE", replace(style_making.RECIPE, learning_rate=1e-12))
    learn_guidance(home)
    make(home, [playing])
    style, player = (load_model(name) for name in ("me", str(home / "played")))
    assert style.manner == player.manner == Manner(guidance=0.75)
    for model in (style, player):
        model.append(range(20))
    assert style.logits() == pytest.approx(player.logits(), abs=1e-3)


def learn_guidance(home: Path) -> None:
    """Give the base an adapter, whatever it has learnt, and the player that plays with it."""
    model = attach_adapter(load_merged(home / "base", None, VOCABULARY.fingerprint), SMALL)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight.data, std=0.5)
    adapter = home / "base" / GUIDANCE
    save_adapter(adapter, model, SMALL, VOCABULARY.fingerprint)
    export_checkpoint(
        home / "base",
        home / "played",
        VOCABULARY.fingerprint,
        adapter=adapter,
        manner=Manner(guidance=0.75),
    )


@pytest.mark.slow
def test_what_was_cut_off_goes_on_and_more_music_is_learnt_anew(
    home: Path, playing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []

    def report(done: int, total: int, text: str) -> None:
        if text.startswith("loss"):
            steps.append(done)
            if steps == [1, 2, 3]:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(home, [playing], report=report)
    assert known_styles() == shipped_styles()
    make(home, [playing], report=report)
    assert steps == [1, 2, 3, 3, 4]
    monkeypatch.setattr(style_making, "compare", judging("pass", "pass"))
    make(home, [playing], report=report)
    assert steps == [1, 2, 3, 3, 4]
    record(playing / "another.mid", two_hands=False)
    make(home, [playing], report=report)
    assert steps[5:] == [1, 2, 3, 4]
    places = [f.name for f in (own_folder() / "making" / "me").iterdir() if f.name != "roles"]
    assert len(places) == 1


@pytest.mark.slow
def test_a_style_that_fails_is_taken_in_part_or_not_at_all(
    home: Path, playing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(style_making, "compare", judging("fail", "pass"))
    assert make(home, [playing], say=said.append).strength == 0.6
    assert said[-1] == "me: at strength 1 it misses copy_rate"
    kept = (own_style_folder("me") / "model.json").read_bytes()
    monkeypatch.setattr(style_making, "compare", judging("fail", "fail", "fail"))
    with pytest.raises(DatasetError, match=r"not fit to play: runs of eight .* asked ≤ 0.1"):
        make(home, [playing])
    assert (own_style_folder("me") / "model.json").read_bytes() == kept
    (page,) = (own_folder() / "making" / "me").glob("*/before_after/before_after.html")
    assert "not fit to play" in page.read_text("utf-8")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["style", *arguments])
    return int(ended.value.code or 0)


def test_too_little_says_what_was_found_and_what_is_needed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "little"
    record(folder / "short.mid", two_hands=False, bars=8)
    (folder / "broken.mid").write_bytes(b"no MIDI")
    assert run(str(folder), "--jobs", "1") == 1
    told = capsys.readouterr().err
    assert "64 notes of solo, 0.2 minutes, in 1 of 2 files; refused:\n    broken: " in told
    assert "at least 500 notes" in told
    (home / "empty").mkdir()
    assert run(str(home / "empty")) == 1
    assert "no MIDI file (.mid, .midi, .kar) and no take" in capsys.readouterr().err


def two_horns(path: Path) -> None:
    """Two lines that are like a melody, over chords."""
    lines = [
        tuple(Note(i * 0.5, 0.45, 62 + (i * step) % 11, 60 + i % 40) for i in range(64))
        for step in (5, 7)
    ]
    chords = tuple(Note(4.0 * bar, 3.9, p, 70) for bar in range(8) for p in (48, 52, 55))
    path.parent.mkdir(parents=True, exist_ok=True)
    horns = [Track(name, line, program=65) for name, line in zip("AB", lines, strict=True)]
    write_midi(path, [*horns, Track("Keys", chords)], TempoMap.constant(120.0))


def test_a_doubtful_choice_of_the_solo_is_told_and_track_settles_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two_horns(home / "duo" / "duo.mid")
    assert run(str(home / "duo"), "--jobs", "1") == 1
    told = "".join(capsys.readouterr())
    assert "duo/duo: took the track A; it could be B, Keys (`--track NAME` takes another)" in told
    assert run(str(home / "duo"), "--jobs", "1", "--track", "B") == 1
    assert "took the track" not in "".join(capsys.readouterr())
    (sample,) = find_samples(own_folder() / "making" / "me" / "roles")
    assert "lead B as asked for" in read_meta(sample).choice


def test_a_name_that_is_taken_and_a_folder_that_is_not_there_are_refused_at_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(home), "--name", FIRST_STYLE) == 2
    assert run(str(home), "--name", "../me") == 2
    assert run(str(home / "nowhere"), "--name", "me") == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert not own_folder().exists()


def test_without_torch_it_says_what_to_install_before_it_reads_anything(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else real(name)
    )
    assert run(str(home)) == 1
    assert "jam-bot[train]" in capsys.readouterr().err
    assert not own_folder().exists()
