"""Damaged input of every format ends in an outcome, never in a failure of ours."""

import json
import random

import documents
import pytest

from index.readers import Rejection, Source, read_bytes
from rag.types import Article

STORY = b"Ferry sinks\nBy Ann Lee\n\nA ferry sank on Monday.\n"
NITF = b"<nitf><body><body.content><p>A ferry sank &amp; burned.</p></body.content></body></nitf>"
SEEDS = {
    ".txt": STORY,
    ".md": b"---\ntitle: Ferry\ndate: 2025-03-18\n---\n# F\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    ".json": json.dumps({"data": {"item": {"uri": "u", "body_nitf": NITF.decode()}}}).encode(),
    ".jsonl": b'{"id": "a", "title": "T", "text": "A ferry sank.", "published": "2025-03-18"}\n'
    * 2,
    ".html": b"<!doctype html><html><body><article><p>A ferry sank on Monday.</p></article></html>",
    ".xml": b"<newsItem guid='a' version='2'><contentSet><inlineXML>" + NITF + b"</inlineXML>"
    b"</contentSet></newsItem>",
    ".rss": b"<rss version='2.0'><channel><title>x</title><item><title>T</title><description>A "
    b"ferry.</description><pubDate>Tue, 18 Mar 2025 09:50:00 GMT</pubDate></item></channel></rss>",
    ".csv": b'id,title,text\n1,"Fire, smoke","A fire\nburned."\n',
    ".pdf": documents.pdf([["A ferry sank on Monday.", "Two people died."]]),
    ".warc": documents.warc_record("https://e.example/a", b"<html><p>A ferry sank.</p></html>"),
    ".zip": documents.zip_of({"a/b.txt": STORY, "c.json": b"{}"}),
    ".tar": documents.tar_of({"a/b.txt": STORY, "c.json": b"{}"}),
}
PIECES = [
    b"<", b">", b'"', b"{", b"}", b"[", b"\\", b"\0", b"\xff", b"&#x110000;", b"<!--", b"]]>",
    b"<![CDATA[", b"<script>", b"<!DOCTYPE x [", b"\xed\xa0\x80", b"\r\n", b"1" * 5_000,
    b"[" * 2_000, b"<b>" * 300, b"\xe2\x80\xa8",
]  # fmt: skip


def damaged(content, chance):
    broken = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(broken) + 1)
        match chance.randrange(4):
            case 0 if at < len(broken):
                broken[at] = chance.randrange(256)
            case 1:
                broken[at:at] = chance.choice(PIECES)
            case 2:
                del broken[at : at + chance.randrange(300)]
            case _:
                broken[at:at] = broken[: chance.randrange(len(broken) + 1)]
    return bytes(broken)


@pytest.mark.parametrize("suffix", SEEDS)
def test_damaged_input_ends_in_an_outcome(suffix, caplog):
    chance = random.Random(suffix)
    for _ in range(150):
        content = damaged(SEEDS[suffix], chance)
        for outcome in read_bytes(Source("a", "a", suffix), content):
            if isinstance(outcome, Article):
                assert outcome.id
                f"{outcome}".encode()
            elif isinstance(outcome, Rejection):
                assert outcome.kind != "reader failed", caplog.text
