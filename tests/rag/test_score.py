"""The best sentences are read a second time, side by side, by the shipped selector."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rag.question import understand
from rag.score import N_BESIDE, Scorer, candidates, load_blend
from rag.selector import PassageSelector, Window, WindowScore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import Candidate, Hit
    from rag.words import Vocabulary

ASKED = "How many boats sank in the harbour at Elm Point?"
TOLD = (
    "Four boats sank in the harbour at Elm Point.",
    "Six boats sank in the harbour at Elm Point, the coast guard now says.",
    "No boat sank at Low Head.",
    "The harbour at Elm Point was dredged.",
    "Boats are built at Elm Point.",
    "The mayor of Elm Point resigned.",
)


class Recording:
    """The shipped selector, with a record of what it was given."""

    def __init__(self) -> None:
        self._selector = PassageSelector.load()
        self.windows: list[Sequence[Window]] = []

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScore]:
        self.windows.append(windows)
        return self._selector.score(question, windows)

    def room(self, question: str) -> int:
        return self._selector.room(question)

    def n_tokens(self, sentence: str) -> int:
        return self._selector.n_tokens(sentence)

    def fits(self, question: str, window: Window) -> bool:
        return len(list(self._selector._parts(question, 0, window))) == 1


@pytest.fixture(scope="module")
def selector() -> Recording:
    return Recording()


@pytest.fixture
def hits(candidate: Callable[..., Candidate]) -> list[Hit]:
    made = [candidate(text, article=f"a{n}", day=20 - n).hit for n, text in enumerate(TOLD)]
    return [replace(hit, rank=rank) for rank, hit in enumerate(made, 1)]


def test_the_best_are_read_side_by_side_oldest_first(
    selector: Recording, hits: list[Hit], vocabulary: Callable[..., Vocabulary]
) -> None:
    rows = candidates(understand(ASKED), hits, selector, vocabulary(*TOLD), load_blend().order)
    (window,) = selector.windows[-1]
    assert window.header == ""
    assert len(window.sentences) == N_BESIDE
    assert set(TOLD[:2]) <= {s.split(": ", 1)[1] for s in window.sentences}
    days = [int(s.split("January ")[1].split(",")[0]) for s in window.sentences]
    assert days == sorted(days)
    apart = [f.beside for c, f in rows if not any(c.sentence.text in s for s in window.sentences)]
    least = min(f.beside for c, f in rows if any(c.sentence.text in s for s in window.sentences))
    assert apart == [least - 1] * (len(TOLD) - N_BESIDE)


def test_a_sentence_that_copies_share_is_read_once_and_counts_for_all(
    selector: Recording,
    hits: list[Hit],
    candidate: Callable[..., Candidate],
    vocabulary: Callable[..., Vocabulary],
) -> None:
    copies = [candidate(TOLD[0], article=f"copy{n}", day=20).hit for n in range(5)]
    more = [*hits, *(replace(hit, rank=7 + n) for n, hit in enumerate(copies))]
    blend, words = load_blend(), vocabulary(*TOLD)
    rows = candidates(understand(ASKED), more, selector, words, blend.order)
    (window,) = selector.windows[-1]
    assert len({s.split(": ", 1)[1] for s in window.sentences}) == N_BESIDE
    assert len({f.beside for c, f in rows if c.sentence.text == TOLD[0]}) == 1
    alone = Scorer(selector, words, blend).score(understand(ASKED), hits)
    among = Scorer(selector, words, blend).score(understand(ASKED), more)
    assert among.candidates[0].sentence.text == alone.candidates[0].sentence.text


def test_the_same_few_words_under_another_headline_are_read_apart(
    selector: Recording,
    candidate: Callable[..., Candidate],
    vocabulary: Callable[..., Vocabulary],
) -> None:
    same = "Four boats sank there."
    made = [candidate(same, article=f"a{n}", day=9).hit for n in range(2)]
    titled = [
        replace(hit, rank=n, article=replace(hit.article, title=title))
        for n, (hit, title) in enumerate(
            zip(made, ("Storm at Elm Point", "Storm at Low Head"), strict=True), 1
        )
    ]
    words = vocabulary(same)
    rows = candidates(understand(ASKED), titled, selector, words, load_blend().order)
    here, there = sorted(rows, key=lambda row: row[0].hit.rank)
    assert here[1].beside > there[1].beside


def test_of_long_sentences_those_are_read_that_share_one_null(
    selector: Recording,
    candidate: Callable[..., Candidate],
    vocabulary: Callable[..., Vocabulary],
) -> None:
    tail = ", while the wind turned and the tide ran out" * 8 + "."
    texts = [told.rstrip(".") + tail for told in TOLD]
    made = [candidate(text, article=f"a{n}", day=20 - n).hit for n, text in enumerate(texts)]
    rows = candidates(
        understand(ASKED),
        [replace(hit, rank=rank) for rank, hit in enumerate(made, 1)],
        selector,
        vocabulary(*texts),
        load_blend().order,
    )
    (window,) = selector.windows[-1]
    assert 1 < len(window.sentences) < N_BESIDE
    assert selector.fits(ASKED, window)
    least = min(f.beside for _, f in rows)
    assert sum(f.beside > least for _, f in rows) == len(window.sentences)


def test_what_has_no_room_is_passed_over_for_what_has(
    selector: Recording,
    candidate: Callable[..., Candidate],
    vocabulary: Callable[..., Vocabulary],
) -> None:
    long = TOLD[0].rstrip(".") + ", while the wind turned and the tide ran out" * 30 + "."
    texts = [*TOLD[1:4], long]
    made = [candidate(text, article=f"a{n}", day=20 - n).hit for n, text in enumerate(texts)]
    ranked = [replace(hit, rank=rank) for rank, hit in enumerate(made, 1)]
    words, order = vocabulary(*texts), load_blend().order
    rows = candidates(understand(ASKED), ranked, selector, words, order)
    (window,) = selector.windows[-1]
    assert {s.split(": ", 1)[1] for s in window.sentences} in ({*TOLD[1:4]}, {long})
    assert len(rows) == len(texts)


def test_nothing_read_is_nothing_scored(
    selector: Recording, vocabulary: Callable[..., Vocabulary]
) -> None:
    scored = Scorer(selector, vocabulary(), load_blend()).score(understand(ASKED), [])
    assert scored.candidates == ()
    assert scored.probability == 0.0
