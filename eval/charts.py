"""Three small charts as inline SVG: no script, no fonts, colours from the page's own variables."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.calibration import Bin, RiskPoint
    from eval.intervals import Interval

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 40
_N_LATENCY_BINS = 24


def risk_coverage_chart(points: Sequence[RiskPoint]) -> str:
    """Draw the share of wrong answers against the share of questions answered."""
    steps = [(point.coverage, point.risk) for point in points]
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in steps)
    marks = f'<polyline class="line" points="{line}"/>' if steps else _nothing()
    if steps:
        marks += _dot(*steps[-1], "as it ran")
    return _frame(
        marks, x_label="share of questions answered", y_label="share of answers not trusted"
    )


def reliability_chart(bins: Sequence[Bin]) -> str:
    """Draw the observed share against the stated probability, with 95% Wilson intervals."""
    marks = (
        f'<line class="guide" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
        if bins
        else _nothing()
    )
    for one in bins:
        x = _x(one.mean_probability)
        marks += (
            f'<line class="whisker" x1="{x:.1f}" y1="{_y(one.observed_low):.1f}" '
            f'x2="{x:.1f}" y2="{_y(one.observed_high):.1f}"/>'
        )
        marks += _dot(one.mean_probability, one.observed, f"{one.n} answers")
    return _frame(marks, x_label="stated probability", y_label="share that is trusted")


def latency_chart(seconds: Sequence[float]) -> str:
    """Draw a histogram of seconds per question with its median and 95th percentile."""
    if not seconds:
        return _frame(_nothing(), x_label="seconds per question", y_label="questions")
    longest = _axis_end(max(seconds))
    counts, edges = np.histogram(seconds, bins=_N_LATENCY_BINS, range=(0.0, longest))
    highest = _axis_end(float(counts.max()))
    marks = ""
    for count, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        x, top = _x(left / longest), _y(count / highest)
        marks += (
            f'<rect class="bar" x="{x:.1f}" y="{top:.1f}" '
            f'width="{_x(right / longest) - x - 1:.1f}" height="{_y(0) - top:.1f}">'
            f"<title>{count} between {left:.3f} and {right:.3f} s</title></rect>"
        )
    for label, share in (("median", 0.5), ("p95", 0.95)):
        value = float(np.quantile(seconds, share))
        x = _x(value / longest)
        marks += (
            f'<line class="guide" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_y(0)}">'
            f"<title>{label} {value:.3f} s</title></line>"
        )
    return _frame(
        marks,
        x_label="seconds per question (lines: median, p95)",
        y_label="questions",
        x_end=longest,
        y_end=highest,
    )


def interval_bar(interval: Interval) -> str:
    """Draw a value in [0, 1] with its interval as one thin row of a table."""
    if math.isnan(interval.value):
        return ""
    low, high, value = (100 * one for one in (interval.low, interval.high, interval.value))
    return (
        '<svg class="row" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="axis" x1="0" y1="5" x2="100" y2="5"/>'
        f'<rect class="band" x="{low:.2f}" y="2" width="{max(high - low, 0.4):.2f}" height="6"/>'
        f'<rect class="mark" x="{max(value - 0.4, 0):.2f}" y="0" width="0.8" height="10"/></svg>'
    )


def _frame(
    marks: str, *, x_label: str, y_label: str, x_end: float = 1.0, y_end: float = 1.0
) -> str:
    """Put axes with quarter ticks around `marks`."""
    ticks = ""
    for quarter in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(quarter), _y(quarter)
        ticks += (
            f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{quarter * y_end:.3g}'
            f'</text><text x="{x:.1f}" y="{_y(0) + 15:.1f}" text-anchor="middle">'
            f"{quarter * x_end:.3g}</text>"
        )
    middle = _y(0.5)
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(y_label)} against {escape(x_label)}">{ticks}{marks}'
        f'<text class="label" x="{_x(0.5):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
        f"{escape(x_label)}</text>"
        f'<text class="label" x="10" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 10 {middle:.1f})">{escape(y_label)}</text></svg>'
    )


def _axis_end(highest: float) -> float:
    """Round up to 1, 2, 4 or 8 times a power of ten, whose quarters read well."""
    power = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    return next((step * power for step in (1, 2, 4, 8) if step * power >= highest), 10 * power)


def _dot(x: float, y: float, title: str) -> str:
    return (
        f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3.5">'
        f"<title>{escape(title)}: {x:.3f}, {y:.3f}</title></circle>"
    )


def _nothing() -> str:
    return f'<text x="{_x(0.5):.1f}" y="{_y(0.5):.1f}" text-anchor="middle">nothing to draw</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
