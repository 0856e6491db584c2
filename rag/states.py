"""One figure, several reports: which state is the newest, what was said before, who disagrees.

Only figures are compared: where the short answers of two articles are quantities of one unit and
differ, either the figure changed (the later report is the state of things) or independent outlets
give different values at the same time (the reader sees both).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rag.choose import fits_beside
from rag.features import times
from rag.quantities import Quantity, quantities
from rag.types import Expected, Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rag.types import Candidate, Question

FIGURES = frozenset({Expected.NUMBER, Expected.MONEY, Expected.PERCENT, Expected.DURATION})
RIVAL = 1.5  # how far below the best a sentence may score and still be a report of the same figure
SAME_TIME = timedelta(hours=36)  # reports of one news cycle; later ones tell a later state


@dataclass(frozen=True, slots=True)
class States:
    """The sentences to show, newest state first, the older ones, and what to say of them."""

    chosen: tuple[Candidate, ...]
    earlier: tuple[Candidate, ...] = ()
    notes: tuple[Note, ...] = ()


def order_states(
    question: Question,
    candidates: Sequence[Candidate],
    chosen: Sequence[Candidate],
    *,
    story_of: Callable[[str], str],
) -> States:
    """Put the newest state first and set independent outlets that disagree side by side.

    Where the question asks for the newest state, older values leave the answer for `earlier`;
    otherwise they stay behind the newest. A question that names its own time keeps its order. A
    correction comes before what it corrects.
    `story_of` gives the wire story an article is a copy of: copies never disagree.
    """
    if correction := _correction(candidates):
        rest = [c for c in chosen if fits_beside(c, [correction])]
        return States((correction, *rest))
    told = _told(candidates[0])
    if question.expected not in FIGURES or told is None:
        return States(_newest_first(chosen) if question.wants_latest else tuple(chosen))
    rivals = _rivals(candidates, told)
    head, shown = candidates[0], list(chosen)
    if question.wants_latest or not times(question.text):
        head = max([head, *rivals], key=lambda c: (_at(c), c.score))
        if _at(head) - _at(candidates[0]) <= SAME_TIME.total_seconds():
            head = candidates[0]
    shown = [head, *(c for c in shown if c is not head)]
    others = [c for c in (candidates[0], *rivals) if c is not head and _differ(c, head)]
    older = [c for c in others if _at(head) - _at(c) > SAME_TIME.total_seconds()]
    disputing = [
        c
        for c in others
        if abs(_at(head) - _at(c)) <= SAME_TIME.total_seconds()
        and c.hit.article.source != head.hit.article.source
        and story_of(c.hit.article.id) != story_of(head.hit.article.id)
    ]
    for other in disputing[:1]:
        if other not in shown and fits_beside(other, shown[:1]):
            shown = [head, other, *(c for c in shown[1:] if fits_beside(c, [head, other]))]
    if question.wants_latest:
        shown = [c for c in shown if c not in older]
    older.sort(key=lambda c: -_at(c))
    return States(tuple(shown), tuple(older), _notes(head, older, disputing))


def _correction(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best near sentence of the article that corrects the best one's, if any."""
    best = candidates[0]
    near = (c for c in candidates[1:] if c.score >= best.score - RIVAL)
    return next((c for c in near if c.hit.article.supersedes == best.hit.article.id), None)


def _rivals(candidates: Sequence[Candidate], told: Quantity) -> list[Candidate]:
    """Return the best sentence of each other article that gives another value of the figure."""
    best, found = candidates[0], dict[str, "Candidate"]()
    for candidate in candidates[1:]:
        if candidate.score < best.score - RIVAL:
            break
        value = _told(candidate)
        if value and value.differs(told) and candidate.hit.article.id != best.hit.article.id:
            found.setdefault(candidate.hit.article.id, candidate)
    return list(found.values())


def _notes(
    head: Candidate, older: Sequence[Candidate], disputing: Sequence[Candidate]
) -> tuple[Note, ...]:
    notes = []
    if disputing:
        sides = "; ".join(_said(c) for c in (head, *disputing[:2]))
        notes.append(Note(NoteKind.DISAGREEMENT, f"Outlets differ: {sides}."))
    if older:
        before = "; ".join(_said(c) for c in older[:3])
        notes.append(Note(NoteKind.CHANGED, f"Reported before: {before}."))
    return tuple(notes)


def _said(candidate: Candidate) -> str:
    article, at = candidate.hit.article, candidate.hit.article.dated_at
    dated = f", {at.day} {at:%B %Y}" if at else ""
    return f"{candidate.lead_text} ({article.source or 'unnamed outlet'}{dated})"


def _differ(one: Candidate, other: Candidate) -> bool:
    first, second = _told(one), _told(other)
    return first is not None and second is not None and first.differs(second)


def _told(candidate: Candidate) -> Quantity | None:
    """Return the figure a sentence answers with: the first quantity of its short answer."""
    return next(iter(quantities(candidate.lead_text)), None)


def _newest_first(chosen: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(chosen, key=lambda candidate: -_at(candidate)))


def _at(candidate: Candidate) -> float:
    at: datetime | None = candidate.hit.article.dated_at
    return at.timestamp() if at else float("-inf")
