"""News items in JSON, in the shapes agencies and interfaces send them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers import Rejection, Skipped, Source, newest, read, read_bytes
from index.readers.fragment import body_paragraphs, has_markup
from rag.types import Article, Status

NITF = """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-2.dtd"><nitf><body><body.head>
<hedline><hl1>Fire hits town</hl1></hedline><byline>By JANE ROE</byline></body.head><body.content>
<media media-type="image"><media-reference mime-type="image/jpeg" source="x.jpg"/>
<media-caption>A photo caption.</media-caption></media>
<block id="Main"><p>ALBANY, N.Y. (AP) — A&nbsp;fire <person>Roe</person> saw burned on Monday,
officials said.</p><p/><p>Damage was $1.2 million &amp; rising.</p><hl2>A second look</hl2>
<table><tr><th>Team</th><th>W</th></tr><tr><td><p>Reds</p></td><td>3</td></tr></table>
<p>___</p><p>AP writer Joe Fox in Boston contributed to this report.</p></block></body.content>
</body></nitf>"""
STORY = [
    "ALBANY, N.Y. (AP) — A fire Roe saw burned on Monday, officials said.",
    "Damage was $1.2 million & rising.",
    "A second look",
    "Team | W",
    "Reds | 3",
    "AP writer Joe Fox in Boston contributed to this report.",
]


def agency_item(**changes):
    item = {
        "uri": "https://api.agency.example/content/abc?version=2",
        "altids": {"itemid": "abc", "etag": "abc_2", "friendlykey": "8877"},
        "version": 2,
        "type": "text",
        "pubstatus": "usable",
        "language": "en-US",
        "firstcreated": "2025-03-18T09:50:00Z",
        "versioncreated": "2025-03-18T12:00:00Z",
        "ednote": "UPDATES with quotes",
        "headline": "Fire &amp; smoke hit town",
        "bylines": [{"by": "By JANE ROE", "title": "Agency"}, {"by": "JOE FOX"}],
        "located": "ALBANY, N.Y.",
        "provider": "AP",
        "subject": [{"name": "Fires"}, {"name": "National", "rels": ["category"]}],
        "links": [{"rel": "canonical", "href": "https://agency.example/fire"}],
        "associations": {"1": {"type": "picture", "headline": "A picture", "uri": "p1"}},
        "body_nitf": NITF,
    }
    return {**item, **changes}


def read_json(node, suffix=".json"):
    content = node if isinstance(node, bytes) else json.dumps(node).encode()
    return list(read_bytes(Source("items", "items", suffix), content))


def read_one(node):
    (outcome,) = read_json(node)
    return outcome


def test_an_agencys_item_gives_all_its_facts():
    article = read_one({"data": {"item": agency_item()}})
    assert article == Article(
        id="abc",
        title="Fire & smoke hit town",
        text="\n".join(STORY),
        published_at=datetime(2025, 3, 18, 9, 50, tzinfo=UTC),
        updated_at=datetime(2025, 3, 18, 12, tzinfo=UTC),
        source="AP",
        section="National",
        byline="JANE ROE, JOE FOX",
        url="https://agency.example/fire",
        language="en-US",
        version=2,
    )


@pytest.mark.parametrize(
    "envelope",
    [
        lambda item: item,
        lambda item: {"item": item},
        lambda item: {"data": {"updated": "x", "items": [{"item": item, "meta": {}}]}},
        lambda item: {"response": {"status": "ok", "docs": [item]}},
        lambda item: {"title": "A wire's feed", "version": "1", "items": [item]},
        lambda item: {"hits": {"hits": [{"_id": "1", "_source": item}]}},
        lambda item: [[item]],
    ],
)
def test_an_envelope_is_taken_off(envelope):
    assert read_one(envelope(agency_item())).id == "abc"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_does_no_harm(encoding):
    content = json.dumps(agency_item(headline="Café fire"), ensure_ascii=False).encode(encoding)
    assert read_json(content)[0].title == "Café fire"


PARAGRAPHS = ["A fire burned.", "Two & three."]
MARKED = "<p>A fire burned.</p><p>Two &amp; three.</p>"
RUN_ON = "A fire burned. Two & three."
DPA = "urn:newsml:dpa.com:20090101:190510-99-167362"
POST = "https://w.example/p"


@pytest.mark.parametrize(
    "body",
    [
        {"body_xhtml": "<p>A fire burned.</p><p>Two &amp; three.</p>"},
        {"body_html": "<div><p>A <b>fire</b> burned.<p>Two &#38; three.<script>x()</script></div>"},
        {"body_html5": "A fire burned.<br><br>Two &amp; three."},
        {"body_richtext": MARKED, "body_main": RUN_ON},
        {"body_text": "   A fire burned.\r\n\r\n   Two & three.\r\n\r\n   -30-"},
        {"bodyHtml": "<h2>A fire burned.</h2><ul><li>Two &amp; three.</li></ul>"},
        {"body_nitf": "<![CDATA[<block><p>A fire burned.</p><p>Two &amp; three.</p></block>]]>"},
        {"body_html": "&lt;p&gt;A fire burned.&lt;/p&gt;&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;"},
        {"body_html": "A <i>fire</i> burned.\n\nTwo &amp; three."},
        {"body": {"html": MARKED}, "data": {"views": 7}, "result": {"a": 1}},
        {"body": {"html": "<p>A fire burned.</p><p>Two &amp; three.</p>"}},
        {"body": [{"type": "p", "text": "A fire burned."}, {"type": "p", "text": "Two & three."}]},
        {"news": ["A fire burned.", "Two &amp; three."]},
        {"content": {"rendered": "<p>A fire burned.</p>\n<p>Two &#038; three.</p>"}},
        {"fields": {"body": "<p>A fire burned.</p><p>Two &amp; three.</p>"}},
        {
            "bodies": [
                {"role": "main", "contentType": "text/plain", "value": RUN_ON},
                {"role": "rich", "contentType": "text/html", "value": MARKED},
            ]
        },
        {"body_html": "<p>A teaser</p>", "body_text": "A fire burned.\n\nTwo & three."},
    ],
    ids=lambda body: next(iter(body)),
)  # fmt: skip
def test_a_body_in_any_field_becomes_clean_paragraphs(body):
    item = {"uri": "u", "type": "text", "headline": "Fire", **body}
    assert read_one(item).text.split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ({"headline": "Fire &quot;hits&quot; town"}, 'Fire "hits" town'),
        ({"headline": "<b>Fire</b> hits\n town"}, "Fire hits town"),
        ({"headlines": [{"role": "sub", "value": "No"}, {"role": "main", "value": "Yes"}]}, "Yes"),
        ({"headline_main": "Main"}, "Main"),
        ({"headline": {"main": "Main", "kicker": "No"}}, "Main"),
        ({"title": {"rendered": "Ren&#8217;s"}}, "Ren’s"),
        ({"headline": "AT&T up, R&D down"}, "AT&T up, R&D down"),
        ({}, "items"),
    ],
)
def test_a_headline_in_any_field_is_one_plain_line(headline, title):
    assert read_one({"uri": "u", "body_text": "A fire burned.", **headline}).title == title


@pytest.mark.parametrize(
    ("fields", "byline"),
    [
        ({"byline": "By ANN LEE"}, "ANN LEE"),
        ({"by": "Von Ann Lee, dpa"}, "Von Ann Lee, dpa"),
        ({"bylines": [{"byline": "Ann Lee"}, {"byline": "Joe Fox"}]}, "Ann Lee, Joe Fox"),
        ({"authors": [{"name": "Ann Lee", "role": "writer"}]}, "Ann Lee"),
        ({"author": "Ann Lee"}, "Ann Lee"),
        ({"body_text": "By ANN LEE\n\nA fire burned."}, "ANN LEE"),
        ({}, None),
    ],
)
def test_a_byline_in_any_field_is_found(fields, byline):
    article = read_one({"uri": "u", "headline": "Fire", "body_text": "A fire burned.", **fields})
    assert (article.byline, article.text) == (byline, "A fire burned.")


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (agency_item(type="picture"), "photo"),
        (agency_item(type="video"), "video"),
        (agency_item(type="graphic"), "graphic"),
        ({"uri": "u", "type": "planning", "slugline": "Vote"}, "planning item"),
        ({"@type": "ImageObject", "headline": "x", "text": "y", "id": "z"}, "photo"),
        ({"headline": "x", "renditions": {"a": "image/jpeg"}, "summary": "y"}, "photo"),
        (agency_item(body_nitf=""), "no text, only a headline or less"),
        (agency_item(body_nitf="<p>___</p><p>-30-</p>"), "no text, only a headline or less"),
        ({"type": "composite", "uri": "u", "headline": "x", "associations": {"a": agency_item()}},
         "no text, only a headline or less"),
        ({"name": "settings", "values": {"a": 1}}, "no text, only a headline or less"),
        ({"values": {"a": [1, 2]}}, "JSON without a news item"),
        ([], "JSON without a news item"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_skipped_with_a_reason(node, reason):
    if isinstance(node, dict) and node.get("@type"):
        node = {key: value for key, value in node.items() if key != "id"}
    outcome = read_one(node)
    assert isinstance(outcome, Skipped)
    assert outcome.reason == reason


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("usable", Status.USABLE),
        ("stat:usable", Status.USABLE),
        ("canceled", Status.WITHDRAWN),
        ("Cancelled", Status.WITHDRAWN),
        ("withheld", Status.WITHDRAWN),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled", Status.WITHDRAWN),
        ("corrected", Status.CORRECTED),
        (None, Status.USABLE),
    ],
)
def test_the_status_is_read(stated, status):
    assert read_one(agency_item(pubstatus=stated)).status is status


def test_a_withdrawal_without_text_is_an_article_that_takes_effect():
    article = read_one(agency_item(pubstatus="canceled", body_nitf=""))
    assert (article.id, article.status, article.text) == ("abc", Status.WITHDRAWN, article.title)


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (agency_item(), "abc"),
        (agency_item(altids=[{"role": "itemid", "value": "i7"}]), "i7"),
        (agency_item(altids={}), "https://api.agency.example/content/abc?version=2"),
        (agency_item(altids={}, uri=f"{DPA}:3"), DPA),
        (agency_item(altids={}, uri=DPA), DPA),
        ({"id": 5, "title": "x", "content": {"rendered": "<p>y</p>"}, "link": POST}, POST),
        ({"title": "x", "body": "y", "url": POST}, POST),
        ({"title": "x", "body": "y"}, "items"),
    ],
)  # fmt: skip
def test_the_id_is_the_one_that_stays_over_versions(item, name):
    assert read_one(item).id == name


def test_items_without_ids_get_ids_of_their_content():
    rows = [{"title": "x", "body": f"Text {n}."} for n in range(3)]
    first = [article.id for article in read_json(rows)]
    assert len(set(first)) == 3
    assert [article.id for article in read_json(rows[::-1])] == first[::-1]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_the_newest_version_wins_whatever_the_order(order):
    dated = {1: {}, 2: {}, 3: {"versioncreated": "2025-03-19T00:00:00Z"}}
    items = {n: agency_item(version=n, body_nitf=f"<p>V {n}.</p>", **dated[n]) for n in dated}
    outcomes = list(newest((Source(str(n), str(n)), read_one(items[n])) for n in order))
    last = [outcome for outcome in outcomes if isinstance(outcome, Article)][-1]
    assert last.text == "V 3."
    assert not [outcome for outcome in outcomes if isinstance(outcome, Rejection)]


@pytest.mark.parametrize(
    ("dates", "published", "updated"),
    [
        ({"versioncreated": "2025-03-18T09:50:00Z"}, 18, None),
        ({"versioncreated": "2025-03-18T09:50:00Z", "version": "2"}, None, 18),
        ({"firstcreated": "2025-03-17", "versioncreated": "2025-03-18"}, 17, 18),
        ({"firstcreated": "2025-03-17", "versioncreated": "2025-03-17"}, 17, None),
        ({"published_at": 1_742_256_000, "updated": "no date"}, 18, None),
        ({"pubDate": "Tue, 18 Mar 2025 09:50:00 GMT"}, 18, None),
    ],
)
def test_the_dates_are_read_and_a_bad_one_loses_no_article(dates, published, updated):
    article = read_one({"uri": "u", "headline": "x", "body_text": "y", **dates})
    days = [at and at.day for at in (article.published_at, article.updated_at)]
    assert days == [published, updated]


def test_what_an_item_replaces_is_named():
    assert read_one(agency_item(evolvedfrom="urn:old")).supersedes == "urn:old"
    links = [{"rel": "irel:previousVersion", "uri": "urn:older"}]
    assert read_one(agency_item(links=links)).supersedes == "urn:older"
    assert read_one(agency_item(evolvedfrom="abc")).supersedes is None


def test_a_bad_item_of_many_is_rejected_alone():
    deep = "<font>" * 300 + "x"
    first, bad, last = read_json(
        [agency_item(), {"headline": "x", "body_html": deep}, agency_item()]
    )
    assert isinstance(first, Article) and isinstance(last, Article)
    assert (bad.item, bad.kind) == (2, "unsafe")


def test_items_in_json_lines_and_one_after_the_other_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps({"item": agency_item(altids={"itemid": f"i{n}"})}) for n in range(3))
    )
    (tmp_path / "b.json").write_text(
        json.dumps({"uri": "a", "body_text": "One."}, indent=1)
        + json.dumps({"uri": "b", "body_text": "Two."}, indent=1)
    )
    assert [a.id for a in read([tmp_path])] == ["i0", "i1", "i2", "a", "b"]


def test_a_language_is_found_out_and_written_in_one_way(tmp_path):
    french = "Le président a annoncé mardi que le pays allait construire deux nouvelles centrales."
    for name, item in {
        "a": {"body_text": french, "headline": "Énergie"},
        "b": {"body_text": french, "headline": "Énergie", "language": "fr-CA"},
        "c": {"body_text": "Yes.", "headline": "No"},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(item))
    assert [a.language for a in read([tmp_path])] == ["fr", "fr", None]


_PIECES = st.sampled_from(
    "<p> </p> <br/> <b> </b> <td> <tr> <q> text & &amp; &#x41; < > <p <![CDATA[ ]]> <!-- --> \n "
    "\x00 <hl2> </div> <script> \u2028 \xa0 \ud800".split(" ")
)


@given(st.lists(_PIECES).map("".join) | st.text())
def test_any_body_gives_paragraphs_without_breaks_or_controls(body):
    for paragraph in body_paragraphs(body):
        assert paragraph == paragraph.strip() and paragraph
        assert not any(c in paragraph for c in "\n\r\x00\u2028\t")
        paragraph.encode()


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_every_word_of_a_paragraph_is_kept(words):
    body = "<div>" + "".join(f"<p>{word}</p>" for word in words) + "</div>"
    assert has_markup(body)
    from index.readers.clean import clean

    assert body_paragraphs(body) == [clean(word).strip() for word in words]
