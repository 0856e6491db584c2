"""News in XML: NewsML-G2 and NewsML 1 with NITF or XHTML inside, and NITF alone.

A NewsML-G2 message holds many items; pictures, packages, plans and concepts among them are
skipped. What the item says of itself goes before what the NITF inside it says.

Source: IPTC, NewsML-G2 guidelines 2.35; NITF 3.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.readers.agency import EMPTY, kind_not_text, without_version
from index.readers.clean import clean_line
from index.readers.contract import Outcome, Skipped, Source
from index.readers.dates import find_date
from index.readers.fragment import body_paragraphs, element_paragraphs, local_name
from index.readers.pubstatus import status_of
from index.readers.wire import leading_byline, story_paragraphs, without_by
from index.readers.xml import parse_xml
from rag.types import Article, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.etree import _Element

_ITEMS = frozenset(
    "newsitem packageitem planningitem conceptitem knowledgeitem catalogitem".split()
)
_NOT_NEWS = {
    "packageitem": "package of other items",
    "planningitem": "planning item",
    "conceptitem": "concept",
    "knowledgeitem": "concept",
    "catalogitem": "concept",
}
_EARLIER = frozenset(("previousversion", "supersedes", "replaces", "corrects", "evolvedfrom"))


def read_news_xml(source: Source, text: str) -> Iterator[Outcome]:
    """Yield the articles of a NewsML-G2 message or item, or of a NITF document.

    Raises:
        SourceRejected: it is not XML we may read, or no item is in it.
    """
    root = parse_xml(text)
    items = [root] if local_name(root) in _ITEMS else _all(root, *_ITEMS)
    if not items:  # NITF, alone or in the content set an item was taken from
        documents = [root] if local_name(root) == "nitf" else _all(root, "nitf", "html")
        items = documents or [root]
    for number, item in enumerate(items, start=1):
        yield _read_item(source, number if len(items) > 1 else None, item)


def _read_item(source: Source, number: int | None, item: _Element) -> Outcome:
    item_class = _attribute(_first(item, "itemclass"), "qcode", "uri")
    not_news = _NOT_NEWS.get(local_name(item)) or kind_not_text(item_class)
    if not_news:
        return Skipped(source.place, number, not_news)
    status = _status(item)
    title = _line(_first(item, "headline")) or _headline(item)
    byline = _byline(item)
    story = story_paragraphs(_body(item), title=title or "", byline=byline or "")
    if not story and status is not Status.WITHDRAWN:
        return Skipped(source.place, number, EMPTY)
    if byline is None and (byline := leading_byline(story)):
        story = story[1:]
    published_at, updated_at = _dates(item)
    supersedes = _supersedes(item)
    name = _id(item) or ("" if number is None else f"{source.name}-{number}")
    return Article(
        id=name,
        title=title or source.title,
        text="\n".join(story) or title or "",
        published_at=published_at,
        updated_at=updated_at,
        source=_source(item),
        section=_section(item),
        byline=byline,
        url=source.url,
        language=_language(item),
        status=status,
        supersedes=supersedes if supersedes != name else None,
        version=_version(item),
    )


def _status(item: _Element) -> Status:
    stated = (
        _attribute(_first(item, "pubstatus"), "qcode", "uri")
        or _attribute(_first(item, "docdata"), "management-status")
        or _attribute(_first(item, "status"), "FormalName")
    )
    return status_of(stated)


def _body(item: _Element) -> list[str]:
    """Return the paragraphs of NITF's body.content, of XHTML's body, or of inline plain text."""
    for element in _all(item, "body.content"):
        if paragraphs := element_paragraphs(element):
            return paragraphs
    for element in _all(item, "inlinexml", "body", "datacontent"):
        # a NITF head repeats headline and byline; without body.content there is no story in it
        if not _all(element, "nitf", "body.head") and (found := element_paragraphs(element)):
            return found
    for element in _all(item, "inlinedata"):
        if found := body_paragraphs("".join(element.itertext())):
            return found
    return []


def _headline(item: _Element) -> str | None:
    hedline = _first(item, "hedline")
    return _line(_first(item if hedline is None else hedline, "hl1")) or _line(
        _first(item, "title")
    )


def _byline(item: _Element) -> str | None:
    """Return the stated byline, else the creators' names."""
    for byline in _all(item, "by", "byline"):
        if line := clean_line(" ".join(byline.itertext())).replace(" ,", ","):
            return without_by(line)
    names = [_line(_first(creator, "name")) for creator in _all(item, "creator")]
    return ", ".join(name for name in names if name) or None


def _dates(item: _Element) -> tuple[datetime | None, datetime | None]:
    published = _date(item, "firstcreated", "date.issue", "date.release", "contentcreated")
    updated = _date(item, "versioncreated", "contentmodified", "thisrevisioncreated")
    if published is None and _version(item) == 1:
        return updated, None
    return published, None if updated == published else updated


def _date(item: _Element, *names: str) -> datetime | None:
    for name in names:
        for element in _all(item, name):
            stated = element.get("norm") or "".join(element.itertext()).strip()
            if stated and (moment := find_date(stated)):
                return moment
    return None


def _source(item: _Element) -> str | None:
    """Return the provider's name, the last part of its code, or who holds the copyright."""
    for name in ("provider", "copyrightholder", "infosource"):
        element = _first(item, name)
        if element is not None:
            stated = _line(_first(element, "name")) or element.get("literal")
            code = (element.get("qcode") or "").rpartition(":")[2]
            if stated or code:
                return stated or code
    return (
        _attribute(_first(item, "doc.copyright"), "holder")
        or _line(_first(item, "distributor"))
        or _attribute(_first(item, "party"), "FormalName")
    )


def _section(item: _Element) -> str | None:
    subjects = [_line(_first(subject, "name")) for subject in _all(item, "subject")]
    stated = next((subject for subject in subjects if subject), None)
    series = _attribute(_first(item, "pubdata"), "position.section")
    return series or stated or _attribute(_first(item, "tobject"), "tobject.type")


def _language(item: _Element) -> str | None:
    stated = _attribute(_first(item, "language"), "tag", "FormalName")
    return stated or item.get("{http://www.w3.org/XML/1998/namespace}lang")


def _supersedes(item: _Element) -> str | None:
    for link in _all(item, "link"):
        rel = (link.get("rel") or "").lower().rpartition(":")[2]
        target = link.get("residref") or link.get("href")
        if rel in _EARLIER and target:
            return without_version(target)
    return None


def _id(item: _Element) -> str | None:
    stated = (
        item.get("guid")
        or _line(_first(item, "newsitemid"))  # NewsML 1
        or _attribute(_first(item, "doc-id"), "id-string")
    )
    return without_version(clean_line(stated)[:500]) if stated and stated.strip() else None


def _version(item: _Element) -> int:
    stated = item.get("version") or _line(_first(item, "revisionid")) or ""
    return int(stated[:9]) if stated.isdecimal() and stated.isascii() else 1


def _all(root: _Element, *names: str) -> list[_Element]:
    return [element for element in root.iter() if local_name(element) in names]


def _first(root: _Element, name: str) -> _Element | None:
    return next((element for element in root.iter() if local_name(element) == name), None)


def _line(element: _Element | None) -> str | None:
    if element is None:
        return None
    return clean_line("".join(element.itertext())) or None


def _attribute(element: _Element | None, *names: str) -> str | None:
    if element is None:
        return None
    return next((value for name in names if (value := element.get(name))), None)
