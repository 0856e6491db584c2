"""Draw how long questions take as the archive grows: one SVG that needs nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 52
LINES = {  # what is drawn: colour, field, percentile
    "retrieval, median": ("#0b6e99", "retrieval_ms", "p50"),
    "retrieval, p95": ("#6fb3d2", "retrieval_ms", "p95"),
    "whole answer, median": ("#9a3412", "answer_ms", "p50"),
    "whole answer, p95": ("#e0976f", "answer_ms", "p95"),
}


def growth_plot(sizes: Sequence[dict[str, Any]]) -> str:
    """Return milliseconds against passages, both in powers of ten; `sizes` smallest first."""
    passages = [one["passages"] for one in sizes]
    figures = [one[field][p] for one in sizes for _, field, p in LINES.values()]
    x = _Axis(passages, LEFT, WIDTH - RIGHT)
    y = _Axis(figures, HEIGHT - BOTTOM, TOP)
    drawn = [*_grid(x, y)]
    for n, (name, (colour, field, percentile)) in enumerate(LINES.items()):
        points = [(x.at(one["passages"]), y.at(one[field][percentile])) for one in sizes]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        at = TOP + 12 + 16 * n
        drawn.append(f'<rect x="{LEFT + 12}" y="{at - 8}" width="12" height="3" fill="{colour}"/>')
        drawn.append(f'<text x="{LEFT + 30}" y="{at}">{name}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    drawn.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">passages</text>')
    drawn.append(
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">'
        "milliseconds a question</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Milliseconds a question against passages" font-family="sans-serif" '
        f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        + "".join(drawn)
        + "</svg>\n"
    )


class _Axis:
    """A scale in powers of ten around some values, from one place of the picture to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    @property
    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]

    def at(self, value: float) -> float:
        """Return where a value stands."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _grid(x: _Axis, y: _Axis) -> list[str]:
    drawn = []
    for value in x.ticks:
        at = f"{x.at(value):.1f}"
        drawn.append(f'<line x1="{at}" y1="{y.start}" x2="{at}" y2="{y.end}" stroke="#ddd"/>')
        drawn.append(f'<text x="{at}" y="{y.start + 18}" text-anchor="middle">{value:,.0f}</text>')
    for value in y.ticks:
        at = f"{y.at(value):.1f}"
        drawn.append(f'<line x1="{x.start}" y1="{at}" x2="{x.end}" y2="{at}" stroke="#ddd"/>')
        drawn.append(f'<text x="{x.start - 8}" y="{at}" text-anchor="end">{value:g}</text>')
    return drawn
