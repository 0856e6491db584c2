from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ui.page.harden import HEADERS, Harden

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.types import Message, Receive, Scope, Send

MOST = 100
HOME = "127.0.0.1:7860"


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def drive(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end what never waits: playwright's event loop may be running in this thread."""
    with pytest.raises(StopIteration):
        work.send(None)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body that came, under a header of its own and a weaker policy."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"x-own", b"1"), (b"Content-Security-Policy", b"default-src *")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def call(
    path: str = "/",
    *,
    method: str = "GET",
    host: str | None = HOME,
    parts: tuple[bytes, ...] = (b"",),
    bound_to: str = "127.0.0.1",
    **headers: str,
) -> Reply:
    """Send one request through the middleware to `echo`."""
    named = {"host": host, **headers}
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items() if v is not None]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    waiting = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)}
        for n, part in enumerate(parts, 1)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    guarded = Harden(echo, bound_to=bound_to, allow_hosts=["news.example"], max_body_bytes=MOST)
    drive(guarded(scope, receive, send))
    got: dict[str, str] = {}
    for key, value in sent[0]["headers"]:
        assert key.decode().lower() not in got, "a header was sent twice"
        got[key.decode().lower()] = value.decode()
    return Reply(sent[0]["status"], got, b"".join(m.get("body", b"") for m in sent[1:]))


@pytest.mark.parametrize(
    "host", [HOME, "localhost:7860", "LOCALHOST", "[::1]:7860", "news.example", "News.Example:80"]
)
def test_own_names_are_answered(host: str) -> None:
    assert call(host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", "evil.example:7860", "127.0.0.1.evil.example", "10.0.0.7", "[::1"],
)
def test_other_host_names_are_refused(host: str | None) -> None:
    assert call(host=host).status == 403


def test_bound_to_every_address_any_address_is_answered_but_no_name() -> None:
    assert call(host="10.0.0.7:7860", bound_to="0.0.0.0").status == 200
    assert call(host="evil.example:7860", bound_to="0.0.0.0").status == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (f"http://{HOME}", 200),
        ("http://127.0.0.1:9999", 403),
        ("http://localhost:7860", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
    ],
)
def test_only_the_page_itself_may_post(origin: str, status: int) -> None:
    reply = call("/gradio_api/queue/join", method="POST", parts=(b"{}",), origin=origin)
    assert reply.status == status


@pytest.mark.parametrize(
    "path",
    [
        "/monitoring",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/x",
        "/gradio_api/proxy=http://evil.example",
        "/gradio_api/vibe-edit",
        "/gradio_api/process_recording",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/run/other",
        "/gradio_api/call/ask",
        "/gradio_api/mcp/",
        "/openapi.json",
        "/docs",
        "/login",
        "//",
    ],
)
def test_routes_the_page_does_not_use_are_hidden(path: str) -> None:
    assert call(path).status == 404


def test_body_within_the_cap_arrives_whole() -> None:
    reply = call("/config", method="POST", parts=(b"a" * 60, b"b" * 40))
    assert (reply.status, reply.body) == (200, b"a" * 60 + b"b" * 40)


@pytest.mark.parametrize(
    "length", ["101", "999999999999", "-1", "1e3", ""], ids=lambda length: f"says {length!r}"
)
def test_declared_length_over_the_cap_or_odd_is_refused(length: str) -> None:
    reply = call("/config", method="POST", parts=(b"a",), content_length=length)
    assert reply.status == 413


def test_body_over_the_cap_is_refused_without_a_declared_length() -> None:
    assert call("/config", method="POST", parts=(b"a" * 60,) * 50).status == 413


@pytest.mark.parametrize("path", ["/", "/monitoring"])
def test_every_response_carries_the_headers_once(path: str) -> None:
    headers = call(path).headers
    for key, value in HEADERS:
        assert headers[key.decode()] == value.decode()


def test_policy_lets_nothing_leave_for_another_host() -> None:
    policy = dict(HEADERS)[b"content-security-policy"].decode()
    assert "*" not in policy
    assert "http" not in policy
    assert "default-src 'self'" in policy


def test_websocket_is_closed_and_lifespan_passes() -> None:
    passed: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        passed.append(message["type"])

    guarded = Harden(app)
    drive(guarded({"type": "websocket"}, receive, send))
    drive(guarded({"type": "lifespan"}, receive, send))
    assert passed == ["websocket.close", "lifespan"]
