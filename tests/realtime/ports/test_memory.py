from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, RecordingOutput, SentMessage, TimedMessage

C4_ON, C4_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"
E4_ON, E4_OFF = b"\x90\x40\x50", b"\x80\x40\x00"


def test_what_is_fed_arrives_once_and_in_order():
    clock = ManualClock(1.0)
    keyboard = MemoryInput(clock)
    keyboard.feed(C4_ON)
    clock.advance(0.5)
    keyboard.feed(C4_OFF)
    assert keyboard.poll() == [TimedMessage(1.0, C4_ON), TimedMessage(1.5, C4_OFF)]
    assert keyboard.poll() == []


def test_a_message_fed_for_later_waits_for_its_time():
    clock = ManualClock()
    keyboard = MemoryInput(clock)
    keyboard.feed(C4_ON, 2.0)
    assert keyboard.poll() == []
    clock.advance(2.0)
    assert keyboard.poll() == [TimedMessage(2.0, C4_ON)]


def test_a_scheduled_message_leaves_exactly_when_due():
    clock = ManualClock()
    output = RecordingOutput(clock)
    output.send(E4_ON, 0.75)
    output.send(C4_ON, 0.5)
    assert output.messages == []
    clock.advance(1.0)
    assert output.sent() == [SentMessage(0.5, 0.5, C4_ON), SentMessage(0.75, 0.75, E4_ON)]
    assert output.sent() == []
    assert [message.data for message in output.messages] == [C4_ON, E4_ON]


def test_messages_due_together_leave_in_the_order_handed_in():
    clock = ManualClock()
    output = RecordingOutput(clock)
    for data in (C4_OFF, E4_ON, C4_ON):
        output.send(data, 1.0)
    clock.advance(1.0)
    assert [message.data for message in output.messages] == [C4_OFF, E4_ON, C4_ON]


def test_a_late_message_leaves_at_once_and_its_lateness_shows():
    clock = ManualClock(2.0)
    output = RecordingOutput(clock)
    output.send(C4_ON, 1.9)
    assert output.sent() == [SentMessage(1.9, 2.0, C4_ON)]


def test_a_port_that_keeps_no_time_sends_at_the_moment_of_the_call():
    clock = ManualClock(1.0)
    output = RecordingOutput(clock, schedules_ahead=False)
    output.send(C4_ON, 1.5)
    assert output.sent() == [SentMessage(1.5, 1.0, C4_ON)]


def test_silence_ends_what_sounds_and_forgets_what_was_to_come():
    clock = ManualClock()
    output = RecordingOutput(clock)
    output.send(C4_ON)
    output.send(E4_ON, 1.0)
    output.silence()
    clock.advance(2.0)
    assert [message.data for message in output.messages] == [C4_ON, C4_OFF]
    assert output.alive


def test_closing_ends_every_sounding_note_once():
    output = RecordingOutput(ManualClock())
    output.send(C4_ON)
    output.close()
    output.close()
    assert [message.data for message in output.messages] == [C4_ON, C4_OFF]
    assert not output.alive


def test_a_lost_output_swallows_messages_quietly():
    output = RecordingOutput(ManualClock())
    output.alive = False
    output.send(C4_ON)
    assert output.messages == []


def test_a_sysex_crosses_whole_and_sounds_no_note():
    clock = ManualClock()
    keyboard, output = MemoryInput(clock), RecordingOutput(clock)
    frame = b"\xf0\x7dJB" + bytes(900) + b"\xf7"
    keyboard.feed(frame)
    output.send(frame)
    output.silence()
    assert [message.data for message in keyboard.poll()] == [frame]
    assert [message.data for message in output.messages] == [frame]
