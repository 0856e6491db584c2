"""The table of bad input in docs/formats.md says what really happens to each kind."""

import gzip
import io
import json
import re
from pathlib import Path

import documents
import pytest

from index.readers import Rejection, Skipped, Source, newest
from index.readers.document import read_document

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"
STORY = b"Ferry sinks\n\nA ferry sank on Monday.\n"
RECORD = {"id": "a", "title": "Ferry sinks", "text": "A ferry sank."}
ITEM = {"uri": "u", "headline": "Ferry sinks"}


def line(**changes):
    return json.dumps({**RECORD, **changes}).encode()


# kind, as the table names it: the file's name and its content
BAD = {
    "empty file": ("a.txt", b""),
    "blanks only": ("a.md", b" \r\n\t"),
    "binary under a text's name": ("a.txt", b"some\0text"),
    "picture": ("a.html", b"\x89PNG\r\n\x1a\n"),
    "Office document": ("a.docx", documents.zip_of({"[Content_Types].xml": b""})),
    "damaged UTF-16": ("a.txt", b"\xff\xfea"),
    "JSON cut short": ("a.json", b'{"headline": "Ferry'),
    "a bad line among good ones": ("a.jsonl", line(id=" ")),
    "a date with two readings": ("a.jsonl", line(published="01/02/2026")),
    "one id, two texts, no dates": ("a.jsonl", line() + b"\n" + line(text="A boat sank.")),
    "agency item without text": ("a.json", json.dumps(ITEM).encode()),
    "settings, not news": ("a.json", b'{"values": {"a": 1}}'),
    "page without an article": ("a.html", b"<html><body><a href=x>Home</a></body></html>"),
    "page nested without end": ("a.html", b"<html>" + b"<div>" * 9_000),
    "page of a tag with 10^5 attributes": (
        "a.html",
        b"<html><p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">",
    ),
    "XML with a DTD of its own": ("a.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><rss>&a;</rss>"),
    "XML cut short": ("a.xml", b"<newsItem><itemMeta>"),
    "XML of another kind": ("a.xml", b"<?xml version='1.0'?><project/>"),
    "feed without entries": ("a.rss", b"<rss version='2.0'><channel/></rss>"),
    "table without a text column": ("a.csv", b"a,b\n1,2\n"),
    "table with an open quote": ("a.csv", b'title,text\nx,"open'),
    "scanned PDF": ("a.pdf", documents.pdf([[]], properties="")),
    "damaged PDF": ("a.pdf", b"%PDF-1.4 nothing"),
    "gzip bomb": ("a.txt.gz", gzip.compress(b"a " * 10_000_000)),
    "gzip cut short": ("a.txt.gz", gzip.compress(STORY)[:-9]),
    "zip with a path that leads out": ("a.zip", documents.zip_of({"../x.txt": STORY})),
    "archive in an archive": ("a.zip", documents.zip_of({"b.zip": documents.zip_of({})})),
    "tar with a link": ("a.tar", documents.tar_of({}, [("l.txt", "/etc/passwd")])),
}


def table():
    """Return the table's rows: kind -> (what it gets, the reason)."""
    text = DOCS.read_text("utf-8").partition("## Bad input")[2]
    rows = re.findall(r"^\| ([^|]+) \| (skipped|failed) \| ([^|]+) \|$", text, re.MULTILINE)
    return {kind.strip(): (what, reason.strip()) for kind, what, reason in rows}


def test_the_table_names_every_kind_tried():
    assert table().keys() == BAD.keys()
    assert len(BAD) >= 20


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_what_the_table_says(kind):
    what, reason = table()[kind]
    name, content = BAD[kind]
    source = Source.of_file(Path(name), Path())
    *_, last = newest(read_document(source, io.BytesIO(content)))
    assert isinstance(last, Skipped if what == "skipped" else Rejection)
    assert last.reason.startswith(reason)
