"""Make an answer of source sentences, or a refusal that says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.choose import choose, choose_parts
from rag.dates import resolve_times
from rag.opinion import is_opinion
from rag.refuse import refuse
from rag.reports import count_reports
from rag.states import States, order_states
from rag.types import (
    Answer,
    AnswerSentence,
    AsOf,
    Badge,
    Citation,
    Expected,
    Note,
    NoteKind,
    Span,
    Status,
)
from rag.verdict import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.reports import Stories
    from rag.score import Blend
    from rag.types import Article, Candidate
    from rag.weighed import Part, Weighed
    from rag.words import Vocabulary

LEADS = {
    Expected.PERSON, Expected.PLACE, Expected.DATE, Expected.NUMBER, Expected.MONEY,
    Expected.PERCENT, Expected.DURATION, Expected.ORGANISATION,
}  # fmt: skip


def compose(
    weighed: Weighed,
    reach: AsOf,
    stories: Stories,
    *,
    blend: Blend,
    threshold: float,
    vocabulary: Vocabulary,
) -> Answer:
    """Return the answer of the best sentences where it is likely enough to be one.

    Of a question in parts the answer has the best sentences of the whole and the best of each; the
    refusal is about the most doubtful one. `threshold` is the least probability to answer with.
    """
    found = _found(weighed)
    doubtful = weighed.doubtful
    if not doubtful.scored.candidates or weighed.probability < threshold:
        return _refusal(weighed, doubtful, reach, vocabulary, found)
    states = [_states(part, blend, stories) for part in weighed.parts]
    chosen = choose_parts([one.chosen for one in states])
    earlier = dict.fromkeys(candidate for one in states for candidate in one.earlier)
    dates = [at for c in chosen if (at := c.hit.article.dated_at)]
    expected = {
        id(c): part.question.expected for part in weighed.parts for c in part.scored.candidates
    }
    return Answer(
        question=weighed.question,
        sentences=tuple(_sentence(c, expected.get(id(c)), stories) for c in chosen),
        hits=weighed.hits,
        as_of=AsOf(
            max(dates, default=None), reach.archive_from, reach.archive_to, reach.n_articles
        ),
        probability=weighed.probability,
        notes=tuple(dict.fromkeys(_notes(weighed, states, chosen, stories, vocabulary))),
        earlier=tuple(_sentence(c, None, stories) for c in earlier if c not in chosen),
        found=found,
    )


def _refusal(
    weighed: Weighed,
    doubtful: Part,
    reach: AsOf,
    vocabulary: Vocabulary,
    found: tuple[Citation, ...],
) -> Answer:
    closest = next(iter(doubtful.scored.candidates), None)
    return Answer(
        question=weighed.question,
        sentences=(),
        hits=weighed.hits,
        as_of=reach,
        probability=weighed.probability,
        refusal=refuse(weighed, doubtful, reach, vocabulary),
        closest=Citation.of(closest.hit.article, closest.sentence) if closest else None,
        found=found,
    )


def _states(part: Part, blend: Blend, stories: Stories) -> States:
    chosen = choose(part.question, part.scored.candidates, join=blend.join)
    return order_states(part.question, part.scored, chosen, story_of=stories.story_of)


def _notes(
    weighed: Weighed,
    states: Sequence[States],
    chosen: Sequence[Candidate],
    stories: Stories,
    vocabulary: Vocabulary,
) -> Iterable[Note]:
    """Yield what is said beside the answer; verdict and count are about its first sentence."""
    if len(weighed.parts) == 1:
        question, scored = weighed.question, weighed.parts[0].scored
        if not states[0].notes and (verdict := settle(question, chosen[0], vocabulary.stems)):
            yield verdict
        if reports := count_reports(scored, chosen[0], stories, question.as_of):
            yield reports
    for one in states:
        yield from one.notes
    if any(is_opinion(candidate.hit.article) for candidate in chosen):
        yield Note(NoteKind.OPINION, "From an opinion piece: its writer’s view, not a report.")


def _found(weighed: Weighed) -> tuple[Citation, ...]:
    """Cite the best sentence of every article that was read, in the order of the hits."""
    best: dict[str, Citation] = {}
    for part in weighed.parts:
        for candidate in part.scored.candidates:
            article = candidate.hit.article
            best.setdefault(article.id, Citation.of(article, candidate.sentence))
    order = dict.fromkeys(hit.article.id for hit in weighed.hits)
    return tuple(best[id_] for id_ in order if id_ in best)


def _sentence(candidate: Candidate, expected: Expected | None, stories: Stories) -> AnswerSentence:
    sentence, lead = candidate.sentence, None
    if candidate.lead and expected in LEADS:
        lead = Span(candidate.lead.start - sentence.start, candidate.lead.end - sentence.start)
    article = candidate.hit.article
    return AnswerSentence(
        text=sentence.text,
        citation=Citation.of(article, sentence),
        lead=lead,
        badge=_badge(article, stories),
        times=resolve_times(sentence.text, article),
    )


def _badge(article: Article, stories: Stories) -> Badge | None:
    if article.status is Status.CORRECTED:
        return Badge.CORRECTED
    if stories.superseding(article.id):
        return Badge.SUPERSEDED
    return Badge.OPINION if is_opinion(article) else None
