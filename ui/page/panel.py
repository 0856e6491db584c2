"""The reading side of the page: the opened article and the list of articles found.

Pure functions; `inert` says how outside text is kept harmless.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from rag.types import Span, Status
from ui.page.inert import allow, exact, inert
from ui.page.markup import day
from ui.page.refs import Kind, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Article, Hit

HINT: Final = (
    '<p class="dl-empty">Choose a number such as <span class="dl-cite">[1]</span> in an answer, '
    "and its article opens here at the sentence.</p>"
)
_SNIPPET_CHARS = 220
_STATUS_LINE = {
    Status.CORRECTED: "Corrected by the outlet",
    Status.WITHDRAWN: "Withdrawn by the outlet",
}


class Mark(NamedTuple):
    """A span of the article's text to set off; of two that overlap the earlier in a list wins."""

    span: Span
    name: str


def article_view(article: Article, ref: Ref, *, also: Iterable[Span], lead: Span | None) -> str:
    """Show an article with the ref's span marked, its other cited spans marked more lightly.

    Args:
        article: The version the ref names.
        ref: Where to look. If the article no longer has those characters there, nothing is
            marked and a line says so.
        also: Spans of other cited sentences of this article.
        lead: The span, inside the ref's, that answers most directly.
    """
    holds = ref.matches(article)
    marks = _marks(ref, also, lead) if holds else []
    changed = "" if holds else _notice("This article has changed since it was cited.")
    many = len({mark.span for mark in marks if mark.name in {"dl-cited", "dl-also"}}) > 1
    following = '<button type="button" class="dl-next">Next citation</button>' if many else ""
    return allow(
        f'<article class="dl-article" aria-label="Source article">'
        f'<p class="dl-nav"><button type="button" class="dl-back">Back to the answer</button>'
        f'{following}<span class="dl-where">{_where(article)}</span></p>{_head(article)}{changed}'
        f'<div class="dl-body">{_body(article.text, marks)}</div>{_address(article.url)}</article>'
    )


def found_view(hits: Sequence[Hit]) -> str:
    """List the distinct articles found, best first, each a link to its best passage."""
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.rank):
        best.setdefault(hit.article.id, hit)
    if not best:
        return ""
    items = "".join(_found(hit) for hit in best.values())
    return allow(
        '<section class="dl-found" aria-label="Articles found"><h2>Articles found</h2>'
        f"<ol>{items}</ol></section>"
    )


def masthead_view(reach: str) -> str:
    """Show the name of the page and how far its archive reaches."""
    return allow(
        '<header class="dl-masthead"><h1 class="dl-name">Dateline</h1>'
        f'<p class="dl-reach">{inert(reach)}</p></header>'
    )


def notice_view(message: str) -> str:
    """Show one plain line where the article would stand."""
    return allow(_notice(message))


def _marks(ref: Ref, also: Iterable[Span], lead: Span | None) -> list[Mark]:
    own = Span(ref.start, ref.end)
    others = [Mark(span, "dl-also") for span in also if span != own]
    if ref.kind is Kind.PASSAGE:
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
    line = _STATUS_LINE.get(article.status)
    badge = f'<p class="dl-badge">{line}</p>' if line else ""
    return (
        f'<header><p class="dl-kicker">{kicker or "Unnamed outlet"}</p>'
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


def _found(hit: Hit) -> str:
    article = hit.article
    words = hit.passage.text
    snippet = words if len(words) <= _SNIPPET_CHARS else words[:_SNIPPET_CHARS].rsplit(" ", 1)[0]
    dots = "" if snippet == words else "…"
    return (
        f'<li><a class="dl-hit" href="{Ref.to_hit(hit).href}">{inert(article.title)}</a>'
        f'<p class="dl-meta">{_where(article)}</p>'
        f'<p class="dl-snippet">{inert(snippet)}{dots}</p></li>'
    )


def _where(article: Article) -> str:
    return inert(f"{article.source or 'Unnamed outlet'} · {day(article.dated_at)}")


def _notice(message: str) -> str:
    return f'<p class="dl-notice">{inert(message)}</p>'
