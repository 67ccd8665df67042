from jambot.control import MidiPlayed, RoomInput
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import By, MemoryInput, TimedMessage

C_DOWN, E_DOWN = bytes((0x90, 60, 80)), bytes((0x90, 64, 80))


class Page:
    def __init__(self) -> None:
        self.waiting: list[MidiPlayed] = []

    def played(self) -> list[MidiPlayed]:
        waiting, self.waiting = self.waiting, []
        return waiting


def test_keys_of_the_page_and_of_the_keyboard_are_heard_as_one():
    clock, page = ManualClock(10.0), Page()
    keyboard = MemoryInput(clock)
    source = RoomInput(keyboard, page, clock.now)
    keyboard.feed(C_DOWN, 9.9)
    page.waiting.append(MidiPlayed(E_DOWN))
    assert source.poll() == [TimedMessage(9.9, C_DOWN), TimedMessage(10.0, E_DOWN, By.page)]
    assert source.poll() == []


def test_it_lives_and_ends_with_the_real_port():
    clock = ManualClock()
    keyboard = MemoryInput(clock)
    source = RoomInput(keyboard, Page(), clock.now)
    assert source.alive
    source.close()
    assert not keyboard.alive
    assert not source.alive


def test_the_page_is_heard_on_the_one_channel_that_is():
    clock, page = ManualClock(10.0), Page()
    source = RoomInput(MemoryInput(clock), page, clock.now, channel=3)
    page.waiting += [MidiPlayed(C_DOWN), MidiPlayed(b"\xc0\x02")]
    assert [message.data for message in source.poll()] == [b"\x93\x3c\x50", b"\xc3\x02"]
