"""Progress with an estimate of the time left, on standard error."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.build import Progress

LINE_EVERY_S = 5.0


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Show stages as bars on a terminal, as a line every few seconds elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        tasks = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


class _Lines:
    """Writes 'embedding 256 of 7,674, 12 passed, 341 s left' now and then."""

    def __init__(self) -> None:
        self._stage = ""
        self._started_s = self._shown_s = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started_s, self._shown_s = stage, now, now
        if now - self._shown_s < LINE_EVERY_S:
            return
        self._shown_s = now
        line = f"{stage} {done:,}"
        if total:
            left_s = (now - self._started_s) / done * (total - done)
            line += f" of {total:,}, {left_s:.0f} s left"
        print(line, file=sys.stderr, flush=True)  # noqa: T201
