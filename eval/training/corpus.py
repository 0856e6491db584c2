"""Read the training sets into articles of sentences and questions about them."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from nupunkt import sent_spans

from rag.followup import resolve
from rag.parts import split_parts
from rag.selector import headed
from rag.types import Turn

# Written beside this code for Dateline, in the shape of train-news: see its README.md.
WRITTEN = Path(__file__).parent / "written"
# Whole archives of several outlets, never trained on: for what stands above the selector.
ARCHIVES = Path(__file__).parent / "archives"
# Whole groups of news articles (by the beginning of their ids) kept for measuring.
HELD_OUT_NEWS_GROUPS = ("t6", "t13", "t16", "u5", "u11", "e3")
# SQuAD articles kept for measuring.
HELD_OUT_SQUAD = ("Huguenot", "Immune_system", "Scottish_Parliament", "1973_oil_crisis")


@dataclass(frozen=True, slots=True)
class Article:
    """Hold one article as its sentences, in order; `header` is headline (and date)."""

    id: str
    title: str
    published: datetime | None
    sentences: tuple[str, ...]
    held_out: bool

    def header(self, *, dated: bool = True) -> str:
        """Return the text put before the sentences of a window of this article."""
        return headed(self.title, self.published if dated else None)


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one question.

    `gold` are the indices of the sentences of article `doc` that answer it (empty when it has
    no answer); `near` those a careless reader would answer from. `facts` are the required
    facts, each a tuple of accepted variants. `doc` is None when no article is known.
    """

    id: str
    text: str
    kind: str
    doc: str | None
    gold: tuple[int, ...]
    near: tuple[int, ...]
    facts: tuple[tuple[str, ...], ...]
    held_out: bool

    @property
    def answerable(self) -> bool:
        """Say whether the archive answers the question."""
        return bool(self.gold)


@dataclass(frozen=True, slots=True)
class Archive:
    """Hold the articles and questions of one source."""

    name: str
    articles: dict[str, Article]
    questions: tuple[Question, ...]

    def part(self, *, held_out: bool) -> "Archive":
        """Return the held-out part or the rest."""
        articles = {k: a for k, a in self.articles.items() if a.held_out == held_out}
        questions = tuple(q for q in self.questions if q.held_out == held_out)
        return Archive(self.name, articles, questions)


def archive_folders() -> list[Path]:
    """Return the folders of the whole archives of several outlets, sets with their questions."""
    return sorted(path.parent for path in ARCHIVES.glob("*/questions.jsonl"))


def read_archives(shared: Path) -> list[Archive]:
    """Read the written news, and train-news, SQuAD 2.0, QED and CLAPNQ from shared data."""
    selection = shared / "sentence-selection"
    return [
        read_news(WRITTEN, name="written"),
        read_news(shared / "train-news"),
        read_squad(shared / "squad2"),
        read_selection(selection / "qed.jsonl", "qed"),
        read_selection(selection / "clapnq.jsonl", "clapnq"),
    ]


def read_news(folder: Path, *, name: str = "news") -> Archive:
    """Read articles and questions in Dateline's own set format.

    A question of several parts with one fact each stands for its parts too: they are read apart
    when it is asked.
    """
    articles, places = _read_articles(folder, _is_held_out_news)
    questions = []
    for row in _rows(folder / "questions.jsonl"):
        evidence = row["evidence"] or ([row["near"]] if row.get("near") else [])
        doc = evidence[0]["doc"] if evidence else None
        found = _overlapping(places, [e for e in evidence if e["doc"] == doc])
        question = _question(row, doc, found, held_out=_is_held_out_news(row["id"]))
        questions += [question, *_parts(question, articles)]
    return Archive(name, articles, tuple(questions))


def read_squad(folder: Path) -> Archive:
    """Read SQuAD 2.0; an unanswerable question takes the article of its neighbours in the file.

    The rows keep the order of the original set, article by article, so the article of the last
    answerable row before is the article of the row, but for a few at a boundary.
    """
    articles, places = _read_articles(folder, HELD_OUT_SQUAD.__contains__)
    questions = []
    doc: str | None = None
    for row in _rows(folder / "questions.jsonl"):
        evidence = row["evidence"]
        doc = evidence[0]["doc"] if evidence else doc
        found = _overlapping(places, evidence)
        question = _question(row, doc, found, held_out=doc in HELD_OUT_SQUAD)
        questions.append(_stating(question, articles[doc]) if doc else question)
    return Archive("squad", articles, tuple(questions))


def read_selection(path: Path, name: str) -> Archive:
    """Read questions that bring their own sentences (QED, CLAPNQ); each is its own article."""
    articles, questions = {}, []
    for row in _rows(path):
        sentences = tuple(_detokenised(s) for s in row["sentences"])
        article = Article(row["id"], row["title"], None, sentences, held_out=False)
        articles[article.id] = article
        facts = ((_detokenised(row["answers"][0]),),) if row["answers"] else ()
        gold = tuple(row["gold"])
        question = Question(row["id"], row["question"], name, article.id, gold, (), facts, False)
        questions.append(question)
    return Archive(name, articles, tuple(questions))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield half-open character spans of the sentences of a text, paragraph by paragraph."""
    for paragraph in re.finditer(r"[^\n]+", text):
        for start, end in sent_spans(paragraph.group()):
            piece = paragraph.group()[start:end]
            left = len(piece) - len(piece.lstrip())
            if piece.strip():
                begin = paragraph.start() + start + left
                yield begin, begin + len(piece.strip())


def normalise(text: str) -> str:
    """Fold case, quotes, thousands separators and white space, as the scorer of answers does."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'")
    folded = re.sub(r"(?<=\d),(?=\d)", "", re.sub(r"[“”\"]", "", folded))
    return re.sub(r"\s+", " ", folded).strip()


def states_fact(question: Question, sentence: str) -> bool:
    """Say whether a sentence holds an accepted variant of a required fact as whole words."""
    text = normalise(sentence)
    for variants in question.facts:
        for variant in map(normalise, variants):
            if variant in ("yes", "no"):
                continue
            if re.search(rf"(?<![a-z0-9]){re.escape(variant)}(?![a-z0-9])", text):
                return True
    return False


def _question(
    row: dict[str, Any], doc: str | None, found: tuple[int, ...], *, held_out: bool
) -> Question:
    answerable = bool(row["answerable"])
    facts = tuple(tuple(variants) for variants in row["answers"])
    gold, near = (found, ()) if answerable else ((), found)
    return Question(row["id"], row["question"], row["type"], doc, gold, near, facts, held_out)


def _parts(question: Question, articles: Mapping[str, Article]) -> Iterator[Question]:
    """Yield the parts of a question as it is taken apart when asked, each with its own fact."""
    texts = split_parts(question.text)
    if len(texts) == 1 or len(texts) != len(question.facts) or not question.doc:
        return
    sentences, turns = articles[question.doc].sentences, list[Turn]()
    for n, (text, fact) in enumerate(zip(texts, question.facts, strict=True)):
        part = replace(question, id=f"{question.id}/{n}", text=resolve(text, turns), facts=(fact,))
        gold = tuple(i for i in question.gold if states_fact(part, sentences[i]))
        if gold:
            yield replace(part, gold=gold)
        turns.append(Turn(text, fact[0]))


def _stating(question: Question, article: Article) -> Question:
    """Keep, of several gold sentences, those that state a required fact, where any does."""
    stating = tuple(i for i in question.gold if states_fact(question, article.sentences[i]))
    return replace(question, gold=stating) if stating else question


def _is_held_out_news(identifier: str) -> bool:
    return identifier.split("-")[0] in HELD_OUT_NEWS_GROUPS


_Places = dict[str, tuple[str, tuple[tuple[int, int], ...]]]


def _read_articles(folder: Path, held_out: Any) -> tuple[dict[str, Article], _Places]:
    articles: dict[str, Article] = {}
    places: _Places = {}
    for row in _rows(folder / "articles.jsonl"):
        text, published = row["text"], row.get("published")
        spans = tuple(sentence_spans(text))
        when = datetime.fromisoformat(published) if published else None
        sentences = tuple(text[a:b] for a, b in spans)
        identifier = row["id"]
        articles[identifier] = Article(
            identifier, row["title"], when, sentences, held_out(identifier)
        )
        places[identifier] = (text, spans)
    return articles, places


def _overlapping(places: _Places, evidence: list[dict[str, str]]) -> tuple[int, ...]:
    """Return the indices of the sentences that share at least a third with a quote."""
    found = set()
    for item in evidence:
        text, spans = places[item["doc"]]
        start = text.find(item["quote"])
        end = start + len(item["quote"])
        for i, (a, b) in enumerate(spans if start >= 0 else ()):
            shared = min(b, end) - max(a, start)
            if shared * 3 >= min(b - a, end - start):
                found.add(i)
    return tuple(sorted(found))


def _detokenised(text: str) -> str:
    text = text.replace("`` ", '"').replace(" ''", '"').replace("``", '"').replace("''", '"')
    text = re.sub(r" ([,.;:!?%)\]]|'s\b|n't\b|')", r"\1", text)
    text = re.sub(r"([(\[]) ", r"\1", text)
    return re.sub(r"(\w) - (?=\w)", r"\1-", text)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
