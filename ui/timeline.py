"""How a running story unfolded: its dated key sentences, and how its figure changed.

Made of an answer's citations alone, so that it is the same when the answer is read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rag.names import names
from rag.types import Expected
from rag.words import content_words
from ui.figures import CURRENCIES, TIMES, Figure, best_figure, figures_in, topic

if TYPE_CHECKING:
    from datetime import datetime

    from rag.types import Answer, Citation

FEWEST: Final = 3
MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Event:
    """A key sentence of one article with its date, and its figure where it tells the same one."""

    at: datetime
    citation: Citation
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, oldest first. `kind` is that of their figures: '%', a currency's sign or ''."""

    events: tuple[Event, ...]
    kind: str = ""

    @property
    def points(self) -> tuple[Event, ...]:
        """The events with a figure, oldest first; empty where it never changed.

        Two figures are no line: they are as often of two things as of one that changed.
        """
        told = tuple(event for event in self.events if event.figure)
        values = {event.figure.value for event in told if event.figure}
        days = {event.at.date() for event in told}
        changed = len(told) >= FEWEST and len(values) > 1 and len(days) > 1
        return told if changed else ()


def timeline_of(answer: Answer) -> Timeline | None:
    """Return the timeline of what was asked; None where the story does not run over days."""
    asked = answer.question
    named = {word for name in names(asked.standalone) for word in content_words(name)}
    about = topic(word for word in content_words(asked.standalone) if word not in named)
    told = _key_sentences(answer, about)
    anchor = _anchor(answer, about)
    events = [
        Event(at, citation, _figure(citation, answer, about, anchor))
        for citation in told
        if (at := citation.published_at)
    ]
    if anchor:  # a figure was asked for: what says nothing of it is another story's
        cited = set(answer.citations)
        events = [event for event in events if event.figure or event.citation in cited]
    events = sorted(events[:MOST], key=lambda event: (event.at, event.citation.article_id))
    timeline = Timeline(tuple(events), anchor.kind if anchor else "")
    runs = len(events) >= FEWEST and len({event.at.date() for event in events}) > 1
    return timeline if runs or timeline.points else None


def _anchor(answer: Answer, about: frozenset[str]) -> Figure | None:
    """Return the figure that answers, where a figure was asked for."""
    if not answer.sentences:
        return None
    first, expected = answer.sentences[0], answer.question.expected
    told = figures_in(first.text)
    if expected is Expected.THING and first.lead:  # 'What is the latest toll?' names no number
        lead = first.lead
        in_lead = [one for one in told if lead.start <= one.span.start < lead.end]
        return best_figure(in_lead, about, lead=lead)
    fitting = [one for one in told if _is_asked(one.kind, expected)]
    return best_figure(fitting, about, lead=first.lead)


def _is_asked(kind: str, expected: Expected) -> bool:
    """Say whether a figure of this kind can answer a question that expects that."""
    match expected:
        case Expected.NUMBER:
            return kind != "%" and kind not in CURRENCIES
        case Expected.MONEY:
            return kind in CURRENCIES
        case Expected.PERCENT:
            return kind == "%"
        case Expected.DURATION:
            return kind in TIMES
        case _:
            return False


def _figure(
    citation: Citation, answer: Answer, about: frozenset[str], anchor: Figure | None
) -> Figure | None:
    """Return the figure of an event that tells what the anchor tells."""
    if anchor is None:
        return None
    told = (one for one in (*answer.sentences, *answer.earlier) if one.citation == citation)
    lead = next((one.lead for one in told if one.text == citation.quote), None)
    alike = [one for one in figures_in(citation.quote) if one.kind == anchor.kind]
    return best_figure(alike, about, lead=lead)


def _key_sentences(answer: Answer, about: frozenset[str]) -> list[Citation]:
    """Return one citation for each article of the story: what was told, then what was found."""
    told = [*answer.sentences, *answer.earlier]
    kept: dict[str, Citation] = {}
    quotes: set[str] = set()
    story = _story(answer)
    for citation in (*(one.citation for one in told), *answer.found):
        is_told = any(one.citation == citation for one in told)
        if citation.article_id in kept or citation.quote in quotes:
            continue  # one sentence an article, and a copied wire story once
        if is_told or _is_of_story(citation, story, about):
            kept[citation.article_id] = citation
            quotes.add(citation.quote)
    return list(kept.values())


def _story(answer: Answer) -> tuple[str, ...]:
    """Return the names a sentence of the same story would have."""
    asked = names(answer.question.standalone)
    if asked:
        return tuple(name.lower() for name in asked)
    titles = (citation.title for citation in answer.citations[:1] or answer.found[:1])
    return tuple(name.lower() for title in titles for name in names(title))


def _is_of_story(citation: Citation, story: tuple[str, ...], about: frozenset[str]) -> bool:
    """Say whether a sentence names the story, or its headline does and it tells what was asked."""
    quote, title = citation.quote.lower(), citation.title.lower()
    tells = about & topic(content_words(citation.quote))
    return any(name in quote or (name in title and tells) for name in story)
