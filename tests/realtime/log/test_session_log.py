import json
from pathlib import Path

import pytest

from jambot.realtime.log.session_log import SessionLog


def test_what_happened_is_on_the_disk_in_order(tmp_path):
    path = tmp_path / "session.jsonl"
    log = SessionLog(path)
    for number in range(500):
        log.write("frame", beat=number / 3)
    log.close()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(rows) == 500
    assert log.events == []  # a day of playing fills no memory
    assert rows[1] == {"event": "frame", "beat": 0.333333}


def test_without_a_path_it_is_kept_in_memory_alone():
    log = SessionLog()
    log.write("stop", seconds=1.0)
    log.close()
    assert log.events == [{"event": "stop", "seconds": 1.0}]


def test_a_place_that_cannot_be_written_stops_the_writing_and_not_the_music(tmp_path):
    log = SessionLog(tmp_path / "missing" / "session.jsonl")
    log.write("frame", beat=0.0)
    log.write("frame", beat=0.25)
    log.close()
    log.close()
    assert log.lost >= 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_stops_the_writing_and_not_the_music():
    log = SessionLog(Path("/dev/full"))
    for number in range(10_000):
        log.write("frame", beat=float(number))
    log.close()
    assert log.lost > 0
