"""Say in plain words that the archive does not answer, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.names import names
from rag.words import NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rag.types import Article, AsOf, Hit, Question

N_WORDS = 3
N_OUTLETS = 3


def refuse(question: Question, hits: Sequence[Hit], reach: AsOf, unknown: Sequence[str]) -> str:
    """Say in a sentence or two what the archive has and what it lacks.

    `unknown` are words of the question that stand nowhere in the archive, in order: a name or a
    number among them is named first, for then nothing could have been found.
    """
    if not reach.n_articles:
        return "The archive holds no article that may be searched for this question."
    said = "The archive does not say."
    if missing := [w for w in unknown if w[:1].isupper() or NUMBER.fullmatch(w)]:
        return f"{said} It never mentions {_listed(missing)}."
    if not hits:
        return f"{said} Nothing in it shares a word or a meaning with the question."
    return f"{said} {_covered(question, hits)}"


def _covered(question: Question, hits: Sequence[Hit]) -> str:
    """Say what was found about the names asked for, or else the nearest article."""
    articles = list({hit.article.id: hit.article for hit in hits}.values())
    nearest = _cited(articles[0])
    for name in names(question.standalone):
        about = [a for a in articles if name.lower() in f"{a.title} {a.text}".lower()]
        if about:
            noun = "article" if len(about) == 1 else "articles"
            return (
                f"It was read for {name} in {len(about)} {noun} ({_from(about)}), the nearest "
                f"{nearest}; no sentence answers this."
            )
    return f"The nearest article is {nearest}, and no sentence of it answers this."


def _from(articles: Sequence[Article]) -> str:
    outlets = list(dict.fromkeys(a.source for a in articles if a.source))
    told = ", ".join(outlets[:N_OUTLETS]) + (" and others" if len(outlets) > N_OUTLETS else "")
    dates = sorted(at for a in articles if (at := a.dated_at))
    if not dates:
        return told or "undated"
    first, last = _day(dates[0]), _day(dates[-1])
    span = first if first == last else f"{first} to {last}"
    return f"{told}, {span}" if told else span


def _cited(article: Article) -> str:
    parts = [article.source, _day(at) if (at := article.dated_at) else None]
    return ", ".join([f"“{article.title}”", *(part for part in parts if part)])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:N_WORDS])


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
