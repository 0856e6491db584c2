from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ui.page.visitor import COOKIE, Visitor, owner_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send

TOKEN = "0123456789abcdef" * 2


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def cookies_set(path: str, cookie: str | None, run_async: Callable[[Any], Any]) -> list[str]:
    headers = [(b"cookie", cookie.encode())] if cookie is not None else []
    sent: list[Message] = []

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": headers}
    run_async(Visitor(page)(scope, receive, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


@pytest.mark.parametrize("cookie", [None, "", "other=1", f"{COOKIE}=short", f"{COOKIE}={TOKEN}x"])
def test_page_brings_a_cookie_no_script_can_read(
    cookie: str | None, run_async: Callable[[Any], Any]
) -> None:
    (told,) = cookies_set("/", cookie, run_async)
    assert re.match(rf"{COOKIE}=[0-9a-f]{{32}}; ", told)
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told
    assert TOKEN not in told


def test_known_browser_keeps_its_cookie(run_async: Callable[[Any], Any]) -> None:
    (told,) = cookies_set("/", f"a=b; {COOKIE}={TOKEN}", run_async)
    assert told.startswith(f"{COOKIE}={TOKEN};")


def test_only_the_page_brings_it(run_async: Callable[[Any], Any]) -> None:
    assert cookies_set("/gradio_api/queue/join", None, run_async) == []


def test_owner_is_the_reader_or_else_the_browser_or_else_nobody_twice() -> None:
    browser = SimpleNamespace(headers={}, cookies={COOKIE: TOKEN})
    reader = SimpleNamespace(headers={"x-dateline-reader": "ann%20b"}, cookies={COOKIE: TOKEN})
    stray = SimpleNamespace(headers={}, cookies={COOKIE: "x"})
    assert owner_of(browser) == f"browser:{TOKEN}"  # type: ignore[arg-type]
    assert owner_of(reader) == "user:ann b"  # type: ignore[arg-type]
    assert owner_of(stray) != owner_of(stray)  # type: ignore[arg-type]


def test_name_a_browser_claims_is_not_believed(run_async: Callable[[Any], Any]) -> None:
    passed: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.extend(scope["headers"])

    async def nothing(*_: Any) -> Any:
        return {}

    scope = {
        "type": "http",
        "path": "/x",
        "headers": [(b"X-Dateline-Reader", b"ann"), (b"a", b"b")],
    }
    run_async(Visitor(app)(scope, nothing, nothing))
    assert passed == [(b"a", b"b")]
