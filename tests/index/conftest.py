"""A real web server on this machine, for everything that fetches."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Site:
    """What a test's server answers, by path, and what it was asked."""

    port: int = 0
    pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def put(
        self, path: str, content: str | bytes, kind: str = "text/html", status: int = 200, **headers
    ) -> str:
        """Answer `path` with a content; returns its address."""
        body = content if isinstance(content, bytes) else content.encode()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            stated = {name.replace("_", "-"): value for name, value in headers.items()}
            if stated.get("ETag") and handler.headers.get("If-None-Match") == stated["ETag"]:
                handler.send_response(304)
                handler.end_headers()
                return
            handler.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                **stated,
            }.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        self.pages[path] = answer
        return self.root + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.put(path, b"", status=status, Location=to)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on 127.0.0.1 that answers 404 to what the test did not put there."""
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            answer = found.pages.get(self.path)
            if answer is None:
                self.send_error(404)
                return
            try:
                answer(self)
            except OSError:  # the client had enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
