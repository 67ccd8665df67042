"""The door alone: a small application behind it, asked as a server would ask."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from jambot.control.room.door import HEADERS, Door, is_foreign, new_token, same_origin

TOKEN = "open-sesame"


def answer(token: str | None, query: str = "", **headers: str) -> tuple[int, Headers]:
    """Status and headers of one request for a page that says hello."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    door = Door(PlainTextResponse("hello"), token, port=8765)
    asyncio.run(door(scope, receive, send))
    return sent[0]["status"], Headers(raw=sent[0]["headers"])


def test_without_a_token_everybody_on_this_machine_is_let_in():
    status, headers = answer(None)
    assert status == 200
    assert HEADERS.items() <= dict(headers).items()
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "query", ["", "token=", "token=close-sesame", "token=%ff%00", "other=open-sesame"]
)
def test_without_the_right_token_nobody_is(query: str):
    assert answer(TOKEN, query)[0] == 403


def test_the_token_in_the_address_becomes_a_cookie_that_lets_in():
    status, headers = answer(TOKEN, f"token={TOKEN}")
    assert status == 200
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert answer(TOKEN, cookie=cookie.split(";")[0])[0] == 200
    assert answer(TOKEN, cookie="jambot-8765=guess")[0] == 403


def test_a_program_may_carry_it_as_a_bearer():
    assert answer(TOKEN, authorization=f"Bearer {TOKEN}")[0] == 200
    assert answer(TOKEN, authorization="Bearer guess")[0] == 403


def test_a_websocket_without_it_is_closed_before_it_opens():
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/ws", "query_string": b"", "headers": []}
    asyncio.run(Door(PlainTextResponse("hello"), TOKEN)(scope, send, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_policy_of_its_own_is_left_to_an_answer():
    async def own(scope: Any, receive: Any, send: Any) -> None:
        page = PlainTextResponse("hello", headers={"content-security-policy": "mine"})
        await page(scope, receive, send)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(
        Door(own)({"type": "http", "path": "/", "headers": [], "method": "GET"}, send, send)
    )
    assert Headers(raw=sent[0]["headers"])["content-security-policy"] == "mine"


def test_our_own_page_and_programs_are_of_our_origin_and_others_are_not():
    assert same_origin(Headers({"host": "127.0.0.1:8765"}))
    assert same_origin(Headers({"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}))
    assert not same_origin(Headers({"host": "127.0.0.1:8765", "origin": "http://evil.example"}))


def test_no_two_tokens_are_alike_and_all_stand_in_an_address():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
    ids=str,
)
def test_a_page_of_another_origin_gets_nothing(said: dict[str, str]):
    headers = {"host": "127.0.0.1:8765"} | said
    assert answer(None, **headers)[0] == 403
    assert answer(TOKEN, f"token={TOKEN}", **headers)[0] == 403


def test_a_click_elsewhere_may_open_the_page_and_nothing_behind_it():
    click = Headers({"host": "127.0.0.1:8765", "sec-fetch-site": "cross-site",
                     "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"})  # fmt: skip
    assert not is_foreign(click, "/")
    assert is_foreign(click, "/takes/tonight/report.html")
    ours = Headers({"host": "127.0.0.1:8765", "sec-fetch-site": "same-origin"})
    assert not is_foreign(ours, "/takes/tonight/report.html")
