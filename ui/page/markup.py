"""A conversation as markup: questions, answers as they grow, refusals. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.page.inert import allow, inert
from ui.page.refs import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rag.types import Answer, AnswerSentence, AsOf, Citation

# Ways to begin, not questions: they fit any archive, and leave the rest to the reader.
OPENINGS: Final = ("Who is …?", "When did …?", "How many …?", "What did … say about …?")


def day(at: datetime | None) -> str:
    """Write a day as the outlet dates it, '18 March 2025'; 'undated' for None."""
    return f"{at.day} {at:%B} {at.year}" if at else "undated"


def reach(coverage: AsOf) -> str:
    """Say how far the archive reaches: '1,397 articles, Nov 2023 to Apr 2024'."""
    noun = "article" if coverage.n_articles == 1 else "articles"
    count = f"{coverage.n_articles:,} {noun}"
    if not (coverage.archive_from and coverage.archive_to):
        return count
    first, last = (f"{at:%b} {at.year}" for at in (coverage.archive_from, coverage.archive_to))
    return f"{count}, {first}" if first == last else f"{count}, {first} to {last}"


def conversation(turns: Iterable[tuple[str, str]]) -> str:
    """Mark up a conversation of (question, marked-up answer); the welcome when there is none."""
    told = "".join(
        f'<article class="dl-turn"><h2 class="dl-question" tabindex="-1">{inert(asked)}</h2>'
        f"{shown}</article>"
        for asked, shown in turns
    )
    return allow(
        f'<div class="dl-talk" role="log" aria-live="polite" aria-label="Conversation">'
        f"{told or _welcome()}</div>"
    )


def stage(coverage: AsOf) -> str:
    """Mark up the line shown while the archive is searched."""
    return f'<p class="dl-stage">Searching {reach(coverage)}…</p>'


def trouble(message: str) -> str:
    """Mark up one plain line for something that went wrong."""
    return f'<p class="dl-trouble">{inert(message)}</p>'


def answer_steps(answer: Answer) -> Sequence[str]:
    """Mark up an answer as it grows: one step per sentence, the last one complete.

    A refusal is a single step.
    """
    if not answer.answered:
        return [_refusal(answer)]
    told = [_sentence(n, sentence) for n, sentence in enumerate(answer.sentences, 1)]
    growing = [_block("dl-answer", told[:n]) for n in range(1, len(told))]
    return [*growing, _block("dl-answer", [*told, _as_of(answer.as_of)])]


def link(citation: Citation, label: str) -> str:
    """Mark up a citation as a link: its outlet, date and headline are the title."""
    outlet = citation.source or "Unnamed outlet"
    title = inert(f"{outlet}, {day(citation.published_at)}: {citation.title}")
    href = Ref.to_citation(citation).href
    return f'<a class="dl-cite" href="{href}" title="{title}">[{label}]</a>'


def _welcome() -> str:
    openings = "".join(
        f'<button type="button" class="dl-opening">{text}</button>' for text in OPENINGS
    )
    return (
        '<div class="dl-welcome"><p class="dl-welcome-head">Ask the archive.</p>'
        "<p>Every sentence of an answer is taken from an article, with a number that opens the "
        "place. What the archive does not say, Dateline does not say.</p>"
        f'<p class="dl-openings">{openings}</p></div>'
    )


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
    return f'<p class="dl-told">{told}&#160;{link(sentence.citation, str(n))}</p>'


def _gap(left: str, right: str) -> str:
    return " " if left[-1:].isspace() or right[:1].isspace() else ""


def _refusal(answer: Answer) -> str:
    why = answer.refusal or "The archive does not say."
    parts = [
        '<p class="dl-verdict">Not in the archive</p>',
        f'<p class="dl-why">{inert(why)}</p>',
    ]
    if closest := answer.closest:
        parts.append(
            '<p class="dl-closest">The closest sentence, which does not answer it: '
            f"<q>{inert(closest.quote)}</q>&#160;{link(closest, '1')}</p>"
        )
    return _block("dl-refusal", [*parts, _as_of(answer.as_of)])


def _as_of(as_of: AsOf) -> str:
    newest = as_of.newest_source_at
    spoken = f"As of {day(newest)}, the newest source above. " if newest else ""
    return f'<p class="dl-asof">{spoken}Archive searched: {reach(as_of)}.</p>'


def _block(name: str, parts: Sequence[str]) -> str:
    return f'<div class="{name}">{"".join(parts)}</div>'
