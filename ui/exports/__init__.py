"""What a reader takes along: an answer or a conversation, in five formats.

Each is made of the same exchanges, and each names for every citation the quote, the outlet, the
byline, the dates, the address, the content hash, the index's generation, and a locator that
`dateline verify` checks later. Text of articles stays text in every format.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ui.exports.markdown import as_markdown
from ui.exports.references import as_csl, as_ris
from ui.exports.webpage import as_webpage
from ui.record import record_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ui.exchange import Conversation

__all__ = ["FORMATS", "Export", "export"]

FORMAT: Final = 1


def as_json(talk: Conversation, at: datetime) -> str:
    """Write a conversation as one JSON object."""
    whole = {
        "dateline": FORMAT,
        "title": talk.title,
        "exported_at": at.isoformat(),
        "exchanges": [record_of(exchange) for exchange in talk.exchanges],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: how it is called, ended and written."""

    name: str
    ending: str
    media: str
    write: Callable[[Conversation, datetime], str]


FORMATS: Final = {
    "markdown": Format("Markdown", "md", "text/markdown", as_markdown),
    "html": Format("Web page", "html", "text/html", as_webpage),
    "json": Format("JSON", "json", "application/json", as_json),
    "csl": Format("CSL-JSON", "csl.json", "application/json", as_csl),
    "ris": Format("RIS", "ris", "application/x-research-info-systems", as_ris),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file."""

    name: str
    media: str
    text: str


def export(talk: Conversation, kind: str, at: datetime) -> Export:
    """Write a conversation in one of the formats.

    Args:
        talk: The conversation, with the exchanges to be written.
        kind: A key of `FORMATS`.
        at: The instant the file says it was written at.

    Raises:
        KeyError: There is no such format.
    """
    form = FORMATS[kind]
    stem = re.sub(r"[^A-Za-z0-9]+", "-", talk.title).strip("-").lower()[:60].rstrip("-")
    return Export(f"dateline-{stem or 'answer'}.{form.ending}", form.media, form.write(talk, at))
