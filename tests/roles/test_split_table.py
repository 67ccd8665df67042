"""The table that says which split to trust."""

import pytest

from jambot.cli import main
from jambot.errors import UsageError
from jambot.music import Note, Track, write_midi
from jambot.roles.split_table import compare_splits


def write_hands(path, names=("PIANO_RH", "PIANO_LH")):
    """A low left hand that reaches 59 and a right hand from 64 on."""
    path.parent.mkdir(exist_ok=True)
    right = tuple(Note(i * 0.5, 0.5, 64 + i % 9) for i in range(64))
    left = tuple(Note(2.0 * i, 2.0, p) for i in range(16) for p in (45, 52, 59))
    write_midi(path, [Track(names[0], right), Track(names[1], left)])


def test_a_split_between_the_hands_is_right_and_one_within_a_hand_is_not(tmp_path):
    write_hands(tmp_path / "mine" / "a.mid")
    write_hands(tmp_path / "mine" / "b.mid", ("Right hand", "Left hand"))
    (tmp_path / "mine" / "c.mid").write_bytes(b"no music")
    right, low, high = compare_splits([tmp_path / "mine"], (60, 50, 68))
    assert (right.files, right.right_hand, right.line_found, right.line_true) == (2, 1, 1, 1)
    assert low.right_hand == pytest.approx((64 + 16) / 112)
    assert low.line_found == 1.0
    assert high.right_hand < 1.0
    assert high.line_found < 1.0


def test_without_written_hands_nothing_can_be_compared(songs):
    with pytest.raises(UsageError, match="track for each hand"):
        compare_splits([songs], (60,))


def test_the_command_prints_the_table_and_makes_nothing(tmp_path, capsys):
    write_hands(tmp_path / "mine" / "a.mid")
    with pytest.raises(SystemExit) as ended:
        main(["prepare", str(tmp_path / "mine"), "--out", str(tmp_path / "out"),
              "--split-pitch", "60,hands", "--compare-splits"])  # fmt: skip
    assert ended.value.code == 0
    assert "hands" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
