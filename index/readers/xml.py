"""XML read without doing what it asks for: nothing is fetched, no entity of its own is expanded.

Old NITF and RSS name a DTD; the name alone does no harm and is dropped. A DTD inside the document
declares entities, which no news format needs and bombs are made of: such a document is refused.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from lxml import etree

from index.readers.clean import clean
from index.readers.shape import check_shape
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^>\[]*([>\[])", re.IGNORECASE)
_ENTITY = re.compile(r"&([a-zA-Z][a-zA-Z0-9]{1,30});")
_XML_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))


def parse_xml(text: str) -> _Element:
    """Return the root of a decoded XML document.

    Raises:
        SourceRejected: it declares entities, is too large or too deep, or is not well-formed.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(safe_xml(text), parser)
    except (etree.XMLSyntaxError, ValueError) as error:  # ValueError: a second declaration
        raise SourceRejected(f"not well-formed XML: {error}") from error


def safe_xml(text: str) -> str:
    """Return a document's text without declaration and DTD name, HTML's entities decoded.

    Raises:
        SourceRejected: it declares entities, or is too large or too deep.
    """
    plain = _DECLARATION.sub("", clean(text))
    head, doctype = plain[:10_000], _DOCTYPE.search(plain[:10_000])
    if "<!ENTITY" in plain or (doctype and doctype[1] == "["):
        raise SourceRejected("a DTD inside the document; entities are not expanded", "unsafe")
    plain = _DOCTYPE.sub("", head, count=1) + plain[10_000:]
    check_shape(plain)
    return _ENTITY.sub(_decoded, plain)


def _decoded(match: re.Match[str]) -> str:
    if match[1] in _XML_OWN:
        return match[0]
    decoded = html.unescape(match[0])
    return match[0] if decoded == match[0] else html.escape(decoded)
