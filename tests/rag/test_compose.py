"""An answer made of what was chosen, or a refusal."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rag.compose import compose
from rag.features import Features
from rag.question import understand
from rag.score import Blend, Scored, Weights
from rag.types import AsOf, Badge, NoteKind, Status
from rag.weighed import Part, Weighed, rerank

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.reports import Stories
    from rag.types import Answer, Candidate
    from rag.words import Vocabulary

    Make = Callable[..., Candidate]
    Compose = Callable[..., Answer]


REACH = AsOf(None, datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), 2)
BLEND = Blend(Weights(0, {}), Weights(0, {}), threshold=0.5, join=1.0)
FEATURES = Features(*(0.0 for _ in fields(Features)))


def part(text: str, *found: Candidate, probability: float = 0.9) -> Part:
    scored = Scored(found, (FEATURES,) * len(found), probability)
    return Part(understand(text), tuple(candidate.hit for candidate in found), scored)


@pytest.fixture
def composed(stories: Callable[..., Stories], vocabulary: Callable[..., Vocabulary]) -> Compose:
    def of(*parts: Part) -> Answer:
        weighed = Weighed(parts[0].question, rerank(parts), parts)
        known = {"blend": BLEND, "threshold": 0.5, "vocabulary": vocabulary()}
        return compose(weighed, REACH, stories(), **known)

    return of


def test_compose_cites_what_it_shows(candidate: Make, composed: Compose) -> None:
    mill = candidate("The mill burned on Monday night.", lead="Monday night")
    answer = composed(part("When did the mill burn?", mill))
    assert answer.text == "The mill burned on Monday night."
    assert answer.citations[0].quote == answer.sentences[0].text
    assert answer.as_of.newest_source_at == datetime(2025, 1, 1, tzinfo=UTC)
    lead = answer.sentences[0].lead
    assert lead and answer.text[lead.start : lead.end] == "Monday night"
    assert [citation.quote for citation in answer.found] == [mill.sentence.text]


@pytest.mark.parametrize(("probability", "answered"), [(0.49, False), (0.5, True)])
def test_compose_refuses_below_the_threshold(
    candidate: Make, composed: Compose, probability: float, answered: bool
) -> None:
    answer = composed(part("What?", candidate("It burned."), probability=probability))
    assert answer.answered is answered
    assert (answer.refusal is None) is answered


def test_a_refusal_offers_the_closest_sentence(candidate: Make, composed: Compose) -> None:
    answer = composed(part("Who?", candidate("It burned."), probability=0))
    assert answer.closest and answer.closest.quote == "It burned."


def test_a_part_without_an_answer_refuses_the_whole(candidate: Make, composed: Compose) -> None:
    owner = candidate("Ada Quill owns the mill.")
    whole = part("Who owns the mill, and when was it sold?", owner, probability=0.4)
    sure = part("Who owns the mill?", owner, probability=0.8)
    doubtful = part("When was it sold?", candidate("It burned.", article="b"), probability=0.2)
    answer = composed(whole, sure, doubtful)
    assert not answer.answered
    assert answer.refusal and "When was it sold?" in answer.refusal
    assert answer.closest and answer.closest.quote == "It burned."
    assert answer.probability == pytest.approx((0.4 + 0.8 + 0.2) / 3)


def test_every_part_brings_its_sentence(candidate: Make, composed: Compose) -> None:
    owner = candidate("Ada Quill owns the mill.")
    sold = candidate("The mill was sold in May.", article="b")
    whole = part("Who owns the mill, and when was it sold?", owner)
    answer = composed(whole, part("Who owns the mill?", owner), part("When was it sold?", sold))
    assert [c.quote for c in answer.citations] == [owner.sentence.text, sold.sentence.text]


def test_what_was_corrected_or_is_opinion_carries_a_badge(
    candidate: Make, composed: Compose
) -> None:
    corrected = candidate("It burned twice.", status=Status.CORRECTED)
    argued = replace(candidate("It should burn.", section="Opinion", article="b"), score=4.9)
    answer = composed(part("What about it?", corrected, argued))
    assert [s.badge for s in answer.sentences] == [Badge.CORRECTED, Badge.OPINION]
    assert NoteKind.OPINION in {note.kind for note in answer.notes}
