"""A newcomer's evening: what is checked of it, and a short one from the first look to the last."""

import json
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jambot.errors import JamBotError
from jambot.music import Note
from jambot.music.meter import Meter, TempoMap
from jambot.music.midi_file import Track, write_midi
from jambot.music.take import Take
from lab.newcomer.__main__ import main
from lab.newcomer.checks import (
    TakeStretch,
    chart_share,
    check_midi,
    check_wav,
    density,
    notes_a_strike,
    solo_in_turns,
)


def test_a_file_in_another_metre_or_without_a_part_is_no_good(tmp_path: Path):
    path = tmp_path / "take.mid"
    notes = (Note(0.0, 1.0, 60, 80),)
    write_midi(path, [Track("solo", notes)], TempoMap.of([(0.0, 120.0)]), Meter(3))
    assert check_midi(path, 3, ("solo",)) == {"solo": 1}
    for beats, part in ((4, "solo"), (3, "bass")):
        with pytest.raises(JamBotError):
            check_midi(path, beats, (part,))


@pytest.mark.parametrize(("loudness", "seconds"), [(0.0, 1.0), (0.1, 3.0)])
def test_a_silent_or_a_short_sound_is_no_good(tmp_path: Path, loudness: float, seconds: float):
    path = tmp_path / "take.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        wobble = np.sin(np.arange(8000)) * loudness * 32767
        sound.writeframes(wobble.astype("<i2").tobytes())
    with pytest.raises(JamBotError):
        check_wav(path, seconds)
    if loudness:
        assert check_wav(path, 1.0)["seconds"] == 1.0


def test_comping_is_held_against_the_chart_an_eighth_early_too(log_book: Callable[..., object]):
    def share(*keys: tuple[float, int]) -> float:
        book = log_book()
        book.write("form", seconds=0.0, beat=0.0, bars=2, top_beat=0.0, source="chart")  # type: ignore[attr-defined]
        for beat, pitch in keys:
            book.write("heard", seconds=beat / 2, beat=beat, pitch=pitch, velocity=80, on=True)  # type: ignore[attr-defined]
        take: Take = book.end(8.0).take()  # type: ignore[attr-defined]
        return chart_share(take, "| Dm7 | G7 |", TakeStretch(0.0, 16.0))

    assert share((0.0, 53), (3.5, 59), (4.0, 59), (8.0, 62)) == 1.0
    assert share((0.0, 54), (4.0, 59)) == 0.5


def test_notes_are_told_apart_by_whose_turn_it_is(log_book: Callable[..., object]):
    book = log_book()
    book.write("order", order={"trade": {"bars": 4}}, seconds=0.1, beat=0.2)  # type: ignore[attr-defined]
    for seconds in (3.0, 10.5, 11.0, 12.0, 20.0):
        book.note(seconds)  # type: ignore[attr-defined]
    take: Take = book.end(30.0).take()  # type: ignore[attr-defined]
    assert solo_in_turns(take, TakeStretch(0.0, 60.0), 4) == (3, 2)


def test_figures_of_a_line():
    line = [Note(0.0, 1.0, 60, 80), Note(0.0, 1.0, 64, 80), Note(2.0, 1.0, 67, 80)]
    assert density(line, TakeStretch(0.0, 4.0)) == 0.5
    assert notes_a_strike(line) == 1.5
    assert notes_a_strike([]) == 0.0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_short_evening_from_the_first_look_to_the_last(
    require_program: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for program in ("jackd", "chromium", "fluidsynth"):
        require_program(program)
    folder = tmp_path / "evening"
    assert main(["--out", str(folder), "--pace", "0.1"]) == 0, capsys.readouterr().err
    steps = json.loads((folder / "steps.json").read_text(encoding="utf-8"))
    assert [row["step"] for row in steps][-1] == "the logs agree"
    assert len(list(folder.glob("*.png"))) > 20
