from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from rag.errors import UsageError
from ui.page.login import MOST_WRONG, WITHIN_S, Tries, read_login

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "login"
    path.write_text("ann:right:word\n\nben:other\n")
    path.chmod(0o600)
    return path


def test_only_the_pair_as_written_gets_in(names: Path) -> None:
    check = read_login(names)
    assert check("ann", "right:word")
    assert check("ben", "other")
    for pair in (("ann", "other"), ("ann", ""), ("", ""), ("eve", ""), ("Ann", "right:word")):
        assert not check(*pair)


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ("ann:x", 0o644, "chmod 600"),
        ("ann", 0o600, "not 'name:password'"),
        (":x", 0o600, "not 'name:password'"),
        ("\n", 0o600, "names nobody"),
    ],
)
def test_file_that_is_unsafe_or_unclear_is_refused(
    tmp_path: Path, text: str, mode: int, told: str
) -> None:
    path = tmp_path / "login"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(UsageError, match=told):
        read_login(path)


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_login(tmp_path / "none")


async def wrong(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 400, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_wrong_tries_of_one_address_are_limited_for_a_while(
    run_async: Callable[[Any], Any],
) -> None:
    now = [0.0]
    guarded = Tries(wrong, clock=lambda: now[0])

    def try_from(address: str, path: str = "/login") -> int:
        sent: list[Message] = []

        async def receive() -> Message:
            return {}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "path": path, "client": (address, 1)}
        run_async(guarded(scope, receive, send))
        return int(sent[0]["status"])

    assert [try_from("a") for _ in range(MOST_WRONG + 2)] == [400] * MOST_WRONG + [429] * 2
    assert try_from("b") == 400
    assert try_from("a", "/login/") == 429
    assert try_from("a", "/config") == 400
    now[0] += WITHIN_S + 1
    assert try_from("a") == 400


def test_without_the_password_nothing_is_served_but_the_way_in(
    running: Serve, make_answerer: Any, names: Path
) -> None:
    with running(make_answerer(), login=names) as url:

        def call(method: str, path: str, body: bytes = b"", **headers: str) -> Any:
            line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
            try:
                line.request(method, path, body, headers)
                reply = line.getresponse()
                reply.read()
                return reply
            finally:
                line.close()

        assert call("GET", "/config").status == 401
        assert call("POST", "/gradio_api/queue/join", b"{}").status in {401, 422}
        for hidden in ("/gradio_api/mcp/", "/gradio_api/call/ask", "/gradio_api/openapi.json"):
            assert call("GET", hidden).status == 404
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        bad = urlencode({"username": "ann", "password": "no"}).encode()
        good = urlencode({"username": "ann", "password": "right:word"}).encode()
        for _ in range(MOST_WRONG - 1):
            assert call("POST", "/login", bad, **form).status == 400
        entered = call("POST", "/login", good, **form)
        assert entered.status == 200
        cookie = "; ".join(
            value.split(";")[0] for name, value in entered.getheaders() if name == "set-cookie"
        )
        assert call("GET", "/config", Cookie=cookie).status == 200
        assert call("POST", "/login", bad, **form).status == 400
        assert call("POST", "/login", good, **form).status == 429
