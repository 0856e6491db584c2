import json
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


AROUND = """<header><nav><ul><li><a href="/">Home</a></li></ul></nav></header>
<main><article><h1>Ferry sinks off coast</h1><div class="byline">By <a href="/ann">Ann Lee</a></div>
<div class="date">Updated 10:00 AM, March 18, 2025</div>
<figure><img src="x.jpg"><figcaption>A ferry in port. (Echo Photo/Bob Ray)</figcaption></figure>
<p>A ferry sank off the coast on Tuesday, killing two people, police said in a statement.</p>
<div class="ad">Advertisement</div>
<p>“It was terrible,” said Jane Doe, 34, who was on board with her two small children.</p>
<ul><li>Forty people were saved by boats.</li><li>Two are still missing, the port said.</li></ul>
<table><tr><th>Ship</th><th>Saved</th></tr><tr><td>Mary</td><td>24</td></tr></table>
<p>The owner said that the ferry had been checked in May and was found to be in order.</p>
<p>___</p><p>Echo writer Joe Fox in Leeds contributed to this report.</p></article>
<aside><h2>Related</h2><ul><li><a href="/a">A mill burned</a></li></ul></aside></main>
<footer>Copyright 2025 The Daily Echo. All rights reserved.</footer>"""


def test_what_stands_around_an_article_stays_out_and_its_tables_and_credits_stay_in(tmp_path):
    article = read_one(tmp_path, page(body=AROUND))
    assert article.text.split("\n") == [
        "A ferry sank off the coast on Tuesday, killing two people, police said in a statement.",
        "“It was terrible,” said Jane Doe, 34, who was on board with her two small children.",
        "Forty people were saved by boats.",
        "Two are still missing, the port said.",
        "Ship | Saved",
        "Mary | 24",
        "The owner said that the ferry had been checked in May and was found to be in order.",
        "Echo writer Joe Fox in Leeds contributed to this report.",
    ]


def test_a_list_of_lines_without_full_stops_is_not_joined(tmp_path):
    lines = [f"Number {n} on the list of what the council plans for spring" for n in range(8)]
    items = "".join(f"<li>{line}</li>" for line in lines)
    text = read_one(tmp_path, page(body=BODY.replace("</article>", f"<ul>{items}</ul></article>")))
    assert set(lines) <= set(text.text.split("\n"))


def stating(body):
    linked = {"@type": "NewsArticle", "headline": "Ferry sinks", "articleBody": body}
    return f'<script type="application/ld+json">{json.dumps(linked)}</script>'


def test_a_stated_body_that_is_whole_and_in_paragraphs_goes_first(tmp_path):
    whole = "A ferry sank off the coast on Tuesday, killing two people.\n\n&quot;It was terrible,"
    whole += "&quot; said Jane Doe, 34, who was on board with her two small children.\n\nThe ferry "
    whole += "was built in 1989 and carried 200."
    article = read_one(tmp_path, page(head=stating(whole)))
    assert article.text.split("\n")[1].startswith('"It was terrible," said Jane Doe')


@pytest.mark.parametrize("teaser", ["A ferry sank.", "", None, {"a": 1}])
def test_a_stated_teaser_gives_way_to_the_page(tmp_path, teaser):
    article = read_one(tmp_path, page(head=stating(teaser)))
    assert len(article.text.split("\n")) == 3


def test_a_stated_body_is_read_where_the_page_shows_none(tmp_path):
    shell = page(head=stating("A ferry sank.\n\nTwo died."), body="<div id=app></div>")
    assert read_one(tmp_path, shell).text == "A ferry sank.\nTwo died."


@pytest.mark.parametrize(
    "bomb",
    [
        "<li><p>" * 100_000,
        "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "<!--" * 100_000,
        "<" * 1_000_000,
        "<script " * 100_000,
        "<script>" * 100_000,
        "<b><i>" * 100_000,
        '<p "' * 100_000,
        f"<meta {'a' * 1_900}>" * 2_000,
    ],
    ids=lambda bomb: bomb[:8],
)
def test_a_page_built_to_be_slow_is_no_article(tmp_path, bomb):
    assert isinstance(read_one(tmp_path, f"<html><body>{bomb}"), Rejection)


def test_a_page_saved_as_one_file_is_read_though_its_pictures_are_large(tmp_path):
    picture = f'<img src="data:image/png;base64,{"A" * 12_000_000}">'
    assert read_one(tmp_path, page(body=picture + BODY)).title == "Ferry sinks off coast"
