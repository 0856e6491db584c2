"""Make training windows: gold ones, hard negatives and near misses.

A window is a header and a run of whole sentences of one article. The recipe per question is in
`examples_of`; `eval.training.swaps` makes near misses of answerable questions.
"""

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.training.candidates import Array, Candidates, Embedder, Passage
from eval.training.corpus import Archive, Article, Question, states_fact
from eval.training.swaps import CALENDAR, MONTHS, name_matches, names_of, reversed_, swapped
from rag.names import names
from rag.score import N_BESIDE
from rag.selector import beside

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Example:
    """Hold one training window.

    `gold` are indices into `sentences` (empty: the target is the null); `ignored` are sentences
    that state a required fact without being gold, left out of the loss. `answer` is the gold
    sentence and half-open characters in it of the short answer, where known.
    """

    question: str
    header: str
    sentences: tuple[str, ...]
    gold: tuple[int, ...]
    ignored: tuple[int, ...]
    answer: tuple[int, int, int] | None


_Place = tuple[str, int]  # (article, sentence)
N_RIVALS = 16
MAX_WORDS_BESIDE = 155  # with a question the most that nearly always fits a window


class Recipe:
    """Make the examples of one archive, afresh for every pass."""

    def __init__(self, archive: Archive, embedder: Embedder | None = None) -> None:
        """Rank candidate windows for every question once.

        Without an embedder nothing is retrieved and negatives come from deletion alone: the way
        of sets that bring their own few sentences per question.
        """
        self.archive = archive
        self.questions = [q for q in archive.questions if q.doc]
        self.ranked: dict[str, list[Passage]] = {}
        self.rivals: dict[str, list[_Place]] = {}
        self.names = names_of(archive.articles.values())
        if embedder:
            candidates = Candidates(archive.articles.values(), embedder)
            vectors: Array = embedder.embed([q.text for q in self.questions])
            for question, vector in zip(self.questions, vectors, strict=True):
                passages = candidates.rank(question.text, vector, k=12)
                self.ranked[question.id] = passages
                self.rivals[question.id] = candidates.sentences(question.text, passages)[:N_RIVALS]

    def examples(self, rng: random.Random) -> list[Example]:
        """Return one pass over the archive's questions."""
        return [
            example
            for question in self.questions
            for example in (*self.examples_of(question, rng), *self._beside(question, rng))
        ]

    def _beside(self, question: Question, rng: random.Random) -> list[Example]:
        """Return, for most questions, a window of the sentences most like an answer, side by side.

        Each stands behind its own headline and date, oldest first, as the scorer reads its best
        ones once more. Now and then the answer is left out, or the company is asked what it does
        not tell, so that the company alone does not say whether one of them answers.
        """
        rivals = self.rivals.get(question.id, [])
        if not rivals or rng.random() < 0.4:
            return []
        doc, text, gold = question.doc or "", question.text, question.gold
        told = gold or question.near
        own = [(doc, rng.choice(told))] if told else []
        drawn = rng.random()
        if gold and drawn < 0.27:
            own = []
        elif gold and drawn < 0.4:
            article = self.archive.articles[doc]
            other = swapped(text, article, self.names, rng) or reversed_(text, article, rng)
            text, gold = (other, ()) if other else (text, gold)
        kept = self._company(question, own, rivals, rng)
        dated = rng.random() < 0.8
        texts = tuple(self._told(place, dated=dated) for place in kept)
        right = tuple(n for n, (d, i) in enumerate(kept) if d == doc and i in gold)
        return [Example(text, "", texts, right, (), None)] if len(texts) > 1 else []

    def _company(
        self, question: Question, own: list[_Place], rivals: list[_Place], rng: random.Random
    ) -> list[_Place]:
        """Return `own` with rivals that do not answer, as many as are read side by side.

        The articles stand oldest first, the undated at random. Rivals of other articles might
        answer a question that names nothing but a day: of those none is read.
        """
        named = any(match.group() not in CALENDAR for match in name_matches(question.text))
        most = N_BESIDE if rng.random() < 0.75 else rng.randint(2, N_BESIDE)
        kept = list(own)
        read = {self._sentence(place) for place in kept}
        room = MAX_WORDS_BESIDE - sum(len(self._told(place).split()) for place in kept)
        # the nth is drawn with weight 1 / (2 + n): Efraimidis and Spirakis, IPL 2006
        drawn = sorted(enumerate(rivals), key=lambda pair: -(rng.random() ** (2 + pair[0])))
        for _, place in drawn:
            if len(kept) >= most:
                break
            sentence, told = self._sentence(place), self._told(place)
            same = place[0] == question.doc
            if sentence in read or not (same or named) or len(told.split()) > room:
                continue
            if not (same and place[1] in question.gold) and not states_fact(question, told):
                kept.append(place)
                read.add(sentence)
                room -= len(told.split())
        undated = {doc: rng.random() for doc, _ in sorted(set(kept))}

        def age(place: _Place) -> tuple[float, float, int]:
            at = self.archive.articles[place[0]].published
            return at.timestamp() if at else 0.0, undated[place[0]], place[1]

        return sorted(kept, key=age)

    def _sentence(self, place: _Place) -> str:
        return self.archive.articles[place[0]].sentences[place[1]]

    def _told(self, place: _Place, *, dated: bool = True) -> str:
        """Return a sentence as it is read beside others."""
        header = self.archive.articles[place[0]].header(dated=dated)
        return beside(header, self._sentence(place))

    def examples_of(self, question: Question, rng: random.Random) -> list[Example]:
        """Return a gold or near-miss window of a question and, mostly, one hard negative."""
        article = self.archive.articles[question.doc or ""]
        if not question.answerable:
            return self._nulls(question, article, rng)
        gold = rng.choice(question.gold)
        start, end = window_around(article, gold, rng)
        examples = [_example(question, article, start, end, rng)]

        def unanswered(text: str | None) -> Example | None:
            """Ask the same window another question, one it does not answer."""
            if text is None:
                return None
            header = article.header(dated=rng.random() < 0.7)
            return Example(text, header, article.sentences[start:end], (), (), None)

        makers: list[tuple[float, Callable[[], Example | None]]] = [
            (0.40, lambda: self._retrieved(question, article.id, rng, same=True)),
            (0.40, lambda: _without_gold(question, article, start, end, rng)),
            (0.15, lambda: self._retrieved(question, article.id, rng, same=False)),
            (0.20, lambda: unanswered(swapped(question.text, article, self.names, rng))),
            (0.20, lambda: unanswered(reversed_(question.text, article, rng))),
        ]
        if not self.ranked:
            makers = makers[1:2]
        examples += [e for p, make in makers if rng.random() < p and (e := make())]
        return examples

    def _nulls(self, question: Question, article: Article, rng: random.Random) -> list[Example]:
        if question.near:
            start, end = window_around(article, rng.choice(question.near), rng)
            examples = [_example(question, article, start, end, rng)]
            if not self.ranked:
                return examples
            other = self._retrieved(question, article.id, rng, same=rng.random() < 0.7)
            return examples + ([other] if other and rng.random() < 0.3 else [])
        if not self.ranked:
            start, end = window_around(article, rng.randrange(len(article.sentences)), rng)
            return [_example(question, article, start, end, rng)]
        passage = self.ranked[question.id][0 if rng.random() < 0.6 else rng.randrange(3)]
        place = rng.randrange(passage.start, passage.end)
        article = self.archive.articles[passage.doc]
        start, end = window_around(article, place, rng)
        return [_example(question, article, start, end, rng)]

    def _retrieved(
        self, question: Question, doc: str, rng: random.Random, *, same: bool
    ) -> Example | None:
        """Return a high-ranked window that does not answer, of the same or another article."""
        for passage in self.ranked[question.id]:
            article = self.archive.articles[passage.doc]
            places = range(passage.start, passage.end)
            if (passage.doc == doc) != same or rng.random() < 0.2:
                continue
            if same and set(places) & set(question.gold):
                continue
            if any(states_fact(question, article.sentences[i]) for i in places):
                continue
            return _example(question, article, passage.start, passage.end, rng)
        return None


def window_around(
    article: Article, sentence: int, rng: random.Random, *, least: int = 55, most: int = 150
) -> tuple[int, int]:
    """Return a run of sentences holding the given one, of a random number of words.

    How much of it stands before the sentence is random too, so that position tells nothing.
    """
    lengths = [len(s.split()) for s in article.sentences]
    budget, before = rng.uniform(least, most), rng.random()
    start, end, count = sentence, sentence + 1, lengths[sentence]
    while True:
        left = start > 0 and (end >= len(lengths) or rng.random() < before)
        if not left and end >= len(lengths):
            return start, end
        extra = lengths[start - 1] if left else lengths[end]
        if count + extra > budget:
            return start, end
        start, end, count = start - left, end + (not left), count + extra


def leaning(text: str, article: Article, rng: random.Random) -> str:
    """Put a pronoun for a name of a question and the name in brackets, as follow-ups are read.

    A name of the headline may stand beside it: what a conversation was about is not all asked for.
    """
    found = [match for match in name_matches(text) if match.group() not in MONTHS]
    if not found:
        return text
    match = rng.choice(found)
    pronoun = rng.choice(("it", "they", "he", "she", "there"))
    topics = [match.group()]
    topics += [name for name in names(article.title)[:1] if name not in text and rng.random() < 0.5]
    asked = f"{text[: match.start()]}{pronoun}{text[match.end() :]}".rstrip("?").strip()
    return f"{asked} ({', '.join(topics)})?"


def _example(
    question: Question, article: Article, start: int, end: int, rng: random.Random
) -> Example:
    """Return the window article.sentences[start:end] with its targets."""
    sentences = article.sentences[start:end]
    gold = tuple(i - start for i in question.gold if start <= i < end)
    stating = tuple(i for i, s in enumerate(sentences) if states_fact(question, s))
    ignored = tuple(i for i in stating if i not in gold) if gold else ()
    text = question.text
    if rng.random() < 0.15:
        text = text.rstrip("?").strip()
    elif rng.random() < 0.08:
        text = leaning(text, article, rng)
    header = article.header(dated=rng.random() < 0.7)
    answer = next((a for i in gold if (a := _answer_in(question, i, sentences[i]))), None)
    return Example(text, header, sentences, gold, ignored, answer)


def _without_gold(
    question: Question, article: Article, start: int, end: int, rng: random.Random
) -> Example | None:
    """Return the window with its answering sentences taken out, or None where nothing is left."""
    kept = tuple(
        s
        for i, s in enumerate(article.sentences[start:end], start)
        if i not in question.gold and not states_fact(question, s)
    )
    if not kept:
        return None
    header = article.header(dated=rng.random() < 0.7)
    return Example(question.text, header, kept, (), (), None)


def _answer_in(question: Question, index: int, sentence: str) -> tuple[int, int, int] | None:
    """Return where the first accepted variant found stands in a sentence."""
    for variants in question.facts:
        for variant in variants:
            pattern = rf"(?<!\w){re.escape(variant)}(?!\w)"
            match = re.search(pattern, sentence, re.IGNORECASE)
            if match and variant.lower() not in ("yes", "no"):
                return index, match.start(), match.end()
    return None
