"""The best sentence of every article found, for answers that do not bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import Citation
from rag.words import content_words

if TYPE_CHECKING:
    from rag.types import Answer, Hit, Sentence


def found_in(answer: Answer) -> tuple[Citation, ...]:
    """Return one citation for each article found, best article first.

    The answerer's own choice where it made one; else, in each article's best passage, the sentence
    with most of the question's words, the earliest of equals.
    """
    if answer.found:
        return answer.found
    best: dict[str, Hit] = {}
    for hit in sorted(answer.hits, key=lambda hit: hit.rank):
        best.setdefault(hit.article.id, hit)
    words = {word.lower() for word in content_words(answer.question.standalone)}
    return tuple(
        Citation.of(hit.article, _closest(hit.passage.sentences, words)) for hit in best.values()
    )


def _closest(sentences: tuple[Sentence, ...], words: set[str]) -> Sentence:
    return max(
        sentences,
        key=lambda one: (len(words & {w.lower() for w in content_words(one.text)}), -one.ordinal),
    )
