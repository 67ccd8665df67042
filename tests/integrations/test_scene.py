"""The script in FL Studio and JAM_BOT at the other end, through everything that happens to them."""

import ast

import pytest

from jambot.assets import fl_script
from jambot.control.fl_studio.protocol import decode, encode
from jambot.control.fl_studio.state import StudioLink
from jambot.errors import FLStudioError, UsageError


def shown_beat(studio):
    """Where the song is by what FL Studio last said, going on from there."""
    state = studio.state
    return state.position_beats + (studio.clock.now() - state.seconds) * state.bpm / 60


def beats_of(studio):
    return studio.fl.song.position / studio.fl.song.ppq


def test_the_handshake_says_who_is_there_and_what_fl_studio_does(studio):
    status = studio.host.status
    assert status.link is StudioLink.CONNECTED
    assert status.fl_version == "Producer Edition v24.1.1 [build 4234]"
    assert (status.script_version, status.api_version, status.cure) == ("1", 33, "")
    state = status.state
    assert (state.playing, state.recording, state.song_mode) == (False, False, True)
    assert (state.bpm, state.position_beats, state.loop_beats) == (130.0, 0.0, None)
    assert (state.channel, state.channel_name) == (0, "Kick")


@pytest.mark.parametrize("platform", ["windows", "macos"])
def test_a_whole_scene(make_studio, platform):
    studio = make_studio(platform=platform)
    studio.host.connect()
    studio.host.wait(studio.host.set_tempo(92.5))
    assert studio.fl.song.milli_bpm == 92_500
    studio.host.wait(studio.host.choose_channel(1))
    studio.host.wait(studio.host.record())
    studio.host.wait(studio.host.play())
    assert studio.state.playing
    assert studio.state.recording
    assert (studio.state.channel, studio.state.channel_name) == (1, "Rhodes")
    studio.play_note(60)
    assert studio.fl.sounding == [("Rhodes", 60)]
    studio.play_note(60, on=False)
    studio.run(1.0)
    assert studio.state.jumps == 0
    assert shown_beat(studio) == pytest.approx(beats_of(studio), abs=0.05)

    studio.fl.song.selection = (0, 2 * 96)  # two beats, round and round
    studio.run(1.5)
    assert studio.state.loop_beats == (0.0, 2.0)
    assert studio.state.jumps >= 1
    assert shown_beat(studio) % 2.0 == pytest.approx(beats_of(studio), abs=0.05)

    studio.host.wait(studio.host.stop())
    studio.host.wait(studio.host.record(on=False))
    assert not studio.fl.song.playing
    assert not studio.fl.song.recording
    studio.pulled = True
    studio.run(4.0)
    assert studio.host.status.link is StudioLink.LOST
    assert studio.fl.hints[-1] == "JAM_BOT fell silent"
    studio.pulled = False
    assert studio.host.connect().link is StudioLink.CONNECTED
    assert studio.fl.lost == []
    assert studio.fl.crashes == []


def test_whatever_happens_in_fl_studio_is_seen_within_two_ticks(studio):
    studio.fl.song.milli_bpm = 87_250
    studio.fl.song.channel = 2
    studio.fl.song.position = 96 * 8
    studio.run(0.06)
    assert (studio.state.bpm, studio.state.channel, studio.state.position_beats) == (87.25, 2, 8.0)
    assert studio.state.channel_name == "Fl?gel"
    studio.fl.song.channel = -1
    studio.fl.song.song_mode = False
    studio.run(0.06)
    assert studio.state.channel is None
    assert studio.state.loop_beats == (0.0, 4.0)


def test_two_tempos_and_two_plays_at_once_are_done_one_after_the_other(studio):
    requests = [
        studio.host.play(),
        studio.host.play(),
        studio.host.set_tempo(100),
        studio.host.set_tempo(101),
    ]
    studio.host.wait(requests[-1])
    assert all(request.done for request in requests)
    assert studio.fl.song.playing
    assert studio.fl.song.milli_bpm == 101_000
    assert studio.fl.lost == []


def test_however_requests_and_heartbeats_fall_windows_loses_none(studio):
    for bpm in range(60, 90):
        studio.host.wait(studio.host.set_tempo(bpm))
    assert studio.fl.lost == []


def test_a_state_never_claims_a_deed_that_does_not_show_yet(make_studio):
    fl = make_studio(platform="macos").fl
    fl.hear(encode("heartbeat", session=1))
    fl.hear(encode("play", request=5))
    fl.hear(encode("play", request=6))  # play is a toggle: both on one tick would be none
    states = []
    for _ in range(6):
        fl.tick()
        states += [frame for data in fl.to_host if (frame := decode(data)).name == "state"]
        fl.to_host.clear()
    told = [(state.numbers["request"], state.numbers["playing"]) for state in states]
    assert {request for request, _ in told} >= {5, 6}
    assert all(playing for request, playing in told if request)


def test_a_repeated_request_does_not_undo_what_the_player_did_since(make_studio):
    fl = make_studio(platform="macos").fl
    fl.hear(encode("heartbeat", session=1))
    for _ in range(2):
        fl.hear(encode("tempo", request=5, milli_bpm=100_000))
        fl.tick()
        fl.tick()
        fl.song.milli_bpm -= 23_000  # by hand
    assert fl.song.milli_bpm == 100_000 - 2 * 23_000


def test_both_ways_of_giving_the_tempo_are_understood(make_studio):
    for scale in (1, 1000):
        studio = make_studio(tempo_scale=scale)
        assert studio.host.connect().state.bpm == 130.0


def test_a_request_that_got_lost_is_asked_again_and_done_once(studio):
    request = studio.host.play()
    studio.pulled = True
    studio.run(0.2)
    studio.pulled = False
    studio.host.wait(request)
    assert studio.state.playing
    answered = studio.host.record()
    studio.run(0.03)  # it has reached FL Studio
    studio.pulled = True
    studio.run(0.4)  # and what FL Studio answers is lost
    studio.pulled = False
    studio.host.wait(answered)
    studio.run(1.0)
    assert studio.fl.song.recording


def test_a_refusal_is_told_in_fl_studios_words(studio):
    studio.fl.dialog_open = True
    with pytest.raises(FLStudioError, match="Operation unsafe at current time"):
        studio.host.wait(studio.host.play())
    with pytest.raises(FLStudioError, match="channel 10 of 3"):
        studio.host.wait(studio.host.choose_channel(9))
    studio.fl.dialog_open = False
    studio.host.wait(studio.host.play())


def test_what_fl_studio_does_not_do_is_an_error_that_says_what_it_shows(studio):
    studio.fl.write = lambda change: None  # it takes the call, and nothing comes of it
    with pytest.raises(FLStudioError, match=r"the tempo is 130 after 2 s; expected 99 bpm"):
        studio.host.wait(studio.host.set_tempo(99))
    with pytest.raises(FLStudioError, match="it stands still"):
        studio.host.wait(studio.host.play())


def test_a_tempo_beyond_fl_studios_is_refused_at_both_ends(studio):
    with pytest.raises(UsageError):
        studio.host.set_tempo(9)
    studio.fl.hear(encode("tempo", request=77, milli_bpm=9000))
    studio.run(0.1)
    assert studio.fl.crashes == []
    assert studio.fl.song.milli_bpm == 130_000


def test_a_frozen_fl_studio_is_lost_and_comes_back(studio):
    studio.fl.frozen = True
    studio.run(4.0)
    status = studio.host.status
    assert (status.link, status.state) == (StudioLink.LOST, None)
    assert "still running" in status.cure
    with pytest.raises(FLStudioError, match="has not answered for 6 s"):
        studio.host.wait(studio.host.play())
    studio.fl.frozen = False
    studio.run(1.0)
    assert studio.host.status.link is StudioLink.CONNECTED
    assert studio.fl.lost == []


def test_our_own_frames_come_back_by_a_thru_and_are_no_sign_of_life(studio):
    studio.fl.frozen = True
    for _ in range(8):
        studio.run(0.5)
        studio.back.feed(encode("heartbeat", session=1))
    studio.run(0.1)
    assert studio.host.status.link is StudioLink.LOST


def test_notes_that_hang_when_jam_bot_dies_are_ended(studio):
    studio.play_note(64)
    studio.run(1.0)
    studio.pulled = True
    studio.run(3.1)
    assert studio.fl.sounding == []


def test_notes_go_on_when_only_the_link_dies(studio):
    studio.pulled = True
    for pitch in range(60, 68):
        studio.fl.hear(bytes((0x90, pitch, 80)))
        studio.run(0.9)
        assert studio.fl.sounding == [("Kick", pitch)]
        studio.fl.hear(bytes((0x80, pitch, 0)))


def test_nobody_there_is_an_error_with_the_cure(make_studio):
    studio = make_studio()
    studio.pulled = True
    assert studio.host.status.link is StudioLink.WAITING
    with pytest.raises(FLStudioError, match=r"docs/fl_studio\.md"):
        studio.host.connect()
    with pytest.raises(FLStudioError, match="does not answer"):
        studio.host.wait(studio.host.play())


def test_a_script_of_another_protocol_is_named_with_the_cure(make_studio, tmp_path):
    old = tmp_path / "device_JamBot.py"
    source = fl_script().read_text("ascii")
    old.write_text(source.replace("PROTOCOL = 1\n", "PROTOCOL = 7\n"), "ascii")
    studio = make_studio(script=old)
    with pytest.raises(FLStudioError, match=r"protocol 7; expected protocol 1; .*fl install"):
        studio.host.connect()
    assert studio.host.status.link is StudioLink.FOREIGN


def test_master_sync_on_the_same_cable_disturbs_nothing(studio):
    studio.fl.master_sync = True
    studio.host.wait(studio.host.play())
    studio.run(1.0)
    assert studio.host.status.link is StudioLink.CONNECTED
    assert studio.fl.lost == []


def test_leaving_is_noticed_at_once_and_an_onlooker_may_stay(studio):
    onlooker = studio.new_host()
    jam, studio.host = studio.host, onlooker
    onlooker.connect()
    jam.close()
    studio.run(1.0)
    assert studio.fl.hints[-1] == "JAM_BOT left"
    assert onlooker.status.link is StudioLink.CONNECTED
    onlooker.wait(onlooker.play())
    onlooker.close()
    studio.carry()
    studio.fl.tick()
    told = len(studio.fl.to_host)
    studio.fl.tick()
    assert len(studio.fl.to_host) == told


def test_other_sysex_is_left_to_fl_studio(studio):
    jam_bot = studio.fl.script["jam_bot"]
    assert not jam_bot.hear(b"\xf0\x7e\x7f\x06\x01\xf7")
    assert jam_bot.hear(encode("bye", session=1))


def test_no_frame_is_longer_than_windows_carries():
    longest = encode(
        "state", request=1, playing=1, recording=1, song_mode=1, milli_bpm=522_000, ppq=960,
        position=2**30, jumps=1, loop_start=0, loop_end=2**30, channel=99, channel_name="n" * 999,
    )  # fmt: skip
    assert len(longest) < 1000  # Windows' MIDI drivers cut what is longer


def test_the_script_is_ascii_for_old_pythons_and_sends_no_notes():
    source = fl_script().read_bytes().decode("ascii")
    tree = ast.parse(source, feature_version=(3, 6))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "device.midiOutSysex" in called
    assert "device.midiOutMsg" not in called
