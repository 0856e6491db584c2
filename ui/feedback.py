"""Readers' feedback as the draft of an evaluation set.

A draft has the form of `questions.jsonl` and is meant to be read by a person before it is used:
what a reader found useful becomes the expected answer, what was not useful comes without one and
says so under `draft`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ui.exchange import Mode, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.types import Answer, AnswerSentence
    from ui.conversations import Feedback
    from ui.exchange import Exchange


def draft_lines(given: Iterable[Feedback]) -> Iterator[str]:
    """Yield one JSON line of `questions.jsonl` for each answer that readers judged."""
    for n, feedback in enumerate(_of_answers(given), 1):
        yield json.dumps(_draft(f"feedback-{n:04}", feedback), ensure_ascii=False)


def _of_answers(given: Iterable[Feedback]) -> Iterator[Feedback]:
    return (one for one in given if one.exchange.answer and one.exchange.asked.mode is Mode.ANSWER)


def _draft(id_: str, feedback: Feedback) -> dict[str, Any]:
    exchange, answer = feedback.exchange, feedback.exchange.answer
    if answer is None:
        raise ValueError("only answers can be judged")
    expected = answer.sentences if feedback.verdict is Verdict.USEFUL else ()
    line: dict[str, Any] = {
        "id": id_,
        "question": exchange.asked.question,
        "type": answer.question.expected.value,
        # a refusal found useful was right; anything not useful is taken to have an answer
        "answerable": answer.answered or feedback.verdict is Verdict.NOT_USEFUL,
        "answers": [[_fact(sentence)] for sentence in expected[:1]],
        "evidence": [
            {"doc": one.citation.article_id, "quote": one.citation.quote} for one in expected
        ],
    }
    if history := [_turn(one) for one in feedback.before if one.turn]:
        line["history"] = history
    if exchange.asked.as_of:
        line["as_of"] = exchange.asked.as_of.isoformat()
    return line | {"draft": _background(feedback, answer)}


def _fact(sentence: AnswerSentence) -> str:
    """Return the shortest thing the reader agreed to: the lead, or the whole sentence."""
    lead = sentence.lead
    return sentence.text[lead.start : lead.end] if lead else sentence.text


def _turn(exchange: Exchange) -> dict[str, str]:
    told = exchange.answer.text if exchange.answer else ""
    return {"question": exchange.asked.question, "answer": told}


def _background(feedback: Feedback, answer: Answer) -> dict[str, Any]:
    done = feedback.verdict is Verdict.USEFUL
    return {
        "verdict": feedback.verdict.value,
        "reason": feedback.reason,
        "given_at": feedback.given_at.isoformat(),
        "generation": feedback.exchange.generation,
        "shown": answer.text,
        "cited": [{"doc": one.article_id, "quote": one.quote} for one in feedback.exchange.cited],
        "to_do": "check" if done else "write the answers and their evidence, or answerable: false",
    }
