"""Hostile text in every place a reader gets to see: nothing runs, and no request goes out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from eval.measures import score
from eval.predictions import Cited, Prediction
from eval.questions import Case, Evidence
from eval.report import ReportHead, render_report
from eval.summary import summarise
from rag.types import AnswerSentence, Citation, Note, NoteKind
from ui.conversations import Conversations
from ui.exports import export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Locator, Page

    from rag.types import Answer, Article
    from ui.exchange import Conversation, Exchange

    Ask = Callable[[Page, str], Locator]
    Serve = Callable[..., AbstractContextManager[str]]

pytestmark = [
    pytest.mark.browser,
    # pytest-playwright 0.10 defines base_url so
    pytest.mark.filterwarnings(
        "ignore:Session-scoped fixtures defined as instance:pytest.PytestRemovedIn10Warning"
    ),
]
ATTACKS: tuple[str, ...] = tuple(
    json.loads((Path(__file__).parents[1] / "attacks.json").read_text("utf-8"))
)
TOKEN = "0123456789abcdef" * 2
AT = datetime(2026, 3, 1, tzinfo=UTC)
FORBIDDEN = (
    "script, img, image, iframe, object, embed, form, style, link, video, audio, source, input, "
    "select, textarea, base, meta, template, math, use, animate, foreignObject, marquee, "
    "[onclick], [onload], [onerror], [style], [src], [srcset], [background]"
)


@dataclass(frozen=True)
class Hostile:
    """The attacks, an answerer whose every word is one, and a file full of them."""

    answerer: Any
    file: Path
    talk: Conversation


@pytest.fixture
def hostile(
    ferry: Article, make_answerer: Any, make_exchange: Callable[..., Exchange], tmp_path: Path
) -> Hostile:
    """Put each attack into an article, a question, a note, a title and the history."""
    articles = tuple(
        replace(
            ferry,
            id=f"{n} {attack}",
            title=f"Storm {n}: {attack}",
            text=f"Attack{n} of the storm {attack} needs repairs.\nMore {attack} here.",
            source=attack,
            section=attack,
            byline=attack,
            url=f"https://harbour.example/{attack}" if n % 2 else attack,
        )
        for n, attack in enumerate(ATTACKS)
    )

    def dress(answer: Answer) -> Answer:
        """Cite every article, and let notes, earlier states and the reading be hostile too."""
        told = tuple(
            AnswerSentence(hit.passage.sentences[0].text, _cite(hit.article, hit))
            for hit in answer.hits
        )
        notes = tuple(Note(NoteKind.DISAGREEMENT, attack) for attack in ATTACKS)
        question = replace(answer.question, standalone=" ".join(ATTACKS))
        return replace(
            answer, question=question, sentences=told, notes=notes, earlier=told[:3], refusal=None
        )

    file = tmp_path / "chat.sqlite3"
    kept, owner = Conversations(file), f"browser:{TOKEN}"
    quiet = make_answerer(articles=articles[:2])
    for attack in ATTACKS:
        within = kept.keep(make_exchange("q", quiet), owner, within=None)
        kept.rename(within, owner, attack)
    within = ""
    for attack in ATTACKS:
        within = kept.keep(make_exchange(attack, quiet), owner, within=within or None)
    talk = kept.read(within, owner)
    assert talk
    return Hostile(make_answerer(articles=articles, dress=dress), file, talk)


def _cite(article: Article, hit: Any) -> Citation:
    return Citation.of(article, hit.passage.sentences[0])


def assert_inert(page: Page, requests: list[str], home: str) -> None:
    assert page.evaluate("typeof window.__x") == "undefined"
    assert {urlsplit(made).netloc for made in requests} <= {urlsplit(home).netloc, ""}
    for part in ("#dl-said", "#dl-source", "#dl-found", "#dl-shelf", "#dl-head"):
        found = page.locator(f"{part} .html-container").locator(FORBIDDEN)
        assert found.count() == 0, found.first.evaluate("e => e.outerHTML")


def test_there_are_enough_attacks() -> None:
    assert len(set(ATTACKS)) >= 60


def test_page_and_history_run_nothing(
    page: Page, running: Serve, hostile: Hostile, ask: Ask, requests_made: list[str]
) -> None:
    with running(hostile.answerer, conversations=hostile.file) as url:
        page.context.add_cookies([{"name": "dateline", "value": TOKEN, "url": url}])
        page.goto(f"{url}/?c={hostile.talk.id}")
        page.locator("#dl-said .dl-turn").nth(len(ATTACKS) - 1).wait_for()
        assert page.locator("#dl-shelf .dl-pick").count() == len(ATTACKS) + 1
        assert_inert(page, requests_made, url)
        page.locator("#dl-shelf .dl-fresh").click()
        page.locator(".dl-welcome").wait_for()
        turn = ask(page, f"storm repairs {ATTACKS[0]}")
        citations = turn.locator(".dl-answer > .dl-told a.dl-cite")
        assert citations.count() == len(ATTACKS)
        assert_inert(page, requests_made, url)
        for n in range(len(ATTACKS)):
            citations.nth(n).evaluate("a => a.click()")
            page.locator("#dl-source .dl-headline", has_text=f"Storm {n}:").wait_for()
            assert page.locator("#dl-source .html-container").locator(FORBIDDEN).count() == 0
        page.locator("#dl-found a.dl-hit").nth(5).evaluate("a => a.click()")
        page.locator("#dl-source mark.dl-passage").first.wait_for()
        page.locator(".dl-filters summary").click()
        assert page.locator(".dl-filters .dl-choice").count() >= len(ATTACKS)
        fields = page.locator("#dl-compose").locator("script, img, iframe, object, [onfocus]")
        assert fields.count() == 0
        assert_inert(page, requests_made, url)
        quoted = page.locator("#dl-said .dl-question").first.inner_text()
        assert quoted == f"storm repairs {ATTACKS[0]}"


def _pages(hostile: Hostile) -> Iterator[tuple[str, str]]:
    """Yield what is read outside the page: the exports as pages, and an evaluation's report."""
    html = export(hostile.talk, "html", AT).text
    yield "html", html.replace("default-src 'none'", "default-src *")  # without its second lock
    markdown = MarkdownIt("commonmark", {"html": True, "linkify": False})
    markdown.enable(["table", "strikethrough"])
    yield "markdown", markdown.render(export(hostile.talk, "markdown", AT).text)
    cases = [
        Case(str(n), attack, attack, True, ((attack,),), (Evidence(attack, attack),))
        for n, attack in enumerate(ATTACKS)
    ]
    predictions = [
        Prediction(str(n), True, attack, (Cited(attack, attack),), (attack,), 0.1, 0.9)
        for n, attack in enumerate(ATTACKS)
    ]
    outcomes = score(cases, predictions)
    report = render_report(
        ReportHead(ATTACKS[0], " ".join(ATTACKS)),
        summarise(outcomes, predictions),
        cases=cases,
        predictions=predictions,
        outcomes=outcomes,
    )
    yield "report", report.replace("default-src 'none'", "default-src *")


def test_exports_and_report_run_nothing_even_without_their_policy(
    page: Page, hostile: Hostile, requests_made: list[str]
) -> None:
    for name, text in _pages(hostile):
        page.set_content(text)
        assert page.evaluate("typeof window.__x") == "undefined", name
        body = page.locator("body")
        harmful = "script, img, image, iframe, object, embed, form, link, video, audio, base, input"
        assert body.locator(harmful).count() == 0, name
        assert body.locator("[onclick], [onload], [onerror], [onfocus]").count() == 0, name
        links = body.locator("a[href]").evaluate_all("all => all.map(a => a.protocol)")
        assert set(links) <= {"http:", "https:"}, name
    assert {urlsplit(made).netloc for made in requests_made} <= {""}
