"""One HTTP request to one checked IP address, with a deadline over all of it.

A timeout per read is no bound: a server that sends a byte a second never meets it. Here every
read and write gets only the time that is left until the deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from index.fetch.address import UNREACHABLE
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from _typeshed import WriteableBuffer

    from index.fetch.address import Target


class Deadline:
    """An instant of a monotonic clock by which all must be done."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._ends_at = clock() + seconds

    def left_s(self) -> float:
        """Return the seconds left.

        Raises:
            SourceRejected: none are.
        """
        left = self._ends_at - self._clock()
        if left <= 0:
            raise SourceRejected(f"not answered within {self._seconds:g} s", UNREACHABLE)
        return left


@contextmanager
def requested(
    target: Target, headers: Mapping[str, str], deadline: Deadline
) -> Iterator[http.client.HTTPResponse]:
    """Send a GET and give its answer, the body unread; the connection ends with the block.

    Raises:
        SourceRejected: the server cannot be reached or does not speak HTTP in time.
    """
    connection = http.client.HTTPConnection(target.host, target.port)
    opened: socket.socket | None = None
    try:
        opened = _connected(target, deadline)
        connection.sock = _TimedSocket(opened, deadline)
        connection.request("GET", target.path, headers={"Host": target.authority, **headers})
        with connection.getresponse() as response:
            yield response
    except TimeoutError:
        deadline.left_s()
        raise SourceRejected("not answered in time", UNREACHABLE) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        raise SourceRejected(f"no answer from {target.authority}: {reason}", UNREACHABLE) from error
    finally:
        connection.close()
        if opened:
            opened.close()


def _connected(target: Target, deadline: Deadline) -> socket.socket:
    """Connect to the checked IP; the certificate must still be the host's."""
    plain = socket.create_connection((target.ip, target.port), timeout=deadline.left_s())
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(deadline.left_s())
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


class _TimedSocket:
    """As much of a socket as http.client uses, under a deadline."""

    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._inner.settimeout(self._deadline.left_s())
        self._inner.sendall(content)

    def recv_into(self, buffer: WriteableBuffer) -> int:
        self._inner.settimeout(self._deadline.left_s())
        return self._inner.recv_into(buffer)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def close(self) -> None:
        """Do nothing: http.client closes before the body is read; `requested` closes after."""


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: _TimedSocket) -> None:
        super().__init__()
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        return self._timed.recv_into(buffer)
