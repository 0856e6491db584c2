"""How many independent reports stand behind an answer: copies of one wire story are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.choose import same
from rag.states import near
from rag.types import Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rag.score import Scored
    from rag.types import Candidate


class Stories(Protocol):
    """Knows which articles are copies of one wire story."""

    def story_of(self, article_id: str) -> str:
        """Return the id of the earliest article of the story, the article's own when alone."""
        ...

    def carriers(self, story: str, as_of: datetime | None = None) -> tuple[str, ...]:
        """Return the named outlets that had carried a story by then, sorted, each once."""
        ...

    def superseding(self, article_id: str) -> str | None:
        """Return the id of the latest article that corrects or replaces this one, if any does."""
        ...


def count_reports(
    scored: Scored, head: Candidate, stories: Stories, as_of: datetime | None
) -> Note | None:
    """Say how many independent reports say what the shown `head` says; None for one of one.

    Reports are independent where neither the wire story nor the outlet is the same.
    """
    first_by: dict[str | None, str] = {}  # outlet -> story
    for candidate in _supporting(scored, head):
        article = candidate.hit.article
        story = stories.story_of(article.id)
        if story not in first_by.values():
            first_by.setdefault(article.source, story)
    if len(first_by) > 1:
        return Note(NoteKind.REPORTS, f"{len(first_by)} independent reports.")
    outlets = stories.carriers(next(iter(first_by.values())), as_of)
    if len(outlets) > 1:
        return Note(NoteKind.REPORTS, f"One report, carried by {len(outlets)} outlets.")
    return None


def _supporting(scored: Scored, head: Candidate) -> Iterator[Candidate]:
    """Yield the head and what gives its short answer again or says its sentence again."""
    lead = _bare(head)
    yield head
    for candidate in near(scored):
        repeats = same(candidate, head) and same(head, candidate)
        if candidate is not head and (repeats or (lead and _bare(candidate) == lead)):
            yield candidate


def _bare(candidate: Candidate) -> str:
    return candidate.lead_text.lower().strip(" .,")
