"""A question with all that its answer is chosen from, before anything is chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.score import Scored
    from rag.types import Hit, Question


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question, the hits that were read for it (in fused order), its sentences."""

    question: Question
    hits: tuple[Hit, ...]
    scored: Scored


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question, the hits of all its parts reranked by what reading found, and its parts.

    Where it asks several things, it was read whole and then for each: `parts` has the whole first.
    A sentence that tells two things at once answers the whole better than either.
    """

    question: Question
    hits: tuple[Hit, ...]
    parts: tuple[Part, ...]

    @property
    def doubtful(self) -> Part:
        """The part that is least likely to be answered; the whole only where it is the one."""
        return min(self.parts[1:] or self.parts, key=lambda part: part.scored.probability)

    @property
    def probability(self) -> float:
        """The chance that the answer is right: the mean of what the whole and its parts say.

        Measured on two-part questions: the least of the parts' refused a fifth of those answered
        rightly, and their mean with the whole's lets no more near misses through.
        """
        return fmean(part.scored.probability for part in self.parts)


def rerank(parts: Sequence[Part]) -> tuple[Hit, ...]:
    """Rank hits by their best sentence, those not read behind them in fused order.

    Of several parts the best hits alternate. Ranks count from 1 anew; ties keep the fused order.
    """
    turns = zip_longest(*(_reranked(part) for part in parts))
    hits = {hit.passage.id: hit for turn in turns for hit in turn if hit}
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits.values(), 1))


def _reranked(part: Part) -> list[Hit]:
    best: dict[str, float] = {}
    for candidate in part.scored.candidates:  # best first
        best.setdefault(candidate.hit.passage.id, candidate.score)
    unread = float("-inf")
    return sorted(part.hits, key=lambda hit: (-best.get(hit.passage.id, unread), hit.rank))
