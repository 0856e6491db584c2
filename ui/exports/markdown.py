"""A conversation as Markdown, in which nothing an article says is markup."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from ui.exports.telling import said_of, sources_of
from ui.inert import visible
from ui.wording import NOTE_NAMES, day, narrowing, reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rag.types import Answer
    from ui.exchange import Conversation, Exchange

# what begins emphasis, code, links, images, tables, strikethrough, formulas or headings
_MARKS: Final = re.compile(r"([\\`*_\[\]|~$#!])")
_LIST_START: Final = re.compile(r"^(\d+)([.)])(?=\s)|^([-+=])")


def as_markdown(talk: Conversation, at: datetime) -> str:
    """Write a conversation as Markdown."""
    parts = [f"# {plain(talk.title)}", f"Saved from Dateline on {day(at)}."]
    for exchange in talk.exchanges:
        parts.extend(_exchange(exchange))
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Escape text so that every Markdown reader shows it as it is, in one line."""
    line = _MARKS.sub(r"\\\1", escape(" ".join(visible(text).split()), quote=False))
    return _LIST_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", line)


def _after(said: str) -> str:
    return f" {plain(said)}" if said else ""


def _exchange(exchange: Exchange) -> Iterator[str]:
    yield f"## {plain(exchange.asked.question)}"
    answer = exchange.answer
    if answer is None:
        return
    if answer.question.standalone != answer.question.text:
        yield f"Read as: {plain(answer.question.standalone)}"
    if limits := list(narrowing(exchange.asked)):
        yield f"Limited to: {plain('; '.join(limits))}"
    yield from _answer(answer)
    sources = sources_of(exchange)
    if sources:
        yield "### Sources"
        for source in sources:
            address = f" <{source.address}>" if source.address else ""
            yield (
                f"{source.label} {plain(source.line)}{address}\n\n> {plain(source.quote)}\n\n"
                f"`{source.locator}`"
            )
    yield f"{plain(reach(answer.as_of))}. Index generation {plain(exchange.generation)}."


def _answer(answer: Answer) -> Iterator[str]:
    if not answer.answered and answer.text:
        yield plain(answer.text)
    for n, sentence in enumerate(answer.sentences, 1):
        yield f"{plain(sentence.text)} \\[{n}\\]{_after(said_of(sentence))}"
    if answer.notes:
        yield "\n".join(f"- {NOTE_NAMES[note.kind]}: {plain(note.text)}" for note in answer.notes)
    for n, sentence in enumerate(answer.earlier, len(answer.sentences) + 1):
        yield f"Before that: {plain(sentence.text)} \\[{n}\\]{_after(said_of(sentence))}"
