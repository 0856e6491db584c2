"""A conversation as one web page: no script, nothing fetched, every outside word escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.exports.telling import said_of, sources_of
from ui.inert import allow, inert
from ui.wording import NOTE_NAMES, day, narrowing, reach

if TYPE_CHECKING:
    from datetime import datetime

    from rag.types import Answer
    from ui.exchange import Conversation, Exchange
    from ui.exports.telling import Source

_STYLE: Final = """
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1.2rem;
  font: 1.06rem/1.6 Charter, Georgia, serif;
  background: Canvas; color: CanvasText; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.15; border-bottom: 3px double; padding-bottom: .5rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.2rem 0 .6rem; }
h3 { font: 700 .8rem/1.3 system-ui, sans-serif; letter-spacing: .08em; text-transform: uppercase; }
p, li { margin: .5rem 0; } ol, ul { padding-left: 1.4rem; }
.dl-small { font: .82rem/1.5 system-ui, sans-serif; opacity: .8; }
.dl-refusal { border-left: 4px solid; padding-left: 1rem; font-family: system-ui, sans-serif; }
"""
_HEAD: Final = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    'style-src \'unsafe-inline\'"><meta name="referrer" content="no-referrer">'
)


def as_webpage(talk: Conversation, at: datetime) -> str:
    """Write a conversation as one HTML file that stands by itself."""
    title = inert(talk.title)
    told = "".join(_exchange(exchange) for exchange in talk.exchanges)
    body = allow(f'<h1>{title}</h1><p class="dl-small">Saved from Dateline on {day(at)}.</p>{told}')
    return (
        f'<!doctype html>\n<html lang="en"><head>{_HEAD}<title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _exchange(exchange: Exchange) -> str:
    answer = exchange.answer
    if answer is None:
        return ""
    asked = [f"<h2>{inert(exchange.asked.question)}</h2>"]
    if answer.question.standalone != answer.question.text:
        asked.append(_small(f"Read as: {answer.question.standalone}"))
    if limits := list(narrowing(exchange.asked)):
        asked.append(_small(f"Limited to: {'; '.join(limits)}"))
    sources = "".join(_source(source) for source in sources_of(exchange))
    if sources:
        sources = f"<h3>Sources</h3>{sources}"
    end = _small(f"{reach(answer.as_of)}. Index generation {exchange.generation}.")
    return f"<section>{''.join(asked)}{_answer(answer)}{sources}{end}</section>"


def _answer(answer: Answer) -> str:
    if not answer.answered:
        return f'<p class="dl-refusal">{inert(answer.text)}</p>' if answer.text else ""
    told = [
        f"<p>{inert(one.text)} [{n}] {inert(said_of(one))}</p>"
        for n, one in enumerate(answer.sentences, 1)
    ]
    notes = "".join(
        f"<li>{NOTE_NAMES[note.kind]}: {inert(note.text)}</li>" for note in answer.notes
    )
    if notes:
        told.append(f"<ul>{notes}</ul>")
    told += [
        f"<p>Before that: {inert(one.text)} [{n}] {inert(said_of(one))}</p>"
        for n, one in enumerate(answer.earlier, len(answer.sentences) + 1)
    ]
    return "".join(told)


def _source(source: Source) -> str:
    address = inert(source.address)
    linked = f' <a href="{address}">{address}</a>' if address else ""
    return (
        f"<p>{inert(source.label)} {inert(source.line)}{linked}</p>"
        f"<p><q>{inert(source.quote)}</q></p>{_small(str(source.locator))}"
    )


def _small(text: str) -> str:
    return f'<p class="dl-small">{inert(text)}</p>'
