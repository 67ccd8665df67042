"""What is read out of keys that are known already."""

import pytest

from jambot.music import Harmony, HarmonyChange, chord_names, chord_read

DM7, G13 = Harmony.of((38, 41, 45, 48)), Harmony.of((43, 53, 57, 59, 64))
G7 = Harmony.of((43, 47, 50, 53))
CHART = (HarmonyChange(0.0, DM7), HarmonyChange(4.0, G13), HarmonyChange(8.0, G7))


@pytest.mark.parametrize(
    ("beat", "keys", "read"),
    [
        (0.0, (53, 57, 60, 64), DM7), (1.5, (53, 60), DM7), (4.0, (53, 57, 59, 64), G13),
        (3.5, (53, 59, 64), G13), (2.0, (53, 59, 64), None), (4.0, (56, 60, 63), None),
        (0.0, (38,), None), (0.0, (), None), (8.0, (53, 57, 59, 64), G7),
        (8.0, (49, 53, 56, 59), None), (0.0, (46, 53, 57, 62), None), (0.0, (53, 57, 59, 64), DM7),
    ],
)  # fmt: skip
def test_a_voicing_is_read_as_the_charts_chord_also_an_eighth_early(beat, keys, read):
    assert chord_read(HarmonyChange(beat, Harmony.of(keys)), CHART) == read


def test_without_a_chart_nothing_is_read():
    assert chord_read(HarmonyChange(0.0, DM7), ()) is None


def test_a_voicing_has_the_name_that_the_chart_gives_its_chord():
    heard = [
        HarmonyChange(0.0, Harmony.of((53, 57, 60, 64))),
        HarmonyChange(8.0, Harmony.of((53, 57, 59, 64))),
    ]
    assert chord_names(heard, CHART) == [(0.0, "Dm7"), (8.0, "G7")]
    assert [name for _, name in chord_names(heard)] == ["Fmaj7", "Fmaj7#11"]
