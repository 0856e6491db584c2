"""A web page's article: its paragraphs by trafilatura, its facts by JSON-LD first.

trafilatura dates a page to the day; the page's own JSON-LD and 'article:' tags carry the time.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from index.readers.clean import clean, clean_line
from index.readers.dates import find_date
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from index.readers.contract import Source

_LARGEST_CHARS = 10_000_000
_DEEPEST = 250  # libxml2 itself stops at 256; parsers above it have been quadratic in depth
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^>]{0,4000}?(/?)>")
_NEVER_NESTED = re.compile(  # void elements, and those whose end tag may be left out
    r"area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|td|th|tr|"
    r"thead|tbody|tfoot|colgroup|option|optgroup|rb|rt|rp|html|head|body",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style|template)\b([^>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_META = re.compile(r"<meta\b[^>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ARTICLE_TYPE = re.compile(r"(?:Article|NewsArticle|Report|BlogPosting|LiveBlog)", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html\b[^>]{0,1000}?\slang\s*=\s*[\"']?([A-Za-z-]{2,12})", re.IGNORECASE)


def read_html(source: Source, text: str) -> Iterator[Article]:
    """Yield the one article of a web page.

    Raises:
        SourceRejected: the page is too large or nested too deep, or no article is in it.
    """
    _check_shape(text)
    from trafilatura import bare_extraction

    page = bare_extraction(text, with_metadata=True, include_comments=False, include_tables=False)
    body = "" if page is None or isinstance(page, dict) else clean(page.text or "")
    if page is None or isinstance(page, dict) or not body.strip():
        raise SourceRejected("no article text found in the page")
    linked, tags = _linked_article(text), _meta_tags(text)
    title = clean_line(_text(linked, "headline") or page.title or tags.get("og:title", ""))
    language = _LANGUAGE.search(text)
    yield Article(
        id=source.name,
        title=title or clean_line(source.path.stem.replace("_", " ").replace("-", " ")),
        text=_without_headline(body, title),
        published_at=_first_date(
            _text(linked, "datePublished"), tags.get("article:published_time"), page.date
        ),
        updated_at=_first_date(_text(linked, "dateModified"), tags.get("article:modified_time")),
        source=_line(_text(linked, "publisher") or page.sitename),
        section=_line(_text(linked, "articleSection") or ", ".join(page.categories or [])),
        byline=_line(_text(linked, "author") or (page.author or "").replace(";", ",")),
        url=_line(page.url),
        language=_line(_text(linked, "inLanguage") or (language[1] if language else None)),
    )


def _check_shape(text: str) -> None:
    """Refuse what would make a parser slow before any parser sees it."""
    if len(text) > _LARGEST_CHARS:
        raise SourceRejected(f"page of {len(text):,} characters; at most {_LARGEST_CHARS:,}")
    depth = 0
    for closing, name, empty in _TAG.findall(_SCRIPT.sub("", _COMMENT.sub("", text))):
        if empty or _NEVER_NESTED.fullmatch(name):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > _DEEPEST:
            raise SourceRejected(f"elements nested deeper than {_DEEPEST}")


def _linked_article(text: str) -> Mapping[str, object]:
    """Return the first JSON-LD object that describes an article, {} if there is none."""
    for name, attributes, content in _SCRIPT.findall(text):
        if name.lower() != "script" or "ld+json" not in attributes.lower():
            continue
        try:
            found = _find_article(json.loads(content), depth=0)
        except (ValueError, RecursionError):  # pages carry broken JSON-LD; the tags remain
            continue
        if found:
            return found
    return {}


def _find_article(node: object, *, depth: int) -> Mapping[str, object] | None:
    if depth > 6:
        return None
    if isinstance(node, list):
        children: list[object] = node
    elif isinstance(node, dict):
        kinds = node.get("@type")
        if any(
            _ARTICLE_TYPE.search(str(k)) for k in (kinds if isinstance(kinds, list) else [kinds])
        ):
            return node
        children = [node.get("@graph"), node.get("mainEntity"), node.get("itemListElement")]
    else:
        return None
    return next((f for c in children if (f := _find_article(c, depth=depth + 1))), None)


def _text(node: Mapping[str, object], key: str) -> str | None:
    """Return a JSON-LD value as text: an object gives its name, a list its texts."""
    value = node.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _text(value, "name")
    if isinstance(value, list):
        texts = [item if isinstance(item, str) else _named(item) for item in value]
        return ", ".join(text for text in texts if text) or None
    return None


def _named(item: object) -> str | None:
    return _text(item, "name") if isinstance(item, dict) else None


def _meta_tags(text: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in _META.findall(text):
        stated = {
            name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag)
        }
        name = stated.get("property") or stated.get("name") or stated.get("itemprop")
        if name and "content" in stated:
            tags.setdefault(name.lower(), stated["content"])
    return tags


def _first_date(*values: str | None) -> datetime | None:
    """Return the first value that is a date; a page's bad date is not worth losing the page."""
    return next((moment for v in values if v and (moment := find_date(v))), None)


def _without_headline(body: str, title: str) -> str:
    first, _, rest = body.partition("\n")
    return rest.lstrip("\n") if rest.strip() and clean_line(first) == title else body


def _line(value: str | None) -> str | None:
    return clean_line(value) or None if value else None
