"""The other side: the figure that a comparison or a disagreement sets beside the first one."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from rag.quantities import Quantity, quantities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.types import Candidate

MOST_WORDS = 6  # of a figure with its unit
LIKE = 2.5  # counts of one thing differ by less than this factor: 300 or 700 marched, not 30
COMPARED = 6.0  # how far below the best the other side of a comparison may score
# 'Police counted 600', 'the Chamber puts it at 140 million': what stands before somebody's figure
_COUNTING = re.compile(
    r"\b(?:count(?:s|ed|ing)?|puts?|estimate[sd]?|sp(?:eaks?|oke) of|claim(?:s|ed)?|"
    r"expect(?:s|ed)?|reckon(?:s|ed)?|believe[sd]?|g[ai]ves?)\b[^.;]{0,45}$",
    re.IGNORECASE,
)
_BY_COUNT = re.compile(
    r"\baccording to\b|\bby (?:[\w’']+ ){0,4}(?:count|tally|estimate|reckoning)\b", re.IGNORECASE
)


def told_figure(candidate: Candidate) -> Quantity | None:
    """Return the figure a sentence answers with: the quantity that its short answer touches.

    None where the short answer is no figure, or too long to be one.
    """
    if candidate.lead is None or len(candidate.lead_text.split()) > MOST_WORDS:
        return None
    start = candidate.lead.start - candidate.sentence.start
    end = candidate.lead.end - candidate.sentence.start
    found = quantities(candidate.sentence.text)
    return next((q for q in found if q.span.start < end and q.span.end > start), None)


def alike(one: Quantity, other: Quantity) -> bool:
    """Say whether two different figures may be of one kind: of like size, and no units at odds.

    A rate counts as what it is a rate of: '84 crowns a year' is like '99 crowns'.
    """
    units = {figure.unit.split("/")[0] for figure in (one, other)} - {""}
    return len(units) < 2 and of_like_size(one, other)


def of_like_size(one: Quantity, other: Quantity) -> bool:
    """Say whether two figures differ, but not by so much that they must be of two things."""
    least, most = sorted((one.value, other.value))
    return least < most <= LIKE * least


def is_somebodys(text: str, figure: Quantity) -> bool:
    """Say whether a sentence tells its figure as somebody's, so that others may have another."""
    before = text[: figure.span.start]
    return bool(_COUNTING.search(before) or _BY_COUNT.search(text))


def other_side(first: Candidate, others: Iterable[Candidate]) -> Candidate | None:
    """Return the first of `others`, best first, with a figure like one of the first sentence's.

    'Was the strike longer than that of 2017?' is answered by '19 days' only with '35 days'. None
    where none within COMPARED of the first has such a figure, or the first has both by itself.
    """
    own = quantities(first.sentence.text)
    told = told_figure(first)
    figures = [told] if told else own

    def is_like(found: Iterable[Quantity]) -> bool:
        return any(alike(figure, other) for figure in figures for other in found)

    if is_like(own):
        return None
    near = takewhile(lambda other: other.score >= first.score - COMPARED, others)
    return next((other for other in near if is_like(quantities(other.sentence.text))), None)
