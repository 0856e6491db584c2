"""News items as agencies, interfaces and data sets write them in JSON.

ninjs 1.x, 2.x and 3.x and their relatives. What stands in an envelope (`{"data": {"item": {...}}}`,
`{"items": [...]}`) is taken out of it. Photos, plans and items without text are skipped; what is
only associated with an item (its pictures, its earlier versions) is never read as one.

Source: IPTC, ninjs user guide, versions 1.4 to 3.1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from index.readers.body import BODIES, body_of, summary_of
from index.readers.clean import clean_line
from index.readers.contract import Outcome, Rejection, Skipped, Source
from index.readers.fragment import plain_line
from index.readers.item import (
    Item,
    first_instant,
    first_line,
    first_text,
    folded,
    is_web_address,
    objects_in,
    text_of,
)
from index.readers.pubstatus import status_of
from index.readers.wire import leading_byline, story_paragraphs, without_by
from rag.errors import SourceRejected
from rag.types import Article, Status

if TYPE_CHECKING:
    from datetime import datetime

_HEADLINES = (
    "headline headlinemain headlines title titles webtitle maintitle headlineextended name slugline"
).split()
_PUBLISHED = (
    "firstcreated firstpublished firstpublicationdate firstpublishedat datepublished published "
    "publishedat publishedon publisheddate publicationdate pubdate webpublicationdate "
    "datepublish dategmt date created createdat contentcreated datecreated timestamp"
).split()
_UPDATED = (
    "versioncreated updated updatedat modified modifiedat datemodified datemodify modifiedgmt "
    "lastmodified lastmodifieddate lastupdated lastupdatedat contentmodified updateddate"
).split()
_BYLINES = "byline bylines by authors author creator creators".split()
_SOURCES = (
    "provider source sources publisher infosource infosources copyrightholder creditline credit "
    "sitename sourcename sourcedomain agency outlet publication"
).split()
_SECTIONS = "section sections sectionname service services articlesection category categories"
_LINKS = "url canonicalurl canonical weburl link permalink mainentityofpage links sourceurl".split()
_IDS = "itemid uri guid id identifier articleid docid documentid uno".split()
_KINDS = "type @type itemclass class".split()
_SURE_ENVELOPES = "item items data response result results articles docs hits entries".split()
_ENVELOPES = [
    *_SURE_ENVELOPES,
    *"article document documents newsitem newsitems source stories story content news feed "
    "channel graph payload message".split(),
]
_DEEPER = ("fields", "attributes")
_EARLIER_RELS = frozenset("supersedes replaces corrects evolvedfrom previousversion".split())
_NOT_TEXT = {
    "picture": "photo", "photo": "photo", "image": "photo", "imageobject": "photo",
    "photograph": "photo", "gallery": "photo", "slideshow": "photo", "graphic": "graphic",
    "infographic": "graphic", "illustration": "graphic", "animation": "graphic",
    "video": "video", "videoobject": "video", "audio": "audio", "audioobject": "audio",
    "podcast": "audio", "planning": "planning item", "event": "planning item",
    "newscoverage": "planning item", "coverage": "planning item", "assignment": "planning item",
    "concept": "concept",
}  # fmt: skip
EMPTY = "no text, only a headline or less"
NO_ITEM = "JSON without a news item"
_NEWSML_URN = re.compile(r"(urn:newsml:[^:]+:\d{8}(?:T\d{6}(?:Z|[+-]\d{4})?)?:.+):\d{1,4}[A-Z]?")
_DEEPEST_ENVELOPE = 8
_LONGEST_ID_CHARS = 500


def read_items(source: Source, number: int | None, node: object) -> Iterator[Outcome]:
    """Yield what is in one JSON value: an item, a list of items or an envelope of either.

    `number` is the value's own place in the input, None where it is the whole input.
    """
    items = list(_unwrapped(node, depth=0))
    if not items:
        yield Skipped(source.place, number, NO_ITEM)
    for position, item in enumerate(items, start=1):
        is_only = number is None and len(items) == 1
        place = None if is_only else number or position
        try:
            yield _read_item(source, place, item)
        except SourceRejected as error:
            yield Rejection(source.place, place, str(error), error.kind)
        except RecursionError:
            yield Rejection(source.place, place, "fields nested too deep", "unsafe")


def kind_not_text(stated: str | None) -> str | None:
    """Return what an item is that is no text ('photo', 'video', ...), None for a text.

    `stated` may be a word, a qcode ('ninat:picture') or an address.
    """
    return _NOT_TEXT.get(re.split(r"[:/#]", (stated or "").lower())[-1].strip())


def _unwrapped(node: object, *, depth: int) -> Iterator[Item]:
    if depth > _DEEPEST_ENVELOPE:
        return
    if isinstance(node, list):
        for child in node:
            yield from _unwrapped(child, depth=depth + 1)
    elif isinstance(node, Mapping):
        yield from _out_of(_flat(folded(node)), depth=depth)


def _out_of(item: Item, *, depth: int) -> Iterator[Item]:
    """Yield an object if it is an item, else the items in it, else itself if it could be one."""
    if _is_item(item):
        yield item
        return
    n_found = 0
    for key in _ENVELOPES:
        for inner in _unwrapped(item.get(key), depth=depth + 1):
            n_found += 1
            yield inner
    if not n_found and first_text(item, _HEADLINES) and any(item.get(key) for key in BODIES):
        yield item


def _flat(item: Item) -> Item:
    """Return an item with the fields some interfaces put one level deeper."""
    deeper = [inner for key in _DEEPER for inner in objects_in(item.get(key))]
    return {key: value for part in [*deeper[:1], item] for key, value in part.items()}


def _is_item(item: Item) -> bool:
    """Tell an item from its envelope: it has a body or a headline, or says what it is."""
    if any(isinstance(item.get(key), str) and item[key] for key in BODIES) or "bodies" in item:
        return True
    if any(objects_in(item.get(key)) for key in _SURE_ENVELOPES):
        return False
    has_headline = first_text(item, _HEADLINES) is not None
    has_body = any(item.get(key) for key in BODIES)
    is_typed = _kind(item) is not None and first_text(item, _IDS) is not None
    return has_headline or has_body or is_typed or "versioncreated" in item


def _read_item(source: Source, number: int | None, item: Item) -> Outcome:
    if kind := kind_not_text(_kind(item)):
        return Skipped(source.place, number, kind)
    status = status_of(first_text(item, ("pubstatus", "status")))
    title = first_line(item, _HEADLINES) or ""
    byline = _byline(item)
    body = body_of(item) or ([] if _has_renditions(item) else summary_of(item))
    story = story_paragraphs(body, title=title, byline=byline or "")
    if not story and status is not Status.WITHDRAWN:
        return Skipped(source.place, number, "photo" if _has_renditions(item) else EMPTY)
    if byline is None and (byline := leading_byline(story)):
        story = story[1:]
    text = "\n".join(story) or title  # a withdrawal may say nothing, and must still take effect
    published_at, updated_at = _dates(item)
    url = _url(item) or source.url
    name = _stated_id(item, url) or _made_id(source, f"{title}\n{text}", is_only=number is None)
    supersedes = _supersedes(item)
    return Article(
        id=clean_line(name)[:_LONGEST_ID_CHARS],
        title=title or source.title,
        text=text,
        published_at=published_at,
        updated_at=updated_at,
        source=first_line(item, _SOURCES),
        section=_section(item),
        byline=byline,
        url=url,
        language=first_text(item, ("language", "lang", "inlanguage")),
        status=status,
        supersedes=supersedes if supersedes != name else None,
        version=_version(item),
    )


def _kind(item: Item) -> str | None:
    return next((kind for key in _KINDS if (kind := text_of(item.get(key)))), None)


def _has_renditions(item: Item) -> bool:
    """Tell whether an item is itself a picture: it comes in sizes."""
    return "image" in str(item.get("renditions", "")).lower()


def _byline(item: Item) -> str | None:
    for key in _BYLINES:
        value = item.get(key)
        names = [text_of(name) for name in (value if isinstance(value, list) else [value])]
        lines = [without_by(plain_line(name)) for name in names if name]
        if lines:
            return ", ".join(dict.fromkeys(lines))
    return None


def _section(item: Item) -> str | None:
    if stated := first_line(item, _SECTIONS.split()):
        return stated
    subjects = objects_in(item.get("subject") or item.get("subjects"))
    of_desk = [s for s in subjects if "category" in f"{s.get('rels')} {s.get('rel')}".lower()]
    return plain_line(text_of([*of_desk, *subjects]) or "") or None


def _dates(item: Item) -> tuple[datetime | None, datetime | None]:
    """Return (published, updated). The only date of a first version is its publication."""
    published, updated = first_instant(item, _PUBLISHED), first_instant(item, _UPDATED)
    if published is None and _version(item) == 1:
        return updated, None
    return published, None if updated == published else updated


def _version(item: Item) -> int:
    stated = (first_text(item, ("version", "versionnumber")) or "1").strip()
    return min(int(stated[:9]), 10**8) if stated.isdecimal() and stated.isascii() else 1


def _url(item: Item) -> str | None:
    for key in _LINKS:
        value = item.get(key)
        for link in value if isinstance(value, list) else [value]:
            rel = link.get("rel", "canonical") if isinstance(link, Mapping) else "canonical"
            text = text_of(link, ("href", "url", "@id", "value"))
            if rel in ("canonical", "alternate", "web") and text and is_web_address(text):
                return text
    return None


def _supersedes(item: Item) -> str | None:
    if stated := first_text(item, ("supersedes", "evolvedfrom", "replaces")):
        return clean_line(without_version(stated))
    for link in objects_in(item.get("links")) + objects_in(item.get("associations")):
        rel = re.sub(r"[^a-z]", "", str(link.get("rel") or "").lower().rpartition(":")[2])
        target = first_text(link, ("uri", "guid", "residref", "href"))
        if rel in _EARLIER_RELS and target:
            return clean_line(without_version(target))
    return None


def _stated_id(item: Item, url: str | None) -> str | None:
    """Return the id that stays over versions: the agency's own, else the item's, else its address.

    A bare number counts the rows of one system and may name another item in the next: it stands
    back behind an address.
    """
    alternatives = item.get("altids")
    if isinstance(alternatives, Mapping):
        own = text_of(folded(alternatives).get("itemid"))
    else:
        entries = [e for e in objects_in(alternatives) if "itemid" in _role(e)]
        own = next((first_text(entry, ("value", "id")) for entry in entries), None)
    texts = (value.strip() for key in _IDS if isinstance(value := item.get(key), str))
    named = own or next((text for text in texts if text), None)
    stated = named or url or first_text(item, _IDS)
    return without_version(stated) if stated else None


def _role(entry: Item) -> str:
    return re.sub(r"[^a-z]", "", f"{entry.get('role')} {entry.get('type')}".lower())


def without_version(stated: str) -> str:
    """Return an id without the version that a NewsML name ends with."""
    match = _NEWSML_URN.fullmatch(stated)
    return match[1] if match else stated


def _made_id(source: Source, content: str, *, is_only: bool) -> str:
    """Return an id for an item of many that states none: its file's name and its content's hash."""
    if is_only:
        return ""
    return f"{source.name}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
