"""NewsML-G2 and NITF: what the item says of itself, and the story inside it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from index.readers import Rejection, Skipped, Source, read_bytes
from rag.types import Article, Status

BODY = """<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head>
<hedline><hl1>Inner headline</hl1></hedline><byline>By Ann Lee, <byttl>Staff</byttl></byline>
<abstract><p>An abstract.</p></abstract></body.head><body.content>
<p>PORT VELL (EW) — A ferry sank, <person>Jane Doe</person>
   said.</p><media media-type="image"><media-reference source="x.jpg"/>
<media-caption><p>A caption.</p></media-caption></media><p>Two died &amp; one is missing.</p>
</body.content><body.end><tagline>Desk</tagline></body.end></body></nitf>"""
XHTML = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>
<p>PORT VELL (EW) — A ferry sank, Jane Doe said.</p><p>Two died &amp; one is missing.</p>
</body></html>"""
HEAD = BODY.partition("<body.content>")[0]
STORY = "PORT VELL (EW) — A ferry sank, Jane Doe said.\nTwo died & one is missing."


def item(kind="text", body=BODY, status="usable", extra="", tag="newsItem", headline="Ferry sinks"):
    return f"""<{tag} xmlns="http://iptc.org/std/nar/2006-10-01/"
guid="urn:newsml:ew.example:20250318:ferry" version="2" xml:lang="en-GB">
<itemMeta><itemClass qcode="ninat:{kind}"/>
<provider qcode="nprov:EW"><name>Echo Wire</name></provider>
<versionCreated>2025-03-18T12:00:00+01:00</versionCreated>
<firstCreated>2025-03-18T09:50:00Z</firstCreated>
<pubStatus qcode="stat:{status}"/>{extra}</itemMeta>
<contentMeta><subject qcode="medtop:1"><name>transport accident</name></subject>
<headline> {headline}</headline></contentMeta>
<contentSet><inlineXML contenttype="application/nitf+xml">{body}</inlineXML></contentSet></{tag}>"""


def read_xml(text, suffix=".xml"):
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_bytes(Source("a", "a", suffix), content))


@pytest.mark.parametrize("body", [BODY, XHTML], ids=["NITF", "XHTML"])
def test_an_item_gives_its_facts_and_its_story(body):
    (article,) = read_xml('<?xml version="1.0" encoding="UTF-8"?>\n' + item(body=body))
    assert article == Article(
        id="urn:newsml:ew.example:20250318:ferry",
        title="Ferry sinks",
        text=STORY,
        published_at=datetime(2025, 3, 18, 9, 50, tzinfo=UTC),
        updated_at=datetime(2025, 3, 18, 12, tzinfo=timezone(timedelta(hours=1))),
        source="Echo Wire",
        section="transport accident",
        byline="Ann Lee, Staff" if body == BODY else None,
        language="en-GB",
        version=2,
    )


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (item(kind="picture"), "photo"),
        (item(kind="video"), "video"),
        (item(tag="packageItem"), "package of other items"),
        (item(tag="planningItem"), "planning item"),
        (item(tag="conceptItem"), "concept"),
        (item(body="<!-- nothing -->"), "no text, only a headline or less"),
        (item(body=HEAD + "</body></nitf>"), "no text, only a headline or less"),
    ],
)
def test_what_is_no_article_is_skipped_with_a_reason(xml, reason):
    (outcome,) = read_xml(xml)
    assert isinstance(outcome, Skipped)
    assert outcome.reason == reason


def test_a_message_of_many_items_is_read_whole():
    message = f"<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>{item()}{item('picture')}</itemSet></newsMessage>"
    article, skipped = read_xml(message)
    assert (article.title, skipped.item) == ("Ferry sinks", 2)


def test_a_canceled_item_takes_effect_without_a_story():
    (article,) = read_xml(item(status="canceled", body=""))
    assert (article.status, article.text) == (Status.WITHDRAWN, "Ferry sinks")


def test_what_an_item_replaces_is_named():
    (article,) = read_xml(item(extra='<link rel="irel:previousVersion" residref="urn:old"/>'))
    assert article.supersedes == "urn:old"


def test_nitf_alone_is_read_with_its_own_facts():
    nitf = """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">
    <nitf><head><docdata><doc-id id-string="n7"/><date.issue norm="20250318T095000Z"/>
    <doc.copyright holder="Echo"/></docdata><pubdata position.section="World"/></head><body>
    <body.head><hedline><hl1>Ferry sinks</hl1></hedline><byline>By Ann Lee</byline></body.head>
    <body.content><p>A caf&eacute; ferry sank.</p></body.content></body></nitf>"""
    (article,) = read_xml(nitf, ".txt")
    assert (article.id, article.title, article.text) == ("n7", "Ferry sinks", "A café ferry sank.")
    assert (article.byline, article.source, article.section) == ("Ann Lee", "Echo", "World")
    assert article.published_at == datetime(2025, 3, 18, 9, 50, tzinfo=UTC)


BILLION = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (f"<?xml version='1.0'?>{BILLION}]><newsItem>&i;</newsItem>", "entities are not expanded"),
        ("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///x'>]><newsItem>&a;</newsItem>", "not expanded"),
        ("<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://x/y.dtd'> %a;]><nitf/>", "not expanded"),
        (item(body="<p>" + "<b>" * 300 + "</b>" * 300 + "</p>"), "nested deeper"),
        (item()[:-20], "not well-formed XML"),
        ("<newsItem " + " ".join(f"a{n}='b'" for n in range(100_000)) + "/>", "attributes"),
        ("<?xml version='1.0'?><project/>", "no news format"),
    ],
    ids="billion laughs,external entity,parameter entity,deep,cut,attributes,other".split(","),
)
def test_xml_that_is_unsafe_or_damaged_is_rejected(xml, said):
    (outcome,) = read_xml(xml)
    assert isinstance(outcome, Rejection)
    assert said in outcome.reason


NEWSML_1 = """<?xml version="1.0"?><!DOCTYPE NewsML SYSTEM "http://x/NewsML_1.2.dtd"><NewsML>
<NewsEnvelope><DateAndTime>20250318T100000Z</DateAndTime></NewsEnvelope><NewsItem><Identification>
<NewsIdentifier><ProviderId>ew.example</ProviderId><DateId>20250318</DateId>
<NewsItemId>ferry7</NewsItemId><RevisionId PreviousRevision="1" Update="N">2</RevisionId>
<PublicIdentifier>urn:newsml:ew.example:20250318:ferry7:2N</PublicIdentifier></NewsIdentifier>
</Identification><NewsManagement><NewsItemType FormalName="News"/>
<FirstCreated>20250318T095000Z</FirstCreated><ThisRevisionCreated>20250318T120000Z
</ThisRevisionCreated><Status FormalName="Canceled"/></NewsManagement><NewsComponent>
<AdministrativeMetadata><Provider><Party FormalName="Echo Wire"/></Provider>
</AdministrativeMetadata><NewsLines><HeadLine>Ferry sinks</HeadLine><ByLine>By Ann Lee</ByLine>
</NewsLines><DescriptiveMetadata><Language FormalName="en"/></DescriptiveMetadata><ContentItem>
<DataContent><p>A ferry sank.</p><p>Two died.</p></DataContent></ContentItem></NewsComponent>
</NewsItem></NewsML>"""


def test_newsml_1_is_read_too():
    (article,) = read_xml(NEWSML_1)
    assert (article.id, article.version, article.title) == ("ferry7", 2, "Ferry sinks")
    assert article.text == "A ferry sank.\nTwo died."
    assert (article.byline, article.source, article.language) == ("Ann Lee", "Echo Wire", "en")
    assert article.status is Status.WITHDRAWN
    assert article.published_at == datetime(2025, 3, 18, 9, 50, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 3, 18, 12, tzinfo=UTC)
