from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Article, Citation, Sentence, Span, Status
from ui.page import panel
from ui.page.refs import Kind, Ref, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.exchange import Exchange


def ref_to(article: Article, sentence: Sentence) -> Ref:
    return Ref.to_citation(Citation.of(article, sentence))


def view(article: Article, ref: Ref, also: Sequence[Span] = (), lead: Span | None = None) -> str:
    return panel.article_view(article, ref, also=also, lead=lead)


def marked(page: str, name: str) -> str:
    return unescape("".join(re.findall(rf'<mark class="{name}[^>]*>(.*?)</mark>', page)))


def test_cited_sentence_is_marked_and_others_more_lightly(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]]
) -> None:
    sentences = cut(ferry)
    page = view(ferry, ref_to(ferry, sentences[1]), [Span(s.start, s.end) for s in sentences[1:3]])
    assert marked(page, "dl-cited") == sentences[1].text
    assert marked(page, "dl-also") == sentences[2].text
    assert "dl-next" in page


def test_lead_inside_the_sentence_is_part_of_its_mark(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]]
) -> None:
    sentence = cut(ferry)[2]
    start = ferry.text.index("$4.2 million")
    page = view(ferry, ref_to(ferry, sentence), lead=Span(start, start + 12))
    assert marked(page, "dl-cited") == sentence.text
    assert marked(page, "dl-cited dl-lead") == "$4.2 million"


def test_changed_article_is_shown_without_a_mark(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]]
) -> None:
    ref = ref_to(ferry, cut(ferry)[1])
    page = view(replace(ferry, text=ferry.text.replace("4,200", "9,900")), ref)
    assert "<mark" not in page
    assert "This article has changed since it was cited." in page


@given(st.text(max_size=300), st.data())
def test_no_character_is_lost_or_made_up(text: str, data: st.DataObject) -> None:
    # form feeds and their like split lines for str.splitlines, not for an article's paragraphs
    visible = re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    article = Article("a", "T", visible)
    spans = []
    for _ in range(3):
        start = data.draw(st.integers(0, len(visible)))
        spans.append(Span(start, data.draw(st.integers(start, len(visible)))))
    start, end = spans[0]
    ref = Ref("a", 1, start, end, digest(visible[start:end]))
    page = view(article, ref, spans[1:])
    body = re.search(r'<div class="dl-body">(.*)</div>', page, flags=re.DOTALL)
    assert body
    told = unescape(re.sub(r"<[^>]*>", "", body[1])).replace("\xa0", " ")
    assert told == (visible.replace("\xa0", " ") if visible.strip() else "")


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://harbour.example/a?b=1&c=2", True),
        ("http://harbour.example", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,<script>x()</script>", False),
        ("//harbour.example/a", False),
        ("ftp://harbour.example/a", False),
        ("https://", False),
        ("http://[broken", False),
        ('https://harbour.example/"onmouseover="x()', True),
    ],
)
def test_only_web_addresses_become_links(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]], url: str, linked: bool
) -> None:
    page = view(replace(ferry, url=url), ref_to(ferry, cut(ferry)[0]))
    assert ("<a " in page) is linked
    assert 'rel="noopener noreferrer nofollow"' in page or not linked
    assert "<script" not in page
    assert not re.search(r"<a [^>]*\sonmouseover=", page)


@pytest.mark.parametrize(
    ("status", "badge"),
    [(Status.USABLE, None), (Status.CORRECTED, "Corrected"), (Status.WITHDRAWN, "Withdrawn")],
)
def test_status_is_shown_unless_usable(
    ferry: Article,
    cut: Callable[[Article], tuple[Sentence, ...]],
    status: Status,
    badge: str | None,
) -> None:
    page = view(replace(ferry, status=status), ref_to(ferry, cut(ferry)[0]))
    assert ("dl-status" in page) is bool(badge)
    assert badge is None or badge in page


def test_found_lists_each_article_once_with_its_best_sentence(
    make_exchange: Callable[..., Exchange],
) -> None:
    exchange = make_exchange("How many passengers does the port service carry?")
    page = panel.found_view(exchange)
    found = exchange.answer.found if exchange.answer else ()
    assert re.findall(r'class="dl-hit"[^>]*>([^<]*)<', page) == [one.title for one in found]
    assert "4,200 passengers a day" in found[0].quote
    assert found[0].quote in unescape(page)
    assert Ref.to_found(found[0]).href in page
    assert panel.found_view(None) == ""


def test_withdrawn_or_corrected_article_found_says_so(
    make_answerer: Any, make_exchange: Callable[..., Exchange], ferry: Article
) -> None:
    corrected = make_answerer(articles=(replace(ferry, status=Status.CORRECTED),))
    page = panel.found_view(make_exchange(answerer=corrected))
    assert "Corrected by the outlet" in page


def test_found_sentence_is_marked_as_such(
    make_exchange: Callable[..., Exchange], ferry: Article
) -> None:
    exchange = make_exchange()
    citation = exchange.answer.found[0] if exchange.answer else None
    assert citation
    ref = Ref.to_found(citation)
    assert ref.kind is Kind.FOUND
    assert marked(view(ferry, ref), "dl-passage") == citation.quote


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (Status.USABLE, "Updated by the outlet since this was cited: 9 January 2026."),
        (Status.CORRECTED, "Corrected by the outlet since this was cited: 9 January 2026."),
        (Status.WITHDRAWN, "Withdrawn by the outlet since this was cited: 9 January 2026."),
    ],
)
def test_newer_version_is_pointed_out(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]], status: Status, line: str
) -> None:
    at = datetime(2026, 1, 9, tzinfo=UTC)
    later = replace(ferry, version=2, updated_at=at, status=status)
    ref = ref_to(ferry, cut(ferry)[0])
    assert line in panel.article_view(ferry, ref, also=(), lead=None, newest=later)
    page = panel.article_view(ferry, ref, also=(), lead=None, newest=ferry)
    assert "since this was cited" not in page
