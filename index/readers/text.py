"""Plain text in the shape of the seed document.

A headline, lines such as 'Updated: 2025-03-18 09:50' or 'By Ann Lee', the paragraphs, and a
closing line that names the source ('Xinhua - Agencies'). All but the paragraphs is optional.
A file that says only when it was updated has no publication date: we do not know it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.paragraphs import paragraph_spans
from index.readers.clean import clean, clean_line
from index.readers.dates import find_date
from index.readers.wire import story_paragraphs
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from index.readers.contract import Source

_HEADLINE_CHARS = 250  # a longer first line is a paragraph
_DATE_LABELS = {
    "updated": "updated",
    "last updated": "updated",
    "modified": "updated",
} | dict.fromkeys(("published", "posted", "date", "first published", "created"), "published")
_LABELLED = re.compile(r"([A-Za-z][A-Za-z ]{2,16}):\s*(\S.*)")
_BYLINE = re.compile(r"By\s+([^\W\d_][\w.'’-]*+(?:,?\s+[^\W\d_][\w.'’-]*+){0,9}+,?\s*)$")
_SENTENCE_END = re.compile(r"[.!?…:;,][\"'”’»)\]]*$")
_AGENCY = re.compile(
    r"\b(?:Xinhua|Reuters|AP|AFP|UPI|dpa|DPA|TASS|Interfax|ANSA|EFE|PTI|ANI|IANS|CNN|BBC|NPR|"
    r"Bloomberg|Kyodo|Jiji|Yonhap|Anadolu|Agenc(?:y|ies)|Agence|Press|Wires?|Newswire|"
    r"News|Times|Post|Daily|Herald|Tribune|Gazette|Courier|Journal|Observer|Telegraph|"
    r"Guardian|Chronicle|Associated|Staff|Correspondents?)\b"
)
_NAME_WORD = re.compile(r"[^\W\d_a-z][\w.'’&]*|dpa|and|of|the|by|de|&")
_SEPARATOR = re.compile(r"\s+[-–—|/&+]+\s+|\s*[/|]\s*|,\s+|\s+")
_SOURCE_LABEL = re.compile(r"(?:Sources?|Credit|Agency)\s*:\s*(\S.{0,80})$", re.IGNORECASE)


@dataclass(slots=True)
class _Head:
    """What the lines between headline and body say."""

    dates: dict[str, datetime] = field(default_factory=dict)
    byline: str | None = None


def read_text(source: Source, text: str) -> Iterator[Article]:
    """Yield the one article of a plain text file.

    Raises:
        SourceRejected: nothing but head lines is in it.
    """
    stored = clean(text)
    paragraphs = [" ".join(stored[a:b].split("\n")) for a, b in paragraph_spans(stored)]
    title = _headline(paragraphs)
    rest = paragraphs[1:] if title else paragraphs
    head, n_head_lines = _read_head(rest)
    body, agency = _without_source_line(rest[n_head_lines:])
    body = story_paragraphs(body)
    if not body and not title:
        raise SourceRejected("no text, only dates or names", "empty")
    yield Article(
        id="",
        title=title or source.title,
        text="\n".join(body or [title]),  # a flash is its own text
        published_at=head.dates.get("published"),
        updated_at=head.dates.get("updated"),
        source=agency,
        byline=head.byline,
    )


def _headline(paragraphs: list[str]) -> str:
    """Return the headline, '' when the text starts with its first paragraph."""
    first = paragraphs[0] if paragraphs else ""
    return "" if len(first) > _HEADLINE_CHARS or _head_dates(first) else clean_line(first)


def _read_head(lines: list[str]) -> tuple[_Head, int]:
    """Read head lines until the first that is none; also return how many there were."""
    head = _Head()
    for n_read, line in enumerate(lines):
        dates = _head_dates(line)
        byline = _BYLINE.fullmatch(line)
        if dates:
            head.dates |= dates
        elif byline and head.byline is None:
            head.byline = byline[1].strip(" ,")
        else:
            return head, n_read
    return head, len(lines)


def _head_dates(line: str) -> dict[str, datetime]:
    """Return what 'Published: ... | Updated: ...' or a bare date says, {} for any other line."""
    dates: dict[str, datetime] = {}
    for part in re.split(r"\s*[|•]\s*", line.strip()):
        labelled = _LABELLED.fullmatch(part)
        label = _DATE_LABELS.get(labelled[1].lower()) if labelled else "published"
        moment = find_date(labelled[2] if labelled else part) if label else None
        if label is None or moment is None:
            return {}
        dates[label] = moment
    return dates


def _without_source_line(body: list[str]) -> tuple[list[str], str | None]:
    """Take a closing source line off; the last paragraph stays if it could be a sentence."""
    if len(body) < 2:
        return body, None
    last = body[-1].strip()
    labelled = _SOURCE_LABEL.fullmatch(last)
    if labelled:
        return body[:-1], labelled[1].strip()
    bare = last.strip("()[]—–- ")
    if len(last) > 60 or _SENTENCE_END.search(bare) or not _SENTENCE_END.search(body[-2]):
        return body, None
    words = [word for word in _SEPARATOR.split(bare) if word]
    if 0 < len(words) <= 7 and all(map(_NAME_WORD.fullmatch, words)) and _AGENCY.search(bare):
        return body[:-1], bare
    return body, None
