"""Dates as outlets write them, read into timezone-aware instants.

A time without a zone is taken as UTC, a date without a time as its midnight. Nothing here looks
at the clock: a date that leaves out its day, month or year is refused, not completed, and so is
one that reads differently in London and New York ('01/02/2026').
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from rag.errors import SourceRejected

# Whole hours from UTC of the abbreviations wire copy uses. Ambiguous ones are read the American
# way where AP style does (CST), and left out where no style decides (IST).
_ZONE_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6,
    "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_ZONE_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}
_LONGEST_CHARS = 64
_FOUR_DIGIT_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|^\d{8}(?!\d)")
_CLOCK_WORD = re.compile(r"(?<=\d)\s*(?:Uhr|hrs?|h)\b(?!:)", re.IGNORECASE)
_DOTTED_MERIDIEM = re.compile(r"\b([ap])\.m\.?", re.IGNORECASE)


def parse_date(text: str) -> datetime:
    """Return the instant a date names; its own offset from UTC is kept.

    Raises:
        SourceRejected: the text is no date, an incomplete one, or one with two readings.
    """
    value = text.strip()
    if not value or len(value) > _LONGEST_CHARS:
        raise SourceRejected(f"not a date: {value[:_LONGEST_CHARS]!r}. Use ISO 8601: 2025-03-18")
    try:
        return _aware(datetime.fromisoformat(value))
    except OverflowError:
        raise SourceRejected(f"date outside the years 1 to 9999: {value!r}") from None
    except ValueError:
        return _parse_written(value)


def find_date(text: str) -> datetime | None:
    """Return the instant a date names, None if it names none or more than one."""
    try:
        return parse_date(text)
    except SourceRejected:
        return None


def _parse_written(value: str) -> datetime:
    """Read a date written for people: every reading of it must be the same instant."""
    if not _FOUR_DIGIT_YEAR.search(value):
        raise SourceRejected(f"date without a four-digit year: {value!r}. Use ISO 8601")
    readings = {
        reading
        for day_first in (False, True)
        for default in (datetime(2001, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001 (a template)
        if (reading := _read(value, default, day_first=day_first))
    }
    if not readings:
        raise SourceRejected(f"not a date: {value!r}. Use ISO 8601: 2025-03-18T09:50:00+00:00")
    if len(readings) > 1:
        raise SourceRejected(f"date with more than one reading: {value!r}. Use ISO 8601")
    return readings.pop()


def _read(value: str, default: datetime, *, day_first: bool) -> datetime | None:
    from dateutil import parser

    plain = _DOTTED_MERIDIEM.sub(r"\1m", _CLOCK_WORD.sub("", value))
    try:
        parsed = parser.parse(plain, default=default, dayfirst=day_first, tzinfos=_zone)
        return _aware(parsed)
    except (ValueError, OverflowError, TypeError):  # TypeError: dateutil on some odd input
        return None


def _zone(name: str | None, offset_s: int | None) -> tzinfo | None:
    if offset_s is not None:
        return timezone(timedelta(seconds=offset_s))
    if name is None:
        return None
    if name.upper() in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[name.upper()]))
    if name.upper() in _ZONE_PLACES:
        return ZoneInfo(_ZONE_PLACES[name.upper()])
    raise ValueError(f"unknown time zone: {name}")


def _aware(moment: datetime) -> datetime:
    """Return the same instant with a fixed offset. Raises OverflowError outside years 1-9999."""
    offset = moment.utcoffset()
    if offset is None:
        return moment.replace(tzinfo=UTC)
    moment.astimezone(UTC)
    return moment.replace(tzinfo=timezone(offset) if offset else UTC)
