"""Where the live view can be reached; real sockets."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jambot.control.room.address import Address, open_address, with_token
from jambot.errors import UsageError


@contextmanager
def opened(host: str, port: int = 0, token: str | None = None) -> Iterator[Address]:
    listening, address = open_address(host, port, token)
    assert listening is not None
    with listening:
        yield address


def test_on_the_loop_back_address_no_token_is_asked_for():
    with opened("127.0.0.1") as address:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address.url or "")
        assert (address.notice, address.token) == ("", None)


def test_on_every_address_a_token_is_made_and_told_with_the_way_from_elsewhere():
    with opened("0.0.0.0") as address:
        assert address.token is not None
        assert len(address.token) >= 16
        assert (address.url or "").endswith(f"/?token={address.token}")
        assert re.fullmatch(
            rf"from another machine: http://[\d.]+:\d+/\?token={address.token}", address.notice
        )


def test_a_token_of_ones_own_is_taken():
    with opened("0.0.0.0", token="open-sesame") as address:
        assert address.token == "open-sesame"


@pytest.mark.parametrize("token", ["short", "with space", "a&b=12345", "", 'quote"quote'])
def test_a_token_that_fits_no_address_is_refused(token: str):
    with pytest.raises(UsageError, match="token"):
        open_address("127.0.0.1", 0, token)


def test_a_busy_port_is_left_to_its_owner():
    with socket.create_server(("127.0.0.1", 0)) as owner:
        busy = owner.getsockname()[1]
        with opened("127.0.0.1", busy) as address:
            assert address.url != f"http://127.0.0.1:{busy}"
            assert address.notice == f"port {busy} is busy, so the live view is at {address.url}"


@pytest.mark.parametrize("host", ["no.such.machine.invalid", "192.0.2.77"])
def test_what_is_no_address_of_this_machine_is_refused(host: str):
    with pytest.raises(UsageError, match="an address of this machine"):
        open_address(host, 0)


def test_a_token_that_does_not_fit_is_not_said_aloud():
    with pytest.raises(UsageError) as refused:
        open_address("127.0.0.1", 0, "my secret")
    assert "my secret" not in str(refused.value)


def test_an_address_is_given_a_token_unless_it_has_one():
    assert with_token("http://127.0.0.1:8765", None) == "http://127.0.0.1:8765"
    assert with_token("http://127.0.0.1:8765", "abc") == "http://127.0.0.1:8765/?token=abc"
    assert with_token("http://127.0.0.1:8765/?a=b", "c") == "http://127.0.0.1:8765/?a=b&token=c"
    assert with_token("http://x/?token=own", "abc") == "http://x/?token=own"
