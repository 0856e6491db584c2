"""Whether an answer's probability can be believed: risk against coverage, and reliability.

Both look at answered questions only. What a refused question would have been answered is not in
the predictions, so the curve ends at the share that was answered; run with the threshold at 0
to see all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.measures import Outcome
    from eval.predictions import Prediction

N_BINS = 10
MAX_POINTS = 200
_Z_95 = 1.959963984540054  # two-sided 95% of the normal distribution


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Had only answers with at least `threshold` been given: coverage and risk.

    `coverage` is the share of all questions answered, `risk` the share of those answers that
    are not trusted.
    """

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose probability lies in [low, high); the last bin includes 1.

    `observed` is the share of them that is trusted, with its 95% Wilson interval.
    """

    low: float
    high: float
    n: int
    mean_probability: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probabilities and outcomes agree over `n` answered questions.

    `expected_error` is the bins' mean gap weighted by size (ECE), `brier` the mean squared
    error; both NaN when no answer carries a probability. `bins` holds only non-empty bins.
    """

    n: int
    expected_error: float
    brier: float
    bins: tuple[Bin, ...]
    curve: tuple[RiskPoint, ...]


def calibrate(outcomes: Sequence[Outcome], predictions: Sequence[Prediction]) -> Calibration:
    """Compare the probabilities of aligned `predictions` with what came of them.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017 (ECE); Brier, 1950;
    El-Yaniv & Wiener, JMLR 2010 (risk and coverage).
    """
    answered = [
        (prediction.probability, outcome.trusted)
        for outcome, prediction in zip(outcomes, predictions, strict=True)
        if prediction.answered and prediction.probability is not None
    ]
    bins = _bins(answered)
    n = len(answered)
    gaps = sum(one.n * abs(one.mean_probability - one.observed) for one in bins)
    squares = sum((probability - trusted) ** 2 for probability, trusted in answered)
    return Calibration(
        n=n,
        expected_error=gaps / n if n else math.nan,
        brier=squares / n if n else math.nan,
        bins=bins,
        curve=_thin(_curve(answered, n_questions=len(outcomes))),
    )


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a share; `n` is at least 1.

    Source: Wilson, JASA 22 (1927).
    """
    share, z2 = successes / n, _Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _bins(answered: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    grouped: dict[int, list[tuple[float, bool]]] = {}
    for probability, trusted in answered:
        grouped.setdefault(min(int(probability * N_BINS), N_BINS - 1), []).append(
            (probability, trusted)
        )
    made = []
    for place, members in sorted(grouped.items()):
        n, right = len(members), sum(trusted for _, trusted in members)
        low, high = wilson(right, n)
        made.append(
            Bin(
                low=place / N_BINS,
                high=(place + 1) / N_BINS,
                n=n,
                mean_probability=sum(probability for probability, _ in members) / n,
                observed=right / n,
                observed_low=low,
                observed_high=high,
            )
        )
    return tuple(made)


def _curve(answered: Sequence[tuple[float, bool]], *, n_questions: int) -> list[RiskPoint]:
    """Return one point for each distinct probability, highest first: ties move together."""
    points: list[RiskPoint] = []
    wrong = 0
    ordered = sorted(answered, key=lambda one: -one[0])
    for given, (probability, trusted) in enumerate(ordered, start=1):
        wrong += not trusted
        point = RiskPoint(probability, given / n_questions, wrong / given)
        if points and points[-1].threshold == probability:
            points[-1] = point
        else:
            points.append(point)
    return points


def _thin(points: list[RiskPoint]) -> tuple[RiskPoint, ...]:
    """Keep at most `MAX_POINTS`, evenly, both ends among them."""
    last = len(points) - 1
    if last < MAX_POINTS:
        return tuple(points)
    places = [round(step * last / (MAX_POINTS - 1)) for step in range(MAX_POINTS)]
    return tuple(points[place] for place in places)
