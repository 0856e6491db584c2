"""The citation invariant: what does not slice back is never shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import CitationBroken
from rag.question import understand
from rag.types import (
    Answer,
    AnswerSentence,
    Article,
    AsOf,
    Citation,
    Sentence,
    Span,
    Status,
)
from rag.verify import verify_answer, verify_citation


@dataclass(frozen=True)
class OneArticle:
    """A store that holds a single article version."""

    held: Article

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        same = article_id == self.held.id and version in (None, self.held.version)
        return self.held if same else None


def citing(article: Article, start: int, end: int) -> Citation:
    return Citation.of(article, Sentence(article.id, 0, start, end, article.text[start:end]))


def answering(citation: Citation, text: str, lead: Span | None = None) -> Answer:
    return Answer(
        question=understand("Who?"),
        sentences=(AnswerSentence(text, citation, lead),),
        hits=(),
        as_of=AsOf(None, None, None, 1),
        probability=1.0,
    )


@given(st.text(min_size=1), st.data())
def test_a_citation_of_any_text_slices_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("a", "title", text)
    citation = citing(article, start, end)
    assert verify_citation(citation, OneArticle(article)) == article
    assert article.text[citation.start : citation.end] == citation.quote


ARTICLE = Article("a", "Headline", "The mill burned. Nobody was hurt.")


@pytest.mark.parametrize(
    "change",
    [
        {"start": 1},
        {"end": 15},
        {"quote": "The mill turned."},
        {"version": 2},
        {"article_id": "b"},
        {"content_hash": "0" * 64},
    ],
)
def test_a_citation_changed_in_any_part_is_refused(change: dict[str, object]) -> None:
    broken = replace(citing(ARTICLE, 0, 16), **change)  # type: ignore[arg-type]
    with pytest.raises(CitationBroken):
        verify_citation(broken, OneArticle(ARTICLE))


def test_a_changed_article_no_longer_carries_its_citation() -> None:
    citation = citing(ARTICLE, 0, 16)
    with pytest.raises(CitationBroken):
        verify_citation(citation, OneArticle(replace(ARTICLE, text="The mill burned! Nobody.")))


def test_an_answer_with_words_of_its_own_is_refused() -> None:
    with pytest.raises(CitationBroken):
        verify_answer(answering(citing(ARTICLE, 0, 16), "The mill is gone."), OneArticle(ARTICLE))


def test_an_answer_from_a_withdrawn_article_is_refused() -> None:
    withdrawn = replace(ARTICLE, status=Status.WITHDRAWN)
    answer = answering(citing(withdrawn, 0, 16), "The mill burned.")
    with pytest.raises(CitationBroken):
        verify_answer(answer, OneArticle(withdrawn))


def test_a_lead_outside_its_sentence_is_refused() -> None:
    answer = answering(citing(ARTICLE, 0, 16), "The mill burned.", Span(4, 99))
    with pytest.raises(CitationBroken):
        verify_answer(answer, OneArticle(ARTICLE))
