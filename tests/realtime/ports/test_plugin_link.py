"""The engine's end of the talk with a plugin: whom it hears, what it repeats, when it is alone."""

import socket
import struct

import pytest

from jambot.errors import UsageError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import Instrument, open_ports
from jambot.realtime.ports.plugin_key import LOOPBACK, key_path, make_key, read_key
from jambot.realtime.ports.plugin_link import LOST_SECONDS, PluginLink
from jambot.realtime.ports.plugin_port import PluginInput, PluginOutput
from jambot.realtime.ports.plugin_wire import HEAD, HOST, RECORD, DatagramKind, Type

RATE = 48000


class Plugin:
    """A plugin played by hand: it says what it is told to, and keeps what it hears."""

    def __init__(self, instance=1):
        self.key = read_key()
        self.instance, self.session = instance, 10
        self.serial, self.ack, self.first, self.records = 1, 0, [], []
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind((LOOPBACK, 0))
        self.door.setblocking(False)

    def say(self, kind=DatagramKind.from_plugin, records=(), report=None, again=False):
        head = HEAD.pack(b"JAMB", 1, kind, 0, self.key.token, self.instance, self.session,
                         self.serial, self.ack, len(records), report is not None)  # fmt: skip
        body = b"" if report is None else HOST.pack(*report)
        body += b"".join(RECORD.pack(*record) for record in records)
        if not again:
            self.serial += len(records)
        self.door.sendto(head + body, (LOOPBACK, self.key.port))

    def hear(self):
        """Everything that has come: the states said, and the records in order."""
        states = []
        while True:
            try:
                data = self.door.recv(4096)
            except BlockingIOError:
                return states
            states.append(data[7])
            first, _ack, count, reports = struct.unpack_from("<IIHH", data, 36)
            at = HEAD.size + reports * 16
            for place in range(count):
                self.first.append(first + place)
                self.records.append(RECORD.unpack_from(data, at + place * RECORD.size))


def report(map_frame=0, map_seconds=0.0, sent=0.0, beat=0.0, flags=2, block=64, era=1):
    return (map_frame, round(map_seconds * 1e9), round(sent * 1e9), map_frame + block, float(RATE),
            beat, map_frame, 120.0, block, 4.0, flags, era)  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def desk(home):
    """The engine's ports on a clock moved by hand, and a plugin that has knocked."""
    clock = ManualClock(100.0)
    link = PluginLink.open(clock)
    instrument = Instrument(link, clock)
    sides = PluginInput(instrument), PluginOutput(instrument)
    plugin = Plugin()
    plugin.say(DatagramKind.knock)
    sides[0].poll()
    yield clock, link, *sides, plugin
    link._door.close()
    plugin.door.close()


def test_a_knock_begins_a_talk_and_is_answered(desk):
    _, link, _, output, plugin = desk
    output.sent()
    assert plugin.hear() == [1]
    assert link.alive


def test_keys_are_heard_in_order_each_once_and_at_their_frames(desk):
    _clock, _, source, _, plugin = desk
    plugin.say(report=report(0, 50.0, sent=50.0))  # the plugin's clock is 50 s behind
    keys = [(4800, 3, Type.midi, b"\x90\x3c\x50"), (9600, 3, Type.midi, b"\x80\x3c\x00")]
    plugin.say(records=keys, again=True)
    plugin.say(records=keys)
    heard = source.poll()
    assert [message.data for message in heard] == [b"\x90\x3c\x50", b"\x80\x3c\x00"]
    assert [message.seconds for message in heard] == pytest.approx([100.1, 100.2])


def test_what_was_not_confirmed_is_said_again_and_what_was_is_not(desk):
    clock, _, source, output, plugin = desk
    output.send(b"\x90\x3c\x50")
    output.send(b"\x90\x40\x50")
    output.sent()
    plugin.hear()
    assert plugin.first == [1, 2]
    clock.advance(0.01)
    output.sent()
    plugin.hear()
    assert plugin.first == [1, 2]
    plugin.ack = 1
    plugin.say()
    source.poll()
    clock.advance(0.05)
    output.sent()
    plugin.hear()
    assert plugin.first == [1, 2, 2]


def test_an_earlier_reading_moves_the_line_and_a_later_one_does_not(desk):
    clock, link, source, _, plugin = desk
    for place, late in enumerate((0.0, 0.03, 0.04, 0.001, -0.002)):
        frame = place * 480
        plugin.say(
            report=report(frame, 50.0 + frame / RATE + late, sent=50.0 + clock.now() - 100.0)
        )
        source.poll()
        clock.advance(0.01)
    assert link.talk.line.seconds_at(0) == pytest.approx(100.0 - 0.002)
    clock.advance(3.0)
    plugin.say(report=report(RATE * 3, 53.0, sent=50.0 + clock.now() - 100.0))
    link.talk.heard_at = clock.now()
    source.poll()
    assert link.talk.line.seconds_at(RATE * 3) == pytest.approx(103.0, abs=1e-6)


def test_after_half_a_second_without_a_word_the_plugin_is_lost_and_its_notes_are_over(desk):
    clock, _link, source, output, plugin = desk
    output.send(b"\x90\x3c\x50")
    output.sent()
    plugin.say(records=[(0, 1, Type.left, b"\x90\x3c\x50")])
    source.poll()
    assert [sent.data for sent in output.sent()] == [b"\x90\x3c\x50"]
    clock.advance(LOST_SECONDS + 0.01)
    source.poll()
    assert not source.alive
    assert not output.alive
    assert [sent.data for sent in output.sent()] == [b"\x80\x3c\x00"]
    plugin.session += 1
    plugin.serial = 1
    plugin.say(DatagramKind.knock)
    source.poll()
    assert not source.alive  # whoever asks has to see the loss
    plugin.say(DatagramKind.knock)
    source.poll()
    assert source.alive


def test_a_second_plugin_is_told_that_another_conducts_and_follows_when_that_leaves(desk):
    _clock, link, source, _output, plugin = desk
    other = Plugin(instance=2)
    other.say(DatagramKind.knock)
    source.poll()
    assert other.hear() == [2]
    plugin.say(DatagramKind.plugin_leaves)
    source.poll()
    other.say(DatagramKind.knock)
    source.poll()
    other.say(DatagramKind.knock)
    source.poll()
    assert link.talk.instance == 2
    other.door.close()


def test_keys_that_were_lost_in_a_flood_are_let_go_of(desk):
    _, _, source, _, plugin = desk
    plugin.say(records=[(0, 3, Type.midi, b"\x90\x3c\x50"), (0, 3, Type.midi, b"\xb0\x40\x7f"),
                        (0, 0, Type.keys_lost, b"\0\0\0")])  # fmt: skip
    heard = [message.data for message in source.poll()]
    assert sorted(heard[2:]) == [b"\x80\x3c\x00", b"\xb0\x40\x00"]


def test_numbers_that_no_host_has_are_passed_over(desk):
    _, link, source, _, plugin = desk
    strange = list(report())
    for place, value in ((4, float("nan")), (4, 1.0), (5, float("inf")), (7, 0.0), (8, 0)):
        wrong = [*strange]
        wrong[place] = value
        plugin.say(report=wrong)
    source.poll()
    assert link.strangers == 5
    assert not link.talk.line.known


def test_a_key_that_makes_no_sense_is_made_anew(home):
    for content in ("", "jambot-plugin 2 5 ab", "jambot-plugin 1 99999 " + "a" * 32, "\xff"):
        key_path().parent.mkdir(exist_ok=True)
        key_path().write_text(content, encoding="utf-8")
        assert read_key() is None
    made = make_key()
    assert read_key() == made


def test_the_plugin_has_no_ports_to_name(home):
    with pytest.raises(UsageError) as refused:
        open_ports("plugin", "keystation", None, ManualClock())
    assert "keystation" in refused.value.found


def test_auto_takes_a_plugin_that_knocks(home):
    key = make_key()
    plugin = Plugin()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((LOOPBACK, key.port))  # the port is free but for this moment
    import threading

    stop = threading.Event()

    def knock():
        while not stop.wait(0.02):
            plugin.say(DatagramKind.knock)

    knocking = threading.Thread(target=knock)
    knocking.start()
    try:
        ports = open_ports("auto", None, None, ManualClock())
    finally:
        stop.set()
        knocking.join()
    assert ports.backend == "plugin"
    assert ports.instrument is not None
    ports.close()
    plugin.door.close()
