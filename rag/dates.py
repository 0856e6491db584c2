"""What 'Tuesday' or 'last month' means, counted from the article's own date, for display only.

The quote is never changed: a resolved date stands beside it. Only what a calendar settles is
resolved; 'recently' is not.
"""

from __future__ import annotations

import calendar
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from rag.types import Span, TimeMark

if TYPE_CHECKING:
    from datetime import date, datetime

_DAYS = tuple(day.lower() for day in calendar.day_name)
_RELATIVE = re.compile(
    r"\b(?:(?P<way>last|next|this)\s+)?(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday)\b|\b(?P<near>yesterday|today|tonight|tomorrow)\b|"
    r"\b(?P<which>last|next|this)\s+(?P<unit>month|year)\b",
    re.IGNORECASE,
)
_COMING = re.compile(
    r"\b(?:will|shall|would|is to|are to|due|plans?|planned|scheduled|expects?|expected|set to|"
    r"until|by|begins?|starts?|opens?|resumes?)\b",
    re.IGNORECASE,
)
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_WHICH = {"last": -1, "this": 0, "next": 1}


def resolve_times(text: str, at: datetime | None) -> tuple[TimeMark, ...]:
    """Return the relative times of a sentence with the day, month or year each one means.

    A weekday is the last one up to the article's day, or the next one where the words just before
    it speak of what is to come. Spans are offsets into `text`; nothing is resolved without a date.
    """
    if at is None:
        return ()
    marks = (
        TimeMark(Span(*match.span()), _meant(match, text[: match.start()], at.date()))
        for match in _RELATIVE.finditer(text)
    )
    return tuple(mark for mark in marks if mark.means)


def _meant(match: re.Match[str], before: str, day: date) -> str:
    if near := match["near"]:
        return _written(day + timedelta(days=_NEAR[near.lower()]))
    if unit := match["unit"]:
        return _month_or_year(day, unit.lower(), _WHICH[match["which"].lower()])
    wanted = _DAYS.index(match["day"].lower())
    way = (match["way"] or "").lower()
    if way == "next" or (not way and _COMING.search(" ".join(before.split()[-6:]))):
        ahead = (wanted - day.weekday()) % 7
        return _written(day + timedelta(days=ahead or 7 * (way == "next")))
    back = (day.weekday() - wanted) % 7
    return _written(day - timedelta(days=back or 7 * (way == "last")))


def _month_or_year(day: date, unit: str, step: int) -> str:
    if unit == "year":
        return str(day.year + step)
    months = day.year * 12 + day.month - 1 + step
    return f"{calendar.month_name[months % 12 + 1]} {months // 12}"


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
