import numpy as np
import pytest

from eval.intervals import Interval, Resampling, intervals, resample_sums
from eval.measures import ratios

SAMPLING = Resampling(n=4000, seed=3)


def share(successes, n):
    """Terms (n, 1, 2) of a plain share."""
    terms = np.ones((n, 1, 2))
    terms[successes:, 0, 0] = 0
    return terms


@pytest.mark.parametrize(("successes", "n"), [(30, 100), (100, 200), (950, 1000)])
def test_intervals_of_a_share_are_the_binomials(successes, n):
    (got,) = intervals(share(successes, n), SAMPLING)
    p = successes / n
    half = 1.96 * (p * (1 - p) / n) ** 0.5  # the normal approximation is good at these n
    assert (got.value, got.n) == (p, n)
    assert got.low == pytest.approx(p - half, abs=0.2 * half)
    assert got.high == pytest.approx(p + half, abs=0.2 * half)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(11)
    covered = 0
    for seed in range(200):
        terms = share(int(rng.binomial(80, 0.4)), 80)
        (got,) = intervals(terms, Resampling(n=400, seed=seed))
        covered += got.low <= 0.4 <= got.high
    assert 180 <= covered <= 199  # 95% of 200 is 190; sd 3.1, and the percentile form is narrow


def test_intervals_recompute_a_ratio_on_every_resample():
    rng = np.random.default_rng(5)
    terms = rng.integers(0, 2, size=(60, 1, 2)).astype(float)
    sums = resample_sums(terms, SAMPLING)
    defined = sums[:, 0, 1] > 0
    (got,) = intervals(terms, SAMPLING)
    by_hand = np.quantile(sums[defined, 0, 0] / sums[defined, 0, 1], (0.025, 0.975))
    assert (got.low, got.high) == pytest.approx(tuple(by_hand))


def test_resample_sums_equals_the_plain_loop():
    rng = np.random.default_rng(1)
    terms = rng.random((7, 2, 3, 2))
    sampling = Resampling(n=50, seed=9)
    drawn = np.random.default_rng(9).integers(7, size=(50, 7))  # one batch, so one draw
    plain = np.stack([terms[rows].sum(axis=0) for rows in drawn])
    np.testing.assert_allclose(resample_sums(terms, sampling), plain)


def test_resample_sums_is_the_same_for_the_same_seed_and_not_for_another():
    terms = share(5, 12)
    first, again = (resample_sums(terms, Resampling(n=64, seed=1)) for _ in range(2))
    other = resample_sums(terms, Resampling(n=64, seed=2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_intervals_are_nan_where_nothing_was_counted():
    (got,) = intervals(np.zeros((9, 1, 2)), SAMPLING)
    assert np.isnan([got.value, got.low, got.high]).all()
    assert got.n == 0


def test_intervals_leave_out_resamples_on_which_the_measure_is_undefined():
    terms = np.zeros((6, 1, 2))
    terms[0, 0] = 1  # one question counts: a resample without it has no value
    (got,) = intervals(terms, SAMPLING)
    assert got == Interval(1.0, 1.0, 1.0, 1)
    assert np.isnan(ratios(resample_sums(terms, SAMPLING))).any()
