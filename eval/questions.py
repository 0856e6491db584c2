"""Read a question set: a folder with `questions.jsonl` and, maybe, its own `articles.jsonl`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from rag.errors import UsageError
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTIONS_NAME = "questions.jsonl"
ARTICLES_NAME = "articles.jsonl"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that answers the question, and the article it stands in."""

    doc: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a set with what a right answer must hold.

    `facts` are the required facts, each a tuple of accepted short variants. An unanswerable
    question usually has no facts and no evidence. `as_of` is timezone-aware.
    """

    id: str
    question: str
    type: str
    answerable: bool
    facts: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]
    history: tuple[Turn, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set as it lies on disk. `articles` is None when the set is asked of a given index.

    The hashes are SHA-256 (hex) of the two files' bytes.
    """

    name: str
    cases: tuple[Case, ...]
    questions_hash: str
    articles: Path | None
    articles_hash: str | None


def load_set(folder: Path) -> QuestionSet:
    """Load the set in `folder`, its questions in the file's order; unknown keys are left out.

    Raises:
        UsageError: No such folder or file, no questions, a bad line (named with its number), or
            an id that comes twice.
    """
    questions = folder / QUESTIONS_NAME
    if not questions.is_file():
        raise UsageError(f"No {QUESTIONS_NAME} in {folder}. A set is a folder that holds one.")
    cases = tuple(case.frozen() for case in read_lines(questions, _Question))
    if not cases:
        raise UsageError(f"{questions} holds no question.")
    _refuse_repeats(questions, [case.id for case in cases])
    articles = folder / ARTICLES_NAME
    own = articles if articles.is_file() else None
    return QuestionSet(
        name=folder.resolve().name,
        cases=cases,
        questions_hash=hash_file(questions),
        articles=own,
        articles_hash=hash_file(own) if own else None,
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parse_as_of(text: str) -> datetime:
    """Read an ISO 8601 date or instant; a bare date means the end of that day, UTC.

    An instant without an offset is taken as UTC.

    Raises:
        ValueError: `text` is neither.
    """
    instant = datetime.fromisoformat(text)
    if len(text.strip()) <= len("2025-01-31"):
        instant = datetime.combine(instant, time.max)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


Model = TypeVar("Model", bound=BaseModel)


def read_lines(path: Path, model: type[Model]) -> Iterator[Model]:
    """Read a JSON Lines file as `model`s, in order; blank lines are passed over.

    Raises:
        UsageError: A line is no JSON, no UTF-8 or not of the model's shape; it is named.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _read_line(line, model, where=f"{path}, line {number}")


def _read_line(line: bytes, model: type[Model], *, where: str) -> Model:
    try:
        return model.model_validate(json.loads(line.decode("utf-8-sig")))
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}: not JSON ({error.msg}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8. Save the file as UTF-8.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise UsageError(f"{where}, {key}: {first['msg']}.") from error


def _refuse_repeats(path: Path, ids: list[str]) -> None:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise UsageError(f"{path}: the id '{id_}' comes twice. Ids name one question each.")
        seen.add(id_)


class _Evidence(BaseModel):
    doc: str
    quote: str


class _Turn(BaseModel):
    question: str
    answer: str


class _Question(BaseModel):
    """The line of the contract; other keys may stand in it and are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    type: str
    answerable: bool
    answers: list[list[str]]
    evidence: list[_Evidence]
    history: list[_Turn] | None = None
    as_of: str | None = None

    @field_validator("as_of")
    @classmethod
    def _is_instant(cls, value: str | None) -> str | None:
        if value is not None:
            parse_as_of(value)
        return value

    def frozen(self) -> Case:
        return Case(
            id=self.id,
            question=self.question,
            type=self.type,
            answerable=self.answerable,
            facts=tuple(tuple(variants) for variants in self.answers),
            evidence=tuple(Evidence(one.doc, one.quote) for one in self.evidence),
            history=tuple(Turn(turn.question, turn.answer) for turn in self.history or ()),
            as_of=parse_as_of(self.as_of) if self.as_of else None,
        )
