"""Reading a day or an instant that a person wrote."""

from __future__ import annotations

from datetime import UTC, datetime, time

from rag.errors import UsageError


def moment(text: str | None, *, end_of_day: bool) -> datetime | None:
    """Read a day or an instant; a bare day means its first or its last moment, in UTC.

    Raises:
        UsageError: `text` is no ISO 8601 date.
    """
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a date. Write it as 2025-03-18.") from error
    if end_of_day and len(text) == len("2025-03-18"):
        instant = datetime.combine(instant, time.max)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
