"""A conversation as markup: questions, answers as they grow, refusals. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ui.exchange import ASKED, Mode, Verdict
from ui.exports import FORMATS
from ui.inert import allow, inert
from ui.page.plot import plot_view
from ui.page.refs import Ref
from ui.timeline import timeline_of
from ui.wording import (
    BADGE_NAMES,
    NOTE_NAMES,
    UNNAMED,
    day,
    narrowing,
    outlet_and_day,
    reach,
    short_day,
    times_told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Answer, AnswerSentence, AsOf, Citation, Note
    from ui.exchange import Conversation, Exchange

# Ways to begin, not questions: they fit any archive, and leave the rest to the reader.
OPENINGS: Final = ("Who is …?", "When did …?", "How many …?", "What did … say about …?")


@dataclass(frozen=True, slots=True)
class Growing:
    """An exchange on its way: `stage` while there is no answer, then the sentences shown so far."""

    exchange: Exchange
    stage: str = ""
    n_shown: int = 0

    @property
    def is_done(self) -> bool:
        """True when there is nothing left to wait for."""
        answer = self.exchange.answer
        whole = answer is not None and self.n_shown >= len(answer.sentences)
        return bool(self.exchange.trouble) or whole


def conversation(
    talk: Conversation | None, growing: Growing | None = None, *, notice: str = ""
) -> str:
    """Mark up a conversation with the exchange that is on its way; the welcome where both lack."""
    turns = [_turn(exchange) for exchange in talk.exchanges] if talk else []
    if growing:
        turns.append(_growing(growing))
    bar = _bar(talk) if talk else ""
    told = f"{bar}{''.join(turns)}" if turns else _welcome()
    if notice:
        told = f'<p class="dl-trouble">{inert(notice)}</p>{told}'
    return allow(f'<div class="dl-talk" data-conversation="{talk.id if talk else ""}">{told}</div>')


def stage(coverage: AsOf, n_ahead: int) -> str:
    """Say what is being done while there is no answer yet."""
    if n_ahead:
        before = "One question is" if n_ahead == 1 else f"{n_ahead} questions are"
        return f"{before} before yours. The archive holds {reach(coverage)}."
    return f"Searching {reach(coverage)}…"


def spoken(growing: Growing) -> str:
    """Say in one line, for screen readers, how far an exchange has got."""
    exchange = growing.exchange
    if exchange.trouble:
        return inert(exchange.trouble)
    if exchange.answer is None:
        return inert(growing.stage)
    n_found = len(exchange.answer.found)
    if exchange.asked.mode is Mode.SEARCH:
        return f"{n_found} articles found."
    if not exchange.answer.answered:
        return f"Not in the archive. {inert(exchange.answer.text)}"
    n = len(exchange.answer.sentences)
    return f"Answered with {n} {'sentence' if n == 1 else 'sentences'}; {n_found} articles found."


def link(citation: Citation, label: str) -> str:
    """Mark up a citation as a link; its outlet, date and headline are its name and its tip."""
    shown = inert(label)
    name = f"Source {shown}: {inert(f'{outlet_and_day(citation)}: {citation.title}')}"
    href = Ref.to_citation(citation).href
    return f'<a class="dl-cite" href="{href}" aria-label="{name}">{shown}</a>'


def _turn(exchange: Exchange, n_shown: int | None = None) -> str:
    answer = exchange.answer
    if answer is None:
        return _article(exchange, "")
    if exchange.asked.mode is Mode.SEARCH:
        shown = _searched(answer)
    elif not answer.answered:
        shown = _refusal(exchange, answer)
    elif n_shown is not None and n_shown < len(answer.sentences):
        shown = _block("dl-answer", _sentences(answer.sentences[:n_shown], 1))
        return _article(exchange, shown)
    else:
        shown = _answer(answer)
    return _article(exchange, f"{shown}{_tools(exchange)}")


def _growing(growing: Growing) -> str:
    exchange = growing.exchange
    if exchange.trouble:
        trouble = f'<p class="dl-trouble">{inert(exchange.trouble)}</p>'
        return _article(exchange, trouble + _again())
    if exchange.answer is None:
        return _article(
            exchange, f'<p class="dl-stage">{inert(growing.stage)}</p>', name="dl-pending"
        )
    if growing.is_done:
        return _turn(exchange)
    return _turn(exchange, growing.n_shown)


def _article(exchange: Exchange, shown: str, *, name: str = "") -> str:
    asked = exchange.asked
    chips = "".join(f'<li class="dl-chip">{inert(line)}</li>' for line in narrowing(asked))
    limits = f'<ul class="dl-chips" aria-label="Filters">{chips}</ul>' if chips else ""
    sent = inert(ASKED.dump_json(asked).decode())
    return (
        f'<article class="dl-turn {name}" data-exchange="{exchange.id}" data-asked="{sent}">'
        f'<h3 class="dl-question" tabindex="-1">{inert(asked.question)}</h3>'
        f"{_read_as(exchange)}{limits}{shown}</article>"
    )


def _read_as(exchange: Exchange) -> str:
    question = exchange.answer.question if exchange.answer else None
    if question is None or question.standalone == question.text:
        return ""
    return f'<p class="dl-readas">Read as: {inert(question.standalone)}</p>'


def _answer(answer: Answer) -> str:
    verdicts, notes = _notes(answer.notes)
    told = _sentences(answer.sentences, 1)
    earlier = _earlier(answer.earlier, len(answer.sentences) + 1)
    unfolded = _unfolded(answer)
    end = _as_of(answer.as_of)
    return _block("dl-answer", [*verdicts, *told, *notes, *earlier, *unfolded, end])


def _unfolded(answer: Answer) -> list[str]:
    """Mark up a running story's timeline; unasked it stays closed unless a figure changed."""
    timeline = timeline_of(answer)
    if timeline is None:
        return []
    plot = plot_view(timeline)
    items = "".join(
        f'<li><p class="dl-on">{short_day(event.at)}</p>'
        f'<p class="dl-what">{inert(event.citation.quote)}&#160;'
        f"{link(event.citation, event.citation.source or UNNAMED)}</p></li>"
        for event in timeline.events
    )
    opened = " open" if plot else ""
    return [
        f'<details class="dl-timeline"{opened}><summary>How it unfolded '
        f"({len(timeline.events)})</summary>{plot}<ol>{items}</ol></details>"
    ]


def _notes(notes: Sequence[Note]) -> tuple[list[str], list[str]]:
    """Mark up notes: a plain yes or no goes before the answer, the rest after it."""
    verdicts, rest = [], []
    for note in notes:
        if note.kind == "verdict":
            verdicts.append(f'<p class="dl-inshort">{inert(note.text)}</p>')
        else:
            rest.append(
                f'<li class="dl-note dl-note-{note.kind}"><strong>{NOTE_NAMES[note.kind]}</strong> '
                f"{inert(note.text)}</li>"
            )
    return verdicts, [f'<ul class="dl-notes">{"".join(rest)}</ul>'] if rest else []


def _earlier(sentences: Sequence[AnswerSentence], first: int) -> list[str]:
    if not sentences:
        return []
    told = "".join(_sentences(sentences, first))
    return [
        f'<section class="dl-earlier" aria-label="Before that"><h4>Before that</h4>{told}</section>'
    ]


def _sentences(sentences: Sequence[AnswerSentence], first: int) -> list[str]:
    return [_sentence(n, sentence) for n, sentence in enumerate(sentences, first)]


def _sentence(n: int, sentence: AnswerSentence) -> str:
    text, lead = sentence.text, sentence.lead
    if lead and 0 <= lead.start < lead.end <= len(text):
        before, at, after = text[: lead.start], text[lead.start : lead.end], text[lead.end :]
        # the spaces around the lead are outside the pieces that inert() trims
        told = (
            f"{inert(before)}{_gap(before, at)}"
            f'<strong class="dl-lead">{inert(at)}</strong>{_gap(at, after)}{inert(after)}'
        )
    else:
        told = inert(text)
    badge = ""
    if sentence.badge:
        name = BADGE_NAMES[sentence.badge]
        badge = f' <span class="dl-badge dl-badge-{sentence.badge}">{name}</span>'
    times = "".join(f"; {inert(told)}" for told in times_told(sentence))
    by = f'<span class="dl-by">{inert(outlet_and_day(sentence.citation))}{times}</span>'
    marker = link(sentence.citation, str(n))
    return f'<p class="dl-told">{told}&#160;{marker} {by}{badge}</p>'


def _gap(left: str, right: str) -> str:
    return " " if left[-1:].isspace() or right[:1].isspace() else ""


def _searched(answer: Answer) -> str:
    n = len(answer.found)
    told = f"{n} {'article' if n == 1 else 'articles'} found, best first; no answer was made."
    parts = [f'<p class="dl-why">{told}</p>', *_unfolded(answer), _as_of(answer.as_of)]
    return _block("dl-searched", parts)


def _refusal(exchange: Exchange, answer: Answer) -> str:
    why = answer.refusal or "The archive does not say."
    parts = [
        '<p class="dl-verdict">Not in the archive</p>',
        f'<p class="dl-why">{inert(why)}</p>',
    ]
    if closest := answer.closest:
        parts.append(
            '<p class="dl-closest">The closest sentence, which does not answer it: '
            f"<q>{inert(closest.quote)}</q>&#160;{link(closest, '1')} "
            f'<span class="dl-by">{inert(outlet_and_day(closest))}</span></p>'
        )
    _, notes = _notes(answer.notes)
    return _block("dl-refusal", [*parts, *notes, _to_try(exchange, answer), _as_of(answer.as_of)])


def _to_try(exchange: Exchange, answer: Answer) -> str:
    ways = []
    if exchange.asked.narrowed:
        ways.append('<button type="button" class="dl-widen">Ask again without the filters</button>')
    if answer.found:
        ways.append("Look through the articles found: the nearest ones are listed.")
    ways.append("Name the person, place or event as an article would.")
    listed = "".join(f"<li>{way}</li>" for way in ways)
    return f'<p class="dl-totry">What to try</p><ul class="dl-ways">{listed}</ul>'


def _as_of(as_of: AsOf) -> str:
    newest = as_of.newest_source_at
    spoken = f"As of {day(newest)}, the newest source above. " if newest else ""
    return f'<p class="dl-asof">{spoken}Archive searched: {reach(as_of)}.</p>'


def _tools(exchange: Exchange) -> str:
    n_found = len(exchange.answer.found) if exchange.answer else 0
    found = (
        f'<button type="button" class="dl-list">Articles found ({n_found})</button>'
        if n_found
        else ""
    )
    return (
        f'<footer class="dl-tools">{_revise()}{found}{_save("this answer")}'
        f"{_thumb(exchange, Verdict.USEFUL)}{_thumb(exchange, Verdict.NOT_USEFUL)}</footer>"
    )


def _again() -> str:
    return f'<footer class="dl-tools">{_revise()}</footer>'


def _revise() -> str:
    return '<button type="button" class="dl-revise">Edit and ask again</button>'


def _thumb(exchange: Exchange, verdict: Verdict) -> str:
    pressed = "true" if exchange.verdict is verdict else "false"
    return (
        f'<button type="button" class="dl-rate" value="{verdict}" aria-pressed="{pressed}">'
        f"{verdict.capitalize()}</button>"
    )


def _save(what: str) -> str:
    kinds = "".join(
        f'<li><button type="button" class="dl-take" value="{kind}">{form.name}</button></li>'
        for kind, form in FORMATS.items()
    )
    return (
        f'<details class="dl-save"><summary aria-label="Save {what}">Save</summary>'
        f"<ul>{kinds}</ul></details>"
    )


def _bar(talk: Conversation) -> str:
    return (
        f'<header class="dl-bar"><h2 class="dl-title">{inert(talk.title)}</h2>'
        '<div class="dl-tools"><button type="button" class="dl-rename">Rename</button>'
        '<button type="button" class="dl-copy">Copy link</button>'
        f"{_save('the conversation')}"
        '<button type="button" class="dl-delete">Delete</button></div></header>'
    )


def _welcome() -> str:
    openings = "".join(
        f'<button type="button" class="dl-opening">{text}</button>' for text in OPENINGS
    )
    return (
        '<div class="dl-welcome"><h2 class="dl-welcome-head">Ask the archive.</h2>'
        "<p>Every sentence of an answer is taken from an article, with a number that opens the "
        "place. What the archive does not say, Dateline does not say.</p>"
        f'<p class="dl-openings">{openings}</p></div>'
    )


def _block(name: str, parts: Iterable[str]) -> str:
    return f'<div class="{name}">{"".join(parts)}</div>'
