"""The JACK ports against a real server on its dummy driver, and a raw JACK client as the peer."""

import time
from collections import deque
from types import SimpleNamespace

import pytest

from jambot.errors import PortError
from jambot.realtime.clock import SystemClock
from jambot.realtime.ports import jack_server as jack_library
from jambot.realtime.ports import list_ports, open_ports
from jambot.realtime.ports.jack_server import load_jack, names_of, open_client

pytestmark = pytest.mark.timeout(300)
RATE = 48_000
C4_ON, C4_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"
E4_ON, E4_OFF = b"\x90\x40\x50", b"\x80\x40\x00"


class Peer:
    """A synthesiser and a keyboard in one: records what it hears, plays what is in `to_play`.

    Note-offs of what does not sound are heard `again`. It makes JACK lose periods by taking
    `late_seconds` for one. Frames are JACK's; seconds are read off the stage clock in the same
    period.
    """

    def __init__(self, clock):
        self.clock = clock
        self.client = open_client(load_jack(), "peer")
        self.hears = self.client.midi_inports.register("hears")
        self.plays = self.client.midi_outports.register("plays")
        self.heard = []
        self.again = []
        self.late_seconds = 0.0
        self.heard_frames = []
        self.heard_seconds = []
        self.to_play = deque()
        self.played_seconds = []
        self.lost_periods = 0
        self.client.set_xrun_callback(self.count_lost)
        self.client.set_process_callback(self.process)
        self.client.activate()

    def count_lost(self, microseconds):
        self.lost_periods += 1

    def process(self, frames):
        start = self.client.last_frame_time
        start_seconds = self.clock.now() - self.client.frames_since_cycle_start / RATE
        late, self.late_seconds = self.late_seconds, 0.0
        time.sleep(late)
        for offset, event in self.hears.incoming_midi_events():
            data = bytes(event)
            if data[0] >> 4 == 8 and self.heard.count(data) >= self.heard.count(on_of(data)):
                self.again.append(data)
                continue
            self.heard_frames.append(start + offset)
            self.heard_seconds.append(start_seconds + offset / RATE)
            self.heard.append(data)
        self.plays.clear_buffer()
        while self.to_play:
            for offset, data in self.to_play.popleft():
                self.plays.write_midi_event(offset, data)
                self.played_seconds.append(start_seconds + offset / RATE)


def on_of(note_off):
    """The note-on of these tests that it ends."""
    return bytes((0x90, note_off[1], 0x50))


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def peer(jack_server, clock):
    peer = Peer(clock)
    yield peer
    peer.client.close()


@pytest.fixture
def ports(peer, clock):
    ports = open_ports("jack", "peer:plays", "peer:hears", clock)
    yield ports
    ports.close()


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


def test_the_client_is_jambot_with_the_ports_in_and_out(ports, peer):
    names = {port.name for port in peer.client.get_ports("jambot:", is_midi=True)}
    assert names == {"jambot:in", "jambot:out", "jambot:clock"}
    assert (ports.input_name, ports.output_name) == ("peer:plays", "peer:hears")
    assert ports.output.schedules_ahead


def test_notes_scheduled_ahead_arrive_on_their_frame(ports, peer, clock):
    first = clock.now() + 0.5
    dues = [first + 0.010 * index for index in range(200)]
    for due in dues:
        clock.sleep_until(due - 0.050)
        ports.output.send(C4_ON, due)
        ports.output.send(C4_OFF, due + 0.001)
    wait_for(lambda: len(peer.heard) == 2 * len(dues))
    # A busy machine makes the dummy driver lose up to 40 periods a second, and what falls into one
    # is late: one note in six. There half of them is judged, elsewhere nine in ten.
    judged = int((0.9 if peer.lost_periods < 10 else 0.5) * len(dues))
    deviations = sorted(abs(m.actual_seconds - m.due_seconds) for m in ports.output.sent())
    assert deviations[2 * judged] * RATE <= 1
    ons, offs = peer.heard_frames[::2], peer.heard_frames[1::2]
    lengths = sorted(abs(off - on - 48) for on, off in zip(ons, offs, strict=True))
    assert lengths[judged] <= 1
    offsets = sorted(abs(s - due) for s, due in zip(peer.heard_seconds[::2], dues, strict=True))
    assert offsets[judged] < 0.003  # peer and jambot feed each other: one period


def test_a_message_without_a_time_leaves_with_the_next_period(ports, peer, clock):
    called = clock.now()
    ports.output.send(C4_ON)
    wait_for(lambda: peer.heard)
    (sent,) = ports.output.sent()
    assert sent.data == C4_ON
    assert called <= sent.due_seconds <= sent.actual_seconds + 0.002
    assert sent.actual_seconds - called < 0.050


def test_an_arrival_is_stamped_by_its_frame(ports, peer):
    peer.to_play.append([(5, C4_ON), (37, C4_OFF)])
    arrived = []
    wait_for(lambda: arrived.extend(ports.input.poll()) or len(arrived) == 2)
    assert [message.data for message in arrived] == [C4_ON, C4_OFF]
    assert (arrived[1].seconds - arrived[0].seconds) * RATE == pytest.approx(32, abs=1e-3)
    for message, played_seconds in zip(arrived, peer.played_seconds, strict=True):
        assert message.seconds == pytest.approx(played_seconds, abs=0.005)


def test_a_clock_comes_in_at_a_port_of_its_own(peer, clock):
    ports = open_ports("jack", None, None, clock, "peer:plays")
    try:
        peer.to_play.append([(5, b"\xf8")])
        arrived = []
        wait_for(lambda: arrived.extend(ports.clock.poll()) or arrived)
        assert [message.data for message in arrived] == [b"\xf8"]
        assert ports.input.poll() == []
    finally:
        ports.close()


def test_a_sysex_crosses_whole_both_ways(ports, peer):
    frame = b"\xf0\x7dJB" + bytes(900) + b"\xf7"
    ports.output.send(frame)
    peer.to_play.append([(0, frame)])
    arrived = []
    wait_for(lambda: arrived.extend(ports.input.poll()) or (arrived and peer.heard))
    assert [message.data for message in arrived] == [frame]
    assert peer.heard == [frame]


def test_closing_ends_what_sounds_and_forgets_what_was_to_come(ports, peer, clock):
    ports.output.send(C4_ON)
    ports.output.send(E4_ON, clock.now() + 0.100)
    wait_for(lambda: peer.heard)
    ports.close()
    wait_for(lambda: len(peer.heard) == 2)
    assert peer.heard == [C4_ON, C4_OFF]
    assert not ports.output.alive
    ports.output.send(E4_ON)


def test_silence_ends_what_sounds_and_the_port_plays_on(ports, peer):
    ports.output.send(C4_ON)
    wait_for(lambda: peer.heard)
    ports.output.silence()
    ports.output.send(E4_ON)
    wait_for(lambda: len(peer.heard) == 3)
    assert peer.heard == [C4_ON, C4_OFF, E4_ON]


def test_a_note_off_that_jack_may_have_lost_is_said_again(ports, peer):
    ports.output.send(E4_ON)
    tries = 0
    while not peer.again:  # JACK does not call every late period a lost one
        tries += 1
        assert tries < 20
        ports.output.send(C4_ON)
        ports.output.send(C4_OFF)
        time.sleep(0.1)
        peer.late_seconds = 0.1
        time.sleep(0.4)
    assert set(peer.again) == {C4_OFF}
    assert E4_OFF not in peer.heard
    assert [sent.data for sent in ports.output.sent()] == [E4_ON, *[C4_ON, C4_OFF] * tries]


def test_whoever_leaves_says_the_ends_of_its_last_notes_again(ports, peer):
    """A jam that ended just after a lost period left its note ringing: nobody could end it then."""
    ports.output.send(C4_ON)
    ports.output.send(C4_OFF)
    ports.output.send(E4_ON)
    wait_for(lambda: E4_ON in peer.heard)
    ports.close()
    wait_for(lambda: len(peer.again) > 2)
    assert set(peer.again) == {C4_OFF, E4_OFF}
    assert peer.heard == [C4_ON, C4_OFF, E4_ON, E4_OFF]


def test_more_messages_than_a_period_holds_all_arrive(ports, peer):
    messages = [bytes((0xB0, 1, value % 128)) for value in range(3000)]
    peer.client.set_freewheel(True)  # else a busy machine loses whole periods
    for data in messages:
        ports.output.send(data)
    wait_for(lambda: len(peer.heard) == len(messages))
    peer.client.set_freewheel(False)
    assert peer.heard == messages


def test_an_unknown_peer_is_named_with_those_that_are_there(peer, clock):
    with pytest.raises(PortError, match=r"'organ'.*'peer:plays'.*jambot ports"):
        open_ports("jack", "organ", None, clock)
    assert not [p for p in peer.client.get_ports() if p.name.startswith("jambot:")]


def test_the_ports_are_open_without_any_peer_and_are_listed(peer, clock):
    ports = open_ports("jack", None, None, clock)
    try:
        assert (ports.backend, ports.input_name, ports.output_name) == ("jack", None, None)
        listed = {(info.backend, info.direction, info.name) for info in list_ports()}
        assert {("jack", "in", "peer:plays"), ("jack", "out", "peer:hears")} <= listed
    finally:
        ports.close()


def test_ports_that_were_closed_can_be_opened_again(peer, clock):
    ports = open_ports("jack", None, None, clock)
    assert ports.input.alive
    ports.close()
    again = open_ports("jack", None, None, clock)
    assert again.input.alive
    again.close()


def test_a_killed_server_is_reported_and_never_raised(mortal_jack_server, clock):
    ports = open_ports("jack", None, None, clock)
    ports.output.send(C4_ON)
    assert ports.output.alive
    mortal_jack_server.kill()
    wait_for(lambda: not (ports.input.alive or ports.output.alive or ports.clock.alive))
    ports.output.send(E4_ON, clock.now() + 0.05)
    ports.output.silence()
    ports.input.poll()
    ports.close()
    assert not ports.input.alive


def test_a_server_that_refuses_a_client_is_asked_again_and_its_words_are_told(monkeypatch):
    jack = load_jack()

    class Client:
        asked = 0

        def __init__(self, name, no_start_server):
            Client.asked += 1
            raise jack.JackOpenError(name, jack.Status(0x21))

    monkeypatch.setattr(jack, "Client", Client)
    monkeypatch.setattr(jack_library, "PAUSE_SECONDS", 0.0)
    jack_library._said.append("Cannot bind socket")
    with pytest.raises(PortError, match=r"no new client \(Cannot bind socket\)"):
        open_client(jack, "peer")
    assert Client.asked == jack_library.ASKED_AGAIN


def test_only_a_server_that_is_not_there_is_told_as_none(monkeypatch):
    jack = load_jack()
    pauses = []
    monkeypatch.setattr(jack_library.time, "sleep", pauses.append)

    def told(status, *words):
        def refuse(name, no_start_server):
            jack_library._said.extend(words)
            raise jack.JackOpenError(name, jack.Status(status))

        monkeypatch.setattr(jack, "Client", refuse)
        jack_library._said.clear()
        with pytest.raises(PortError) as refused:
            open_client(jack, "peer")
        return str(refused.value)

    assert "no JACK server is running" in told(0x11, "Cannot connect to server socket")
    assert "no new client (another protocol)" in told(0x401, "another protocol")
    assert "shm_failure" in told(0x201)
    assert pauses == []
    told(0x21, "Cannot bind socket")
    assert len(pauses) == jack_library.ASKED_AGAIN - 1


def test_a_port_that_goes_while_ports_are_listed_costs_no_list():
    gone = iter([load_jack().JackError("gone"), None])

    def ask():
        if (error := next(gone)) is not None:
            raise error
        return [SimpleNamespace(name="synth:in")]

    assert names_of(ask) == ["synth:in"]


@pytest.mark.parametrize("backend", ["auto", "jack"])
def test_a_keyboard_that_is_listed_is_found_without_its_name(jack_server, clock, backend):
    bridge = open_client(load_jack(), "a2j")
    keyboard = bridge.midi_outports.register("Keystation 61 [20] (capture)")
    bridge.activate()
    try:
        assert keyboard.name in [info.name for info in list_ports() if info.direction == "in"]
        ports = open_ports(backend, None, None, clock)
        assert ports.input_name == keyboard.name
        ports.close()
    finally:
        bridge.close()
