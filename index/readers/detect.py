"""Which reader reads a file: by what is in it, and by its name where the content does not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.readers.html import read_html
from index.readers.jsonl import read_json
from index.readers.markdown import has_front_matter, read_markdown
from index.readers.text import read_text

if TYPE_CHECKING:
    from pathlib import PurePath

    from index.readers.contract import Reader

_BY_SUFFIX: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
}
SUFFIXES = frozenset(_BY_SUFFIX)
"""Suffixes (lower case, with the dot) of the files a folder is searched for."""

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(r"\s*(?:\[\s*)?\{\s*\"(?:[^\"\\\n]|\\.)*\"\s*:")
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF|newsItem|nitf)\b"
)


def reader_of(path: PurePath, text: str) -> Reader | None:
    """Return the reader for a decoded file, None when it is in no format we read."""
    head = text[:4000].lstrip("\ufeff")
    suffix = path.suffix.lower()
    if _HTML.match(head):
        return read_html
    if _JSON.match(head) and suffix not in {".md", ".markdown"}:
        return read_json
    if _FEED.match(head):
        return None
    if has_front_matter(text[:20_000]):
        return read_markdown
    return _BY_SUFFIX.get(suffix, read_text)
