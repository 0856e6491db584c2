"""The way of a question: understand, take apart, retrieve, score, compose, verify."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rag.compose import compose
from rag.parts import split_parts
from rag.question import understand
from rag.reports import Stories
from rag.retrieve import PassageStore, Retriever
from rag.types import Turn
from rag.verify import ArticleStore, verify_answer
from rag.weighed import Part, Weighed, rerank

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rag.score import Blend, Scorer
    from rag.types import Answer, AsOf, Filters, Question
    from rag.words import Vocabulary


class Store(PassageStore, ArticleStore, Stories, Protocol):
    """What an answerer needs of the archive."""


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
        return self.conclude(self.weigh(text, history=history, filters=filters, as_of=as_of))

    def conclude(self, weighed: Weighed, *, blend: Blend | None = None) -> Answer:
        """Compose the answer to a weighed question and check it; `blend` in place of the own.

        Raises:
            CitationBroken: The index is damaged: a sentence no longer stands in its article.
        """
        answer = compose(
            weighed,
            self.coverage(weighed.question.as_of),
            self._store,
            blend=blend or self._blend,
            threshold=self._threshold,
            vocabulary=self._vocabulary,
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

        A question that asks several things is read whole and then part by part. A part may lean on
        the part before it and on what that one found, as a follow-up leans on the conversation.

        Raises:
            UsageError: The question is empty or too long.
        """
        question = understand(text, history=history, filters=filters, as_of=as_of)
        parts = [self._part(question)]
        turns = list(history)
        for each in split_parts(question.text):
            asked = understand(each, history=turns, filters=filters, as_of=as_of)
            wants_latest = asked.wants_latest or question.wants_latest
            parts.append(self._part(replace(asked, wants_latest=wants_latest, max_sentences=1)))
            best = parts[-1].scored.candidates[:1]
            turns.append(Turn(each, best[0].lead_text if best else ""))
        return Weighed(question, rerank(parts), tuple(parts))

    def _part(self, question: Question) -> Part:
        hits = self._retriever.retrieve(question, n_articles=self._n_articles)
        return Part(question, hits, self._scorer.score(question, hits))

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        """Say how far the archive reaches, and how many articles it holds."""
        return self._store.coverage(as_of)
