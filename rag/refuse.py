"""Say in plain words that the archive does not answer, and what is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.dates import written
from rag.names import names
from rag.types import Filters
from rag.words import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Article, AsOf
    from rag.weighed import Part, Weighed
    from rag.words import Vocabulary

N_WORDS = 3
N_OUTLETS = 3


def refuse(weighed: Weighed, doubtful: Part, reach: AsOf, vocabulary: Vocabulary) -> str:
    """Say in a sentence or two what the archive has and what it lacks.

    Of a question in parts, the part without an answer is named. A name or a number that stands
    nowhere in the archive is named first, for then nothing could have been found.
    """
    if not reach.n_articles:
        return "The archive holds no article that may be searched for this question."
    said = "The archive does not say."
    if len(weighed.parts) > 1:
        said = f"The archive does not answer “{doubtful.question.text}”"
        said += "" if doubtful.question.text.endswith("?") else "."
    if missing := _never_seen(doubtful.question.standalone, vocabulary):
        return f"{said} It never mentions {_listed(missing)}."
    if not doubtful.hits:
        if weighed.question.filters != Filters():
            return f"{said} Nothing that the filters leave speaks of it."
        return f"{said} Nothing in it shares a word or a meaning with the question."
    return f"{said} {_covered(doubtful)}"


def _never_seen(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the names and numbers of a question of which no word stands in the archive."""
    asked = [*names(text), *sorted(numbers(text))]
    stems = {name: vocabulary.stems(name) for name in asked}
    seen = vocabulary.document_frequency
    return [name for name, found in stems.items() if found and not any(map(seen, found))]


def _covered(part: Part) -> str:
    """Say what was found about the names asked for, or else the nearest article."""
    articles = list({hit.article.id: hit.article for hit in part.hits}.values())
    nearest = _cited(articles[0])
    for name in names(part.question.standalone):
        whole = re.compile(rf"\b{re.escape(name)}\b")
        about = [a for a in articles if whole.search(f"{a.title} {a.text}")]
        if about:
            verb = "article mentions" if len(about) == 1 else "articles mention"
            return (
                f"Among the nearest, {len(about)} {verb} {name} ({_from(about)}), but none of "
                f"what was read there answers this; the nearest is {nearest}."
            )
    return f"The nearest article is {nearest}; what was read of it does not answer this."


def _from(articles: Sequence[Article]) -> str:
    outlets = list(dict.fromkeys(a.source for a in articles if a.source))
    told = ", ".join(outlets[:N_OUTLETS]) + (" and others" if len(outlets) > N_OUTLETS else "")
    dates = sorted(at for a in articles if (at := a.dated_at))
    if not dates:
        return told or "undated"
    first, last = written(dates[0]), written(dates[-1])
    span = first if first == last else f"{first} to {last}"
    return f"{told}, {span}" if told else span


def _cited(article: Article) -> str:
    parts = [article.source, written(at) if (at := article.dated_at) else None]
    return ", ".join([f"“{article.title}”", *(part for part in parts if part)])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:N_WORDS])
