"""The bass's table: each figure counts what it says."""

from jambot.music import parse_chord
from lab.band import FIGURES, Tally, main


def test_it_prints_a_row_for_every_progression(capsys):
    main(["--seeds", "1", "--choruses", "2"])
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == [*FIGURES, "range"]
    assert rows[-1].startswith("all")
    assert len(rows) > 8


def test_figures_are_told_apart():
    dm7, g7 = parse_chord("Dm7"), parse_chord("G7")
    tally = Tally()
    line = [(0.0, 38, dm7), (1.0, 40, dm7), (2.0, 42, dm7), (3.0, 42, dm7), (4.0, 43, g7)]
    tally.line(line, 4, 4)
    shares = {figure: tally.hits[figure] / tally.of[figure] for figure in FIGURES}
    assert shares["root"] == shares["approach"] == 1.0
    assert shares["tones"] == 2 / 3
    assert (shares["steps"], shares["repeats"], shares["copied"]) == (0.75, 0.25, 0.0)
    assert (tally.low, tally.high) == (38, 43)
