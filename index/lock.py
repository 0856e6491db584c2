"""The write lock of an index: one writer at a time, and no lock outlives its holder."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = "build.lock"
log = logging.getLogger(__name__)


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index's write lock.

    The lock is the system's (flock): it is free the moment its holder ends, however it ends, so
    a lock left behind is simply taken over. The file says who holds it, for the message to the
    other; it is empty while nobody does.

    Raises:
        DatelineError: Another process is writing, or the folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = os.open(index / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DatelineError(
            f"Cannot write to {index}: {error.strerror}. Choose another: --index DIR"
        ) from error
    try:
        _acquire(lock, index)
        if left_by := _holder(lock):
            log.info("The run of %s did not end as it should; its lock is taken over", left_by)
        _note(lock, f"process {os.getpid()} ({_command()}), since {_now()}")
        try:
            yield
        finally:
            _note(lock, "")
    finally:
        os.close(lock)


def _acquire(lock: int, index: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _holder(lock) or "another process"
        raise DatelineError(
            f"{index} is being written by {holder}. Wait for it to end, then try again."
        ) from error


def _holder(lock: int) -> str:
    return os.pread(lock, 1000, 0).decode("utf-8", "replace").strip()


def _note(lock: int, holder: str) -> None:
    """Say who holds the lock; a full disk must not keep anybody from removing articles."""
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, holder.encode(), 0)
    except OSError as error:
        log.info("The lock's holder is not noted: %s", error)


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
