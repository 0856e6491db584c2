"""Make an answer of source sentences, or a refusal that says what is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.question import asks_for_several
from rag.types import Answer, AnswerSentence, AsOf, Citation, Expected, Span
from rag.words import NUMBER_WORDS, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rag.score import Blend, Scored
    from rag.types import Candidate, Hit, Question

MAX_WORDS = 90  # a reader asked a question, not for the article
SAME = 0.6  # share of shared words above which two sentences say one thing
LEADS = {
    Expected.PERSON, Expected.PLACE, Expected.DATE, Expected.NUMBER, Expected.MONEY,
    Expected.PERCENT, Expected.DURATION, Expected.ORGANISATION,
}  # fmt: skip


def compose(
    question: Question,
    hits: tuple[Hit, ...],
    scored: Scored,
    reach: AsOf,
    *,
    blend: Blend,
    threshold: float,
    missing: Sequence[str] = (),
) -> Answer:
    """Return the answer of the best sentences where it is likely enough to be one.

    At most `question.max_sentences` sentences and 90 words are shown; the first is always whole.
    `missing` are words of the question that stand nowhere in the archive, for the refusal.
    """
    if not scored.candidates or scored.probability < threshold:
        closest = scored.candidates[0] if scored.candidates else None
        return Answer(
            question=question,
            sentences=(),
            hits=hits,
            as_of=reach,
            probability=scored.probability,
            refusal=refuse(hits, reach, missing),
            closest=Citation.of(closest.hit.article, closest.sentence) if closest else None,
        )
    chosen = choose(question, scored.candidates, join=blend.join)
    dates = [at for c in chosen if (at := c.hit.article.dated_at)]
    return Answer(
        question=question,
        sentences=tuple(_sentence(question, n, c) for n, c in enumerate(chosen)),
        hits=hits,
        as_of=AsOf(
            max(dates, default=None), reach.archive_from, reach.archive_to, reach.n_articles
        ),
        probability=scored.probability,
    )


def choose(question: Question, candidates: Sequence[Candidate], *, join: float) -> list[Candidate]:
    """Choose the sentences to show: the best, and those nearly as good that say something else.

    A question of several parts takes further sentences more readily. Where the newest state is
    asked for, later articles come first.
    """
    best = candidates[0]
    chosen = [best]
    n_words = len(best.sentence.text.split())
    margin = join * (2.0 if asks_for_several(question.text) else 1.0)
    for candidate in candidates[1:]:
        if len(chosen) == question.max_sentences or candidate.score < best.score - margin:
            break
        words = len(candidate.sentence.text.split())
        if n_words + words > MAX_WORDS or any(_same(candidate, other) for other in chosen):
            continue
        chosen.append(candidate)
        n_words += words
    if question.wants_latest:
        chosen.sort(key=lambda c: -_timestamp(c.hit.article.dated_at))
    return chosen


def refuse(hits: tuple[Hit, ...], reach: AsOf, missing: Sequence[str]) -> str:
    """Say in a sentence or two that the archive does not answer, and what is missing."""
    if not reach.n_articles:
        return "The archive holds no article that may be searched for this question."
    said = "The archive does not say."
    if missing:
        listed = ", ".join(f"“{word}”" for word in missing[:3])
        return f"{said} It never mentions {listed}."
    if not hits:
        return f"{said} Nothing in it shares a word or a meaning with the question."
    best = hits[0].article
    outlet = f", {best.source}" if best.source else ""
    at = best.dated_at
    dated = f", {at.day} {at:%B %Y}" if at else ""
    nearest = f"“{best.title}”{outlet}{dated}"
    return f"{said} The nearest article is {nearest}, and no sentence of it answers this."


def _sentence(question: Question, n: int, candidate: Candidate) -> AnswerSentence:
    sentence, lead = candidate.sentence, None
    if n == 0 and candidate.lead and question.expected in LEADS:
        lead = Span(candidate.lead.start - sentence.start, candidate.lead.end - sentence.start)
    return AnswerSentence(sentence.text, Citation.of(candidate.hit.article, sentence), lead)


def _same(one: Candidate, other: Candidate) -> bool:
    """Say whether the one tells nothing that the other does not; another figure is news."""
    texts = one.sentence.text.lower(), other.sentence.text.lower()
    first, second = (set(re.findall(r"\w+", text)) for text in texts)
    if numbers(texts[0]) - numbers(texts[1]) or (first - second) & NUMBER_WORDS:
        return False
    return len(first & second) >= SAME * max(1, min(len(first), len(second)))


def _timestamp(at: datetime | None) -> float:
    return at.timestamp() if at else float("-inf")
