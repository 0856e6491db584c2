"""The text of a PDF: its pages' lines joined into paragraphs, its facts from its properties.

Only what is stored as text is read; a scanned page has none and would need character recognition.
Lines that stand on most pages (running heads, page numbers) are no part of the story.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING

from index.readers.clean import clean, clean_line
from index.readers.limits import LIMITS
from index.readers.wire import story_paragraphs
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pypdf import DocumentInformation

    from index.readers.contract import Source

_PAGE_NUMBER = re.compile(r"(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_HYPHENATED = re.compile(r"(?<=[a-z])-$")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_SHORT = 0.8  # of the page's usual width: a shorter line that ends a sentence ends its paragraph


def read_pdf(source: Source, content: bytes) -> Iterator[Article]:
    """Yield the one article of a PDF.

    Raises:
        SourceRejected: it is damaged, encrypted, too long or holds no text.
    """
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every slip of a PDF's maker
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceRejected("an encrypted PDF. Save it without a password first", "not text")
        if len(reader.pages) > LIMITS.pdf_pages:
            raise SourceRejected(f"a PDF of {len(reader.pages):,} pages", "too large")
        pages = [clean(page.extract_text()).split("\n") for page in reader.pages]
        properties = reader.metadata
    except SourceRejected:
        raise
    except Exception as error:  # pypdf fails in every way there is on a damaged file
        raise SourceRejected(f"damaged PDF: {error}") from error
    paragraphs = _paragraphs(_without_running_heads(pages))
    title = _title(properties)
    if not title and len(paragraphs) > 1 and not _SENTENCE_END.search(paragraphs[0]):
        title = paragraphs[0]
    story = story_paragraphs(paragraphs, title=title)
    if not story:
        raise SourceRejected(
            "a PDF without text: scanned pages need character recognition", "empty"
        )
    yield Article(
        id="",
        title=title or source.title,
        text="\n".join(story),
        published_at=_created_at(properties),
        byline=(clean_line(properties.author or "") if properties else "") or None,
        url=source.url,
    )


def _created_at(properties: DocumentInformation | None) -> datetime | None:
    try:
        return properties.creation_date if properties else None
    except ValueError:  # a maker of PDFs that writes dates its own way
        return None


def _title(properties: DocumentInformation | None) -> str:
    """Return the stated title, '' where it is only the name of the file it was printed from."""
    title = clean_line((properties.title or "") if properties else "")
    return "" if re.search(r"\.\w{2,5}$|^untitled|^Microsoft Word", title, re.I) else title


def _without_running_heads(pages: list[list[str]]) -> list[str]:
    """Return all pages' lines ('' at a blank) without page numbers and heads met on most pages."""
    met = Counter(line for page in pages for line in {clean_line(line) for line in page})
    repeated = {line for line, n in met.items() if n > max(1, len(pages) // 2)}
    lines: list[str] = []
    for page in pages:
        lines += [
            line
            for line in map(clean_line, page)
            if not line or (line not in repeated and not _PAGE_NUMBER.fullmatch(line))
        ]
    return lines


def _paragraphs(lines: list[str]) -> list[str]:
    """Join lines: a blank parts paragraphs, as does a short line that ends a sentence."""
    widths = sorted(len(line) for line in lines if line)
    usual = widths[int(len(widths) * 0.75)] if widths else 0
    found: list[str] = []
    running = ""
    for line in [*lines, ""]:
        if not line:
            found += [running] if running else []
            running = ""
            continue
        glued = _HYPHENATED.sub("", running) if line[:1].islower() else running
        joint = "" if glued != running else " "
        running = f"{glued}{joint}{line}" if running else line
        if _SENTENCE_END.search(line) and len(line) < _SHORT * usual:
            found.append(running)
            running = ""
    return found
