"""What 'Tuesday' or 'last month' means, counted from the article's own date, for display only.

The quote is never changed: a resolved date stands beside it. Only what the words around it settle
is resolved: a weekday without a verb of the past or of what is to come before it is left alone.
"""

from __future__ import annotations

import calendar
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from rag.types import Span, TimeMark

if TYPE_CHECKING:
    from datetime import date, datetime

    from rag.types import Article

_DAYS = tuple(day.lower() for day in calendar.day_name)
_RELATIVE = re.compile(
    r"\b(?:(?P<way>last|next)\s+)?(?P<day>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|"
    r"Sunday)\b|\b(?P<near>yesterday|today|tonight|tomorrow)\b|"
    r"\b(?P<which>last|next|this)\s+(?P<unit>month|year)\b(?!\s+of\b)"
)
# A name ('Black Friday', 'Sunday Times'), a date of its own, a habit, another count of weeks.
_NOT_AFTER = re.compile(
    r"(?:[A-Z][\w’'-]*|\b(?:every|each|a|an|this|the|following|previous|past|coming|some|most|any))"
    r"\s+$"
)
_NOT_BEFORE = re.compile(
    r"^(?:[’']s?\b|\s+[A-Z]|,?\s+(?:the\s+)?\d|,?\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*\b)"
)
_OPENS = re.compile(r"(?:^|[.!?“\"]\s*)(?:On\s+|Late\s+|Early\s+)?$")
_COMING = re.compile(
    r"\b(?:will|shall|is to|are to|due|scheduled|set to|set for|expected|plans? to|planned for)\b"
)
_PAST = re.compile(
    r"\b(?:\w{2,}ed|was|were|had|did|said|told|killed|won|lost|died|met|began|left|took|made|came|went|"
    r"held|hit|fell|rose|struck|broke|drew|found|gave|got|kept|led|paid|ran|read|sank|saw|sent|set|"
    r"shot|sold|spoke|stood|swept|threw|wrote)\b"
)
_OPEN = re.compile(r"\b(?:may|might|could|can|would|should|if|unless)\b")
_CLAUSE = re.compile(r"[,;:—–]|\b(?:and|but|while|as|after|before|when|who|which|that)\b")
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_WHICH = {"last": -1, "this": 0, "next": 1}


def resolve_times(text: str, article: Article) -> tuple[TimeMark, ...]:
    """Return the relative times of a sentence with the day, month or year each one means.

    An article published and updated on different days may speak from either: only what means the
    same from both is resolved. Spans are offsets into `text`.
    """
    days = {at.date() for at in (article.published_at, article.updated_at) if at}
    found = [_resolve(text, day) for day in sorted(days)]
    if not found:
        return ()
    return tuple(mark for mark in found[0] if all(mark in others for others in found))


def written(at: date | datetime) -> str:
    """Write a day as a reader says it: '8 April 2025'."""
    return f"{at.day} {at:%B %Y}"


def _resolve(text: str, day: date) -> tuple[TimeMark, ...]:
    marks = []
    for match in _RELATIVE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if match["day"] and (_is_name(before) or _NOT_BEFORE.match(after)):
            continue
        if means := _meant(match, before, day):
            marks.append(TimeMark(Span(*match.span()), means))
    return tuple(marks)


def _is_name(before: str) -> bool:
    return bool(_NOT_AFTER.search(before)) and not _OPENS.search(before)


def _meant(match: re.Match[str], before: str, day: date) -> str:
    if near := match["near"]:
        return written(day + timedelta(days=_NEAR[near]))
    if unit := match["unit"]:
        return _month_or_year(day, unit, _WHICH[match["which"]])
    wanted, way = _DAYS.index(match["day"].lower()), match["way"] or _way(before)
    if way == "coming":
        return written(day + timedelta(days=(wanted - day.weekday()) % 7))
    if way == "next":
        return written(day + timedelta(days=(wanted - day.weekday()) % 7 or 7))
    back = (day.weekday() - wanted) % 7
    if way == "past":
        return written(day - timedelta(days=back))
    return written(day - timedelta(days=back or 7)) if way == "last" else ""


def _way(before: str) -> str:
    """Say where a bare weekday points, by the verb of its own clause; '' where none settles it."""
    clause = _CLAUSE.split(before)[-1]
    if _OPEN.search(clause):
        return ""
    if _COMING.search(clause):
        return "coming"
    return "past" if _PAST.search(clause) else ""


def _month_or_year(day: date, unit: str, step: int) -> str:
    if unit == "year":
        return str(day.year + step)
    months = day.year * 12 + day.month - 1 + step
    return f"{calendar.month_name[months % 12 + 1]} {months // 12}"
