"""An optional login: a file of names and passwords, and a limit on wrong tries."""

from __future__ import annotations

import hmac
import json
import stat
import time
from typing import TYPE_CHECKING, Final

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_WRONG: Final = 5
WITHIN_S: Final = 60.0
_MOST_ADDRESSES: Final = 10_000


def read_login(path: Path) -> Callable[[str, str], bool]:
    """Read 'name:password' lines and return the check of a name and a password.

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

    def check(name: str, password: str) -> bool:
        expected = known.get(name, "")
        same = hmac.compare_digest(password.encode(), expected.encode())
        return same and name in known

    return check


def _pair(line: str, path: Path) -> tuple[str, str]:
    name, colon, password = line.strip().partition(":")
    if not (name and colon and password):
        raise UsageError(f"A line of {path} is not 'name:password'.")
    return name, password


class Tries:
    """ASGI middleware: after five wrong passwords in a minute an address has to wait.

    Args:
        app: The application behind.
        clock: Seconds that never run backwards.
    """

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != "/login":
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        recent = [at for at in self._wrong.get(address, ()) if self._clock() - at < WITHIN_S]
        if len(recent) >= MOST_WRONG:
            await _refuse(send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {400, 401, 403}:
                self._note(address, [*recent, self._clock()])
            await send(message)

        await self._app(scope, receive, counting)

    def _note(self, address: str, wrong: list[float]) -> None:
        if len(self._wrong) >= _MOST_ADDRESSES:
            self._wrong.clear()
        self._wrong[address] = wrong


async def _refuse(send: Send) -> None:
    told = json.dumps({"detail": "Too many wrong tries. Wait a minute."}).encode()
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": told})
