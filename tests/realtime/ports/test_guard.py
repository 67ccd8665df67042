from jambot.realtime.ports import TimedMessage
from jambot.realtime.ports.guard import EARLY_SECONDS, WINDOW_SECONDS, OwnNotes

ON, OFF = b"\x90\x48\x50", b"\x80\x48\x00"
CM7 = (48, 58, 63, 67)


def looped(stage):
    """Everything that leaves comes back at the input, as on a port that both sides share."""
    seen = 0
    for _ in range(400):
        stage.run_for(0.005)
        messages = stage.port.messages
        for message in messages[seen:]:
            stage.keys.feed(message.data, message.seconds + 0.003)
        seen = len(messages)


def test_a_note_that_was_sent_is_known_when_it_comes_back_and_once_only():
    own = OwnNotes()
    own.sent(72, 0, 1.0)
    assert own.holds(TimedMessage(1.003, ON))
    assert own.holds(TimedMessage(1.2, OFF))
    assert not own.holds(TimedMessage(1.004, ON))
    assert not own.holds(TimedMessage(1.3, OFF))
    assert own.heard == 1


def test_another_pitch_channel_or_time_is_the_players():
    own = OwnNotes()
    own.sent(72, 0, 1.0)
    assert not own.holds(TimedMessage(1.003, b"\x90\x49\x50"))
    assert not own.holds(TimedMessage(1.003, b"\x91\x48\x50"))
    assert not own.holds(TimedMessage(1.0 + WINDOW_SECONDS + 0.001, ON))
    assert not own.holds(TimedMessage(1.0 - EARLY_SECONDS - 0.001, ON))
    assert own.holds(TimedMessage(1.0 + WINDOW_SECONDS - 0.001, ON))


def test_where_the_note_before_did_not_come_back_there_is_no_loop_and_the_key_is_the_players():
    own = OwnNotes()
    own.sent(64, 0, 0.5)
    own.sent(72, 0, 1.0)
    assert not own.holds(TimedMessage(1.003, ON))
    assert not own.holds(TimedMessage(1.2, OFF))
    own.sent(65, 0, 1.5)  # a loop was closed: from the second note on it is known
    assert own.holds(TimedMessage(1.503, b"\x90\x41\x50"))


def test_a_note_that_never_left_is_not_waited_for():
    own = OwnNotes()
    own.sent(64, 0, 1.02)
    own.taken_back(1.0)
    own.sent(72, 0, 2.0)
    assert own.holds(TimedMessage(2.003, ON))


def test_a_short_or_foreign_message_is_no_own_note():
    own = OwnNotes()
    own.sent(72, 0, 1.0)
    for data in (b"", b"\x90", b"\xf8", b"\xb0\x48\x50", b"\xf0\x90\x48\x50\xf7"):
        assert not own.holds(TimedMessage(1.0, data))


def test_the_bot_on_a_loop_hears_the_chord_alone_and_plays_as_without_it(make_stage):
    alone, loop = make_stage(), make_stage()
    for stage in (alone, loop):
        stage.strike(CM7)
    alone.run_for(2.2)
    looped(loop)
    assert len(loop.played) >= 3
    assert loop.played == alone.played[: len(loop.played)]
    assert {event["pitch"] for event in loop.events("heard")} == set(CM7)
    loop.session.close("test")
    (end,) = loop.events("end")
    assert len(loop.played) - 1 <= end["own_notes_heard"] <= len(loop.played)


def test_the_solo_goes_out_on_its_channel_and_only_the_chosen_one_is_heard(make_stage):
    stage = make_stage(input_channel=3, output_channel=9)
    stage.feed(*[(0x90, pitch, 80) for pitch in CM7])
    stage.run_for(0.5)
    assert stage.played == []
    stage.feed(*[(0x93, pitch, 80) for pitch in CM7])
    stage.run_for(2.0)
    assert {message.data[0] & 0x0F for message in stage.port.messages} == {9}
