"""Documents inside others: zip, tar, gzip, WARC; PDF and tables."""

import gzip
import json
import zipfile

import documents
import pytest

import index.readers.bundle
import index.readers.document
import index.readers.large
import index.readers.limits
from index.readers import Rejection, Skipped, Source, read, read_bytes
from index.readers.limits import Limits
from rag.types import Article

STORY = b"Ferry sinks\n\nA ferry sank on Monday.\n"
ITEM = json.dumps({"uri": "u1", "headline": "Fire", "body_text": "A fire burned."}).encode()
PAGE = (
    b"<!doctype html><html lang=en><head><title>Ferry sinks</title></head><body><article>"
    b"<h1>Ferry sinks</h1><p>A ferry sank off the coast on Tuesday, killing two, police said.</p>"
    b"<p>The ferry was built in 1989 and carried 200 people, its owner said.</p></article></html>"
)


def outcomes(content, suffix=""):
    return list(read_bytes(Source("news", "news", suffix), content))


def ids(results):
    return [result.id for result in results if isinstance(result, Article)]


def reasons(results):
    return {r.place: r.reason for r in results if isinstance(r, Rejection)}


MEMBERS = {
    "2025/ferry.txt": STORY,
    "2025/fire.json": ITEM,
    "2025/page.html.gz": gzip.compress(PAGE),
    "photo.jpg": b"\xff\xd8\xff",
    ".hidden/x.txt": STORY,
    "__MACOSX/x.txt": STORY,
    "site/style.css": b"p{}",
}


@pytest.mark.parametrize(
    "content",
    [
        documents.zip_of(MEMBERS),
        documents.tar_of(MEMBERS),
        documents.tar_of(MEMBERS, packed=False),
        gzip.compress(documents.tar_of(MEMBERS, packed=False)),
    ],
    ids=["zip", "tar.gz", "tar", "gz of tar"],
)
def test_an_archive_is_read_as_the_folder_it_was(content):
    results = outcomes(content)
    assert ids(results) == ["news/2025/ferry", "u1", "news/2025/page"]
    assert not reasons(results)


def test_the_names_of_archives_do_not_matter(tmp_path):
    (tmp_path / "a.zip").write_bytes(documents.zip_of({"x.txt": STORY}))
    (tmp_path / "b.tar.gz").write_bytes(documents.tar_of({"x.txt": STORY}))
    (tmp_path / "c.tgz").write_bytes(documents.tar_of({"x.txt": STORY}))
    (tmp_path / "d.html.gz").write_bytes(gzip.compress(PAGE))
    (tmp_path / "e.jsonl.gz").write_bytes(gzip.compress(ITEM))
    assert ids(read([tmp_path])) == ["a/x", "b/x", "c/x", "d", "u1"]


@pytest.mark.parametrize("name", ["../x.txt", "/x.txt", "a/../../x.txt", "C:/x.txt", "..\\x.txt"])
@pytest.mark.parametrize("pack", [documents.zip_of, documents.tar_of])
def test_a_path_that_leads_out_is_refused_and_the_rest_is_read(name, pack):
    results = outcomes(pack({name: STORY, "ok.txt": STORY}))
    assert ids(results) == ["news/ok"]
    assert list(reasons(results).values()) == ["a path that leads out of the archive"]


def test_a_link_in_a_tar_is_refused():
    results = outcomes(documents.tar_of({"ok.txt": STORY}, [("l.txt", "/etc/passwd")]))
    assert reasons(results) == {"news!/l.txt": "a link or device in an archive"}
    assert ids(results) == ["news/ok"]


def test_an_archive_in_an_archive_is_refused():
    inner = documents.zip_of({"x.txt": STORY})
    assert (
        "inside an archive"
        in reasons(outcomes(documents.zip_of({"in.zip": inner})))["news!/in.zip"]
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"a " * 10_000_000), "unpacks to more than 200 times its size"),
        (documents.zip_of({"x.txt": b"a " * 10_000_000}), "unpacks to more than 200 times"),
        (documents.tar_of({"x.txt": b"a " * 10_000_000}), "unpacks to more than 200 times"),
        (gzip.compress(STORY)[:-9], "damaged gzip"),
        (documents.zip_of({"x.txt": STORY})[:-9], "damaged zip"),
        (documents.zip_of({"[Content_Types].xml": b"", "word/document.xml": b""}), "Office"),
        (documents.zip_of({"mimetype": b"application/epub+zip"}), "EPUB"),
        (b"%PDF-1.4 nothing", "damaged PDF"),
        (documents.pdf([[]], properties=""), "a PDF without text"),
    ],
    ids="gzip bomb,zip bomb,tar bomb,cut gzip,cut zip,docx,epub,cut PDF,scan".split(","),
)
def test_what_is_unsafe_or_damaged_is_rejected(content, said):
    results = outcomes(content)
    assert not ids(results)
    assert all(said in reason for reason in reasons(results).values()) and reasons(results)


def test_an_archive_of_too_many_files_is_refused(monkeypatch):
    for module in (index.readers.bundle, index.readers.limits):
        monkeypatch.setattr(module, "LIMITS", Limits(entries=2))
    members = {f"{n}.txt": STORY for n in range(3)}
    for pack in (documents.zip_of, documents.tar_of):
        assert "more than 2 files" in str(reasons(outcomes(pack(members))))


def test_a_zip_whose_member_is_damaged_gives_the_others(tmp_path):
    content = bytearray(documents.zip_of({"a.txt": STORY * 50, "b.txt": STORY}))
    content[60] ^= 0xFF
    results = outcomes(bytes(content))
    assert "news/b" in ids(results)
    assert set(reasons(results)) == {"news!/a.txt"}


def test_an_encrypted_member_is_refused():
    content = bytearray(documents.zip_of({"a.txt": STORY}))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert zipfile.ZipFile(__import__("io").BytesIO(bytes(content))).infolist()[0].flag_bits & 1
    assert reasons(outcomes(bytes(content))) == {"news!/a.txt": "encrypted"}


WARC = [
    documents.warc_record("https://e.example/a", PAGE),
    documents.warc_record("https://e.example/b", PAGE.replace(b"two", b"ten"), packed=True),
    documents.warc_record("https://e.example/x.png", b"x", "image/png"),
    documents.warc_record("https://e.example/robots.txt", b"x", "text/plain"),
    documents.warc_record("https://e.example/", b"<html><body><a href=x>y</a></body></html>"),
    documents.warc_record("https://e.example/gone", PAGE, status="404 Not Found"),
    documents.warc_record("https://e.example/i.json", ITEM, "application/json; charset=utf-8"),
]


@pytest.mark.parametrize(
    "content",
    [b"".join(WARC), b"".join(map(gzip.compress, WARC)), gzip.compress(b"".join(WARC))],
    ids=["plain", "a gzip each", "one gzip"],
)
def test_a_warc_gives_its_pages_under_their_addresses(content):
    results = outcomes(content, ".warc")
    assert ids(results) == ["https://e.example/a", "https://e.example/b", "u1"]
    (skipped,) = [result for result in results if isinstance(result, Skipped)]
    assert skipped.reason == "no article in the page"
    assert results[0].updated_at.isoformat() == "2025-03-19T00:00:00+00:00"
    assert not reasons(results)


def test_a_pdf_gives_paragraphs_and_no_running_heads():
    pages = [
        ["The Daily Echo", "A ferry sank off the coast on Tuesday in heavy",
         "weather, police said, and two people are miss-",
         "ing after the accident.", "Rescue went on. It was hard.", "1"],
        ["The Daily Echo", "The ferry was built in 1989 and carried many", "people.", "2"],
    ]  # fmt: skip
    (article,) = outcomes(documents.pdf(pages))
    assert article.text.split("\n") == [
        "A ferry sank off the coast on Tuesday in heavy weather, police said, and two people are "
        "missing after the accident.",
        "Rescue went on. It was hard.",
        "The ferry was built in 1989 and carried many people.",
    ]
    assert (article.title, article.byline) == ("Ferry report", "Ann Lee")
    assert article.published_at.isoformat() == "2025-03-18T09:50:00+00:00"


TABLE = """id,headline,body,date,author,section
1,"Fire, smoke","<p>A fire burned.</p><p>""Two"" died.</p>",2025-01-01,Ann Lee,World
2,Flood,"A flood came.
It went.",2025-01-02,,
3,Empty,,,,
"""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ""])
def test_a_table_gives_an_article_a_row(delimiter, suffix):
    text = TABLE if delimiter == "," else TABLE.replace(",", delimiter).replace("Fire; ", "Fire, ")
    first, second, empty = outcomes(text.encode("utf-8-sig"), suffix)
    assert (first.id, first.byline, first.section) == ("1", "Ann Lee", "World")
    assert first.text.split("\n") == ["A fire burned.", '"Two" died.']
    assert second.text == "A flood came.\nIt went."
    assert isinstance(empty, Skipped) and empty.item == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "no column for the text"),
        ('title,text\nx,"open', "not a table"),
        ("title,text\nx,y,z\n", "3 cells under 2 columns"),
    ],
)
def test_a_table_that_is_none_is_rejected(text, said):
    (reason,) = reasons(outcomes(text.encode(), ".csv")).values()
    assert said in reason


def test_the_parts_a_browser_saves_beside_a_page_are_passed_over(tmp_path):
    (tmp_path / "story.html").write_bytes(PAGE)
    (tmp_path / "story_files").mkdir()
    (tmp_path / "story_files" / "frame.html").write_bytes(PAGE)
    (tmp_path / "other_files").mkdir()
    (tmp_path / "other_files" / "a.txt").write_bytes(STORY)
    assert ids(read([tmp_path])) == ["other_files/a", "story"]


def small_limits(monkeypatch, **limits):
    for module in ("document", "large", "limits"):
        monkeypatch.setattr(getattr(index.readers, module), "LIMITS", Limits(**limits))


ROWS = [
    {"uri": f"u{n}", "headline": "Fire", "body_text": f"A fire burned {n}."} for n in range(500)
]


def test_a_list_larger_than_memory_allows_is_read_item_by_item(monkeypatch):
    small_limits(monkeypatch, document_bytes=2_000)
    content = json.dumps(ROWS, indent=1).encode("utf-8-sig")
    assert ids(outcomes(content, ".json")) == [f"u{n}" for n in range(500)]
    *articles, cut = outcomes(content[:20_000], ".json")
    assert ids(articles) == [f"u{n}" for n in range(len(articles))] and len(articles) > 100
    assert "the rest is not read" in cut.reason
    (legacy,) = outcomes(content.replace(b"Fire", b"Caf\xe9"), ".json")
    assert "not UTF-8" in legacy.reason


def test_a_table_larger_than_memory_allows_is_read_row_by_row(monkeypatch):
    small_limits(monkeypatch, document_bytes=2_000)
    rows = "".join(f'{n},Fire,"A fire\nburned {n}."\n' for n in range(500))
    results = outcomes(("id,title,body\n" + rows).encode("utf-8-sig"), ".csv")
    assert ids(results) == [str(n) for n in range(500)]


def test_anything_else_larger_than_memory_allows_is_refused(monkeypatch):
    small_limits(monkeypatch, document_bytes=2_000)
    assert reasons(outcomes(STORY * 100)) == {"news": "more than 2,000 bytes in a file"}
