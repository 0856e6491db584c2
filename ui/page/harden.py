"""ASGI middleware in front of gradio: who may ask, for what, how much, and what comes back.

gradio checks neither Host nor Origin (a page elsewhere could reach a server on 127.0.0.1 by
rebinding its name), caps only uploads, and serves routes this page has no use for. So: only the
routes the page needs, only from itself, only small bodies, and every response under a content
security policy that lets nothing leave for another host.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 256_000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WILDCARD = frozenset({"0.0.0.0", "::", ""})

# What gradio's page itself asks for. An exact path, or a prefix where it ends in '/'.
ROUTES = frozenset(
    {
        *("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"),
        *("/assets/", "/static/", "/svelte/"),
        *("/gradio_api/startup-events", "/gradio_api/info", "/gradio_api/app_id"),
        *("/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/cancel"),
        "/gradio_api/run/predict",
        *("/gradio_api/reset", "/gradio_api/heartbeat/", "/gradio_api/theme.css"),
    }
)
# What programs ask for: gradio's client, its plain HTTP form, and MCP. MCP's tools are called by
# gradio itself, from this machine and signed in as nobody, so behind a login there is none.
PROGRAM_ROUTES = frozenset({"/gradio_api/call/", "/gradio_api/openapi.json"})
MCP_ROUTES = frozenset({"/gradio_api/mcp", "/gradio_api/mcp/"})
LOGIN_ROUTES = frozenset({"/login", "/logout"})
# gradio's bundle needs inline scripts and eval (measured with 6.31); everything else is ours alone.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'none'",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # 'no-referrer' makes the login's own Origin 'null'
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class Harden:
    """Refuse what the page never sends; add the protective headers to what it gets.

    Args:
        app: The application behind.
        bound_to: The address the server listens on; it and this machine's own names are allowed
            as Host. Bound to every address, any literal IP address is allowed too: a rebinding
            attack needs a name.
        allow_hosts: Further host names to answer to, without port.
        max_body_bytes: The largest request body accepted.
        routes: Paths to serve; one that ends in '/' (other than '/') is a prefix.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bound_to: str = "127.0.0.1",
        allow_hosts: Iterable[str] = (),
        max_body_bytes: int = MAX_BODY_BYTES,
        routes: Iterable[str] = ROUTES,
    ) -> None:
        self._app = app
        self._hosts = LOOPBACK | {bound_to.lower()} | {name.lower() for name in allow_hosts}
        self._any_address = bound_to in WILDCARD
        self._max_body_bytes = max_body_bytes
        routes = set(routes)
        self._prefixes = tuple(route for route in routes if route.endswith("/") and route != "/")
        self._exact = routes - set(self._prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the page opens no websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _with_headers(send)
        if refusal := self._refusal(scope):
            await _plain(guarded, *refusal)
            return
        body = await _read_body(scope, receive, self._max_body_bytes)
        if body is None:
            await _plain(guarded, 413, f"At most {self._max_body_bytes} bytes in a request.")
            return
        await self._app(scope, _replay(body, receive), guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or not self._known(hosts[0]):
            return 403, "This host name is not one Dateline answers to."
        origins = _values(scope, b"origin")
        if any(_authority(origin) != hosts[0].lower() for origin in origins):
            return 403, "Requests from other sites are refused."
        path = scope["path"]
        if path not in self._exact and not path.startswith(self._prefixes):
            return 404, "Nothing here."
        return None

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._hosts or (self._any_address and _is_address(name))


def _authority(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"http", "https"} else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


async def _read_body(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """Read a body whole, None if it is larger than allowed. A GET is not waited on."""
    if scope["method"] in {"GET", "HEAD"}:
        return b""
    declared = _values(scope, b"content-length")
    if any(not length.isdigit() or int(length) > most for length in declared):
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _with_headers(send: Send) -> Send:
    names = {name for name, _ in HEADERS}

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return guarded


async def _plain(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
