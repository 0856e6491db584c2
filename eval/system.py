"""What is evaluated: three acts any system must offer, and the one that ships."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from rag.settings import Settings
    from rag.types import Answer, Turn

log = logging.getLogger(__name__)


class Answerer(Protocol):
    """Answers questions from an archive until it is closed."""

    def ask(
        self, text: str, *, history: Sequence[Turn] = (), as_of: datetime | None = None
    ) -> Answer:
        """Answer `text`, seeing only what was published by `as_of`."""
        ...

    def close(self) -> None:
        """Let go of the archive's files."""
        ...


class Progress(Protocol):
    """Told how far a stage has come; `total` is None while it is not known."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that `done` of `total` units of `stage` are done."""
        ...


class System(Protocol):
    """What is evaluated: how to index articles, open an answerer and write an answer down."""

    def index(self, articles: Path, settings: Settings, progress: Progress) -> None:
        """Build the index at `settings.index` from one file of articles."""
        ...

    def open(self, settings: Settings) -> tuple[Answerer, Mapping[str, object]]:
        """Open the index at `settings.index`; also say what it is made of, as JSON values.

        Raises:
            IndexUnavailable: There is none, or not one for these settings.
        """
        ...

    def prediction(self, answer: Answer) -> Mapping[str, object]:
        """Give the contract's keys of an answer (without `id` and `seconds`), as JSON values."""
        ...


class Shipped:
    """The system that ships, wired where everybody wires it; imported only when it runs."""

    def index(self, articles: Path, settings: Settings, progress: Progress) -> None:
        """Build as `dateline index build` does; articles turned away are logged."""
        from index.build import build

        report = build([articles], settings, progress=progress)
        if report.rejected:
            log.warning("%s: %d articles were rejected.", articles, len(report.rejected))

    def open(self, settings: Settings) -> tuple[Answerer, Mapping[str, object]]:
        """Open as `dateline ask` does, and name the parts of the manifest that shape answers."""
        from index.answerer import open_answerer

        answerer = open_answerer(settings)
        manifest = answerer.generation.manifest
        made_of = {
            "format": manifest.format,
            "model": manifest.model,
            "fingerprint": manifest.fingerprint,
            "passage_tokens": manifest.passage_tokens,
            "versions": manifest.versions,
            "counts": manifest.counts,
        }
        return answerer, made_of

    def prediction(self, answer: Answer) -> Mapping[str, object]:
        """Write down as `dateline ask --json` does."""
        from rag.record import prediction

        return prediction(answer)
