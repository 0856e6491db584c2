from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Serve = Callable[..., AbstractContextManager[str]]


def call(url: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    """Send one request; gives the status and the content security policy it came under."""
    line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    try:
        line.request(method, path, body, headers)
        reply = line.getresponse()
        reply.read()
        return reply.status, reply.headers.get("content-security-policy", "")
    finally:
        line.close()


def test_real_server_stands_behind_the_middleware(running: Serve, make_answerer: Any) -> None:
    with running(make_answerer()) as url:
        status, policy = call(url, "GET", "/")
        assert status == 200
        assert "default-src 'self'" in policy
        assert call(url, "GET", "/", Host="evil.example")[0] == 403
        assert call(url, "POST", "/gradio_api/queue/join", b"{}", Origin="null")[0] == 403
        assert call(url, "POST", "/gradio_api/upload", b"x")[0] == 404
        assert call(url, "GET", "/gradio_api/file=/etc/passwd")[0] == 404
        assert call(url, "POST", "/gradio_api/queue/join", b"x" * 300_000)[0] == 413


def test_taken_port_is_one_line_with_a_way_out(running: Serve, make_answerer: Any) -> None:
    from ui.page.server import running as run

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(DatelineError, match=f"port {port}.*--port {port + 1}"),
            run(make_answerer(), port=port),
        ):
            pass


def test_gradio_is_not_imported_before_it_is_needed() -> None:
    check = (
        "import sys, ui, ui.page, ui.page.talk, ui.page.harden, ui.page.panel;"
        "sys.exit('gradio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
