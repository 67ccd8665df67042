"""What was jammed is kept in the project, and sounds again there without the engine."""

import numpy as np
import pytest

from jambot.realtime.ports.plugin_wire import Type

STATUS, KEPT, PLAY, VOLUME, TRADE = 16, 17, 13, 10, 7
ENGINE_STYLE = 2


def jammed(host, engine, seconds=3.0, at_beat=8.0):
    """Play live from a beat on, and have it saved; gives what left, as (beat, data)."""
    host.do(f"beat {at_beat}")
    host.do("play 1")
    host.do("run 0.3 128")
    host.until(lambda: engine.met, frames=128)
    begin = host.frame + 9600
    for place in range(12):
        frame = begin + 3001 * place
        for pitch in (60 + place, 40 + place):
            engine.send(bytes((0x90, pitch, 70 + place)), engine.seconds_at(frame))
            engine.send(bytes((0x80, pitch, 0)), engine.seconds_at(frame + 2500))
    host.do(f"run {seconds} 128")
    host.do("play 0")
    host.do("block 128")
    host.do("save /dev/null")
    return [(round(out.beat, 6), out.data[:2]) for out in host.outs]


def rendered(host, at_beat=8.0, block=512, seconds=4.0):
    """Play what was kept as an export does: as fast as it goes."""
    host.outs.clear()
    host.do(f"param {PLAY} 1")
    host.do("block 64")
    host.do(f"beat {at_beat}")
    host.do("play 1")
    host.do(f"block {block} {int(seconds * 48000 / block)}")
    host.do("play 0")
    host.do("block 64")
    return [(round(out.beat, 6), out.data[:2]) for out in host.outs]


def notes(messages):
    return sorted((beat, data) for beat, data in messages)


def told(outs):
    """What left, to the frame's beat; a note-off's loudness is nobody's."""
    return sorted((round(o.beat, 6), o.data[: 3 if o.data[0] >> 4 == 9 else 2]) for o in outs)


def in_a_project(host, make_host, home):
    """Another host, with the project that this one saves."""
    host.do(f"save {home / 'state'}")
    another = make_host()
    another.do(f"restore {home / 'state'}")
    return another


@pytest.fixture
def playing(met):
    """A host whose song plays from beat 8 on, and in which four notes sound."""
    host, engine = met
    host.do("beat 8")
    host.do("play 1")
    host.do("run 0.2 128")
    for pitch in (60, 64, 67, 71):
        engine.send(bytes((0x90, pitch, 80)))
    host.until(lambda: len(host.sounding) == 4, frames=128)
    return host, engine


def test_what_sounds_when_the_song_stops_is_kept_up_to_there(playing, make_host, home):
    host, engine = playing
    host.do("play 0")
    host.do("beat 0")  # as hosts do that go back to where the song was begun
    host.do("block 128")
    live = sorted({out.beat for out in host.outs if out.data[0] == 0x90})
    another = in_a_project(host, make_host, home)
    engine.kill()
    again = [beat for beat, data in rendered(another, block=128) if data[0] == 0x90]
    lengths = [out.beat for out in another.outs if out.data[0] == 0x80]
    assert again == pytest.approx(live * (4 // len(live)), abs=1e-6)
    assert min(lengths) > max(again)


def test_what_sounded_just_before_a_stop_is_shown_at_once_and_sounds_again(met, make_host, home):
    host, engine = met
    host.do("beat 8")
    host.do("play 1")
    host.do("run 1.5 128")
    begin = host.frame + 9600
    for place in range(12):
        frame = begin + 3001 * place
        engine.send(bytes((0x90, 60 + place, 70 + place)), engine.seconds_at(frame))
        engine.send(bytes((0x80, 60 + place, 0)), engine.seconds_at(frame + 2500))
    host.do("run 0.95 128")  # the last of them has just ended
    host.do("play 0")
    host.do("block 128")
    live = told(host.outs)
    assert len(live) == 24
    host.until(lambda: host.value(KEPT) == 12, frames=128)
    another = in_a_project(host, make_host, home)
    engine.kill()
    for place in (host, another):
        rendered(place, block=128)
        assert told(place.outs) == live


def test_a_note_that_a_jump_of_the_song_cuts_off_is_kept_up_to_there(playing, make_host, home):
    host, engine = playing
    jumped_at = float(host.do("where")[0].split()[2])
    host.do("beat 400")
    host.do("run 0.1 128")
    host.do("play 0")
    host.do("block 128")
    another = in_a_project(host, make_host, home)
    engine.kill()
    rendered(another, block=128, seconds=6.0)
    ended = [out.beat for out in another.outs if out.data[0] == 0x80]
    assert ended == pytest.approx([jumped_at] * 4, abs=1e-5)


@pytest.mark.parametrize("ends", ["killed", "panicked", "bypassed"])
def test_what_the_plugin_itself_ends_is_kept_to_the_frame(playing, make_host, home, ends):
    host, engine = playing
    if ends == "killed":
        engine.kill()
    else:
        host.do(f"param {14 if ends == 'panicked' else 15} 1")
    host.until(lambda: not host.sounding, frames=128)
    host.do("run 0.1 128")
    live = told(host.outs)
    host.do("play 0")
    host.do("block 128")
    another = in_a_project(host, make_host, home)
    another.do("param 15 0")
    rendered(another, block=128, seconds=20.0)
    assert told(another.outs) == live


def test_a_project_saved_while_it_plays_holds_what_sounds(playing, make_host, home):
    host, engine = playing
    another = in_a_project(host, make_host, home)
    engine.kill()
    rendered(another)
    assert len([out for out in another.outs if out.data[0] == 0x90]) == 4
    assert not another.sounding


def test_a_note_struck_again_before_it_ended_is_kept_twice(met, make_host, home):
    host, engine = met
    host.do("beat 8")
    host.do("play 1")
    host.do("run 0.3 128")
    begin = host.frame + 9600
    for data, frame in ((0x90, 0), (0x90, 2000), (0x80, 4000), (0x80, 6000)):
        engine.send(bytes((data, 60, 80)), engine.seconds_at(begin + frame))
    host.do("run 0.6 128")
    host.do("play 0")
    host.do("block 128")
    live = told(host.outs)
    another = in_a_project(host, make_host, home)
    engine.kill()
    rendered(another, block=128)
    assert len(live) == 4
    assert told(another.outs) == live


@pytest.mark.slow
def test_a_busy_machine_that_makes_up_for_what_it_missed_renders_nothing(met):
    """Bursts of a third of a second: the song is ahead of the clock, and gets no further."""
    host, engine = met
    host.do("beat 8")
    host.do("play 1")
    host.do("run 0.8 128 130")
    begin = host.frame + 2 * 130 * 128
    for place in range(12):
        frame = begin + 3001 * place
        engine.send(bytes((0x90, 60 + place, 70)), engine.seconds_at(frame))
        engine.send(bytes((0x80, 60 + place, 0)), engine.seconds_at(frame + 2500))
    host.do("run 3 128 130")
    host.do("play 0")
    host.do("block 128")
    live = told(host.outs)
    assert len(live) == 24
    engine.kill()
    host.until(lambda: host.value(KEPT) == 12)
    rendered(host, block=128, seconds=5.0)
    assert told(host.outs) == live


def test_an_export_renders_what_was_jammed_at_the_same_beats(met):
    host, engine = met
    live = jammed(host, engine)
    assert len(live) == 48
    engine.kill()
    assert notes(rendered(host)) == notes(live)
    assert host.text(STATUS) == "plays what was kept"
    assert host.value(KEPT) == 24


@pytest.mark.slow
@pytest.mark.parametrize("block", [1, 64, 441, 8192])
def test_the_frames_of_an_export_do_not_depend_on_the_blocks(met, block):
    host, engine = met
    jammed(host, engine)
    engine.kill()
    first = notes(rendered(host, block=512))
    assert notes(rendered(host, block=block)) == first


def test_an_export_is_the_same_sample_for_sample(met, home):
    host, engine = met
    jammed(host, engine)
    engine.kill()
    sounds = []
    for number in range(2):
        host.do(f"param {PLAY} 1")
        host.do("beat 7.5")
        host.do("block 8192 60")  # what sounded before has died away
        host.do(f"audio {home / f'{number}.raw'}")
        host.do("play 1")
        host.do("block 512 400")
        host.do("audio")
        host.do("play 0")
        sounds.append(np.fromfile(home / f"{number}.raw", np.float32))
    assert np.abs(sounds[0]).max() > 0.01
    assert np.array_equal(sounds[0], sounds[1])


@pytest.mark.slow
def test_a_project_keeps_notes_and_parameters_through_a_hundred_saves(met, make_host, home):
    host, engine = met
    live = jammed(host, engine)
    engine.kill()
    host.do(f"param {VOLUME} 0.25")
    host.do(f"param {TRADE} 4")
    host.do("block 64")
    host.do(f"save {home / 'state'}")
    first = (home / "state").read_bytes()
    for _ in range(100):
        host.do(f"restore {home / 'state'}")
        host.do(f"save {home / 'state'}")
    assert (home / "state").read_bytes() == first
    another = make_host()
    another.do(f"restore {home / 'state'}")
    assert another.value(VOLUME) == pytest.approx(0.25)
    assert another.value(TRADE) == 4
    assert notes(rendered(another)) == notes(live)


def test_a_list_that_comes_while_it_plays_strikes_no_note_twice(met, home):
    """A host may load a project's state while its song plays."""
    host, engine = met
    live = jammed(host, engine)
    engine.kill()
    host.do(f"save {home / 'state'}")
    host.outs.clear()
    host.do(f"param {PLAY} 1")
    host.do("block 64")
    host.do("beat 8")
    host.do("play 1")
    for _ in range(400):
        host.do("block 512")
        host.do(f"restore {home / 'state'}")
        host.do(f"param {PLAY} 1")
    host.do("play 0")
    host.do("block 64")
    again = [(round(out.beat, 6), out.data[:2]) for out in host.outs]
    assert notes(again) == notes(live)


@pytest.mark.slow
@pytest.mark.parametrize("engine_is", ["silenced", "killed", "replaced"])
def test_what_was_kept_sounds_on_whatever_becomes_of_the_engine(met, make_engine, engine_is):
    host, engine = met
    host.do("beat 8")
    host.do("play 1")
    host.do("run 0.3 128")
    begin = host.frame + 4800
    engine.send(bytes((0x90, 60, 80)), engine.seconds_at(begin))
    engine.send(bytes((0x80, 60, 0)), engine.seconds_at(begin + 72000))
    host.do("run 2 128")
    host.do("play 0")
    host.do("save /dev/null")
    live = told(host.outs)
    host.outs.clear()
    host.do(f"param {PLAY} 1")
    host.do("block 128")
    host.do("beat 8")
    host.do("play 1")
    host.do("run 0.7 128")
    assert host.sounding
    if engine_is == "silenced":
        with engine.lock:
            engine.output.silence()
    elif engine_is == "killed":
        engine.kill()
    else:
        engine.close()
        another = make_engine()
        host.do("run 0.7 128")
        assert another.met
    host.do("run 2 128")
    assert told(host.outs) == live


def origins(engine):
    return [
        (move.frame, move.number) for move in engine.instrument.moves if move.type == Type.origin
    ]


def test_a_project_that_is_opened_tells_the_engine_once_what_its_notes_were_played_with(
    make_engine, make_host, home
):
    played, saver = make_engine(), make_host()
    played.link.figures = (77, 2, 0, 0)
    saver.until(lambda: played.met)
    jammed(saver, played)
    saver.do(f"save {home / 'project'}")
    saver.close()
    played.close()
    engine, host = make_engine(), make_host()
    engine.link.figures = (1, 1, 0, 0)
    host.until(lambda: engine.met)
    host.do("run 0.1 128")
    assert origins(engine) == []  # a new project has nothing to tell
    host.do(f"restore {home / 'project'}")
    host.until(lambda: bool(origins(engine)))
    assert origins(engine) == [(77, 2)]
    host.do(f"save {home / 'again'}")  # nothing has been played since
    assert (home / "again").read_bytes() == (home / "project").read_bytes()
    engine.close()
    another = make_engine()
    host.until(lambda: another.met)
    host.do("run 0.1 128")
    assert origins(another) == []  # whoever starts an engine anew says with what


@pytest.mark.slow
def test_a_second_take_replaces_the_first_where_it_was_played_and_only_there(met):
    host, engine = met
    jammed(host, engine, at_beat=8.0)
    jammed(host, engine, at_beat=40.0, seconds=2.0)
    host.outs.clear()
    again = jammed(host, engine, at_beat=8.0)
    engine.kill()
    kept = rendered(host, at_beat=0.0, seconds=30.0)
    assert [m for m in notes(kept) if m[0] < 20] == notes(again)
    assert len([m for m in kept if m[0] >= 39]) == 48


@pytest.mark.slow
def test_playing_the_song_without_an_engine_loses_nothing_that_was_kept(met):
    host, engine = met
    live = jammed(host, engine)
    engine.kill()
    host.until(lambda: host.text(STATUS).startswith("no engine"))
    host.do("beat 8")
    host.do("play 1")
    host.do("run 2 128")
    host.do("play 0")
    assert notes(rendered(host)) == notes(live)


@pytest.mark.parametrize("blocks", [20, 60, 500])
def test_an_export_in_live_mode_loses_nothing_that_was_kept(met, home, blocks):
    """However short: a fifth of a second, and five."""
    host, engine = met
    live = jammed(host, engine)
    host.do("beat 8")
    host.do("play 1")
    host.do(f"block 512 {blocks}")
    host.do("play 0")
    host.do("block 512")
    assert notes(rendered(host)) == notes(live)


def test_what_a_newer_plugin_kept_is_left_as_it_is(make_host, home):
    host = make_host()
    host.do(f"save {home / 'state'}")
    before = (home / "state").read_bytes()
    newer = before.replace(b"jambot-kept 1 ", b"jambot-kept 9 of another kind ")
    assert newer != before
    (home / "state").write_bytes(newer)
    host.do(f"restore {home / 'state'}")
    host.until(lambda: host.text(STATUS) == "kept by a newer plugin: left as it is")
    host.do(f"save {home / 'again'}")
    assert (home / "again").read_bytes() == newer


@pytest.mark.parametrize("damage", [b"", b"jambot-kept", b"jambot-kept x y",
                                    b"jambot-kept 1 1 1 5 7",
                                    b"jambot-kept 1 1 1 2 100 200 0 60 80 200 300 99 999 -1",
                                    b"jambot-kept 1 1 1 999999999999 1 2 0 60 80"])  # fmt: skip
def test_a_damaged_project_is_read_as_far_as_it_goes(make_host, home, damage):
    host = make_host()
    host.do(f"save {home / 'state'}")
    whole = (home / "state").read_bytes()
    (home / "state").write_bytes(whole.replace(b"jambot-kept 1 0 0 0", damage))
    host.do(f"restore {home / 'state'}")
    host.do("block 64")
    assert host.value(KEPT) in (0, 1)
    rendered(host, at_beat=0.0, seconds=0.5)
    assert not host.sounding
