"""Bootstrap intervals over questions: how far a measure could lie off by the luck of the set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.measures import ratios

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH_CELLS = 2_000_000
"""Resample counts held at once: about 16 MB."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How to resample: `n` resamples of the questions from `seed`, at confidence `level`."""

    n: int = 2000
    seed: int = 20260101
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with the interval it could lie in; all NaN where nothing was counted.

    `n` is how many questions the measure counts.
    """

    value: float
    low: float
    high: float
    n: int


def resample_sums(terms: NDArray[np.float64], resampling: Resampling) -> NDArray[np.float64]:
    """Sum the terms of each resample of the questions.

    Args:
        terms: Numerators and denominators, (n questions, ...); the trailing axes are kept, so
            that two runs laid side by side are resampled together (a paired bootstrap).
        resampling: The number of resamples and the seed; the same seed and n give the same
            resamples.

    Returns:
        Sums of shape (resamples, ...).

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 6.
    """
    n = terms.shape[0]
    flat = terms.reshape(n, -1)  # (n, c)
    rng = np.random.default_rng(resampling.seed)
    sums = np.empty((resampling.n, flat.shape[1]))
    step = max(1, _BATCH_CELLS // n)
    for start in range(0, resampling.n, step):
        size = min(step, resampling.n - start)
        drawn = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        sums[start : start + size] = counts.astype(np.float64) @ flat
    return sums.reshape(resampling.n, *terms.shape[1:])


def intervals(terms: NDArray[np.float64], resampling: Resampling) -> tuple[Interval, ...]:
    """Measure each column of `terms` (n, m, 2) with its percentile bootstrap interval.

    Every measure is recomputed on each resample, ratios such as the F1 included. A resample on
    which a measure is undefined (nothing refused, say) is left out of that measure's
    percentiles. Where every question agrees the interval has no width, which is no certainty;
    with fewer than some 20 questions it says little.
    """
    values = ratios(terms.sum(axis=0))  # (m,)
    counted = (terms[..., 1] > 0).sum(axis=0)
    resampled = ratios(resample_sums(terms, resampling))  # (resamples, m)
    tail = (1 - resampling.level) / 2
    made = []
    for value, count, column in zip(values, counted, resampled.T, strict=True):
        defined = column[~np.isnan(column)]
        low, high = (
            np.quantile(defined, (tail, 1 - tail))
            if defined.size and not np.isnan(value)
            else (np.nan, np.nan)
        )
        made.append(Interval(float(value), float(low), float(high), int(count)))
    return tuple(made)
