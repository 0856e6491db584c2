"""Who is asking: the signed-in reader, or else the browser, known by a cookie.

The cookie is a random number no script can read. It is the key to a browser's conversations, so
it comes with the page alone, never to a request from elsewhere.
"""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ui.page.offline import gr

COOKIE: Final = "dateline"
USER_HEADER: Final = b"x-dateline-reader"  # set by the login alone: what a browser sends is dropped
_YEAR_S: Final = 365 * 24 * 3600
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


class Visitor:
    """ASGI middleware that gives a browser its cookie with the page, and believes no name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = [pair for pair in scope["headers"] if pair[0].lower() != USER_HEADER]
        scope = {**scope, "headers": headers}
        if scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        token = cookies_of(scope).get(COOKIE, "")
        token = token if _TOKEN.fullmatch(token) else secrets.token_hex(16)
        # lax: a deep link followed from a mail must find the browser it belongs to
        cookie = f"{COOKIE}={token}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax"

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
                message = {**message, "headers": told}
            await send(message)

        await self._app(scope, receive, with_cookie)


def owner_of(request: gr.Request) -> str:
    """Name the owner of what is asked for; a browser that keeps no cookie owns nothing twice."""
    if name := request.headers.get(USER_HEADER.decode()):
        return f"user:{unquote(name)}"
    token = request.cookies.get(COOKIE, "")
    return f"browser:{token if _TOKEN.fullmatch(token) else secrets.token_hex(16)}"


def cookies_of(scope: Scope) -> dict[str, str]:
    """Return the cookies of a request by name; none where they cannot be read."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            try:
                jar = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                continue
            found |= {key: morsel.value for key, morsel in jar.items()}
    return found
