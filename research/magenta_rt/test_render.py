"""render.py against a stand-in with the signatures of magenta-rt 2.0: what it would be told."""

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest


class Waveform:
    def __init__(self, samples: np.ndarray, sample_rate: int) -> None:
        self.samples, self.sample_rate = samples, sample_rate

    def write(self, file: str) -> None:
        Path(file).write_text(f"{len(self.samples)} at {self.sample_rate}")


class Model:
    """Embeds words as their length; remembers what it is told; a frame is 1,920 zeros."""

    told: list[dict] = []

    def __init__(self, size: str) -> None:
        Model.told = []

    def embed_style(self, text_or_audio: str, use_mapper: bool = False) -> np.ndarray:
        return np.full(4, float(len(text_or_audio)), dtype=np.float32)

    def generate(self, conditioning=None, frames: int = 25, state=None):
        Model.told.append(conditioning)
        return Waveform(np.zeros((1920 * frames, 2), np.float32), 48000), (state or 0) + 1


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    package, config = ModuleType("magenta_rt"), ModuleType("magenta_rt.config")
    package.MagentaRT2Jax = Model
    config.MUSICCOCA = SimpleNamespace(key="style")
    config.PIANOROLL_WITH_ONSETS = SimpleNamespace(key="keys")
    monkeypatch.setitem(sys.modules, "magenta_rt", package)
    monkeypatch.setitem(sys.modules, "magenta_rt.config", config)
    monkeypatch.delitem(sys.modules, "render", raising=False)
    import render

    return render


@pytest.mark.parametrize(
    ("by", "style", "keys"), [("style", [4, 5], False), ("keys", [6, 6], True), ("both", [4, 5], True)]
)
def test_each_frame_is_told_its_style_and_keys(
    by: str, style: list[float], keys: bool, render, tmp_path: Path, monkeypatch
) -> None:
    """The band's six letters weigh as much as the colours' two and six, mixed."""
    told = {
        "frame_rate": 25, "band": "a band", "colours": {"dark": "no", "bright": "no, no"},
        "weights": [{"dark": 1.0}, {"dark": 0.5, "bright": 0.5}],
        "keys": [[[60], []], [[], [60]]],
    }  # fmt: skip
    (tmp_path / "schedule.json").write_text(json.dumps(told))
    out = tmp_path / "out.wav"
    words = ["render.py", str(tmp_path / "schedule.json"), "--out", str(out), "--by", by]
    monkeypatch.setattr(sys, "argv", words)
    render.main()
    assert out.read_text() == "3840 at 48000"
    assert [float(one["style"][0]) for one in Model.told] == style
    if keys:
        assert [one["keys"][60] for one in Model.told] == [2, 1]
        assert all(len(one["keys"]) == 128 and sum(map(bool, one["keys"])) == 1 for one in Model.told)
    else:
        assert all("keys" not in one for one in Model.told)
