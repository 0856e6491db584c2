"""Where questions wait their turn.

Answering keeps a core busy and the archive is asked by one question at a time, so more workers
would only make everyone wait. Questions wait in order; what its asker gave up is never begun, and
beyond a limit a question is turned away at once rather than left to wait for minutes.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from rag.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_WAITING: Final = 32
Result = TypeVar("Result")


class Busy(DatelineError):
    """More questions wait than will be answered soon."""


class Ticket(Generic[Result]):
    """A place in the line."""

    def __init__(self, future: Future[Result], line: Sequence[Future[object]]) -> None:
        self._future = future
        self._line = line
        self._waiting: asyncio.Future[Result] | None = None

    @property
    def n_ahead(self) -> int:
        """Questions to be answered before this one."""
        return sum(1 for other in self._line if not other.done())

    async def settled(self, within_s: float) -> bool:
        """Wait for the result for at most `within_s` seconds; say whether it is there."""
        if self._waiting is None:
            self._waiting = asyncio.wrap_future(self._future)
            self._waiting.add_done_callback(_seen)
        done, _ = await asyncio.wait([self._waiting], timeout=within_s)
        return bool(done)

    def result(self) -> Result:
        """Return the result, waiting for it; raises what the work raised."""
        return self._future.result()


def _seen(waiting: asyncio.Future[Result]) -> None:
    """Look at an error nobody waits for any more, or asyncio would log it as lost."""
    if not waiting.cancelled():
        waiting.exception()


class Desk:
    """Takes questions and has them answered one after the other.

    Args:
        most_waiting: Questions that may wait beside the one being answered.
    """

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._most = most_waiting
        self._lock = threading.Lock()
        self._line: list[Future[object]] = []
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="dateline-desk")

    @property
    def n_waiting(self) -> int:
        """Questions taken and not yet answered."""
        return sum(1 for future in self._line if not future.done())

    @contextmanager
    def take(self, work: Callable[[], Result]) -> Iterator[Ticket[Result]]:
        """Have `work` done in its turn; leaving the `with` early gives the place up.

        Work that has begun is not interrupted: it ends within a second, and its result is dropped.

        Raises:
            Busy: As many wait as may.
        """
        with self._lock:
            self._line[:] = [future for future in self._line if not future.done()]
            if len(self._line) > self._most:
                raise Busy(
                    f"Dateline is busy: {len(self._line):,} asked before you. "
                    "Please ask again in a few seconds."
                )
            ahead = tuple(self._line)
            future = self._pool.submit(work)
            self._line.append(future)  # type: ignore[arg-type]
        try:
            yield Ticket(future, ahead)
        finally:
            future.cancel()

    def close(self) -> None:
        """Turn away whoever still waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)
