"""How days, outlets, filters and the archive's reach are put into words, on the page and off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rag.dates import written
from rag.types import Badge, NoteKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rag.types import AnswerSentence, AsOf, Citation
    from ui.exchange import Asked

UNNAMED: Final = "Unnamed outlet"
NOTE_NAMES: Final = {
    NoteKind.VERDICT: "In short",
    NoteKind.REPORTS: "Reports",
    NoteKind.DISAGREEMENT: "Outlets disagree",
    NoteKind.CHANGED: "Changed",
    NoteKind.OPINION: "Opinion",
}
BADGE_NAMES: Final = {
    Badge.CORRECTED: "corrected by the outlet",
    Badge.SUPERSEDED: "superseded since",
    Badge.OPINION: "opinion",
}
STATUS_NAMES: Final = {
    Status.CORRECTED: "Corrected by the outlet",
    Status.WITHDRAWN: "Withdrawn by the outlet",
}


def day(at: datetime | None) -> str:
    """Write a day as the outlet dates it, '18 March 2025'; 'undated' for None."""
    return written(at) if at else "undated"


def short_day(at: datetime | None) -> str:
    """Write a day in little room, '18 Mar 2025'; 'undated' for None."""
    return f"{at.day} {at:%b} {at.year}" if at else "undated"


def reach(coverage: AsOf) -> str:
    """Say how far the archive reaches: '1,397 articles, Nov 2023 to Apr 2024'."""
    noun = "article" if coverage.n_articles == 1 else "articles"
    count = f"{coverage.n_articles:,} {noun}"
    if not (coverage.archive_from and coverage.archive_to):
        return count
    first, last = (f"{at:%b} {at.year}" for at in (coverage.archive_from, coverage.archive_to))
    return f"{count}, {first}" if first == last else f"{count}, {first} to {last}"


def outlet_and_day(citation: Citation) -> str:
    """Name a citation's outlet and day: 'Meridian Wire, 18 September 2025'."""
    return f"{citation.source or UNNAMED}, {day(citation.published_at)}"


def times_told(sentence: AnswerSentence) -> tuple[str, ...]:
    """Say what the relative times of a sentence mean: 'Tuesday: 16 September 2025'."""
    told = {sentence.text[at.span.start : at.span.end]: at.means for at in sentence.times}
    return tuple(f"{said}: {means}" for said, means in told.items())


def narrowing(asked: Asked) -> Iterator[str]:
    """Yield what part of the archive a question was put to, one line for each limit."""
    if asked.as_of:
        yield f"As of {day(asked.as_of)}"
    if asked.filters.since:
        yield f"From {day(asked.filters.since)}"
    if asked.filters.until:
        yield f"Until {day(asked.filters.until)}"
    yield from asked.filters.sources
    yield from (f"Section {section}" for section in asked.filters.sections)
    yield from (f"Language {language}" for language in asked.filters.languages)
