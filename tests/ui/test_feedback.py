from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from eval.questions import load_set
from ui.exchange import Exchange, Mode, Verdict
from ui.feedback import draft_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.conversations import Conversations

    Make = Callable[..., Exchange]

ANN = "user:ann"
AT = datetime(2026, 2, 1, tzinfo=UTC)


def drafts(kept: Conversations, *judged: tuple[Exchange, Verdict, str]) -> list[dict[str, Any]]:
    within = None
    for exchange, verdict, reason in judged:
        within = kept.keep(exchange, ANN, within=within)
        kept.rate(exchange.id, ANN, verdict, reason)
    return [json.loads(line) for line in draft_lines(kept.feedback())]


def test_useful_answer_becomes_the_expected_one(
    kept: Conversations, make_exchange: Make, make_answerer: Any
) -> None:
    exchange = make_exchange(answerer=make_answerer(lead="$4.2 million"), as_of=AT)
    (line,) = drafts(kept, (exchange, Verdict.USEFUL, ""))
    assert exchange.answer
    assert line["answerable"] is True
    assert line["evidence"][0] == {
        "doc": exchange.cited[0].article_id,
        "quote": exchange.cited[0].quote,
    }
    assert line["answers"]
    assert line["as_of"] == AT.isoformat()
    assert line["draft"]["to_do"] == "check"


def test_answer_that_was_of_no_use_comes_with_its_reason_and_no_answer(
    kept: Conversations, make_exchange: Make
) -> None:
    refused = make_exchange("Who won the chess match?")
    (line,) = drafts(kept, (refused, Verdict.NOT_USEFUL, "Okafor did."))
    assert (line["answerable"], line["answers"], line["evidence"]) == (True, [], [])
    assert line["draft"]["reason"] == "Okafor did."
    assert line["draft"]["shown"] == "The archive does not say what that is."


def test_right_refusal_is_a_question_without_an_answer(
    kept: Conversations, make_exchange: Make
) -> None:
    refused = make_exchange("Who won the chess match?")
    (line,) = drafts(kept, (refused, Verdict.USEFUL, ""))
    assert line["answerable"] is False


def test_follow_up_brings_its_history_and_searches_are_left_out(
    kept: Conversations, make_exchange: Make
) -> None:
    first, second, search = make_exchange(), make_exchange(), make_exchange(mode=Mode.SEARCH)
    judged = [(one, Verdict.USEFUL, "") for one in (first, second, search)]
    lines = drafts(kept, *judged)
    assert first.answer
    assert "history" not in lines[0]
    assert lines[1]["history"] == [{"question": first.asked.question, "answer": first.answer.text}]
    assert len(lines) == 2


def test_draft_is_read_as_an_evaluation_set(
    tmp_path: Path, kept: Conversations, make_exchange: Make
) -> None:
    lines = drafts(
        kept,
        (make_exchange(as_of=AT), Verdict.USEFUL, ""),
        (make_exchange("Who won the chess match?"), Verdict.NOT_USEFUL, "why"),
    )
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (tmp_path / "questions.jsonl").write_text(text)
    cases = load_set(tmp_path).cases
    assert [case.id for case in cases] == ["feedback-0001", "feedback-0002"]
    assert len(cases[1].history) == 1
