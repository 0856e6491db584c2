"""Where the question is written: the box, the filters, and reading what they send.

What the browser sends is never believed: every field is checked here before anything is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import UsageError
from rag.types import Filters
from ui.exchange import Asked, Mode
from ui.inert import allow_form, inert
from ui.moment import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.facets import Facets

MAX_QUESTION_CHARS: Final = 1000
_MOST_CHOICES: Final = 200


def composer_view(facets: Facets) -> str:
    """Write the form: the box, the ways to send it, and a filter for what the archive has."""
    return allow_form(
        '<form class="dl-form" aria-label="Ask the archive">'
        '<p class="dl-editing" hidden><span></span> '
        '<button type="button" class="dl-keep">Leave it as it was</button></p>'
        '<label class="dl-label" for="dl-question">Your question</label>'
        f'<div class="dl-line"><textarea id="dl-question" rows="1" maxlength="{MAX_QUESTION_CHARS}"'
        ' placeholder="Ask about the news"></textarea>'
        '<button type="submit" class="dl-send">Ask</button>'
        '<button type="button" class="dl-stop" hidden>Stop</button></div>'
        '<div class="dl-below"><button type="button" class="dl-only">Search only</button>'
        f'{_filters(facets)}<ul class="dl-chips dl-active" aria-label="Filters set"></ul></div>'
        "</form>"
    )


class _Sent(BaseModel):
    """The fields the form sends. Days are 'YYYY-MM-DD' or empty."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=20_000)
    search: bool = False
    sources: list[str] = Field(default=[], max_length=_MOST_CHOICES)
    sections: list[str] = Field(default=[], max_length=_MOST_CHOICES)
    languages: list[str] = Field(default=[], max_length=_MOST_CHOICES)
    since: str = Field("", max_length=40)
    until: str = Field("", max_length=40)
    as_of: str = Field("", max_length=40)


def read_asked(sent: object) -> Asked:
    """Read what the form sent.

    Raises:
        UsageError: It is not what the form sends, a day is none, or the question is empty or
            too long.
    """
    try:
        form = _Sent.model_validate(sent)
    except ValidationError as error:
        raise UsageError("The page sent something unreadable. Reload it.") from error
    question = readable(form.question)
    if not question:
        raise UsageError("Please type a question.")
    if len(question) > MAX_QUESTION_CHARS:
        raise UsageError(
            f"Please ask in at most {MAX_QUESTION_CHARS:,} characters; this is {len(question):,}."
        )
    return Asked(
        question=question,
        filters=Filters(
            sources=_names(form.sources),
            sections=_names(form.sections),
            languages=_names(form.languages),
            since=moment(form.since or None, end_of_day=False),
            until=moment(form.until or None, end_of_day=True),
        ),
        as_of=moment(form.as_of or None, end_of_day=True),
        mode=Mode.SEARCH if form.search else Mode.ANSWER,
    )


def readable(text: str) -> str:
    """Drop what cannot be stored or shown (lone surrogates, NUL) and the space around."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _names(sent: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(readable(name) for name in sent))


def _filters(facets: Facets) -> str:
    first, last = (at.date().isoformat() if at else "" for at in (facets.first, facets.last))
    days = "".join(
        f'<label class="dl-day">{label}<input type="date" name="{name}" min="{first}" '
        f'max="{last}"></label>'
        for name, label in (("since", "From"), ("until", "To"), ("as_of", "As of"))
    )
    choices = (
        _choices("sources", "Outlet", facets.sources),
        _choices("sections", "Section", facets.sections),
        _choices("languages", "Language", facets.languages),
    )
    return (
        '<details class="dl-filters"><summary>Filters</summary><div class="dl-panel">'
        f'<fieldset class="dl-days"><legend>Published</legend>{days}'
        '<p class="dl-hint">As of: answer as if it were the end of that day.</p></fieldset>'
        f'{"".join(choices)}<p class="dl-panel-end">'
        '<button type="button" class="dl-clear">Clear all</button>'
        '<button type="button" class="dl-done">Done</button></p></div></details>'
    )


def _choices(name: str, legend: str, counts: Mapping[str, int]) -> str:
    named = [(value, n) for value, n in counts.items() if value]
    if not named:
        return ""
    boxes = "".join(
        f'<label class="dl-choice"><input type="checkbox" name="{name}" value="{inert(value)}">'
        f'<span class="dl-value">{inert(value)}</span> <span class="dl-count">{n:,}</span></label>'
        for value, n in named[:_MOST_CHOICES]
    )
    return f'<fieldset class="dl-field"><legend>{legend}</legend>{boxes}</fieldset>'
