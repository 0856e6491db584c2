"""A web page's article: its JSON-LD first, then what trafilatura finds.

trafilatura dates a page to the day; the page's own JSON-LD and 'article:' tags carry the time. The
body is the JSON-LD's where it is whole and in paragraphs, else the page's.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING

from index.readers.address import page_id, site_of
from index.readers.clean import clean, clean_line
from index.readers.dates import find_date
from index.readers.fragment import body_paragraphs, plain_line
from index.readers.item import is_web_address
from index.readers.shape import (
    LARGEST_PAGE_CHARS,
    MOST_PAGE_ELEMENTS,
    check_shape,
    scripts_in,
    without_scripts,
)
from index.readers.wire import story_paragraphs
from rag.errors import SourceRejected
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from trafilatura.settings import Document

    from index.readers.contract import Outcome, Source

NO_ARTICLE = "no article in the page"
_WHOLE = 0.8  # a stated body this long beside the page's own is no teaser
_FAR_LESS = 0.5
_CHROME = re.compile(  # lines that pages set between an article's own
    r"advertisements?|sponsored(?: content)?|(?:story|article) continues(?: below)?.*|read more|"
    r"share(?: this.*)?|click to copy|related(?: stories| topics)?:?|copy link|print|email",
    re.IGNORECASE,
)
_SHORTEST_CHARS = 40  # a page whose text is shorter has a menu, not an article
_MOST_CELLS = 2_000  # trafilatura is quadratic in a table's cells; one this large is no prose
_META = re.compile(r"<meta\b[^>]{1,2000}>", re.IGNORECASE)
_INLINE_FILE = re.compile(r"=\s*([\"'])data:[^\"']*\1")  # pictures in pages saved as one file
_HEADLINE = re.compile(r"<h1\b[^>]{0,1000}>(.{1,500}?)</h1", re.DOTALL | re.IGNORECASE)
_STRAY = re.compile("<{3,}")  # libxml2 is quadratic in a run of them
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]++)\s*+=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ARTICLE_TYPE = re.compile(r"(?:Article|NewsArticle|Report|BlogPosting|LiveBlog)", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html\b[^>]{0,1000}?\slang\s*=\s*[\"']?([A-Za-z-]{2,12})", re.IGNORECASE)


def read_html(source: Source, text: str) -> Iterator[Outcome]:
    """Yield the one article of a web page.

    Raises:
        SourceRejected: the page is too large or nested too deep, or no article is in it.
    """
    markup = _STRAY.sub("<", _INLINE_FILE.sub('=""', without_scripts(text)))
    check_shape(markup, most_chars=LARGEST_PAGE_CHARS, most_elements=MOST_PAGE_ELEMENTS)
    page = _extracted(markup)
    linked, tags = _linked_article(text), _meta_tags(markup)
    seen = _without_headline(_seen_body(markup, page), markup) if page else []
    title = plain_line(
        _text(linked, "headline") or (page and page.title) or tags.get("og:title", "")
    )
    story = story_paragraphs(_better(_stated_body(linked), seen), title=title)
    if not story or (not linked and sum(map(len, story)) < _SHORTEST_CHARS):
        raise SourceRejected("no article text found in the page", NO_ARTICLE)
    language = _LANGUAGE.search(markup)
    url = _address(source, page.url if page else None)
    yield Article(
        id=page_id(url) if source.url and url else "",
        title=title or source.title,
        text="\n".join(story),
        published_at=_first_date(
            _text(linked, "datePublished"),
            tags.get("article:published_time"),
            page.date if page else None,
        ),
        updated_at=_first_date(_text(linked, "dateModified"), tags.get("article:modified_time")),
        source=_line(_text(linked, "publisher") or (page.sitename if page else None)),
        section=_line(
            _text(linked, "articleSection") or ", ".join((page and page.categories) or [])
        ),
        byline=_line(_text(linked, "author") or ((page and page.author) or "").replace(";", ",")),
        url=url,
        language=_line(_text(linked, "inLanguage") or (language[1] if language else None)),
    )


def _extracted(markup: str, *, favor_precision: bool = False) -> Document | None:
    from trafilatura import bare_extraction

    found = bare_extraction(
        markup,
        with_metadata=True,
        include_comments=False,
        include_tables=markup.lower().count("<td") <= _MOST_CELLS,
        favor_precision=favor_precision,
    )
    return None if isinstance(found, dict) else found


def _seen_body(markup: str, page: Document) -> list[str]:
    """Return the paragraphs the page shows.

    trafilatura's strict reading leaves out more of what is around an article ('Updated 10:00 AM',
    teasers), and is taken where that is all it leaves out.
    """
    loose = _page_paragraphs(page)
    document = _extracted(markup, favor_precision=True)
    strict = _page_paragraphs(document) if document else []
    is_whole = sum(map(len, strict)) >= _WHOLE * sum(map(len, loose))
    return strict if is_whole else loose


def _without_headline(seen: list[str], markup: str) -> list[str]:
    """Take off what the page shows as its headline, which JSON-LD may word another way."""
    shown = {plain_line(match[1]) for match in islice(_HEADLINE.finditer(markup), 5)}
    return seen[1:] if len(seen) > 1 and seen[0] in shown else seen


def _page_paragraphs(document: Document) -> list[str]:
    """Return trafilatura's lines without bullets, a table row with ' | ' between its cells."""
    lines: list[str] = []
    for line in map(clean_line, clean(document.text or "").split("\n")):
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            lines.append(" | ".join(cell for cell in cells if cell.strip("-: ")))
        else:
            lines.append(line.removeprefix("- "))
    return [line for line in lines if line and not _CHROME.fullmatch(line)]


def _stated_body(linked: Mapping[str, object]) -> list[str]:
    body = linked.get("articleBody")
    return body_paragraphs(body) if isinstance(body, str) else []


def _better(stated: list[str], seen: list[str]) -> list[str]:
    """Return the JSON-LD's body where it is whole and parted, or the page shows far less."""
    n_stated, n_seen = sum(map(len, stated)), sum(map(len, seen))
    is_parted = len(stated) > 1 or len(seen) <= 1
    if (is_parted and n_stated >= _WHOLE * n_seen) or n_seen < _FAR_LESS * n_stated:
        return stated or seen
    return seen or stated


def _linked_article(text: str) -> Mapping[str, object]:
    """Return the first JSON-LD object that describes an article, {} if there is none."""
    for script in scripts_in(text):
        if script.name != "script" or "ld+json" not in script.attributes.lower():
            continue
        try:
            found = _find_article(json.loads(script.content), depth=0)
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


def _line(value: str | None) -> str | None:
    return plain_line(value) or None if value else None


def _address(source: Source, canonical: str | None) -> str | None:
    """Return a page's address: the one it calls canonical, else the one it was fetched from.

    What was fetched may name only an address of its own site: a page must not pass itself off as
    another outlet's.
    """
    stated = _line(canonical)
    if stated and is_web_address(stated) and source.url is None:
        return stated
    is_own = stated is not None and source.url and site_of(stated) == site_of(source.url)
    return stated if is_own else source.url
