"""Conversations on the server: one SQLite file, every row under its owner.

An owner is a signed-in reader or a browser; whoever asks for a conversation names both, so a
conversation's id alone opens nothing. Deleting a conversation deletes its questions, answers and
feedback, and SQLite overwrites what they held.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from rag.errors import DatelineError, UsageError
from ui.exchange import ANSWER, ASKED, ORIGINS, Conversation, Exchange, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME: Final = "chat.sqlite3"
FORMAT: Final = 1
MAX_TITLE_CHARS: Final = 120
MAX_REASON_CHARS: Final = 1000
MAX_EXCHANGES: Final = 100
MAX_LISTED: Final = 200
_SCHEMA: Final = """
create table conversation (
    id text primary key, owner text not null, title text not null, changed_at text not null
) without rowid;
create index conversation_owner on conversation (owner, changed_at desc);
create table exchange (
    id text primary key, ordinal integer not null,
    conversation text not null references conversation (id) on delete cascade,
    asked text not null, asked_at text not null, answer text not null, origins text not null,
    generation text not null, seconds real not null,
    unique (conversation, ordinal)
) without rowid;
create table feedback (
    exchange text primary key references exchange (id) on delete cascade,
    verdict text not null, reason text not null, given_at text not null
) without rowid;
"""
_EXCHANGE: Final = (
    "select e.id, e.asked, e.asked_at, e.answer, e.origins, e.generation, e.seconds, f.verdict, "
    "f.reason, f.given_at from exchange e left join feedback f on f.exchange = e.id"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as the list of an owner's conversations shows it."""

    id: str
    title: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer, with the exchange it was said of and the turns before."""

    exchange: Exchange
    before: tuple[Exchange, ...]
    verdict: Verdict
    reason: str
    given_at: datetime


class Conversations:
    """The conversations of every owner in one file. Safe to share between threads.

    Args:
        path: The file; it is made where it is missing, readable by its owner alone.
        now: The clock.

    Raises:
        DatelineError: The file cannot be opened, or a newer Dateline wrote it.
    """

    def __init__(
        self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path = path
        self._now = now
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            with self._open() as db:
                self._prepare(db)
        except (OSError, sqlite3.Error) as error:
            raise DatelineError(
                f"Conversations cannot be kept in {path}: {error}. Make it writable, or move it."
            ) from error

    def listed(self, owner: str) -> tuple[Listed, ...]:
        """Return an owner's conversations, the one changed last first, at most 200."""
        with self._open() as db:
            rows = db.execute(
                "select id, title, changed_at from conversation where owner = ? "
                "order by changed_at desc, id limit ?",
                (owner, MAX_LISTED),
            ).fetchall()
        return tuple(Listed(id_, title, datetime.fromisoformat(at)) for id_, title, at in rows)

    def read(self, conversation_id: str, owner: str) -> Conversation | None:
        """Return a conversation; None where this owner has none of that id."""
        with self._open() as db:
            row = db.execute(
                "select id, title from conversation where id = ? and owner = ?",
                (conversation_id, owner),
            ).fetchone()
            if row is None:
                return None
            return Conversation(row[0], row[1], _exchanges(db, conversation_id))

    def keep(
        self, exchange: Exchange, owner: str, *, within: str | None, replacing: str | None = None
    ) -> str:
        """Add an answered exchange and return the id of its conversation.

        Args:
            exchange: The exchange, answered.
            owner: Whose it is.
            within: The conversation to add to; a new one, titled by the question, where this owner
                has none of that id.
            replacing: An exchange of it that was edited: it and all after it give way.

        Raises:
            UsageError: The conversation has 100 exchanges.
        """
        stamp = self._now().isoformat()
        with self._open() as db:
            db.execute("begin immediate")
            conversation = self._own(db, within, owner)
            if conversation is None:
                conversation = uuid4().hex
                db.execute(
                    "insert into conversation values (?, ?, ?, ?)",
                    (conversation, owner, titled(exchange.asked.question), stamp),
                )
            if replacing:
                _cut(db, conversation, replacing)
            (n_kept, last) = db.execute(
                "select count(*), coalesce(max(ordinal), 0) from exchange where conversation = ?",
                (conversation,),
            ).fetchone()
            if n_kept >= MAX_EXCHANGES:
                raise UsageError(
                    f"This conversation holds {MAX_EXCHANGES} questions. Begin a new one."
                )
            db.execute(
                "insert into exchange values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (exchange.id, last + 1, conversation, *_columns(exchange)),
            )
            db.execute("update conversation set changed_at = ? where id = ?", (stamp, conversation))
        return conversation

    def rename(self, conversation_id: str, owner: str, title: str) -> bool:
        """Give a conversation another title; False where there is none or the title is blank."""
        named = titled(title)
        with self._open() as db:
            changed = db.execute(
                "update conversation set title = ? where id = ? and owner = ? and ? != ''",
                (named, conversation_id, owner, named),
            )
            return changed.rowcount > 0

    def delete(self, conversation_id: str, owner: str) -> bool:
        """Delete a conversation with all it holds; False where this owner has none of that id."""
        with self._open() as db:
            deleted = db.execute(
                "delete from conversation where id = ? and owner = ?", (conversation_id, owner)
            )
            return deleted.rowcount > 0

    def rate(self, exchange_id: str, owner: str, verdict: Verdict, reason: str = "") -> bool:
        """Keep what the owner thinks of an answer, in place of what was said before.

        A reason once given stays when the same verdict comes again without one. False where this
        owner has no such exchange.
        """
        with self._open() as db:
            known = db.execute(
                "select 1 from exchange e join conversation c on c.id = e.conversation "
                "where e.id = ? and c.owner = ?",
                (exchange_id, owner),
            ).fetchone()
            if known is None:
                return False
            db.execute(
                "insert into feedback values (?, ?, ?, ?) on conflict (exchange) do update set "
                "reason = case when excluded.reason = '' and verdict = excluded.verdict "
                "then reason else excluded.reason end, "
                "verdict = excluded.verdict, given_at = excluded.given_at",
                (
                    exchange_id,
                    verdict,
                    _one_line(reason, MAX_REASON_CHARS),
                    self._now().isoformat(),
                ),
            )
            return True

    def feedback(self) -> Iterator[Feedback]:
        """Yield everything readers said, of every owner, in the order it was given."""
        with self._open() as db:
            rated = db.execute(
                "select f.exchange, e.conversation from feedback f join exchange e "
                "on e.id = f.exchange order by f.given_at, f.exchange"
            ).fetchall()
            for exchange_id, conversation in rated:
                rows = db.execute(
                    f"{_EXCHANGE} where e.conversation = ? order by e.ordinal", (conversation,)
                ).fetchall()
                at = next(n for n, row in enumerate(rows) if row[0] == exchange_id)
                before = tuple(_exchange(row[:8]) for row in rows[:at])
                *columns, verdict, reason, given_at = rows[at]
                yield Feedback(
                    exchange=_exchange((*columns, verdict)),
                    before=before,
                    verdict=Verdict(verdict),
                    reason=reason,
                    given_at=datetime.fromisoformat(given_at),
                )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one act: all of it is kept, or nothing."""
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            db.execute("pragma foreign_keys = on")
            db.execute("pragma secure_delete = on")
            yield db
            if db.in_transaction:
                db.execute("commit")
        finally:
            db.close()  # without a commit everything since 'begin' is undone

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("pragma journal_mode = wal")
        db.execute("begin immediate")
        (written,) = db.execute("pragma user_version").fetchone()
        if written > FORMAT:
            raise DatelineError(
                f"{self._path} was written by a newer Dateline. Update, or move the file away."
            )
        if written == 0:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"pragma user_version = {FORMAT}")

    @staticmethod
    def _own(db: sqlite3.Connection, conversation_id: str | None, owner: str) -> str | None:
        row = db.execute(
            "select id from conversation where id = ? and owner = ?", (conversation_id, owner)
        ).fetchone()
        return str(row[0]) if row else None


def titled(text: str) -> str:
    """Return a title made of `text`: one line, at most 120 characters."""
    return _one_line(text, MAX_TITLE_CHARS)


def _one_line(text: str, most: int) -> str:
    line = " ".join(text.encode("utf-8", "ignore").decode().replace("\0", "").split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _cut(db: sqlite3.Connection, conversation: str, exchange_id: str) -> None:
    db.execute(
        "delete from exchange where conversation = ?1 and ordinal >= "
        "(select ordinal from exchange where id = ?2 and conversation = ?1)",
        (conversation, exchange_id),
    )


def _exchanges(db: sqlite3.Connection, conversation: str) -> tuple[Exchange, ...]:
    rows = db.execute(f"{_EXCHANGE} where e.conversation = ? order by e.ordinal", (conversation,))
    return tuple(_exchange(row[:8]) for row in rows)


def _columns(exchange: Exchange) -> tuple[str | float, ...]:
    return (
        ASKED.dump_json(exchange.asked).decode(),
        exchange.asked_at.isoformat(),
        ANSWER.dump_json(exchange.answer).decode() if exchange.answer else "",
        ORIGINS.dump_json(exchange.origins).decode(),
        exchange.generation,
        exchange.seconds,
    )


def _exchange(row: tuple[str, ...]) -> Exchange:
    id_, asked, asked_at, answer, origins, generation, seconds, verdict = row
    return Exchange(
        id=id_,
        asked=ASKED.validate_json(asked),
        asked_at=datetime.fromisoformat(asked_at),
        answer=ANSWER.validate_json(answer),
        origins=ORIGINS.validate_json(origins),
        generation=generation,
        seconds=float(seconds),
        verdict=Verdict(verdict) if verdict else None,
    )
