"""A small plot of how a figure changed: one line, its points, the first and the last day.

Drawn as SVG of numbers alone: no word of an article gets into it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from ui.figures import written
from ui.wording import day, short_day

if TYPE_CHECKING:
    from ui.timeline import Event, Timeline

WIDTH: Final = 440
HEIGHT: Final = 126
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 34, 26, 26
_GAP: Final = 34.0


def plot_view(timeline: Timeline) -> str:
    """Draw a timeline's figures; '' where they never changed."""
    points = timeline.points
    if not points:
        return ""
    spots = _spots(points)
    line = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y, _) in enumerate(spots))
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="dl-dot"></circle>'
        f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle" class="dl-figure">'
        f"{written(value, timeline.kind)}</text>"
        for x, y, value in spots
    )
    base = HEIGHT - _BOTTOM + 6
    first, last = points[0].at, points[-1].at
    told = "; ".join(
        f"{written(event.figure.value, timeline.kind)} on {day(event.at)}"
        for event in points
        if event.figure
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="dl-plot" '
        f'aria-label="How the figure changed: {told}">'
        f'<line x1="{_LEFT}" y1="{base}" x2="{WIDTH - _RIGHT}" y2="{base}" class="dl-base"></line>'
        f'<path d="{line}" class="dl-run"></path>{dots}'
        f'<text x="{_LEFT}" y="{HEIGHT - 4}" class="dl-axis">{short_day(first)}</text>'
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 4}" text-anchor="end" class="dl-axis">'
        f"{short_day(last)}</text></svg>"
    )


def _spots(points: tuple[Event, ...]) -> list[tuple[float, float, float]]:
    """Place each distinct figure of a day: x by date, y by value, both within the frame.

    Figures of one night would stand on each other: they are moved apart as far as they can be read.
    """
    told = [(event.at, event.figure.value) for event in points if event.figure]
    kept = [
        (at, value)
        for _, same_day in groupby(told, key=lambda one: one[0].date())
        for value, at in {value: at for at, value in same_day}.items()
    ]
    times = [at.timestamp() for at, _ in kept]
    values = [value for _, value in kept]
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    across = _apart([_LEFT + wide * _share(time, times) for time in times])
    return [
        (x, _TOP + high * (1 - _share(value, values)), value)
        for x, value in zip(across, values, strict=True)
    ]


def _apart(across: list[float]) -> list[float]:
    """Move positions apart, in order, without leaving the frame."""
    gap = min(_GAP, (WIDTH - _LEFT - _RIGHT) / max(len(across) - 1, 1))
    for n in range(1, len(across)):
        across[n] = max(across[n], across[n - 1] + gap)
    edge = float(WIDTH - _RIGHT)
    for n in reversed(range(len(across))):
        across[n] = min(across[n], edge)
        edge = across[n] - gap
    return across


def _share(one: float, of: list[float]) -> float:
    low, high = min(of), max(of)
    return (one - low) / (high - low) if high > low else 0.5
