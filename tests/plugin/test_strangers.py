"""What comes to the plugin's socket, or to the engine's, and is not what it should be."""

import socket
import struct
import time
from random import Random

import pytest

from jambot.control.doctor.plugin import heard
from jambot.errors import PortError
from jambot.realtime.ports import open_ports, plugin_wire, select
from jambot.realtime.ports.plugin_key import LOOPBACK, make_key, read_key
from jambot.realtime.ports.plugin_link import ask_engine
from jambot.realtime.ports.plugin_wire import HEAD, HOST, DatagramKind, Record, Type, write_datagram

STATUS = 16


def mutations(datagram: bytes, random: Random, number: int) -> list[bytes]:
    """Damaged datagrams that keep the word that opens the door, most of them."""
    made = []
    for _ in range(number):
        data = bytearray(datagram)
        for _ in range(random.randint(1, 4)):
            kind = random.randrange(4)
            place = random.choice(
                (random.randrange(4, 8), random.randrange(24, max(25, len(data))))
            )
            if place >= len(data):
                continue
            if kind == 0:
                data[place] = random.randrange(256)
            elif kind == 1:
                del data[place : place + random.randint(1, 20)]
            elif kind == 2:
                data[place:place] = random.randbytes(random.randint(1, 30))
            else:
                data[place : place + 8] = random.choice((b"\xff" * 8, b"\0" * 8))
        made.append(bytes(data))
    return made


def test_two_thousand_damaged_datagrams_from_a_plugin_break_no_engine(met):
    host, engine = met
    key = read_key()
    talk = engine.link.talk
    head = HEAD.pack(
        b"JAMB", 1, DatagramKind.from_plugin, 0, key.token, talk.instance, talk.session, 1, 0, 2, 1
    )
    report = HOST.pack(0, 0, 0, 64, 48000.0, 4.0, 0, 120.0, 64, 4.0, 3, 1)
    whole = head + report + struct.pack("<QIB3s", 100, 3, 0, b"\x90\x3c\x50") * 2
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((LOOPBACK, 0))
        for place, data in enumerate(mutations(whole, Random(1), 2000)):
            stranger.sendto(data, (LOOPBACK, key.port))
            if place % 100 == 0:
                host.do("run 0.01 64")
    host.until(lambda: engine.link.strangers + engine.link.malformed > 500)
    host.until(lambda: engine.met)
    engine.send(bytes((0x90, 60, 80)))
    host.until(lambda: (0, 60) in host.sounding)
    engine.send(bytes((0x80, 60, 0)))
    host.until(lambda: not host.sounding)


def test_two_thousand_damaged_datagrams_from_an_engine_break_no_plugin(make_host, home):
    """An engine that says nonsense: its datagrams come from the right place with the right word."""
    key = make_key()
    host = make_host()
    random = Random(2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
        engine.bind((LOOPBACK, key.port))
        engine.settimeout(0.2)
        sent = 0
        while sent < 2000:
            host.do("run 0.03 64")
            try:
                data, address = engine.recvfrom(4096)
            except TimeoutError:
                continue
            instance, session = struct.unpack_from("<QI", data, 24)
            records = tuple(
                Record(random.choice((0, host.frame, 1 << 63)), number, random.randrange(9),
                       bytes((0x90, random.randrange(256), random.randrange(256))))
                for number in range(5)
            )  # fmt: skip
            whole = write_datagram(key.token, DatagramKind.from_engine, state=1, instance=instance,
                                   session=session, first=1, records=records,
                                   engine=(1, 2, 3, 4))  # fmt: skip
            for damaged in [whole, *mutations(whole, random, 200)]:
                engine.sendto(damaged, address)
                sent += 1
        engine.settimeout(0.0)
    host.until(lambda: not host.sounding)
    assert host.stats().traps == 0


def test_a_strangers_word_opens_nothing_and_is_counted(met):
    host, engine = met
    key = read_key()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(
            write_datagram(b"x" * 16, DatagramKind.knock, instance=5), (LOOPBACK, key.port)
        )
        stranger.sendto(b"hello", (LOOPBACK, key.port))
    host.until(lambda: engine.link.strangers == 2)
    assert engine.link.talk.instance != 5


def test_an_engine_of_another_version_is_named(make_host, home):
    key = make_key()
    host = make_host()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
        engine.bind((LOOPBACK, key.port))
        engine.setblocking(False)
        end = time.monotonic() + 20

        def named() -> bool:
            try:
                data, address = engine.recvfrom(4096)
            except BlockingIOError:
                data = b""
            if data:
                answer = bytearray(data)
                struct.pack_into("<H", answer, 4, 7)
                engine.sendto(bytes(answer), address)
            return host.text(STATUS) == "the engine is of another version" or time.monotonic() > end

        host.until(named)
    assert host.text(STATUS) == "the engine is of another version"


def test_a_plugin_of_another_version_is_told_so(make_engine, home, monkeypatch):
    engine = make_engine()
    key = read_key()
    with monkeypatch.context() as other:
        other.setattr(plugin_wire, "PROTOCOL", 9)
        knock = write_datagram(key.token, DatagramKind.knock, instance=77, session=3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plugin:
        plugin.settimeout(5)
        plugin.sendto(knock, (LOOPBACK, key.port))
        data, _ = plugin.recvfrom(4096)
    assert struct.unpack_from("<HBB", data, 4) == (1, DatagramKind.from_engine, 3)
    assert engine.link.talk is None
    assert engine.link.elsewhere == 1


def test_a_second_engine_is_refused_and_the_first_plays_on(met):
    host, engine = met
    with pytest.raises(PortError) as refused:
        type(engine.link).open(engine.clock)
    assert "another JAM_BOT" in refused.value.found
    engine.send(bytes((0x90, 60, 80)))
    host.until(lambda: (0, 60) in host.sounding)


def test_without_a_back_end_named_a_second_engine_leaves_the_plugin_to_the_first(met, monkeypatch):
    host, engine = met

    def refuse(*_):
        raise PortError("nothing here")

    for other in ("JackPatch", "open_client", "RtMidiBackend"):
        monkeypatch.setattr(select, other, refuse)
    ports = open_ports("auto", None, None, engine.clock)
    assert ports.backend == "memory"
    ports.close()
    host.do("run 0.1 64")
    assert engine.met


def test_datagrams_with_another_word_and_of_another_version_are_told_to_whoever_asks(
    make_engine, home
):
    make_engine()
    key = read_key()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(
            write_datagram(b"x" * 16, DatagramKind.knock, instance=5), (LOOPBACK, key.port)
        )
        assert "1 datagrams came without its key" in heard(ask_engine(key, 5.0)).found
        newer = bytearray(write_datagram(key.token, DatagramKind.knock, instance=5))
        struct.pack_into("<H", newer, 4, 9)
        stranger.sendto(newer, (LOOPBACK, key.port))
        assert "another version" in heard(ask_engine(key, 5.0)).found


def test_a_stranger_on_the_port_costs_the_word_and_nothing_else(make_host, make_engine, home):
    key = make_key()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((LOOPBACK, key.port))
        engine = make_engine()
        assert read_key().port != key.port
        assert read_key().token != key.token
        host = make_host()
        host.until(lambda: engine.met)


def test_the_key_is_for_the_user_alone(home):
    make_key()
    assert (home / "plugin.key").stat().st_mode & 0o077 == 0


def test_an_engine_that_is_asked_says_how_it_is(met):
    host, _engine = met
    host.do("play 1")
    host.do("run 0.1 256")
    said = ask_engine(read_key(), 5.0)
    assert said is not None
    assert said["plugin"] is True
    assert said["song"] == "plays"
    assert said["rate"] == 48000


def test_records_too_many_for_a_datagram_are_refused(met):
    host, engine = met
    key, talk = read_key(), engine.link.talk
    before = engine.link.strangers
    head = HEAD.pack(
        b"JAMB", 1, DatagramKind.from_plugin, 0, key.token, talk.instance, talk.session, 1, 0, 65, 0
    )
    records = struct.pack("<QIB3s", 0, 3, Type.midi, b"\x90\x3c\x50") * 65
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(head + records, (LOOPBACK, key.port))
    host.until(lambda: engine.link.strangers == before + 1)
