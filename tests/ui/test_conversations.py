from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from rag.errors import DatelineError, UsageError
from ui.conversations import MAX_EXCHANGES, Conversations
from ui.exchange import Exchange, Mode, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Exchange]

ANN, BEN = "user:ann", "browser:ben"


def test_kept_exchange_is_read_back_the_same(kept: Conversations, make_exchange: Make) -> None:
    answered, refused = make_exchange(), make_exchange("Who won the chess match?")
    searched = make_exchange(mode=Mode.SEARCH)
    within = kept.keep(answered, ANN, within=None)
    for exchange in (refused, searched):
        assert kept.keep(exchange, ANN, within=within) == within
    talk = kept.read(within, ANN)
    assert talk
    assert talk.exchanges == (answered, refused, searched)
    assert talk.title == answered.asked.question


def test_conversations_survive_a_restart(tmp_path: Path, make_exchange: Make) -> None:
    path = tmp_path / "deep" / "chat.sqlite3"
    exchange = make_exchange()
    within = Conversations(path).keep(exchange, ANN, within=None)
    talk = Conversations(path).read(within, ANN)
    assert talk
    assert talk.exchanges == (exchange,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_else_reads_renames_deletes_or_rates(
    kept: Conversations, make_exchange: Make
) -> None:
    exchange = make_exchange()
    within = kept.keep(exchange, ANN, within=None)
    assert kept.read(within, BEN) is None
    assert not kept.rename(within, BEN, "Mine")
    assert not kept.delete(within, BEN)
    assert not kept.rate(exchange.id, BEN, Verdict.USEFUL)
    assert kept.listed(BEN) == ()
    other = kept.keep(make_exchange(), BEN, within=within)
    assert other != within
    assert [one.id for one in kept.listed(ANN)] == [within]


def test_the_one_changed_last_is_listed_first(kept: Conversations, make_exchange: Make) -> None:
    first, second = (kept.keep(make_exchange(), ANN, within=None) for _ in range(2))
    assert [one.id for one in kept.listed(ANN)] == [second, first]
    kept.keep(make_exchange(), ANN, within=first)
    assert [one.id for one in kept.listed(ANN)] == [first, second]


def test_renamed_in_one_line_and_never_to_nothing(kept: Conversations, make_exchange: Make) -> None:
    within = kept.keep(make_exchange(), ANN, within=None)
    assert kept.rename(within, ANN, "  The\n ferry\0 ")
    assert not kept.rename(within, ANN, " \n ")
    assert [one.title for one in kept.listed(ANN)] == ["The ferry"]


def test_deleted_conversation_leaves_nothing_in_the_file(
    tmp_path: Path, make_exchange: Make
) -> None:
    path = tmp_path / "chat.sqlite3"
    kept = Conversations(path)
    exchange = make_exchange("A question about zanzibarish storm repairs")
    within = kept.keep(exchange, ANN, within=None)
    kept.rate(exchange.id, ANN, Verdict.NOT_USEFUL, "zanzibarish reason")
    assert kept.delete(within, ANN)
    assert not kept.delete(within, ANN)
    assert list(kept.feedback()) == []
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    assert b"zanzibarish" not in path.read_bytes()


def test_edited_question_replaces_its_exchange_and_all_after(
    kept: Conversations, make_exchange: Make
) -> None:
    first, second, third = (make_exchange() for _ in range(3))
    within = kept.keep(first, ANN, within=None)
    for exchange in (second, third):
        kept.keep(exchange, ANN, within=within)
    edited = make_exchange("What of the storm repairs?")
    kept.keep(edited, ANN, within=within, replacing=second.id)
    talk = kept.read(within, ANN)
    assert talk
    assert talk.exchanges == (first, edited)


def test_exchange_of_another_conversation_is_not_replaced(
    kept: Conversations, make_exchange: Make
) -> None:
    mine, other = make_exchange(), make_exchange()
    here, there = (kept.keep(one, ANN, within=None) for one in (mine, other))
    kept.keep(make_exchange(), ANN, within=here, replacing=other.id)
    talks = [kept.read(one, ANN) for one in (here, there)]
    assert [len(talk.exchanges) if talk else 0 for talk in talks] == [2, 1]


def test_full_conversation_says_so_and_keeps_what_it_has(
    kept: Conversations, make_exchange: Make
) -> None:
    exchange = make_exchange()
    within = kept.keep(exchange, ANN, within=None)
    for _ in range(MAX_EXCHANGES - 1):
        kept.keep(replace(exchange, id=uuid4().hex), ANN, within=within)
    with pytest.raises(UsageError, match="Begin a new one"):
        kept.keep(replace(exchange, id=uuid4().hex), ANN, within=within)
    talk = kept.read(within, ANN)
    assert talk
    assert len(talk.exchanges) == MAX_EXCHANGES


def test_feedback_comes_with_its_exchange_and_what_went_before(
    kept: Conversations, make_exchange: Make
) -> None:
    first, second = make_exchange(), make_exchange("Who won the chess match?")
    within = kept.keep(first, ANN, within=None)
    kept.keep(second, ANN, within=within)
    assert kept.rate(second.id, ANN, Verdict.NOT_USEFUL)
    assert kept.rate(second.id, ANN, Verdict.NOT_USEFUL, "It was Okafor.")
    assert kept.rate(second.id, ANN, Verdict.NOT_USEFUL)
    (given,) = kept.feedback()
    assert given.before == (first,)
    assert given.exchange == replace(second, verdict=Verdict.NOT_USEFUL)
    assert given.reason == "It was Okafor."
    kept.rate(second.id, ANN, Verdict.USEFUL)
    (given,) = kept.feedback()
    assert (given.verdict, given.reason) == (Verdict.USEFUL, "")


def test_file_of_a_newer_dateline_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(DatelineError, match="newer Dateline"):
        Conversations(path)


def test_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatelineError, match="cannot be kept"):
        Conversations(tmp_path / "file" / "chat.sqlite3")
