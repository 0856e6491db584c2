"""What is known of the whole of the evidence: would the answer be right?

Numbers about the best candidate and about how it stands out, for the one probability that an
answer is worth giving. `eval/training` fits their weights; `eval.ablation` says what each is worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.features import Features
    from rag.types import Candidate


@dataclass(frozen=True, slots=True)
class Evidence:
    """Numbers about the evidence for one question; all but `null` are meant as better when higher.

    margin, null: the selector's margin of the best candidate and its window's null logit.
    highest: the highest margin of any candidate, which need not be the best's.
    crowd: log of the summed exponentials of all margins: many weak signs add up.
    sure: the best candidate's share of a softmax over all scores.
    ahead: its lead in score over the best candidate of another article, at most 5.
    The rest are the best candidate's own features of those names.
    """

    margin: float
    null: float
    highest: float
    crowd: float
    sure: float
    ahead: float
    cosine: float
    bm25_share: float
    reciprocal_rank: float
    cover_sentence: float
    cover_passage: float
    cover_article: float
    fits: float
    lead: float
    lead_fits: float
    names_passage: float
    names_article: float
    numbers_passage: float
    times_passage: float
    beside: float

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of `NAMES`."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES = tuple(field.name for field in fields(Evidence))
_OWN = frozenset(NAMES) - {"margin", "highest", "crowd", "sure", "ahead"}
_FAR_AHEAD = 5.0


def weigh_evidence(candidates: Sequence[Candidate], features: Sequence[Features]) -> Evidence:
    """Return the evidence of candidates sorted best first, at least one, with their features."""
    best, margins = candidates[0], [features_.selector for features_ in features]
    highest = max(margins)
    others = (c.score for c in candidates if c.hit.article.id != best.hit.article.id)
    powers = math.fsum(math.exp(c.score - best.score) for c in candidates)
    return Evidence(
        margin=margins[0],
        highest=highest,
        crowd=highest + math.log(math.fsum(math.exp(m - highest) for m in margins)),
        sure=1 / powers,
        ahead=min(_FAR_AHEAD, best.score - next(others, best.score - _FAR_AHEAD)),
        **{name: getattr(features[0], name) for name in _OWN},
    )
