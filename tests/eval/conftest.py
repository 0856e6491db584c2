"""Cases, predictions and a system that answers from a script instead of an archive."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from eval.predictions import Cited, Prediction
from eval.questions import Case, Evidence
from rag.errors import IndexUnavailable
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerSentence,
    Article,
    AsOf,
    Citation,
    Expected,
    Hit,
    Passage,
    Question,
    Sentence,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

QUOTE = "The ferry carried 148 people when it capsized."


def make_case(
    id_: str = "q1",
    *,
    facts: Sequence[Sequence[str]] = (("148",),),
    answerable: bool = True,
    type_: str = "number",
    evidence: Sequence[tuple[str, str]] = (("d1", QUOTE),),
    question: str = "How many people did the ferry carry?",
) -> Case:
    return Case(
        id=id_,
        question=question,
        type=type_,
        answerable=answerable,
        facts=tuple(tuple(fact) for fact in facts) if answerable else (),
        evidence=tuple(Evidence(doc, quote) for doc, quote in evidence) if answerable else (),
    )


def make_prediction(
    id_: str = "q1",
    answer: str = QUOTE,
    *,
    answered: bool = True,
    cited: Sequence[tuple[str, str]] = (("d1", QUOTE),),
    hits: Sequence[str] = ("d1", "d2"),
    seconds: float | None = 0.1,
    probability: float | None = 0.9,
) -> Prediction:
    return Prediction(
        id=id_,
        answered=answered,
        answer=answer,
        citations=tuple(Cited(doc, sentence) for doc, sentence in cited) if answered else (),
        hits=tuple(hits),
        seconds=seconds,
        probability=probability,
    )


def make_answer(text: str | None, *, doc: str = "d1", probability: float = 0.9) -> Answer:
    """An answer of one source sentence, or a refusal where `text` is None."""
    article = Article(id=doc, title="Ferry lost", text=text or "Nothing.")
    sentence = Sentence(doc, 0, 0, len(article.text), article.text)
    hit = Hit(article, Passage(f"{doc}#0", doc, (sentence,), 9), 1.0, 1)
    cited = AnswerSentence(sentence.text, Citation.of(article, sentence))
    return Answer(
        question=Question("?", "?", Expected.THING),
        sentences=(cited,) if text else (),
        hits=(hit,),
        as_of=AsOf(None, None, None, 1),
        probability=probability,
        refusal=None if text else "The archive does not say.",
    )


@dataclass
class FakeAnswerer:
    """Answers by the question's text; remembers what it was asked, with history and as-of."""

    script: Mapping[str, Answer]
    asked: list[tuple[str, Sequence[Turn], datetime | None]] = field(default_factory=list)
    closed: bool = False

    def ask(
        self, text: str, *, history: Sequence[Turn] = (), as_of: datetime | None = None
    ) -> Answer:
        self.asked.append((text, history, as_of))
        return self.script.get(text) or make_answer(None, probability=0.1)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeSystem:
    """Builds an index by noting its folder; opens only what was built or was there before."""

    script: Mapping[str, Answer]
    built: list[Path] = field(default_factory=list)
    there: set[Path] = field(default_factory=set)
    answerers: list[FakeAnswerer] = field(default_factory=list)

    def index(
        self, articles: Path, settings: Settings, progress: Callable[[str, int, int | None], None]
    ) -> None:
        assert articles.is_file()
        self.built.append(settings.index)
        self.there.add(settings.index)
        progress("reading", 1, None)

    def open(self, settings: Settings) -> tuple[FakeAnswerer, Mapping[str, object]]:
        if settings.index not in self.there:
            raise IndexUnavailable(f"No index at {settings.index}.")
        self.answerers.append(FakeAnswerer(self.script))
        return self.answerers[-1], {"model": "fake"}

    def prediction(self, answer: Answer) -> Mapping[str, object]:
        return {
            "answered": answer.answered,
            "answer": answer.text,
            "citations": [
                {"doc": one.article_id, "sentence": one.quote, "start": one.start, "end": one.end}
                for one in answer.citations
            ],
            "hits": [hit.article.id for hit in answer.hits],
            "question": answer.question.text,
        }


def question_line(id_: str, question: str, **more: object) -> dict[str, object]:
    line: dict[str, object] = {
        "id": id_,
        "question": question,
        "type": "number",
        "answerable": True,
        "answers": [["148"]],
        "evidence": [{"doc": "d1", "quote": QUOTE}],
    }
    return {**line, **more}


def write_lines(path: Path, lines: Sequence[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index", cache=tmp_path / "cache")


# Tests cannot import from a conftest under importlib: what they share is handed out as fixtures.


@pytest.fixture(name="make_case")
def _make_case() -> Callable[..., Case]:
    return make_case


@pytest.fixture(name="make_prediction")
def _make_prediction() -> Callable[..., Prediction]:
    return make_prediction


@pytest.fixture(name="make_answer")
def _make_answer() -> Callable[..., Answer]:
    return make_answer


@pytest.fixture(name="fake_system")
def _fake_system() -> type[FakeSystem]:
    return FakeSystem


@pytest.fixture(name="question_line")
def _question_line() -> Callable[..., dict[str, object]]:
    return question_line


@pytest.fixture(name="write_lines")
def _write_lines() -> Callable[[Path, Sequence[object]], Path]:
    return write_lines
