"""One run over one set, summed up: overall, by type, calibration and time; as JSON and as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.calibration import Calibration, calibrate
from eval.intervals import Interval, Resampling, intervals
from eval.measures import MEASURES, Outcome, terms

if TYPE_CHECKING:
    from eval.predictions import Prediction

DIGITS = 6
"""Decimals kept in metrics.json: more than any set can tell apart."""


@dataclass(frozen=True, slots=True)
class Group:
    """The measures of a group of questions: `values` has one per `MEASURES`, in their order."""

    name: str
    n: int
    n_answerable: int
    n_answered: int
    values: tuple[Interval, ...]

    def value(self, key: str) -> Interval:
        """Return the measure with this key."""
        return self.values[[measure.key for measure in MEASURES].index(key)]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per question over the `n` timed ones; NaN when none was."""

    n: int
    mean_s: float
    median_s: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything measured on one set. `by_type` is in alphabetical order."""

    overall: Group
    by_type: tuple[Group, ...]
    calibration: Calibration
    timing: Timing
    resampling: Resampling


def summarise(
    outcomes: Sequence[Outcome],
    predictions: Sequence[Prediction],
    *,
    resampling: Resampling | None = None,
) -> Summary:
    """Sum up outcomes and the aligned predictions they came from."""
    resampling = resampling or Resampling()
    types = sorted({outcome.type for outcome in outcomes})
    return Summary(
        overall=_group("all", outcomes, resampling),
        by_type=tuple(
            _group(name, [one for one in outcomes if one.type == name], resampling)
            for name in types
        ),
        calibration=calibrate(outcomes, predictions),
        timing=time_summary([one.seconds for one in predictions if one.seconds is not None]),
        resampling=resampling,
    )


def time_summary(seconds: Sequence[float]) -> Timing:
    """Return mean, median and 95th percentile, interpolated between the nearest two."""
    if not seconds:
        return Timing(0, math.nan, math.nan, math.nan)
    median, p95 = np.quantile(seconds, (0.5, 0.95))
    return Timing(len(seconds), float(np.mean(seconds)), float(median), float(p95))


def summary_json(summary: Summary) -> dict[str, object]:
    """Return the summary as JSON values, the unrepeatable `timing` last; NaN becomes null."""
    calibration = asdict(summary.calibration)
    return {
        "n": summary.overall.n,
        "n_answerable": summary.overall.n_answerable,
        "n_answered": summary.overall.n_answered,
        "bootstrap": asdict(summary.resampling),
        "overall": _group_json(summary.overall),
        "by_type": {group.name: _type_json(group) for group in summary.by_type},
        "risk_coverage": json_value(calibration.pop("curve")),
        "calibration": json_value(calibration),
        "timing": json_value(asdict(summary.timing)),
    }


def json_value(value: object) -> object:
    """Make a value fit for strict JSON: floats rounded to `DIGITS`, NaN and infinity as null."""
    match value:
        case float():
            return round(value, DIGITS) if math.isfinite(value) else None
        case Mapping():
            return {str(key): json_value(one) for key, one in value.items()}
        case list() | tuple():
            return [json_value(one) for one in value]
        case _:
            return value


def render_summary(title: str, summary: Summary) -> str:
    """Render the measures and the table by type as plain text for a terminal."""
    overall, timing = summary.overall, summary.timing
    lines = [
        f"{title}: {overall.n} questions, {overall.n_answerable} answerable, "
        f"{overall.n_answered} answered",
        "",
        f"{'':24}{'value':>8}   95% interval",
    ]
    for measure, value in zip(MEASURES, overall.values, strict=True):
        interval = f"{number(value.low)} to {number(value.high)}"
        lines.append(f"{measure.label:24}{number(value.value):>8}   {interval}")
    lines += [
        f"{'Seconds per question':24}{number(timing.mean_s):>8}   "
        f"median {number(timing.median_s)}, p95 {number(timing.p95_s)}",
        "",
        f"{'type':16}{'n':>5}{'trust':>8}{'correct':>9}{'facts':>8}{'cit.prec':>10}{'refused':>9}",
    ]
    for group in summary.by_type:
        keys = ("trust", "correct", "fact_recall", "citation_precision")
        trust, correct, facts, precision = (number(group.value(key).value) for key in keys)
        refused = number((group.n - group.n_answered) / group.n)
        lines.append(
            f"{group.name[:15]:16}{group.n:>5}{trust:>8}{correct:>9}{facts:>8}"
            f"{precision:>10}{refused:>9}"
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """Write a measure with three decimals; a dash where there is nothing to measure."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def _group(name: str, outcomes: Sequence[Outcome], resampling: Resampling) -> Group:
    return Group(
        name=name,
        n=len(outcomes),
        n_answerable=sum(outcome.answerable for outcome in outcomes),
        n_answered=sum(outcome.answered for outcome in outcomes),
        values=intervals(terms(outcomes), resampling),
    )


def _group_json(group: Group) -> dict[str, object]:
    return {
        measure.key: json_value(asdict(value))
        for measure, value in zip(MEASURES, group.values, strict=True)
    }


def _type_json(group: Group) -> dict[str, object]:
    counts = {"n": group.n, "n_answerable": group.n_answerable, "n_answered": group.n_answered}
    return {**counts, **_group_json(group)}
