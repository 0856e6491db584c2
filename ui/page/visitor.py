"""Who is asking: the signed-in reader, or else the browser, known by a cookie.

The cookie is a random number no script can read. It is the key to a browser's conversations, so
it comes with the page alone, never to a request from elsewhere.
"""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ui.page.offline import gr

COOKIE: Final = "dateline"
_YEAR_S: Final = 365 * 24 * 3600
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


class Visitor:
    """ASGI middleware that gives a browser its cookie with the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        token = _token(scope) or secrets.token_hex(16)
        # lax: a deep link followed from a mail must find the browser it belongs to
        cookie = f"{COOKIE}={token}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax"

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, with_cookie)


def owner_of(request: gr.Request) -> str:
    """Name the owner of what is asked for; a browser that keeps no cookie owns nothing twice."""
    if user := getattr(request, "username", None):
        return f"user:{user}"
    token = request.cookies.get(COOKIE, "")
    return f"browser:{token if _TOKEN.fullmatch(token) else secrets.token_hex(16)}"


def _token(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if morsel and _TOKEN.fullmatch(morsel.value):
                return morsel.value
    return None
