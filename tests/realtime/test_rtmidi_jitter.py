"""A port that keeps no time itself: the stage wakes for every note, while the model is busy."""

import time
from functools import partial

import pytest

from jambot.evaluation.take.kpi import stage_figures
from jambot.generation import SamplingSettings
from jambot.music.take import take_of
from jambot.realtime.clock import SystemClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.main import make_generator
from jambot.realtime.player.generation_worker import PlayerProcess
from jambot.realtime.ports import MemoryInput, Ports
from jambot.realtime.ports.rtmidi_device import RtMidiOutput
from jambot.realtime.priority import STAGE, no_long_collections, priority_for
from jambot.realtime.session import Session
from jambot.realtime.settings import SessionSettings

CHORDS = ((48, 58, 63, 67), (41, 57, 60, 64), (46, 56, 62, 65))
SECONDS = 4.0


class Cable:
    """python-rtmidi's output as far as sending goes; a driver takes a moment for each message."""

    def send_message(self, data):
        time.sleep(0)

    def close_port(self):
        pass

    delete = close_port


@pytest.mark.slow
def test_notes_leave_a_port_without_a_clock_in_time_while_the_model_works(undisturbed, capsys):
    clock, log = SystemClock(), SessionLog()
    keys = MemoryInput(clock)
    player = PlayerProcess(partial(make_generator, sampling=SamplingSettings(), seed=1), "piano")
    session = Session(
        SessionSettings(bpm=160.0), clock, Ports(keys, RtMidiOutput(Cable(), clock)), player, log
    )
    try:
        assert player.wait_until_ready(60.0)
        begun = clock.now()

        def played():
            chord = int((clock.now() - begun) * 2)
            if chord > played.chord:
                for pitch in CHORDS[played.chord % 3] if played.chord >= 0 else ():
                    keys.feed(bytes((0x80, pitch, 0)))
                for pitch in CHORDS[chord % 3]:
                    keys.feed(bytes((0x90, pitch, 80)))
                played.chord = chord
            return False

        played.chord = -1
        with priority_for(STAGE), no_long_collections():
            session.run(SECONDS, played)
    finally:
        player.close()
    figures = stage_figures(take_of([{"event": "session", "bpm": 160.0}, *log.events]))
    with capsys.disabled():
        print(f"\nrtmidi, simulated: jitter {figures.jitter_ms}")
    assert figures.jitter_ms.n > 20
    assert figures.jitter_ms.p50 < 3.0
    assert figures.stuck_notes == 0
