"""Windows 11's own cable is known by its name, whatever number Windows appends."""

import pytest

from jambot.realtime.ports import windows_pair


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (
            ["Keystation 0", "Default App Loopback (A) 1", "Default App Loopback (B) 2"],
            ("Default App Loopback (A)", "Default App Loopback (B)"),
        ),
        (
            ["default app loopback (a)"],
            ("default app loopback (a)", "default app loopback (B)"),
        ),
        (["loopMIDI Port 1"], None),
        ([], None),
    ],
)
def test_the_pair_is_found(names, pair):
    assert windows_pair(names) == pair
