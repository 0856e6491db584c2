from __future__ import annotations

import base64
import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from gradio_client import Client

from rag.errors import UsageError
from ui.page.login import MOST_WRONG, SIGNED_IN_S, WITHIN_S, Gate, Readers, read_login

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    Serve = Callable[..., AbstractContextManager[str]]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "login"
    path.write_text("ann:right:word\n\nben:other\n")
    path.chmod(0o600)
    return path


def test_only_the_pair_as_written_gets_in(names: Path) -> None:
    readers = read_login(names)
    assert readers.check("ann", "right:word")
    assert readers.check("ben", "other")
    for pair in (("ann", "other"), ("ann", ""), ("", ""), ("eve", ""), ("Ann", "right:word")):
        assert not readers.check(*pair)


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


def test_token_lets_in_whom_it_names_and_for_a_while() -> None:
    readers = Readers({"ann": "x", "Ünï.ben": "y"}, b"key")
    for name in ("ann", "Ünï.ben"):
        token = readers.token(name, 1000.0)
        assert readers.name_of(token, 1001.0) == name
        assert readers.name_of(token, 1000.0 + SIGNED_IN_S + 1) is None
    token = readers.token("ann", 1000.0)
    who, until, signed = token.split(".")
    for forged in ("", "a.b.c", "..", f"{who}.{int(until) + 9}.{signed}", token[:-1], f"{token}.x"):
        assert readers.name_of(forged, 1001.0) is None
    assert Readers({"ann": "new"}, b"key").name_of(token, 1001.0) is None
    assert Readers({"ann": "x"}, b"other").name_of(token, 1001.0) is None
    assert Readers({"ben": "x"}, b"key").name_of(token, 1001.0) is None


def test_key_is_kept_for_the_next_run(names: Path, tmp_path: Path) -> None:
    key = tmp_path / "deep" / "chat.key"
    token = read_login(names, key).token("ann", 0)
    assert read_login(names, key).name_of(token, 1) == "ann"
    assert key.stat().st_mode & 0o077 == 0
    assert read_login(names).name_of(token, 1) is None


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_wrong_tries_of_one_address_are_limited_for_a_while(
    run_async: Callable[[Any], Any],
) -> None:
    now = [0.0]
    gate = Gate(nothing, readers=Readers({"ann": "x"}, b"key"), clock=lambda: now[0])

    def call(address: str, password: str, *, basic: bool = False) -> tuple[int, bytes]:
        sent: list[Message] = []
        body = urlencode({"username": "ann", "password": password}).encode()

        async def receive() -> Message:
            return {"body": body}

        async def send(message: Message) -> None:
            sent.append(message)

        pair = base64.b64encode(f"ann:{password}".encode())
        scope = {"type": "http", "method": "POST", "path": "/login", "client": (address, 1)}
        scope["headers"] = [(b"authorization", b"Basic " + pair)] if basic else []
        if basic:
            scope["path"] = "/config"
        run_async(gate(scope, receive, send))
        return sent[0]["status"], sent[1]["body"]

    assert [call("a", "no")[0] for _ in range(MOST_WRONG - 1)] == [400] * (MOST_WRONG - 1)
    assert call("a", "no", basic=True)[0] == 401
    status, told = call("a", "x")
    assert status == 429
    assert b"Too many wrong tries" in told
    assert call("a", "x", basic=True)[0] == 401
    assert call("b", "x")[0] == 200
    assert call("b", "x", basic=True)[0] == 204
    now[0] += WITHIN_S + 1
    assert call("a", "x")[0] == 200


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_without_the_password_nothing_is_served_but_the_way_in(
    running: Serve, make_answerer: Any, names: Path
) -> None:
    with running(make_answerer(), login=names) as url:

        def call(method: str, path: str, body: bytes = b"", **headers: str) -> Any:
            line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
            try:
                line.request(method, path, body, headers)
                reply = line.getresponse()
                return reply, reply.read().decode()
            finally:
                line.close()

        for closed in ("/config", "/gradio_api/info", "/assets/x.js", "/gradio_api/openapi.json"):
            assert call("GET", closed)[0].status == 401
        assert call("POST", "/gradio_api/queue/join", b"{}")[0].status == 401
        assert call("GET", "/config", **{"X-Dateline-Reader": "ann"})[0].status == 401
        assert call("GET", "/gradio_api/mcp/")[0].status == 404
        page = call("GET", "/")
        assert page[0].status == 401
        assert "Sign in" in page[1]
        assert "default-src 'self'" in str(page[0].headers["content-security-policy"])
        bad = urlencode({"username": "<b>", "password": "no"}).encode()
        good = urlencode({"username": "ann", "password": "right:word"}).encode()
        refused = call("POST", "/login", bad, **FORM)
        assert (refused[0].status, "do not go together" in refused[1]) == (400, True)
        entered = call("POST", "/login", good, Accept="text/html", **FORM)[0]
        assert (entered.status, entered.headers["location"]) == (303, "/")
        cookie = str(entered.headers["set-cookie"]).split(";")[0]
        assert call("GET", "/config", Cookie=cookie)[0].status == 200
        assert call("GET", "/config", Cookie=cookie + "x")[0].status == 401
        client = Client(url, auth=("ann", "right:word"), verbose=False, analytics_enabled=False)
        told = client.predict(question="What of the storm repairs?", api_name="/ask")
        client.close()
        assert "answered" in told
