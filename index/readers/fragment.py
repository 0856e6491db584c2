"""A piece of HTML, XHTML or NITF as plain paragraphs.

What news agencies call the body: `<p>`s with bold names, tables of results, a photo with its
caption, a `<br>` here and there. Each block becomes one paragraph, a table row becomes one with
' | ' between cells; scripts, styles, forms and pictures with their captions are left out.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from index.paragraphs import paragraph_spans
from index.readers.clean import clean
from index.readers.shape import check_shape
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEFT_OUT = frozenset(
    "script style template head noscript iframe object embed svg math form button select input "
    "textarea figure figcaption media media-caption media-producer media-metadata audio video "
    "picture img canvas map nav".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body body.content body.end body.head block bq byline "
    "caption center content credit dateline dd details div dl dt fieldset fn footer h1 h2 h3 h4 "
    "h5 h6 header hedline hl1 hl2 hr html legend li main nitf note ol p pre section summary table "
    "tagline tbody tfoot thead tr ul abstract nitf-table".split()
)
_MARKUP = re.compile(
    r"</[a-zA-Z][\w.:-]*\s*>|"
    r"<(?:a|b|block|blockquote|body|br|div|em|font|h\d|hr|html|i|img|nitf|p|section|span|strong|"
    r"table|u|ul)\b[^<>]*>"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_XML_OWN = frozenset(("&amp;", "&lt;", "&gt;", "&quot;", "&apos;"))
_PROLOG = re.compile(r"(?>(?><\?xml[^>]*\?>|<!DOCTYPE[^>\[]*>|<!--.*?-->|\s+))*+", re.DOTALL)
_BREAK = "\u2028"
_OPENED, _CLOSED = "\ue000", "\ue001"  # where <q> has quotation marks, until blanks are settled
_QUOTED = re.compile(f"{_OPENED}\\s*|\\s*{_CLOSED}")
_BREAKS = re.compile(f" *{_BREAK}(?: *{_BREAK})+ *")
_BLANKS = re.compile(f"[^\\S{_BREAK}]+")  # no-break and thin spaces too: in markup they are layout
_BLOCK_TAG = re.compile(
    r"<(?:p|br|div|block|section|article|table|ul|ol|h\d|hl\d|pre|nitf)\b", re.I
)
_BLANK_LINE = re.compile(r"\n\s*\n")
_INVISIBLE = re.compile("[\xad\u200b\u2060\ufeff]")


def body_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a body that may be markup or plain text.

    Raises:
        SourceRejected: the markup is nested too deep.
    """
    if not has_markup(text):
        text = unescaped(text)
        if not has_markup(text):
            return plain_paragraphs(text)
    paragraphs = markup_paragraphs(text)
    # markup that was escaped once more shows itself as tags in the text
    if any(has_markup(paragraph) for paragraph in paragraphs):
        paragraphs = markup_paragraphs("\n".join(f"<p>{line}</p>" for line in paragraphs))
    return paragraphs


def has_markup(text: str) -> bool:
    """Tell whether a text holds tags rather than a stray '<'."""
    return _MARKUP.search(text) is not None


def unescaped(text: str) -> str:
    """Return plain text with its entities decoded; an '&' without ';' is left alone."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def plain_line(text: str) -> str:
    """Return a headline or a name as one line without tags and entities."""
    if has_markup(text) or re.search(r"<(?:b|i|em|strong|span|sup|sub|u)\b[^<>]*>", text):
        text = " ".join(markup_paragraphs(text))
    return " ".join(_INVISIBLE.sub("", clean(unescaped(text))).split())


def plain_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of plain text, hard-wrapped lines joined."""
    stored = clean(text)
    return [_one_line(stored[start:end]) for start, end in paragraph_spans(stored)]


def markup_paragraphs(markup: str) -> list[str]:
    """Return the paragraphs of a piece of markup.

    Raises:
        SourceRejected: elements are nested too deep.
    """
    check_shape(markup)
    plain = _without_cdata(markup)
    # where no tag parts paragraphs, blank lines do
    parts = [plain] if _BLOCK_TAG.search(plain) else _BLANK_LINE.split(plain)
    return [
        p for part in parts for root in _stories(_parsed(part)) for p in element_paragraphs(root)
    ]


def _without_cdata(markup: str) -> str:
    """Return markup with the content of its CDATA sections in their place."""
    first, *rest = markup.split("<![CDATA[")
    return first + "".join(part.replace("]]>", "", 1) for part in rest)


def _stories(root: _Element) -> list[_Element]:
    """Return what holds the story: of a whole NITF document its content, not its head."""
    return [e for e in root.iter() if local_name(e) == "body.content"] or [root]


def element_paragraphs(root: _Element) -> list[str]:
    """Return the paragraphs below an element that is already parsed."""
    flow = _Flow()
    flow.enter(root)
    flow.end_block()
    return flow.paragraphs


def local_name(element: _Element) -> str:
    """Return an element's name without its namespace, '' for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _parsed(markup: str) -> _Element:
    """Parse as XML where it is well-formed, as HTML elsewhere.

    HTML takes NITF's `<media-reference/>` for an element left open, which swallows what follows.
    """
    inner = markup[match.end() :] if (match := _PROLOG.match(markup)) else markup
    plain = _ENTITY.sub(lambda m: m[0] if m[0] in _XML_OWN else html.unescape(m[0]), inner)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(f"<div>{clean(plain)}</div>", parser)
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        return lxml_html.document_fromstring(f"<div>{clean(inner)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceRejected(f"markup cannot be read: {error}") from error


class _Flow:
    """Collects running text and cuts it where a block starts or ends."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._running: list[str] = []
        self._cells: list[str] | None = None

    def enter(self, element: _Element) -> None:
        """Take in an element and what is below it, not the text after it."""
        name = local_name(element)
        if name == "br":
            self._running.append(_BREAK)
        elif name == "pre":
            self.end_block()
            self.paragraphs += plain_paragraphs("".join(element.itertext()))
        elif name and name not in _LEFT_OUT:
            self._enter_named(element, name)

    def _enter_named(self, element: _Element, name: str) -> None:
        is_block = name in _BLOCKS and not (self._cells is not None and name != "tr")
        if is_block:
            self.end_block()
        if name == "tr":
            self._cells = []
        self._running.append(_OPENED if name == "q" else "")
        self._running.append(element.text or "")
        for child in element:
            self.enter(child)
            self._running.append(child.tail or "")
        if name == "q":
            self._running.append(_CLOSED)
        self._leave(name, is_block=is_block)

    def _leave(self, name: str, *, is_block: bool) -> None:
        if name in {"td", "th"} and self._cells is not None:
            self._cells.append(" ".join(_lines(self._taken())))
        elif name == "tr":
            row = [cell for cell in [*(self._cells or []), _one_line(self._taken())] if cell]
            self._cells = None
            self.paragraphs += [" | ".join(row)] if row else []
        elif is_block:
            self.end_block()
        elif name in _BLOCKS:
            self._running.append(" ")  # a block inside a cell only parts words

    def end_block(self) -> None:
        """Close the paragraph that is running."""
        if self._cells is None:
            self.paragraphs += _lines(self._taken())

    def _taken(self) -> str:
        text = "".join(self._running)
        self._running.clear()
        return text


def _lines(text: str) -> list[str]:
    """Return running text as paragraphs: two breaks part them, one does where a line is full."""
    found: list[str] = []
    if not text or text.isspace():
        return found
    for part in _BREAKS.split(_BLANKS.sub(" ", text)):
        joined = ""
        for line in map(_one_line, part.split(_BREAK)):
            if joined and (joined.endswith(",") or line[:1].islower()):
                joined = f"{joined} {line}"
            else:
                found += [joined] if joined else []
                joined = line
        found += [joined] if joined else []
    return found


def _one_line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text).strip() if "  " in text else text.strip()
    if _OPENED in text or _CLOSED in text:
        text = _QUOTED.sub(lambda match: "“" if _OPENED in match[0] else "”", text)
    return _BLANKS.sub(" ", _INVISIBLE.sub("", clean(text)).replace("\n", " ")).strip()
