"""How many independent reports stand behind an answer: copies of one wire story are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.choose import same
from rag.types import Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Candidate

NEAR = 1.5  # how far below the best a sentence may score and still count as a report of the same


class Stories(Protocol):
    """Knows which articles are copies of one wire story."""

    def story_of(self, article_id: str) -> str:
        """Return the id of the earliest article of the story, the article's own when alone."""
        ...

    def carriers(self, story: str) -> tuple[str, ...]:
        """Return the outlets that carried a story, in alphabetical order, each once."""
        ...


def count_reports(candidates: Sequence[Candidate], stories: Stories) -> Note | None:
    """Say how many independent reports say what the best candidate says; None for one of one."""
    supporting = {stories.story_of(c.hit.article.id) for c in _supporting(candidates)}
    outlets = {outlet for story in supporting for outlet in stories.carriers(story)}
    if len(supporting) > 1:
        return Note(NoteKind.REPORTS, f"{len(supporting)} independent reports.")
    if len(outlets) > 1:
        return Note(NoteKind.REPORTS, f"One report, carried by {len(outlets)} outlets.")
    return None


def _supporting(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the best and what gives the same short answer or says the same sentence again."""
    best = candidates[0]
    lead = best.lead_text.lower().strip(" .,")
    for candidate in candidates:
        if candidate.score < best.score - NEAR:
            return
        told = candidate.lead_text.lower().strip(" .,")
        if candidate is best or (lead and told == lead) or same(candidate, best):
            yield candidate
