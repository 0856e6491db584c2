"""`dateline verify` and `dateline feedback export`: what is printed where, and the exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rag.errors import IndexUnavailable, UsageError
from ui.cli import app
from ui.conversations import NAME, Conversations
from ui.exchange import Asked, Conversation, Exchange, Verdict
from ui.exports import export
from ui.page.talk import answer

if TYPE_CHECKING:
    from pathlib import Path

    from rag.settings import Settings

ENVOY = "Who is Trump's envoy for the conflict?"


@pytest.fixture(scope="module")
def exchange(seed_settings: Settings) -> Exchange:
    from index.answerer import open_answerer

    answerer = open_answerer(seed_settings)
    try:
        return answer(answerer, Asked(ENVOY), ())
    finally:
        answerer.close()


@pytest.fixture
def saved(exchange: Exchange, tmp_path: Path) -> Path:
    path = tmp_path / "saved.md"
    talk = Conversation("c" * 32, ENVOY, (exchange,))
    path.write_text(export(talk, "markdown", datetime(2026, 3, 1, tzinfo=UTC)).text, "utf-8")
    return path


def run(*arguments: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_verify_says_how_each_citation_stands(saved: Path, seed_settings: Settings) -> None:
    told = run("verify", str(saved), "--index", str(seed_settings.index))
    assert told.exit_code == 0, told.output
    assert told.output.startswith("holds")
    assert "citations hold." in told.output.splitlines()[-1]
    told = run("verify", "-", "--index", str(seed_settings.index), stdin=saved.read_text("utf-8"))
    assert told.exit_code == 0


def test_verify_fails_where_a_quote_was_changed(saved: Path, seed_settings: Settings) -> None:
    saved.write_text(saved.read_text("utf-8").replace("Witkoff", "Nobody"), "utf-8")
    told = run("verify", str(saved), "--index", str(seed_settings.index), "--json")
    assert told.exit_code == 1
    states = [check["state"] for check in json.loads(told.output)["checks"]]
    assert "altered" in states


def test_verify_names_what_is_wrong_with_its_use(
    saved: Path, seed_settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("nothing")
    for path in (other, tmp_path / "none"):
        told = run("verify", str(path), "--index", str(seed_settings.index))
        assert isinstance(told.exception, UsageError)
    told = run("verify", str(saved), "--index", str(tmp_path / "no index"))
    assert isinstance(told.exception, IndexUnavailable)


def test_feedback_export_writes_or_prints_the_draft(exchange: Exchange, tmp_path: Path) -> None:
    kept = Conversations(tmp_path / NAME)
    kept.keep(exchange, "user:ann", within=None)
    kept.rate(exchange.id, "user:ann", Verdict.USEFUL)
    out = tmp_path / "set" / "questions.jsonl"
    told = run("feedback", "export", "--index", str(tmp_path), "--out", str(out))
    assert told.exit_code == 0, told.output
    (line,) = out.read_text("utf-8").splitlines()
    assert json.loads(line)["question"] == ENVOY
    printed = run("feedback", "export", "--index", str(tmp_path))
    assert printed.output.strip() == line


def test_feedback_without_conversations_is_wrong_usage(tmp_path: Path) -> None:
    told = run("feedback", "export", "--index", str(tmp_path))
    assert isinstance(told.exception, UsageError)
