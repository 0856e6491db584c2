"""A conversation as the server remembers it, and the reading of one question in it.

What the browser sends back is never believed: it sends a question or a ref, and everything else
is taken from here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.errors import DatelineError
from rag.types import Span, Turn
from ui.page import markup, panel
from ui.page.refs import Kind, read_ref

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Answer, AnswerSentence, Article, AsOf, Citation
    from ui.page.refs import Ref

MAX_QUESTION_CHARS = 1000
MAX_EXCHANGES = 100
_LOG = logging.getLogger(__name__)


class Answerer(Protocol):
    """What the page needs of an opened index. Called from several threads."""

    def ask(self, text: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question, in the light of the turns before it."""

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return an article's version (None: the newest), None if it is not held."""

    def coverage(self) -> AsOf:
        """Say how many articles there are and how far they reach."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with what was shown for it; `told` is empty unless it was answered."""

    question: str
    text: str
    shown: str
    told: tuple[AnswerSentence, ...] = ()
    closest: Citation | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A moment of the page: the exchange as far as it got, and the list beside it once known."""

    exchange: Exchange
    found: str | None = None


Talk = tuple[Exchange, ...]


def ask(answerer: Answerer, text: str, talk: Talk) -> Iterator[Shown]:
    """Answer a question step by step: the stage line, then sentence by sentence.

    An error raised on purpose becomes one plain line; any other is logged and becomes one too.
    """
    asked = _readable(text)
    if len(asked) > MAX_QUESTION_CHARS:
        told = f"Please ask in at most {MAX_QUESTION_CHARS:,} characters; this is {len(asked):,}."
        yield Shown(_failed(asked[:MAX_QUESTION_CHARS] + "…", told))
        return
    try:
        yield Shown(Exchange(asked, "", markup.stage(answerer.coverage())))
        turns = tuple(Turn(past.question, past.text) for past in talk if past.text)
        answer = answerer.ask(asked, history=turns)
    except DatelineError as error:
        yield Shown(_failed(asked, str(error)))
    except Exception:  # the reader's page must stay alive; the log has the whole story
        _LOG.exception("A question could not be answered")
        yield Shown(_failed(asked, "Something failed inside Dateline; its log says what."))
    else:
        found = panel.found_view(answer.hits)
        for step in markup.answer_steps(answer):
            yield Shown(Exchange(asked, answer.text, step, answer.sentences, answer.closest), found)


def open_source(answerer: Answerer, href: object, talk: Talk) -> str:
    """Show the article a link of this page points at, or one line that says why not."""
    ref = read_ref(href)
    if ref is None:
        return panel.notice_view("This link does not name a source.")
    try:
        article = answerer.article(ref.article_id, ref.version)
    except DatelineError as error:
        return panel.notice_view(str(error))
    if article is None:
        return panel.notice_view("The archive no longer holds this version of the article.")
    return panel.article_view(article, ref, also=_cited_spans(ref, talk), lead=_lead(ref, talk))


def _readable(text: str) -> str:
    """Drop what cannot be stored or shown (lone surrogates, NUL) and the space around."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _failed(asked: str, message: str) -> Exchange:
    return Exchange(asked, "", markup.trouble(message))


def _cited_spans(ref: Ref, talk: Talk) -> list[Span]:
    if ref.kind is Kind.PASSAGE:
        return []
    cited = (sentence.citation for past in talk for sentence in past.told)
    return [Span(c.start, c.end) for c in cited if _is_of(c, ref)]


def _lead(ref: Ref, talk: Talk) -> Span | None:
    """Find the lead of the sentence the ref names, in offsets into the article."""
    for past in reversed(talk):
        for told in past.told:
            cited = told.citation
            same = _is_of(cited, ref) and (cited.start, cited.end) == (ref.start, ref.end)
            at = cited.quote.find(told.text)
            if same and told.lead and at >= 0:
                offset = cited.start + at
                return Span(offset + told.lead.start, offset + told.lead.end)
    return None


def _is_of(citation: Citation, ref: Ref) -> bool:
    return (citation.article_id, citation.version) == (ref.article_id, ref.version)
