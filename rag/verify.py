"""Nothing leaves unchecked: a citation must slice back to its quote in the stored article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.errors import CitationBroken
from rag.types import Answer, Article, Citation, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


class ArticleStore(Protocol):
    """Where article versions are kept."""

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return one version of an article, the newest where `version` is None."""
        ...


def verify_citation(citation: Citation, store: ArticleStore) -> Article:
    """Return the cited article version after checking hash, offsets and quote.

    Raises:
        CitationBroken: The version is gone, its text is another, or the quote does not match.
    """
    where = f"{citation.article_id} v{citation.version} [{citation.start}:{citation.end}]"
    article = store.article(citation.article_id, citation.version)
    if article is None:
        raise CitationBroken(f"{where}: no such article version")
    if article.content_hash != citation.content_hash:
        raise CitationBroken(f"{where}: the article's text is not the one that was cited")
    if article.text[citation.start : citation.end] != citation.quote:
        raise CitationBroken(f"{where}: the quote is not what stands there")
    return article


def verify_answer(answer: Answer, store: ArticleStore) -> Answer:
    """Return the answer after checking every citation it holds, the closest one included.

    Raises:
        CitationBroken: A citation does not hold, or a sentence shown is not its quote.
    """
    for article, citation in _checked(answer, store):
        if article.status is Status.WITHDRAWN:
            raise CitationBroken(f"{citation.article_id} was withdrawn and must not be cited")
    for sentence in answer.sentences:
        if sentence.text != sentence.citation.quote:
            raise CitationBroken(f"{sentence.citation.article_id}: shown text is not the quote")
        if sentence.lead and not 0 <= sentence.lead.start < sentence.lead.end <= len(sentence.text):
            raise CitationBroken(f"{sentence.citation.article_id}: lead outside its sentence")
    return answer


def _checked(answer: Answer, store: ArticleStore) -> Iterable[tuple[Article, Citation]]:
    closest = [answer.closest] if answer.closest else []
    earlier = [sentence.citation for sentence in answer.earlier]
    citations = [*answer.citations, *closest, *earlier, *answer.found]
    return [(verify_citation(citation, store), citation) for citation in citations]
