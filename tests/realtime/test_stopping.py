import os
import signal

import pytest

from jambot.realtime.stopping import Stopping

SIGNALS = [signal.SIGINT, signal.SIGTERM]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="os.kill ends the process elsewhere")


@pytest.mark.parametrize("number", SIGNALS)
def test_before_anything_plays_the_first_request_ends_at_once(number):
    with pytest.raises(KeyboardInterrupt), Stopping():
        os.kill(os.getpid(), number)


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
