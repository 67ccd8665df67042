import os
import signal
import threading

import pytest

from jambot.realtime.stopping import CLOSED, LOGGED_OFF, Stopping

SIGNALS = [signal.SIGINT, signal.SIGTERM]
posix = pytest.mark.skipif(os.name != "posix", reason="os.kill ends the process elsewhere")


@posix
@pytest.mark.parametrize("number", SIGNALS)
def test_before_anything_plays_the_first_request_ends_at_once(number):
    with pytest.raises(KeyboardInterrupt), Stopping():
        os.kill(os.getpid(), number)


@posix
@pytest.mark.parametrize("number", SIGNALS)
def test_once_it_plays_requests_are_noted_and_repeated_ones_disturb_nothing(number):
    with Stopping() as stopping:
        stopping.play()
        assert not stopping.asked
        for _ in range(3):
            os.kill(os.getpid(), number)
        assert stopping.asked


def test_the_signals_are_given_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with Stopping():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.parametrize("event", [CLOSED, LOGGED_OFF])
def test_a_console_that_windows_closes_is_held_until_all_is_written(event):
    done = []
    with Stopping() as stopping:
        stopping.play()
        system = threading.Thread(target=lambda: done.append(stopping.console_says(event)))
        system.start()
        while not stopping.asked:
            pass
        assert done == []
    system.join(10)
    assert done == [True]


def test_what_else_windows_tells_a_console_is_left_to_the_signals():
    with Stopping() as stopping:
        assert not stopping.console_says(0)
        assert not stopping.asked
