"""A real page in a real browser: small archives, a server in a thread, Debian's Chromium."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from rag.types import (
    Answer,
    AnswerSentence,
    Article,
    AsOf,
    Citation,
    Expected,
    Filters,
    Hit,
    Passage,
    Question,
    Sentence,
    Span,
    Turn,
)
from ui.conversations import Conversations
from ui.exchange import Asked, Exchange

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from index.answerer import LiveAnswerer
    from rag.settings import Settings

Result = TypeVar("Result")
STORM = "What did the harbour master say of repairs after the storm?"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FERRY = Article(
    id="wire/0001 ünï#%",
    title="Harbour ferry returns after nine days",
    text=(
        "EASTMOUTH — The harbour ferry sailed again on Monday, nine days after the storm.\n"
        "The service carries 4,200 passengers a day, the port said. "
        "Harbour master Joan Okafor said the repairs cost $4.2 million.\n"
        "Two wrecks were lifted from the channel."
    ),
    published_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
    source="Harbour Post",
    section="Local",
    byline="Ann Reporter",
    url="https://harbour.example/ferry?x=1&y=2",
)
TRAM = Article(
    id="a-wire-0002",
    title="Council votes for tram line",
    text="The council approved a tram line by 31 votes to 14. Work starts in September.",
    published_at=datetime(2026, 2, 11, tzinfo=UTC),
    source="City Wire",
)


def split(article: Article) -> tuple[Sentence, ...]:
    """Cut at a full stop and white space: enough for the articles written here."""
    found = re.finditer(r"\S.*?(?:\.(?=\s|$)|$)", article.text, flags=re.MULTILINE)
    return tuple(
        Sentence(article.id, n, match.start(), match.end(), match[0])
        for n, match in enumerate(found)
    )


@dataclass(frozen=True)
class Counts:
    """What may be searched, counted."""

    sources: dict[str, int]
    sections: dict[str, int]
    languages: dict[str, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Made:
    """A generation of an index that is none."""

    name: str = "000007"


@dataclass
class FakeAnswerer:
    """Answers with the sentences that share most words with the question, from memory."""

    articles: Sequence[Article] = (FERRY, TRAM)
    error: Exception | None = None
    histories: list[tuple[Turn, ...]] = field(default_factory=list)
    limits: list[tuple[Filters | None, datetime | None]] = field(default_factory=list)
    lead: str = ""
    generation: Made = Made()
    gate: threading.Event | None = None  # a question waits here until it is set
    dress: Callable[[Answer], Answer] = lambda answer: answer

    def facets(self) -> Counts:
        reach = self.coverage()
        sources = Counter(a.source or "" for a in self.articles)
        sections = Counter(a.section for a in self.articles if a.section)
        return Counts(dict(sources), dict(sections), {}, reach.archive_from, reach.archive_to)

    def coverage(self, as_of: datetime | None = None) -> AsOf:
        dates = sorted(a.published_at for a in self.articles if a.published_at)
        first, last = (dates[0], dates[-1]) if dates else (None, None)
        return AsOf(None, first, last, len(self.articles))

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        if self.error:
            raise self.error
        held = (a for a in self.articles if a.id == article_id)
        return next((a for a in held if version in {None, a.version}), None)

    def ask(
        self,
        text: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: datetime | None = None,
    ) -> Answer:
        self.histories.append(tuple(history))
        self.limits.append((filters, as_of))
        if self.gate:
            self.gate.wait(30)
        if self.error:
            raise self.error
        words = set(re.findall(r"\w{4,}", text.lower()))
        scored = [
            (len(words & set(re.findall(r"\w{4,}", s.text.lower()))), article, s)
            for article in self.articles
            for s in split(article)
        ]
        scored.sort(key=lambda row: -row[0])
        best = [row for row in scored if row[0] >= 2][:3]
        hits = [
            Hit(a, Passage(f"{a.id}/0", a.id, split(a), 9), 1.0 / n, n)
            for n, a in enumerate(self.articles, 1)
        ]
        told = [self._told(article, sentence) for _, article, sentence in best]
        newest = max((a.published_at for _, a, _ in best if a.published_at), default=None)
        reach = self.coverage()
        _, near, sentence = scored[0]
        question = Question(text, text, Expected.THING, as_of=as_of, filters=filters or Filters())
        answer = Answer(
            question=question,
            sentences=tuple(told),
            hits=tuple(hits),
            as_of=AsOf(newest, reach.archive_from, reach.archive_to, reach.n_articles),
            probability=0.9 if told else 0.1,
            refusal=None if told else "The archive does not say what that is.",
            closest=None if told else Citation.of(near, sentence),
        )
        return self.dress(answer)

    def _told(self, article: Article, sentence: Sentence) -> AnswerSentence:
        at = sentence.text.find(self.lead) if self.lead else -1
        lead = Span(at, at + len(self.lead)) if at >= 0 else None
        return AnswerSentence(sentence.text, Citation.of(article, sentence), lead)


@pytest.fixture
def ferry() -> Article:
    return FERRY


@pytest.fixture
def tram() -> Article:
    return TRAM


@pytest.fixture
def make_answerer() -> type[FakeAnswerer]:
    return FakeAnswerer


@pytest.fixture
def make_exchange() -> Callable[..., Exchange]:
    """Answer a question with a fake answerer, or any other, as the page does."""
    from ui.page.talk import answer

    def make(question: str = STORM, answerer: Any = None, **asked: Any) -> Exchange:
        return answer(answerer or FakeAnswerer(), Asked(question, **asked), ())

    return make


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    """An empty file of conversations, its clock a minute later at every look."""
    clock = (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=n) for n in count())
    return Conversations(tmp_path / "chat.sqlite3", now=lambda: next(clock))


@pytest.fixture
def run_async() -> Callable[[Coroutine[Any, Any, Result]], Result]:
    """Run a coroutine to its end, in a thread: playwright's loop may be running in this one."""

    def run(work: Coroutine[Any, Any, Result]) -> Result:
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, work).result(60)

    return run


@pytest.fixture
def cut() -> Callable[[Article], tuple[Sentence, ...]]:
    return split


@pytest.fixture(scope="session")
def running() -> Callable[..., AbstractContextManager[str]]:
    """Serve any answerer on a free port of this machine: `with running(answerer) as url`."""

    @contextmanager
    def serve(answerer: Any, **options: Any) -> Iterator[str]:
        from ui.page.server import running as run

        with run(answerer, **options) as url:
            yield url

    return serve


@pytest.fixture(scope="session")
def seed_page(
    seed_settings: Settings, running: Callable[..., AbstractContextManager[str]]
) -> Iterator[str]:
    """The address of a page over the real index of `seeds/`."""
    from index.answerer import open_answerer

    with running(open_answerer(seed_settings)) as url:
        yield url


@pytest.fixture(scope="session")
def velland_answerer(velland_settings: Settings) -> Iterator[LiveAnswerer]:
    """The real answerer over the Velland index, opened once."""
    from index.answerer import open_answerer

    opened = open_answerer(velland_settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def velland_page(
    velland_answerer: LiveAnswerer, running: Callable[..., AbstractContextManager[str]]
) -> Iterator[str]:
    """The address of a page over the Velland index; each test brings its own browser."""
    with running(velland_answerer) as url:
        yield url


@pytest.fixture
def ask() -> Callable[[Page, str], Locator]:
    """Type a question, press Enter, and wait for its tools; gives its turn."""

    def ask_on(page: Page, question: str) -> Locator:
        turns = page.locator("#dl-said .dl-turn")
        n_before = turns.count()
        box = page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        turn = turns.nth(n_before)
        turn.locator(".dl-tools").last.wait_for()
        page.wait_for_function("document.querySelector('#dl-question').value === ''")
        return turn

    return ask_on


@pytest.fixture
def requests_made(page: Page) -> list[str]:
    """Every address the page asks for, from its first load on."""
    made: list[str] = []
    page.on("request", lambda request: made.append(request.url))
    return made


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": CHROMIUM, "args": list(CHROMIUM_ARGS)}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Without smooth scrolling, so that nothing has to be waited for in vain."""
    return {"reduced_motion": "reduce"}
