"""The reading side of the page: the opened article and the list of articles found.

Pure functions; `inert` says how outside text is kept harmless.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from rag.types import Span
from ui.inert import allow, exact, inert
from ui.page.refs import Kind, Ref
from ui.wording import STATUS_NAMES, UNNAMED, day, outlet_and_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Article, Citation
    from ui.exchange import Exchange

HINT: Final = (
    '<p class="dl-empty">The articles found for a question are listed here. Choose a number in an '
    "answer, and its article opens above them at the sentence.</p>"
)


class Mark(NamedTuple):
    """A span of the article's text to set off; of two that overlap the earlier in a list wins."""

    span: Span
    name: str


def article_view(
    article: Article,
    ref: Ref,
    *,
    also: Iterable[Span],
    lead: Span | None,
    newest: Article | None = None,
) -> str:
    """Show an article with the ref's span marked, its other cited spans marked more lightly.

    Args:
        article: The version the ref names.
        ref: Where to look. If the article no longer has those characters there, nothing is
            marked and a line says so.
        also: Spans of other cited sentences of this article.
        lead: The span, inside the ref's, that answers most directly.
        newest: The newest version of the article, if a later one than that shown a line says so.
    """
    holds = ref.matches(article)
    marks = _marks(ref, also, lead) if holds else []
    changed = "" if holds else _notice("This article has changed since it was cited.")
    if newest and newest.version > article.version:
        line = STATUS_NAMES.get(newest.status, "Updated by the outlet")
        changed += _notice(f"{line} since this was cited: {day(newest.dated_at)}.")
    many = len({mark.span for mark in marks if mark.name in {"dl-cited", "dl-also"}}) > 1
    following = '<button type="button" class="dl-next">Next citation</button>' if many else ""
    return allow(
        f'<article class="dl-article" aria-label="Source article">'
        f'<p class="dl-nav"><button type="button" class="dl-back">Back to the answer</button>'
        f'{following}<span class="dl-where">{_where(article)}</span>'
        '<button type="button" class="dl-close">Close</button></p>'
        f"{_head(article)}{changed}"
        f'<div class="dl-body">{_body(article.text, marks)}</div>{_address(article.url)}</article>'
    )


def found_view(exchange: Exchange | None) -> str:
    """List the articles found for a question, best first, each with its best sentence."""
    found = exchange.answer.found if exchange and exchange.answer else ()
    if exchange is None or not found:
        return ""
    items = "".join(_found(exchange, citation) for citation in found)
    return allow(
        '<section class="dl-found" aria-label="Articles found"><h2>Articles found</h2>'
        f'<p class="dl-for">for “{inert(exchange.asked.question)}”</p><ol>{items}</ol></section>'
    )


def masthead_view(reach: str, *, signed_in: bool = False) -> str:
    """Show the name of the page, how far its archive reaches, and the page's own switches."""
    way_out = '<button type="button" class="dl-out-of">Sign out</button>' if signed_in else ""
    return allow(
        '<header class="dl-masthead"><button type="button" class="dl-toggle" '
        'aria-expanded="false" aria-controls="dl-shelf">Conversations</button>'
        '<h1 class="dl-name">Dateline</h1>'
        f'<p class="dl-reach">{inert(reach)}</p>'
        '<button type="button" class="dl-night" aria-pressed="false">Dark</button>'
        f"{way_out}</header>"
    )


def notice_view(message: str) -> str:
    """Show one plain line where the article would stand."""
    return allow(_notice(message))


def _marks(ref: Ref, also: Iterable[Span], lead: Span | None) -> list[Mark]:
    own = Span(ref.start, ref.end)
    others = [Mark(span, "dl-also") for span in also if span != own]
    if ref.kind is Kind.FOUND:
        return [*others, Mark(own, "dl-passage")]
    inside = lead and ref.start <= lead.start < lead.end <= ref.end
    first = [Mark(lead, "dl-cited dl-lead")] if lead and inside else []
    return [*first, Mark(own, "dl-cited"), *others]


def _body(text: str, marks: Sequence[Mark]) -> str:
    paragraphs, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(f"<p>{_pieces(text, Span(start, start + len(line)), marks)}</p>")
        start += len(line) + 1
    return "".join(paragraphs)


def _pieces(text: str, within: Span, marks: Sequence[Mark]) -> str:
    """Cut a paragraph at every mark's edge and wrap each piece in the first mark over it."""
    edges = {edge for mark in marks for edge in mark.span if within.start < edge < within.end}
    cuts = [within.start, *sorted(edges), within.end]
    out = []
    for start, end in pairwise(cuts):
        piece = exact(text[start:end])
        over = (m.name for m in marks if m.span.start <= start and end <= m.span.end)
        name = next(over, None)
        out.append(f'<mark class="{name}">{piece}</mark>' if name else piece)
    return "".join(out)


def _head(article: Article) -> str:
    kicker = " · ".join(inert(part) for part in (article.source, article.section) if part)
    line = STATUS_NAMES.get(article.status)
    badge = f'<p class="dl-status">{line}</p>' if line else ""
    return (
        f'<header><p class="dl-kicker">{kicker or UNNAMED}</p>'
        f'<h2 class="dl-headline" tabindex="-1">{inert(article.title)}</h2>'
        f'<p class="dl-byline">{_byline(article)}</p>{badge}</header>'
    )


def _byline(article: Article) -> str:
    parts = []
    if name := (article.byline or "").strip():
        parts.append(inert(name if name.lower().startswith("by ") else f"By {name}"))
    dates = (("", article.published_at), ("updated ", article.updated_at))
    parts += [
        f'{said}<time datetime="{at.isoformat()}">{day(at)}, {at:%H:%M}</time>'
        for said, at in dates
        if at
    ]
    return " · ".join(parts or ["undated"])


def _address(url: str | None) -> str:
    if not url:
        return ""
    shown = inert(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts and parts.scheme in {"http", "https"} and parts.hostname:
        shown = f'<a class="dl-out" href="{shown}" target="_blank">{shown}</a>'
    return f'<p class="dl-address">{shown}</p>'


def _found(exchange: Exchange, citation: Citation) -> str:
    origin = exchange.origin(citation)
    line = STATUS_NAMES.get(origin.status) if origin else None
    status = f' <span class="dl-badge">{line}</span>' if line else ""
    return (
        f'<li><a class="dl-hit" href="{Ref.to_found(citation).href}">{inert(citation.title)}</a>'
        f'<p class="dl-meta">{inert(outlet_and_day(citation))}{status}</p>'
        f'<p class="dl-snippet">{inert(citation.quote)}</p></li>'
    )


def _where(article: Article) -> str:
    return inert(f"{article.source or UNNAMED} · {day(article.dated_at)}")


def _notice(message: str) -> str:
    return f'<p class="dl-notice">{inert(message)}</p>'
