"""Where the gold articles stand among the hits, measured by ir-measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.predictions import Prediction
    from eval.questions import Case


@dataclass(frozen=True, slots=True)
class RankingScore:
    """One question's document ranking: Success@1, Success@5 and RR@10, each in [0, 1]."""

    hit_at_1: float = 0.0
    hit_at_5: float = 0.0
    reciprocal_rank: float = 0.0


def score_rankings(
    cases: Sequence[Case], predictions: Sequence[Prediction]
) -> tuple[RankingScore, ...]:
    """Score each question's hits against the documents of its evidence.

    `predictions` are aligned with `cases`. A document that comes twice counts at its first
    place, so that two passages of one article do not push others down. No hits, or no evidence,
    scores 0: an unanswered query still counts.

    Source: ir-measures (MacAvaney et al., ECIR 2022), Success@k and RR@k.
    """
    import ir_measures
    from ir_measures import RR, Qrel, ScoredDoc, Success

    qrels = [
        Qrel(str(row), doc, 1)
        for row, case in enumerate(cases)
        for doc in {evidence.doc: None for evidence in case.evidence}
    ]
    run = [
        ScoredDoc(str(row), doc, -float(place))  # strictly falling: no ties to break
        for row, prediction in enumerate(predictions)
        for place, doc in enumerate(dict.fromkeys(prediction.hits))
    ]
    if not qrels or not run:
        return tuple(RankingScore() for _ in cases)
    found = {
        (int(metric.query_id), str(metric.measure)): float(metric.value)
        for metric in ir_measures.iter_calc([Success @ 1, Success @ 5, RR @ 10], qrels, run)
    }
    return tuple(
        RankingScore(
            hit_at_1=found.get((row, "Success@1"), 0.0),
            hit_at_5=found.get((row, "Success@5"), 0.0),
            reciprocal_rank=found.get((row, "RR@10"), 0.0),
        )
        for row in range(len(cases))
    )
