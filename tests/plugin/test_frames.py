"""Where notes fall in the plugin: on the frame they were planned for, whatever the blocks."""

from random import Random

import pytest


def planned(engine, frame, pitch, length=2000):
    """Ask for a note at a frame, as the stage does: by its time."""
    engine.send(bytes((0x90, pitch, 80)), engine.seconds_at(frame))
    engine.send(bytes((0x80, pitch, 0)), engine.seconds_at(frame + length))


def beginnings(host):
    return [(out.frame, out.data[1]) for out in host.outs if out.data[0] == 0x90]


def arrived(host, engine):
    """Let what was sent reach the plugin, while the host asks for nothing."""
    host.until(lambda: engine.link.talk is not None and not engine.link.talk.waits, frames=64)


def test_notes_begin_at_their_frames_exactly(met):
    host, engine = met
    begin = host.frame + 24000
    for frame, pitch in ((3000, 60), (3001, 61), (5000, 62)):
        planned(engine, begin + frame, pitch)
    host.do("run 1.0 64")
    assert beginnings(host) == [(begin + 3000, 60), (begin + 3001, 61), (begin + 5000, 62)]
    assert not host.sounding


@pytest.mark.parametrize("seed", [1, 2])
def test_notes_begin_at_their_frames_in_blocks_of_any_size(met, seed):
    host, engine = met
    random = Random(seed)
    begin = host.frame + 36000
    wanted = sorted(random.sample(range(begin, begin + 60000), 40))
    for place, frame in enumerate(wanted):
        planned(engine, frame, 40 + place, 500)
    arrived(host, engine)
    while host.frame < begin + 62000:
        host.do(f"block {random.choice((1, 7, 64, 100, 480, 1024, 4096, 8192))}")
    assert [frame for frame, _ in beginnings(host)] == wanted
    ends = {out.data[1]: out.frame for out in host.outs if out.data[0] == 0x80}
    assert ends == {40 + place: frame + 500 for place, frame in enumerate(wanted)}


@pytest.mark.parametrize("rate", [22050, 44100, 96000, 192000])
def test_keys_and_notes_keep_their_time_at_any_rate(make_host, make_engine, rate):
    engine, host = make_engine(), make_host(rate)
    host.until(lambda: engine.met)
    frame = host.frame + 1000
    host.do(f"at {frame} 144 60 90")
    host.until(lambda: bool(engine.heard))
    heard = engine.heard[0]
    assert heard.data == bytes((0x90, 60, 90))
    assert heard.seconds == pytest.approx(engine.seconds_at(frame), abs=0.02)
    late = host.frame + rate // 2
    planned(engine, late, 72, rate // 10)
    host.do("run 0.8 128")
    assert beginnings(host) == [(late, 72)]


def test_after_another_rate_the_talk_goes_on_with_the_new_time(met):
    host, engine = met
    host.do("deactivate")
    host.do("activate 96000")
    host.until(lambda: engine.met and engine.link.talk.line.rate == 96000)
    frame = host.frame + 48000
    planned(engine, frame, 65)
    host.do("run 0.8 128")
    assert beginnings(host) == [(frame, 65)]


def test_a_host_that_asks_in_bursts_gets_notes_on_their_frames(met):
    host, engine = met
    host.do("run 0.5 64 16")
    begin = host.frame + 24000
    planned(engine, begin, 60)
    planned(engine, begin + 777, 61)
    host.do("run 0.9 64 16")
    assert beginnings(host) == [(begin, 60), (begin + 777, 61)]


def test_a_note_that_is_wanted_at_once_sounds_with_the_next_block(met):
    host, engine = met
    engine.send(bytes((0x90, 60, 80)))
    host.until(lambda: bool(host.outs))
    assert host.outs[0].data == bytes((0x90, 60, 80))
    assert host.value(18) == 0


def test_what_leaves_is_told_to_the_stage_with_its_time(met):
    host, engine = met
    due = engine.seconds_at(host.frame + 24000)
    engine.send(bytes((0x90, 60, 80)), due)
    host.until(lambda: bool(engine.sent))
    assert engine.sent[0].due_seconds == due
    assert engine.sent[0].actual_seconds == pytest.approx(due, abs=1 / 48000)


def test_two_instances_in_one_host_play_one_after_the_other(met, clap):
    host, engine = met
    host.do(f"load {clap}")
    host.do("use 1")
    host.do("activate 48000")
    host.until(lambda: host.text(16) == "another JAM_BOT plugin conducts")
    host.do("use 0")
    host.do("deactivate")
    host.do("use 1")
    host.until(lambda: host.text(16) == "the engine plays")
    frame = host.frame  # the second one's frames are its own
    engine.send(bytes((0x90, 60, 80)))
    host.until(lambda: bool(host.outs))
    assert host.outs[-1].frame >= frame
    host.do("use 0")
    host.do("activate 48000")
