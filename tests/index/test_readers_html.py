from datetime import UTC, datetime, timedelta, timezone

import pytest

from index.readers import Rejection, read

BODY = """<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Ferry sinks off coast</h1>
<p>A ferry sank off the coast on Tuesday, killing two people, police said.</p>
<p>“It was terrible,” said Jane Doe, 34, who was on board with her <b>two</b> children.</p>
<p>The ferry was built in 1989 &amp; carried 200 people.</p></article>
<footer>Copyright 2025 The Daily Echo. All rights reserved.</footer>"""
LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "WebSite", "name": "Echo"},
{"@type": ["NewsArticle"], "headline": "Ferry sinks off coast",
 "datePublished": "2025-03-18T09:50:00+01:00", "dateModified": "2025-03-18T11:00:00Z",
 "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Joe Fox"}],
 "publisher": {"@type": "Organization", "name": "The Daily Echo"},
 "articleSection": "World", "inLanguage": "en-GB"}]}</script>"""
TAGS = """<title>Ferry sinks off coast - The Daily Echo</title>
<link rel="canonical" href="https://echo.example/world/ferry">
<meta content="2025-03-18T08:00:00Z" property="article:published_time">"""


def page(head=TAGS, body=BODY):
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def read_one(tmp_path, content, name="story.html"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (result,) = read([path])
    return result


def test_a_page_gives_its_paragraphs_and_nothing_around_them(tmp_path):
    article = read_one(tmp_path, page())
    assert article.title == "Ferry sinks off coast"
    assert article.text.split("\n") == [
        "A ferry sank off the coast on Tuesday, killing two people, police said.",
        "“It was terrible,” said Jane Doe, 34, who was on board with her two children.",
        "The ferry was built in 1989 & carried 200 people.",
    ]
    assert article.url == "https://echo.example/world/ferry"
    assert article.id == "story"


def test_json_ld_gives_the_facts_with_their_times(tmp_path):
    article = read_one(tmp_path, page(head=TAGS + LINKED))
    assert article.published_at == datetime(2025, 3, 18, 9, 50, tzinfo=timezone(timedelta(hours=1)))
    assert article.updated_at == datetime(2025, 3, 18, 11, tzinfo=UTC)
    assert article.byline == "Ann Lee, Joe Fox"
    assert article.source == "The Daily Echo"
    assert (article.section, article.language) == ("World", "en")


def test_tags_give_the_time_where_json_ld_is_broken(tmp_path):
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", </script>'
    article = read_one(tmp_path, page(head=TAGS + broken))
    assert article.published_at == datetime(2025, 3, 18, 8, tzinfo=UTC)
    assert article.updated_at is None


def test_a_page_states_its_own_encoding(tmp_path):
    head = TAGS + '<meta charset="iso-8859-2">'
    body = BODY.replace("police said", "řekl ministr Dvořák, že škoda je žalostná")
    content = page(head=head, body=body.replace("“", "'").replace("”", "'"))
    article = read_one(tmp_path, content.encode("iso-8859-2"))
    assert "řekl ministr Dvořák, že škoda je žalostná" in article.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (page(body="<div>" * 5000 + "Hello" + "</div>" * 5000), "elements nested deeper than 250"),
        (page(head="", body=""), "no article text found in the page"),
        ("<html><body>" + "<p>x</p>" * 1_300_000, "page of 10,400,012 characters"),
    ],
    ids=["deep", "empty", "large"],
)
def test_a_page_that_cannot_be_an_article_is_rejected(tmp_path, content, reason):
    result = read_one(tmp_path, content)
    assert isinstance(result, Rejection)
    assert result.reason.startswith(reason)


def test_unclosed_paragraphs_are_not_taken_for_depth(tmp_path):
    paragraphs = "".join(f"<p>Sentence number {n} of the long report.\n" for n in range(400))
    article = read_one(tmp_path, page(body=f"<article>{paragraphs}</article>"))
    assert "Sentence number 399 of the long report." in article.text


def test_a_text_file_that_holds_a_page_is_read_as_one(tmp_path):
    assert read_one(tmp_path, page(), name="saved.txt").title == "Ferry sinks off coast"
