"""An optional login: who may ask, how a browser stays signed in, and a limit on wrong tries.

It stands before gradio, whose own login leaves MCP and other routes open and never says that
there were too many tries. Without it, or past it, the page is the same.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import stat
import time
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote

from rag.errors import UsageError
from ui.page.visitor import USER_HEADER, cookies_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    Headers = list[tuple[bytes, bytes]]

COOKIE: Final = "dateline-reader"
MOST_WRONG: Final = 5
WITHIN_S: Final = 60.0
SIGNED_IN_S: Final = 30 * 24 * 3600
# gradio asks its own server for this as it starts; it says and does nothing else
_OPEN: Final = "/gradio_api/startup-events"
_MOST_ADDRESSES: Final = 10_000
_WRONG: Final = "This name and password do not go together."
_TOO_MANY: Final = "Too many wrong tries. Wait a minute, then try again."
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Dateline</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; padding: 12vh 1.2rem; background: light-dark(#faf7f0, #171512);
  color: light-dark(#1f1b16, #ece6d9); font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 21rem; margin: 0 auto; }}
h1 {{ margin: 0 0 1rem; padding-bottom: .4rem; border-bottom: 3px double;
  font: 700 2rem/1.1 Charter, Georgia, serif; }}
label {{ display: block; margin-top: .8rem; font-size: .88rem; }}
input {{ box-sizing: border-box; width: 100%; margin-top: .2rem; padding: .55rem .7rem;
  font: inherit; border: 1px solid light-dark(#8b8170, #857b6b); border-radius: 2px;
  background: light-dark(#fffdf8, #211e19); color: inherit; }}
button {{ margin-top: 1.2rem; padding: .55rem 1.4rem; font: 600 1rem/1.4 system-ui, sans-serif;
  border: 0; border-radius: 2px; background: light-dark(#8f1d14, #f0a091);
  color: light-dark(#faf7f0, #171512); cursor: pointer; }}
[role=alert] {{ color: light-dark(#8f1d14, #f0a091); }}
:focus-visible {{ outline: 3px solid light-dark(#8f1d14, #f0a091); outline-offset: 2px; }}
</style></head><body><main><h1>Dateline</h1>
<form method="post" action="/login">{told}
<label>Name<input name="username" autocomplete="username" autofocus required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required>
</label><button>Sign in</button></form></main></body></html>
"""


class Readers:
    """The names that may sign in, with their passwords, and the key that signs their cookies."""

    def __init__(self, passwords: Mapping[str, str], key: bytes) -> None:
        self._passwords = dict(passwords)
        self._key = key

    def check(self, name: str, password: str) -> bool:
        """Say whether this is the password of this name."""
        expected = self._passwords.get(name, "")
        same = hmac.compare_digest(password.encode(), expected.encode())
        return same and name in self._passwords

    def token(self, name: str, now: float) -> str:
        """Return a signed word that lets `name` in until it is 30 days old, or its password new."""
        until = int(now + SIGNED_IN_S)
        who = base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
        return f"{who}.{until}.{self._sign(name, until)}"

    def name_of(self, token: str, now: float) -> str | None:
        """Return whom a token lets in, None where it is forged, old, or of an old password."""
        try:
            who, until, signed = token.split(".")
            name = base64.urlsafe_b64decode(who + "=" * (-len(who) % 4)).decode()
            good = hmac.compare_digest(signed, self._sign(name, int(until)))
            return name if good and name in self._passwords and now < int(until) else None
        except (ValueError, binascii.Error):
            return None

    def _sign(self, name: str, until: int) -> str:
        password = hashlib.sha256(self._passwords.get(name, "").encode()).hexdigest()
        said = f"{name}\n{until}\n{password}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()


def read_login(path: Path, key: Path | None = None) -> Readers:
    """Read 'name:password' lines; the key that signs cookies is kept at `key`, or for this run.

    Raises:
        UsageError: The file cannot be read, others on the machine may read it, or a line is none.
    """
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"Others may read {path}. Keep it to yourself: chmod 600 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The login file {path} cannot be read: {error}.") from error
    known = dict(_pair(line, path) for line in lines if line.strip())
    if not known:
        raise UsageError(f"{path} names nobody. Write lines like 'name:password' into it.")
    return Readers(known, _key(key))


def _pair(line: str, path: Path) -> tuple[str, str]:
    name, colon, password = line.strip().partition(":")
    if not (name and colon and password):
        raise UsageError(f"A line of {path} is not 'name:password'.")
    return name, password


def _key(path: Path | None) -> bytes:
    if path is None:
        return secrets.token_bytes(32)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()


class Gate:
    """ASGI middleware: lets signed-in readers through, shows others the way to sign in.

    Programs may send the name and password with each request instead (HTTP Basic).

    Args:
        app: The application behind.
        readers: Who may sign in.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, app: ASGIApp, *, readers: Readers, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._readers = readers
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] == _OPEN:
            await self._app(scope, receive, send)
            return
        path, method = scope["path"].rstrip("/") or "/", scope["method"]
        if path == "/login" and method == "POST":
            await self._sign_in(scope, receive, send)
        elif path == "/logout" and method == "POST":
            await _reply(send, 303, "", [(b"location", b"/"), _cookie("", 0)])
        elif name := self._name(scope):
            header = (USER_HEADER, quote(name, safe="").encode())
            await self._app({**scope, "headers": [*scope["headers"], header]}, receive, send)
        elif path == "/":
            await _reply(send, 401, _page(""))
        else:
            await _reply(send, 401, "Sign in first.")

    def _name(self, scope: Scope) -> str | None:
        if token := cookies_of(scope).get(COOKIE):
            return self._readers.name_of(token, self._clock())
        given = next((v for k, v in scope["headers"] if k.lower() == b"authorization"), b"")
        if not given.lower().startswith(b"basic ") or self._is_locked(scope):
            return None
        try:
            pair = base64.b64decode(given[6:], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, _, password = pair.partition(":")
        return name if self._try(scope, name, password) else None

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        form = parse_qs((await _body(receive)).decode("utf-8", "replace"))
        name, password = (form.get(field, [""])[0] for field in ("username", "password"))
        if self._is_locked(scope):
            await _reply(send, 429, _page(_TOO_MANY), [(b"retry-after", b"60")])
        elif self._try(scope, name, password):
            cookie = _cookie(self._readers.token(name, self._clock()), SIGNED_IN_S)
            accept = next((v for k, v in scope["headers"] if k.lower() == b"accept"), b"")
            if b"text/html" in accept:
                await _reply(send, 303, "", [(b"location", b"/"), cookie])
            else:  # a program, such as gradio's client, which follows no redirect
                await _reply(send, 200, '{"success": true}', [cookie])
        else:
            await _reply(send, 400, _page(_WRONG))

    def _recent(self, scope: Scope) -> list[float]:
        address = (scope.get("client") or ("",))[0]
        return [at for at in self._wrong.get(address, ()) if self._clock() - at < WITHIN_S]

    def _is_locked(self, scope: Scope) -> bool:
        return len(self._recent(scope)) >= MOST_WRONG

    def _try(self, scope: Scope, name: str, password: str) -> bool:
        if self._readers.check(name, password):
            return True
        if len(self._wrong) >= _MOST_ADDRESSES:
            self._wrong.clear()
        address = (scope.get("client") or ("",))[0]
        self._wrong[address] = [*self._recent(scope), self._clock()]
        return False


def _page(told: str) -> str:
    return _PAGE.format(told=f'<p role="alert">{escape(told)}</p>' if told else "")


def _cookie(token: str, age_s: int) -> tuple[bytes, bytes]:
    value = f"{COOKIE}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax"
    return b"set-cookie", value.encode()


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:  # its size was held to the limit before
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _reply(send: Send, status: int, text: str, headers: Headers | None = None) -> None:
    kind = b"text/html" if text.startswith("<!doctype") else b"text/plain"
    kind = b"application/json" if text.startswith("{") else kind
    told = [(b"content-type", kind + b"; charset=utf-8"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": text.encode()})
