import math

import pytest

from eval.calibration import MAX_POINTS, RiskPoint, calibrate, wilson
from eval.measures import score


@pytest.fixture
def run(make_case, make_prediction):
    """Score answers given as (probability, is right); None refuses."""

    def of(*answers):
        cases, predictions = [], []
        for n, one in enumerate(answers):
            cases.append(make_case(f"q{n:04}"))
            if one is None:
                predictions.append(make_prediction(f"q{n:04}", "No.", answered=False))
            else:
                probability, right = one
                text = "It held 148." if right else "It held none."
                predictions.append(make_prediction(f"q{n:04}", text, probability=probability))
        return calibrate(score(cases, predictions), predictions)

    return of


def test_calibrate_draws_risk_and_coverage_by_hand(run):
    curve = run((0.9, True), (0.7, False), (0.8, True), None).curve
    assert curve == (
        RiskPoint(0.9, 1 / 4, 0.0),
        RiskPoint(0.8, 2 / 4, 0.0),
        RiskPoint(0.7, 3 / 4, pytest.approx(1 / 3)),
    )


def test_calibrate_moves_ties_together(run):
    assert run((0.5, False), (0.5, True)).curve == (RiskPoint(0.5, 1.0, 0.5),)


def test_calibrate_bins_by_hand(run):
    got = run((0.9, True), (1.0, True), (0.95, False), (0.2, False))
    # bin 0.2: stated .2, observed 0 of 1; bin 0.9: stated .95, observed 2 of 3
    assert [(one.low, one.n) for one in got.bins] == [(0.2, 1), (0.9, 3)]
    assert got.bins[1].mean_probability == pytest.approx(0.95)
    assert got.bins[1].observed == pytest.approx(2 / 3)
    assert got.expected_error == pytest.approx((1 * 0.2 + 3 * (0.95 - 2 / 3)) / 4)
    assert got.brier == pytest.approx((0.1**2 + 0 + 0.95**2 + 0.2**2) / 4)


def test_calibrate_without_an_answer_has_nothing_to_say(run):
    got = run(None, None)
    assert (got.n, got.bins, got.curve) == (0, (), ())
    assert math.isnan(got.expected_error)
    assert math.isnan(got.brier)


def test_calibrate_thins_a_long_curve_and_keeps_its_ends(run):
    got = run(*((0.5 + n / 2000, n % 2 == 0) for n in range(900))).curve
    assert len(got) == MAX_POINTS
    assert got[0].threshold == pytest.approx(0.5 + 899 / 2000)
    assert got[-1] == RiskPoint(0.5, 1.0, 0.5)


def test_wilson_gives_the_published_interval():
    # 81 of 263: 0.2553 to 0.3662 (Newcombe, Statistics in Medicine 17, 1998, table I)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == pytest.approx(1.0)
