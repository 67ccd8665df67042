"""The page of a journey: every run with its curve, and names that are text."""

import json
from types import SimpleNamespace

from jambot.pipeline.home import write_page

BITS = dict.fromkeys(("timing", "pitch", "colour", "duration", "velocity", "gap", "notes"), 1.25)


def a_run(folder, name, *rows):
    folder.mkdir(parents=True)
    lines = [json.dumps({"step": step, **row}) for step, row in enumerate(rows, 1)]
    (folder / "log.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return SimpleNamespace(name=name, folder=folder, loss=SimpleNamespace(of_bits=lambda b: b.all))


def test_each_run_is_told_with_its_curve_and_what_was_held_out(tmp_path):
    home = tmp_path / "home"
    (home / "samples" / "lines").mkdir(parents=True)
    (home / "samples" / "lines" / "solos.html").touch()
    runs = [
        a_run(tmp_path / "a", "lines", {"loss": 3.0}, {"loss": 2.0}, {"val": BITS}),
        a_run(tmp_path / "b", "<b onclick=x>&", {"loss": 1.0}),
    ]
    shown = write_page(tmp_path / "work", runs, home).read_text(encoding="utf-8")
    assert "2 runs, from music to a player" in shown
    assert "loss 3.00 to 2.00 nats in 2 steps" in shown
    assert shown.count("<polyline") == 2
    assert '<td class="number">1.250</td>' in shown
    assert '<a href="samples/lines/solos.html">solos</a>' in shown
    assert shown.count("nothing was held out") == 3
    assert "<b onclick" not in shown
    assert "&lt;b onclick=x&gt;&amp;" in shown
