"""Which reader reads a document: by what is in it, by its name where the content does not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.readers.delimited import is_delimited, read_delimited
from index.readers.feed import read_feed
from index.readers.html import read_html
from index.readers.jsonl import read_json
from index.readers.markdown import has_front_matter, read_markdown
from index.readers.newsml import read_news_xml
from index.readers.text import read_text

if TYPE_CHECKING:
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
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".rss": read_feed,
    ".atom": read_feed,
    ".rdf": read_feed,
    ".nitf": read_news_xml,
}
SUFFIXES = frozenset({*_BY_SUFFIX, ".xml", ".pdf", ".warc", ".zip", ".tar", ".tgz", ".gz"})
"""Suffixes (lower case, with the dot) of the files a folder is searched for."""

# Atomic, so that a comment once closed stays so: else a run of them is tried in every combination.
_COMMENTS = r"\s*+(?>(?>\s+|<!--.*?-->))*+"
_PROLOG = r"(?>(?>\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*)?>))*+"
_ROOT = re.compile(_PROLOG + r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)", re.DOTALL | re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\[\s*)*\{\s*(?:\"(?:[^\"\\\n]|\\.)*\"\s*:|\})|\s*\[\s*\]\s*$")
_BY_ROOT: dict[str, Reader] = {
    "html": read_html,
    "rss": read_feed,
    "feed": read_feed,
    "rdf": read_feed,
    "nitf": read_news_xml,
    "newsitem": read_news_xml,
    "newsmessage": read_news_xml,
    "packageitem": read_news_xml,
    "planningitem": read_news_xml,
    "conceptitem": read_news_xml,
    "knowledgeitem": read_news_xml,
    "catalogitem": read_news_xml,
    "contentset": read_news_xml,
    "newsml": read_news_xml,
}
_HTML_DOCTYPE = re.compile(_COMMENTS + r"<!doctype\s+html", re.IGNORECASE | re.DOTALL)


def reader_of(suffix: str, text: str) -> Reader | None:
    """Return the reader for a decoded document, None when it is in no format we read."""
    head = text[:4000].lstrip("\ufeff")
    if _HTML_DOCTYPE.match(head):
        return read_html
    if _JSON.match(head) and suffix not in {".md", ".markdown"}:
        return read_json
    root = _ROOT.match(head)
    if root and (reader := _BY_ROOT.get(root[1].lower())):
        return reader
    if head.lstrip().startswith("<?xml") or (root and suffix == ".xml"):
        return None
    if has_front_matter(text[:20_000]):
        return read_markdown
    if suffix not in _BY_SUFFIX and is_delimited(head):
        return read_delimited
    return _BY_SUFFIX.get(suffix, read_text)
