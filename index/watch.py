"""Poll feeds for as long as wanted, and keep the index as new as they are.

Each feed is polled on its own clock: every so often with some jitter, so that many feeds do not
come due at once; later and later while it fails; never again once its server says it is gone.
"""

from __future__ import annotations

import logging
import math
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.build import add_read
from index.feeds import UNCHANGED, FeedMemory, poll
from index.fetch import Fetcher, FetchLimits
from index.fetch.fetcher import BadStatus
from index.readers import Outcome, Rejection, Skipped, Source, newest
from rag.errors import DatelineError, IndexUnavailable, SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.build import BuildReport
    from rag.settings import Settings

MEMORY = "feeds.json"
"""The file beside the index's generations that remembers what was seen of feeds."""

LONGEST_WAIT_S = 6 * 3600.0
_JITTER = 0.1
_GONE = 410

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Turn:
    """When a feed is due, and how often in a row it failed."""

    url: str
    due_at: float
    n_failures: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of polling did; `report` is None where no article was new."""

    n_polled: int
    n_unchanged: int
    failures: tuple[Rejection, ...]
    report: BuildReport | None


@dataclass(slots=True)
class Watch:
    """Feeds that are polled in turn; the clock and chance are given, so that tests own them."""

    feeds: Sequence[str]
    settings: Settings
    fetcher: Fetcher | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)
    _turns: list[_Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = [_Turn(url, self.clock()) for url in dict.fromkeys(self.feeds)]

    def run(self, tell: Callable[[Round], None], *, rounds: int | None = None) -> None:
        """Poll until all feeds are gone, or for `rounds` rounds; `tell` hears of each.

        Raises:
            IndexUnavailable: The index there cannot be used, or was made by another model.
        """
        n_rounds = 0
        while rounds is None or n_rounds < rounds:
            due_at = min((turn.due_at for turn in self._turns), default=math.inf)
            if math.isinf(due_at):
                return
            if (wait_s := due_at - self.clock()) > 0:
                self.sleep(wait_s)
            tell(self.round())
            n_rounds += 1

    def round(self) -> Round:
        """Poll every feed that is due and add what is new, in one transaction.

        Raises:
            IndexUnavailable: The index there cannot be used, or was made by another model.
        """
        memory = FeedMemory(self.settings.index / MEMORY)
        # limits of one host are per round: a fetcher that lived on would run out of pages
        fetcher = self.fetcher or Fetcher(FetchLimits.of(self.settings))
        due = [turn for turn in self._turns if turn.due_at <= self.clock()]
        found: list[tuple[Source, Outcome]] = []
        failures: list[Rejection] = []
        for turn in due:
            try:
                found += poll(
                    turn.url,
                    fetcher,
                    memory.of(turn.url),
                    reads_linked=self.settings.fetch_linked,
                )
            except SourceRejected as error:
                failures.append(Rejection(turn.url, None, str(error), error.kind))
                self._postpone(turn, error)
            else:
                turn.n_failures = 0
                turn.due_at = self.clock() + self._jittered(self.settings.watch_every_s)
        unchanged = [o for _, o in found if isinstance(o, Skipped) and o.reason == UNCHANGED]
        report = self._add(found, failures)
        if report or not any(isinstance(o, Article) for _, o in found):
            memory.save()
        return Round(len(due), len(unchanged), tuple(failures), report)

    def _add(
        self, found: list[tuple[Source, Outcome]], failures: list[Rejection]
    ) -> BuildReport | None:
        """Add what was found; where the index is busy, it is found again at the next poll."""
        if not any(isinstance(outcome, Article) for _, outcome in found):
            failures += [outcome for _, outcome in found if isinstance(outcome, Rejection)]
            return None
        try:
            return add_read(newest(found), self.settings)
        except IndexUnavailable:
            raise
        except DatelineError as error:
            failures.append(Rejection(str(self.settings.index), None, str(error), "index busy"))
            return None

    def _postpone(self, turn: _Turn, error: SourceRejected) -> None:
        turn.n_failures += 1
        wait_s = min(self.settings.watch_every_s * 2.0**turn.n_failures, LONGEST_WAIT_S)
        if isinstance(error, BadStatus):
            if error.status == _GONE:
                turn.due_at = math.inf
                return
            wait_s = max(wait_s, error.wait_s or 0.0)
        turn.due_at = self.clock() + self._jittered(wait_s)

    def _jittered(self, seconds: float) -> float:
        return seconds * self.chance.uniform(1 - _JITTER, 1 + _JITTER)
