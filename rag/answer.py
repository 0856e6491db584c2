"""The way of a question: understand, retrieve, score, compose, verify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.compose import compose
from rag.question import understand
from rag.retrieve import PassageStore, Retriever
from rag.verify import ArticleStore, verify_answer
from rag.words import Vocabulary, content_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rag.score import Blend, Scored, Scorer
    from rag.types import Answer, AsOf, Filters, Hit, Question, Turn


class Store(PassageStore, ArticleStore, Protocol):
    """What an answerer needs of the archive."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question with its hits and its scored sentences, before anything is chosen."""

    question: Question
    hits: tuple[Hit, ...]
    scored: Scored


class Answerer:
    """Answers questions from one snapshot of an archive. The same question, the same answer."""

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        scorer: Scorer,
        vocabulary: Vocabulary,
        blend: Blend,
        *,
        threshold: float | None = None,
        n_articles: int = 10,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._scorer = scorer
        self._vocabulary = vocabulary
        self._blend = blend
        self._threshold = blend.threshold if threshold is None else threshold
        self._n_articles = n_articles

    def ask(
        self,
        text: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: datetime | None = None,
    ) -> Answer:
        """Answer `text`, or refuse; every citation in the result has been checked.

        Raises:
            UsageError: The question is empty or too long.
            CitationBroken: The index is damaged: a sentence no longer stands in its article.
        """
        weighed = self.weigh(text, history=history, filters=filters, as_of=as_of)
        question = weighed.question
        answer = compose(
            question,
            weighed.hits,
            weighed.scored,
            self.coverage(as_of),
            blend=self._blend,
            threshold=self._threshold,
            missing=self._unknown(question),
        )
        return verify_answer(answer, self._store)

    def weigh(
        self,
        text: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: datetime | None = None,
    ) -> Weighed:
        """Return all that an answer is chosen from: what training fits and reports explain.

        Raises:
            UsageError: The question is empty or too long.
        """
        question = understand(text, history=history, filters=filters, as_of=as_of)
        hits = self._retriever.retrieve(question, n_articles=self._n_articles)
        return Weighed(question, hits, self._scorer.score(question, hits))

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say how far the archive reaches, and how many articles it holds."""
        return self._store.coverage(as_of)

    def _unknown(self, question: Question) -> tuple[str, ...]:
        """Return the question's words that stand nowhere in the archive, in order."""
        stems = {word: self._vocabulary.stems(word) for word in content_words(question.standalone)}
        frequency = self._vocabulary.document_frequency
        return tuple(w for w, found in stems.items() if found and not any(map(frequency, found)))
