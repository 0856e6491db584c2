"""One figure, several reports: which state is the newest, what was said before, who disagrees.

Only figures are compared: where the short answers of two articles are quantities of one unit that
contradict each other, either the figure changed (the later report is the state of things) or
independent outlets give different values at the same time (the reader sees both). A figure of like
size that somebody else tells stands beside the first, without a claim that they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.choose import fits_beside
from rag.dates import written
from rag.features import times
from rag.names import names
from rag.sides import alike, is_somebodys, of_like_size, told_figure
from rag.types import UNDATED, Expected, Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.quantities import Quantity
    from rag.score import Scored
    from rag.types import Article, Candidate, Question

FIGURES = frozenset({Expected.NUMBER, Expected.MONEY, Expected.PERCENT, Expected.DURATION})
NEAR = 3.0  # how far below the best a sentence may score and still report the same thing
BESIDE = 5.0  # the same for another outlet's report of the same day, shown but not said to differ
LEAST_SHARED = 3  # names that articles of one story have in common,
SHARED = 0.25  # and their share of the names of the one with fewer
SAME_TIME_S = timedelta(hours=24).total_seconds()  # outlets of one day; later is a later state


@dataclass(frozen=True, slots=True)
class States:
    """The sentences to show, newest state first, the older ones, and what to say of them."""

    chosen: tuple[Candidate, ...]
    earlier: tuple[Candidate, ...] = ()
    notes: tuple[Note, ...] = ()


def order_states(
    question: Question,
    scored: Scored,
    chosen: Sequence[Candidate],
    *,
    story_of: Callable[[str], str],
) -> States:
    """Put the newest state first and set independent outlets that disagree side by side.

    Where the question asks for the newest state, older values leave the answer for `earlier`;
    otherwise they stay behind the newest. A question that names its own time keeps its order. A
    correction comes before what it corrects. `story_of` gives the wire story an article is a copy
    of: copies never disagree.
    """
    best = scored.candidates[0]
    if correction := _correction(scored.candidates):
        rest = [c for c in chosen if fits_beside(c, [correction])]
        return States((correction, *rest))
    told = told_figure(best)
    if question.expected not in FIGURES or told is None:
        return States(_newest_first(chosen) if question.wants_latest else tuple(chosen))
    rivals = _rivals(scored, told)
    pinned = times(question.standalone) and not question.wants_latest
    head = best if pinned else max([best, *rivals], key=lambda c: (c.timestamp, c.score))
    others, disputing = _against(head, [best, *rivals], story_of)
    if disputing and not question.wants_latest:
        head = best  # of one day's outlets none is the newest state
        others, disputing = _against(head, [best, *rivals], story_of)
    older = [c for c in others if c not in disputing and UNDATED < c.timestamp < head.timestamp]
    beside = disputing or _otherwise(question, scored, head, story_of)
    return _shown(question, head, chosen, older, disputing, beside)


def near(scored: Scored) -> list[Candidate]:
    """Return the candidates that may report what the best one does, the best first.

    They score nearly as well, the selector takes them for an answer, their passage covers the
    question's names and times as well, and their article tells of the same people and places.
    """
    best, asked = scored.candidates[0], scored.features[0]
    return [
        candidate
        for candidate, found in zip(scored.candidates, scored.features, strict=True)
        if candidate is best
        or (
            candidate.score >= best.score - NEAR
            and candidate.margin > 0
            and found.names_passage >= asked.names_passage
            and found.times_passage >= asked.times_passage
            and related(candidate.hit.article, best.hit.article)
        )
    ]


def related(one: Article, other: Article) -> bool:
    """Say whether two articles tell of the same people and places, so maybe of one story."""
    if one.id == other.id:
        return True
    first, second = _named(one), _named(other)
    shared = len(first & second)
    return shared >= LEAST_SHARED and shared >= SHARED * min(len(first), len(second))


@lru_cache(maxsize=256)
def _named(article: Article) -> frozenset[str]:
    found = names(f"{article.title}. {article.text}")
    return frozenset(name for name in found if not times(name))


def _shown(
    question: Question,
    head: Candidate,
    chosen: Sequence[Candidate],
    older: Sequence[Candidate],
    disputing: Sequence[Candidate],
    beside: Sequence[Candidate],
) -> States:
    shown = [head]
    for candidate in (*beside[:1], *chosen):
        wanted = candidate not in older or not question.wants_latest
        if wanted and candidate not in shown and fits_beside(candidate, shown):
            shown.append(candidate)
    earlier = tuple(sorted(older, key=lambda c: -c.timestamp))
    return States(tuple(shown), earlier, _notes(head, earlier, disputing))


def _correction(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best near sentence by which an article corrects the best one's, if any does.

    It must bear on the point: repeat the best's short answer, or give another figure.
    """
    best = candidates[0]
    for candidate in candidates[1:]:
        if candidate.score < best.score - NEAR:
            return None
        if candidate.hit.article.supersedes == best.hit.article.id and (
            _differ(candidate, best)
            or (best.lead_text and best.lead_text.lower() in candidate.sentence.text.lower())
        ):
            return candidate
    return None


def _rivals(scored: Scored, told: Quantity) -> list[Candidate]:
    """Return the best sentence of each other article that gives another value of the figure."""
    best, found = scored.candidates[0], dict[str, "Candidate"]()
    for candidate in near(scored)[1:]:
        value = told_figure(candidate)
        if value and value.differs(told) and candidate.hit.article.id != best.hit.article.id:
            found.setdefault(candidate.hit.article.id, candidate)
    return list(found.values())


def _otherwise(
    question: Question,
    scored: Scored,
    head: Candidate,
    story_of: Callable[[str], str],
) -> list[Candidate]:
    """Return sentences with another figure like the head's, told by others, best first.

    Other outlets of the same day may count one thing by another name, marchers or participants, so
    for a bare number units need not agree, only be told; sums, shares and times must be of one
    unit. A figure told as somebody's ('police counted 600') needs none, and may stand in the head's
    own article.
    """
    if (told := told_figure(head)) is None:
        return []
    best = scored.candidates[0].score
    bare = question.expected is Expected.NUMBER

    def stands_beside(c: Candidate) -> bool:
        value = told_figure(c)
        if value is None or not of_like_size(told, value):
            return False
        somebodys = is_somebodys(c.sentence.text, value)
        if c.hit.article.id == head.hit.article.id:
            return somebodys and alike(told, value)
        named = told.unit and (value.unit == told.unit or (bare and value.unit))
        fits = alike(told, value) if somebodys else bool(named)
        return fits and _dispute(c, head, story_of)

    return [c for c in scored.candidates if c.score >= best - BESIDE and stands_beside(c)]


def _against(
    head: Candidate, reports: Sequence[Candidate], story_of: Callable[[str], str]
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the reports whose figure differs from the head's, and those that dispute it."""
    others = [c for c in reports if c is not head and _differ(c, head)]
    return others, [c for c in others if _dispute(c, head, story_of)]


def _dispute(one: Candidate, other: Candidate, story_of: Callable[[str], str]) -> bool:
    """Say whether two reports are of other outlets, other stories and the same time."""
    first, second = one.hit.article, other.hit.article
    return (
        first.source != second.source
        and story_of(first.id) != story_of(second.id)
        and abs(one.timestamp - other.timestamp) <= SAME_TIME_S
    )


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
    dated = f", {written(at)}, {at:%H:%M}" if at else ""
    return f"{candidate.lead_text} ({article.source or 'unnamed outlet'}{dated})"


def _differ(one: Candidate, other: Candidate) -> bool:
    first, second = told_figure(one), told_figure(other)
    return first is not None and second is not None and first.differs(second)


def _newest_first(chosen: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(chosen, key=lambda candidate: -candidate.timestamp))
