"""Starting and stopping the page's server."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from rag.errors import DatelineError
from ui.conversations import NAME, Conversations
from ui.page.app import HERE, build_page
from ui.page.desk import Desk
from ui.page.harden import (
    LOGIN_ROUTES,
    MCP_ROUTES,
    PROGRAM_ROUTES,
    ROUTES,
    WILDCARD,
    Harden,
)
from ui.page.interface import tell_in_json
from ui.page.login import Gate, Readers, read_login
from ui.page.talk import Services
from ui.page.theme import newspaper
from ui.page.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ui.page.offline import gr
    from ui.page.talk import Answerer

N_SESSIONS = 500  # what gradio remembers of open pages; ours holds nothing there


def serve(
    answerer: Answerer,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    conversations: Path | None = None,
    login: Path | None = None,
    allow_hosts: Sequence[str] = (),
    announce: Callable[[str], object] = print,
) -> None:
    """Serve the page until interrupted (Ctrl-C); `announce` is told its address.

    Args:
        answerer: The opened index.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        conversations: The file of the readers' conversations; None forgets them at the end.
        login: A file of 'name:password' lines; None lets in whoever reaches the address.
        allow_hosts: Further names the server answers to, for use behind another name.
        announce: Called once, with a line for the reader.

    Raises:
        DatelineError: The port is taken or the address is not this machine's.
    """
    with running(
        answerer,
        host=host,
        port=port,
        conversations=conversations,
        login=login,
        allow_hosts=allow_hosts,
    ) as url:
        announce(f"Dateline is at {url} (Ctrl-C stops it)")
        if login is None:
            announce(f"Programs ask it over MCP at {url}/gradio_api/mcp/ or with gradio_client.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            announce("Stopped.")


@contextmanager
def running(
    answerer: Answerer,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    conversations: Path | None = None,
    login: Path | None = None,
    allow_hosts: Sequence[str] = (),
    desk: Desk | None = None,
) -> Iterator[str]:
    """Run the page's server for the time of a `with`; gives its address.

    `desk` is where questions wait; None makes one. It is closed with the server.

    Raises:
        DatelineError: The port is taken or the address is not this machine's.
    """
    key = conversations.with_suffix(".key") if conversations else None
    readers = read_login(login, key) if login else None
    port = _claim(host, port)
    with tempfile.TemporaryDirectory(prefix="dateline-page-") as scratch:
        os.environ["GRADIO_TEMP_DIR"] = scratch
        kept = Conversations(conversations or Path(scratch) / NAME)
        desk = desk or Desk()
        services = Services(answerer, kept, desk)
        with ThreadPoolExecutor(1) as aside:
            opened = aside.submit(
                asyncio.run, _open(services, host, port, readers, tuple(allow_hosts))
            )
            page = opened.result()
        try:
            shown = "127.0.0.1" if host in WILDCARD else host
            yield f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        finally:
            page.close(verbose=False)
            desk.close()
            os.environ.pop("GRADIO_TEMP_DIR", None)


async def _open(
    services: Services,
    host: str,
    port: int,
    readers: Readers | None,
    allow_hosts: tuple[str, ...],
) -> gr.Blocks:
    """Build and launch inside an event loop: outside of one gradio makes several, never closed."""
    page = build_page(services)
    routes = ROUTES | PROGRAM_ROUTES | (LOGIN_ROUTES if readers else MCP_ROUTES)
    before = [
        Middleware(Harden, bound_to=host, allow_hosts=allow_hosts, routes=routes),
        Middleware(Visitor),
        *([Middleware(Gate, readers=readers)] if readers else []),
    ]
    with redirect_stdout(io.StringIO()):  # gradio announces MCP itself, quiet or not
        _launch(page, host, port, before, with_mcp=readers is None)
    if readers is None:
        tell_in_json(page)
    return page


def _launch(
    page: gr.Blocks, host: str, port: int, before: list[Middleware], *, with_mcp: bool
) -> None:
    page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        show_error=False,
        theme=newspaper(),
        css_paths=[HERE / "style.css"],
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        allowed_paths=[],
        max_file_size="1kb",
        strict_cors=True,
        ssr_mode=False,
        pwa=False,
        mcp_server=with_mcp,
        state_session_capacity=N_SESSIONS,
        app_kwargs={"middleware": before},
    )


def _claim(host: str, port: int) -> int:
    """Find out before gradio does whether the port can be had, to say so in one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise DatelineError(
                f"Cannot listen on {host} port {port}: {error.strerror or error}. "
                f"Choose another: dateline chat --port {port + 1}"
            ) from error
        return int(probe.getsockname()[1])
