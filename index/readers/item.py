"""A loosely written object and how its fields are read.

Keys are compared without case, '_' and '-': `versioncreated`, `versionCreated` and
`version_created` are one field. A value may be a text, an object that holds it, or a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from index.readers.dates import find_date
from index.readers.fragment import plain_line

Item = Mapping[str, object]
"""An object whose keys `folded` has brought to one spelling."""

_MAIN_KEYS = ("value", "name", "main", "by", "byline", "rendered", "original", "text")
_EPOCH_MS = 100_000_000_000  # a number above it counts milliseconds
_LONGEST_URL_CHARS = 2000


def folded(node: Mapping[str, object]) -> Item:
    """Return an object with its keys in one spelling; of two that fold alike, the first counts."""
    item: dict[str, object] = {}
    for key, value in node.items():
        item.setdefault(_folded_key(str(key)), value)
    return item


@lru_cache(maxsize=4096)
def _folded_key(key: str) -> str:
    return re.sub(r"[^a-z0-9@]", "", key.lower())


def text_of(value: object, keys: Sequence[str] = _MAIN_KEYS) -> str | None:
    """Return a field's text: itself, an object's by the first of `keys`, a list's main entry.

    A list's main entry is the one whose role is 'main', else the first that has a text.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Mapping):
        inner = folded(value)
        return next((text for key in keys if (text := text_of(inner.get(key), keys))), None)
    if isinstance(value, list):
        mains = [v for v in value if isinstance(v, Mapping) and v.get("role") == "main"]
        return next((text for v in [*mains, *value] if (text := text_of(v, keys))), None)
    return None


def first_text(item: Item, fields: Sequence[str]) -> str | None:
    """Return the text of the first of several fields that has one."""
    return next((text for field in fields if (text := text_of(item.get(field)))), None)


def first_line(item: Item, fields: Sequence[str]) -> str | None:
    """Return the first text of several fields as one plain line."""
    return plain_line(first_text(item, fields) or "") or None


def first_instant(item: Item, fields: Sequence[str]) -> datetime | None:
    """Return the first date of several fields; a field that is no date is passed over."""
    return next((at for field in fields if (at := _instant(item.get(field)))), None)


def objects_in(value: object) -> list[Item]:
    """Return the objects of a list, an object as the only one, [] for anything else."""
    values = value if isinstance(value, list) else [value]
    return [folded(v) for v in values if isinstance(v, Mapping)]


def is_web_address(text: str) -> bool:
    """Tell whether a text is an http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = len(text) <= _LONGEST_URL_CHARS and text.isprintable() and " " not in text
    return parts.scheme in ("http", "https") and bool(parts.netloc) and is_plain


def _instant(value: object) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if value > _EPOCH_MS else value, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    text = text_of(value)
    return find_date(text) if text else None
