"""What an answerer said to each question of a set, read back from `predictions.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from eval.questions import Case, read_lines
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PREDICTIONS_NAME = "predictions.jsonl"


@dataclass(frozen=True, slots=True)
class Cited:
    """A cited sentence and the article it stands in."""

    doc: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """One line of `predictions.jsonl`.

    `answer` is what the reader sees, the refusal when `answered` is false. `hits` are document
    ids, best first; `found` the best sentence read of each, where the line has them. `seconds`
    and `probability` are None where the line does not say.
    """

    id: str
    answered: bool = False
    answer: str = ""
    citations: tuple[Cited, ...] = ()
    hits: tuple[str, ...] = ()
    seconds: float | None = None
    probability: float | None = None
    found: tuple[Cited, ...] = ()


def load_predictions(path: Path) -> tuple[Prediction, ...]:
    """Load predictions in the file's order; keys beyond the contract's are left out.

    Raises:
        UsageError: A bad line, or two lines for one question.
    """
    loaded: dict[str, Prediction] = {}
    for line in read_lines(path, _Prediction):
        if line.id in loaded:
            raise UsageError(f"{path}: two predictions for '{line.id}'. Keep one.")
        loaded[line.id] = line.frozen()
    return tuple(loaded.values())


def align(cases: Sequence[Case], predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Give every question its prediction, in the questions' order.

    A question without one counts as refused; a prediction without a question is left out.
    """
    by_id = {prediction.id: prediction for prediction in predictions}
    return tuple(by_id.get(case.id, Prediction(case.id)) for case in cases)


class _Cited(BaseModel):
    doc: str
    sentence: str


class _Prediction(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    answered: bool = False
    answer: str | None = None
    citations: list[_Cited] | None = None
    hits: list[str] | None = None
    seconds: float | None = None
    probability: float | None = None
    found: list[_Cited] | None = None

    def frozen(self) -> Prediction:
        return Prediction(
            id=self.id,
            answered=self.answered,
            answer=self.answer or "",
            citations=tuple(Cited(one.doc, one.sentence) for one in self.citations or ()),
            hits=tuple(self.hits or ()),
            seconds=self.seconds,
            probability=self.probability,
            found=tuple(Cited(one.doc, one.sentence) for one in self.found or ()),
        )
