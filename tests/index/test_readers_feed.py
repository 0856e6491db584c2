"""RSS and Atom of every age, read from a file."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from index.readers import Skipped, Source, read_bytes

CONTENT = "<![CDATA[<p>A ferry <b>sank</b>.</p><p>Two died &amp; one is missing.</p>]]>"
RSS2 = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour Watch</title><language>en-gb</language><item>
<title>Ferry &amp;amp; harbour</title>
<link>https://hw.example/ferry?utm_source=rss</link><guid isPermaLink="false">7</guid>
<description>A teaser.</description><content:encoded>{CONTENT}</content:encoded>
<dc:creator>By Ann Lee</dc:creator><category>World</category>
<pubDate>Tue, 18 Mar 2025 09:50:00 +0100</pubDate></item></channel></rss>"""
RSS1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>Harbour Watch</title></channel>
<item rdf:about="https://hw.example/ferry"><title>Ferry &amp; harbour</title>
<link>https://hw.example/ferry</link><description>A ferry sank.

Two died &amp; one is missing.</description><dc:date>2025-03-18T09:50:00+01:00</dc:date>
<dc:creator>Ann Lee</dc:creator><dc:subject>World</dc:subject></item></rdf:RDF>"""
RSS091 = """<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/rss-0.91.dtd">
<rss version="0.91"><channel><title>Harbour Watch</title><item><title>Ferry &amp; harbour</title>
<link>https://hw.example/ferry</link>
<description>&lt;p&gt;A ferry sank.&lt;/p&gt;&lt;p&gt;Two died &amp;amp; one is missing.&lt;/p&gt;
</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Watch</title><entry>
<title type="html">Ferry &amp;amp; harbour</title><id>tag:7</id>
<link rel="alternate" href="https://hw.example/ferry"/><author><name>Ann Lee</name></author>
<published>2025-03-18T09:50:00+01:00</published><updated>2025-03-18T12:00:00Z</updated>
<category term="World"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>A ferry sank.</p><p>Two died &amp; one is missing.</p></div></content></entry></feed>"""


def read_feed(text, suffix=".xml"):
    return list(read_bytes(Source("feed", "feed", suffix), text.encode()))


@pytest.mark.parametrize("text", [RSS2, RSS1, RSS091, ATOM], ids=["2.0", "1.0", "0.91", "Atom"])
@pytest.mark.parametrize("suffix", [".xml", ".rss", ".txt"])
def test_an_entry_is_an_article(text, suffix):
    (article,) = read_feed(text, suffix)
    assert article.id == "https://hw.example/ferry"
    assert article.url and article.url.partition("?")[0] == article.id
    assert article.title == "Ferry & harbour"
    assert article.text == "A ferry sank.\nTwo died & one is missing."
    assert article.source == "Harbour Watch"
    if text != RSS091:
        at = datetime(2025, 3, 18, 9, 50, tzinfo=timezone(timedelta(hours=1)))
        assert (article.published_at, article.byline, article.section) == (at, "Ann Lee", "World")
    assert article.updated_at == (datetime(2025, 3, 18, 12, tzinfo=UTC) if text == ATOM else None)


def test_an_entry_without_a_date_gets_none():
    assert read_feed(RSS091)[0].published_at is None


def test_an_empty_feed_is_skipped_and_so_is_an_entry_with_a_title_alone():
    empty = "<rss version='2.0'><channel><title>x</title></channel></rss>"
    title = "<rss version='2.0'><channel><item><title>Only</title></item></channel></rss>"
    assert [o.reason for o in read_feed(empty)] == ["feed without entries"]
    (skipped,) = read_feed(title)
    assert isinstance(skipped, Skipped) and skipped.item == 1


def test_a_damaged_feed_is_read_as_far_as_it_goes():
    assert read_feed(RSS2.replace("</item>", ""))[0].title == "Ferry & harbour"


def test_scripts_in_an_entry_are_left_out():
    evil = RSS2.replace("<p>A ferry", "<script>steal()</script><style>p{}</style><p>A ferry")
    assert read_feed(evil)[0].text.startswith("A ferry sank.")
