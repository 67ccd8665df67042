"""pytest research/magenta_rt; a take of two chords, written by hand."""

import json
from pathlib import Path

import pytest
import schedule
from jambot.music.take import Take, read_take


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Dm7 from 1 s on, rolled over 40 ms; G7 from 3 s; it ends at 5 s."""
    lines = [{"event": "session", "bpm": 120.0}]

    def strike(id: int, seconds: float, keys: list[int]) -> None:
        for key in keys:
            lines.append({"event": "heard", "seconds": seconds, "beat": seconds * 2, "pitch": key,
                          "velocity": 80, "on": True})
        lines.append({"event": "harmony", "id": id, "seconds": seconds, "beat": seconds * 2,
                      "bass": min(keys) % 12, "pitch_classes": [key % 12 for key in keys]})

    strike(1, 1.0, [50])
    strike(2, 1.04, [50, 53, 57, 60])
    for key in (50, 53, 57, 60):
        lines.append({"event": "heard", "seconds": 2.9, "beat": 5.8, "pitch": key, "on": False})
    strike(3, 3.0, [43, 53, 59, 62])
    lines.append({"event": "end", "seconds": 5.0, "beat": 10.0})
    path = tmp_path / "session.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return read_take(path)


def test_a_rolled_chord_is_one_and_has_its_colour(take: Take) -> None:
    assert [(one.seconds, one.colour) for one in schedule.held(take)] == [
        (0.0, "silence"), (1.04, "dark"), (3.0, "tense"),
    ]


@pytest.mark.parametrize(
    ("classes", "bass", "name"),
    [((0, 4, 7, 11), 0, "bright"), ((2, 5, 9, 0), 2, "dark"), ((11, 2, 5, 9), 11, "tense"),
     ((0, 5, 7), 0, "open"), ((), None, "silence")],
)
def test_colours(classes: tuple[int, ...], bass: int | None, name: str) -> None:
    assert schedule.colour(classes, bass) == name


def test_weights_fade_and_add_to_one(take: Take) -> None:
    changes = schedule.held(take)
    assert schedule.weights(changes, 3.1) == pytest.approx({"tense": 0.5, "dark": 0.5})
    assert schedule.weights(changes, 4.0) == {"tense": 1.0}
    told = schedule.schedule(take)
    assert len(told["weights"]) == len(told["keys"]) == 125
    assert all(sum(one.values()) == pytest.approx(1.0) for one in told["weights"])


def test_a_key_is_struck_once_and_then_held(take: Take) -> None:
    rows = schedule.keys(take, 125)
    assert rows[26] == ([50, 53, 57, 60], [])
    assert rows[27] == ([], [50, 53, 57, 60])
    assert rows[74] == ([], [])
    assert rows[75] == ([43, 53, 59, 62], [])


def test_what_is_told_at_once_is_right_and_what_is_told_late_is_not(take: Take) -> None:
    assert schedule.followed(take, 1 / 25, 0.0) == (1.0, 1.0)
    # Told a chunk of 2 s ahead, what sounds until 4 s is silence; from 4 s on, what was held at 2 s.
    assert schedule.followed(take, 2.0, 2.0) == (0.0, 0.0)
    # Without the delay the chunk from 2 s on has Dm7 right for one second; that from 4 s on is right.
    assert schedule.followed(take, 2.0, 0.0)[0] == pytest.approx(0.5, abs=0.02)


def test_chance_is_the_sum_of_squares(take: Take) -> None:
    assert schedule.by_chance(take)[0] == pytest.approx((1.96**2 + 2**2) / 3.96**2)
