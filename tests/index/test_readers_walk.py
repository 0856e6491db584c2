import json
import os
from pathlib import Path

import pytest

import index.readers.document
import index.readers.large
from index.readers import Rejection, Skipped, read
from index.readers.limits import Limits
from rag.types import Article

STORY = "Ferry sinks\n\nA ferry sank on Monday.\n"


def put(folder, **files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def ids(results):
    return [r.id for r in results if isinstance(r, Article)]


def reasons(results):
    return {Path(r.place).name: r.reason for r in results if isinstance(r, Rejection)}


def test_a_folder_is_read_in_one_order_whatever_the_disk_says(tmp_path):
    put(tmp_path, **{f"{name}.txt": STORY for name in ("b", "a/z", "a/b", "c", "B")})
    assert ids(read([tmp_path])) == ["B", "a/b", "a/z", "b", "c"]


def test_ids_survive_a_move_of_the_folder(tmp_path):
    put(tmp_path, **{"one/2025/a.txt": STORY, "one/b.md": "# T\n\nText.\n"})
    before = ids(read([tmp_path / "one"]))
    (tmp_path / "one").rename(tmp_path / "two")
    assert before == ids(read([tmp_path / "two"])) == ["2025/a", "b"]


def test_every_bad_file_is_listed_and_the_good_ones_are_read(tmp_path):
    put(
        tmp_path,
        **{
            "a.txt": STORY,
            "b.txt": b"",
            "c.txt": b"a\0b",
            "d.pdf": b"%PDF-1.4",
            "e.txt": b"%PDF-1.4 renamed",
            "f.xml": "<rss/>",
            "g.txt": "<?xml version='1.0'?><rss version='2.0'><channel/></rss>",
            "h.xml": "<project><name>Mill</name></project>",
            "i.docx": b"PK\x03\x04",
            "photo.jpg": b"\xff\xd8\xff",
            "style.css": "p {}",
            "Makefile": "all:",
            ".hidden.txt": STORY,
            ".git/x.txt": STORY,
            "z.txt": STORY,
        },
    )
    results = list(read([tmp_path]))
    assert ids(results) == ["a", "z"]
    assert set(reasons(results)) == {"b.txt", "c.txt", "d.pdf", "e.txt", "h.xml", "i.docx"}
    assert {r.reason for r in results if isinstance(r, Skipped)} == {"feed without entries"}
    assert reasons(results)["b.txt"] == "empty file"


def test_a_file_given_by_name_is_read_whatever_its_suffix(tmp_path):
    put(tmp_path, **{"story.news": STORY, "README": STORY, "photo.jpg": b"\xff\xd8\xff"})
    results = list(read([tmp_path / "story.news", tmp_path / "README", tmp_path / "photo.jpg"]))
    assert ids(results) == ["story", "README"]
    assert reasons(results) == {"photo.jpg": "an image, not text. Save it as text or HTML first"}


def test_names_that_differ_only_in_the_suffix_do_not_clash(tmp_path):
    put(tmp_path, **{"a.md": "# T\n\nText.\n", "a.txt": STORY, "o/a.txt": STORY})
    assert ids(read([tmp_path, tmp_path / "o" / "a.txt"])) == ["a", "a.txt", "o/a"]
    put(tmp_path / "p", **{"a.txt": STORY})
    assert ids(read([tmp_path / "o", tmp_path / "p"])) == ["a", "a.txt"]


def test_a_file_met_twice_is_read_once(tmp_path):
    put(tmp_path, **{"a.txt": STORY})
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert ids(read([tmp_path, tmp_path / "a.txt", tmp_path])) == ["a"]


def test_links_that_lead_nowhere_or_back_do_not_stop_the_walk(tmp_path):
    put(tmp_path, **{"a/b.txt": STORY, "z.txt": STORY})
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "c.txt").symlink_to(tmp_path / "missing")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    results = list(read([tmp_path]))
    assert ids(results) == ["a/b", "z"]
    assert set(reasons(results)) == {"c.txt", "self.txt"}


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    assert reasons(read([tmp_path / "a.txt"])) == {"a.txt": "neither a file nor a folder"}


def test_a_missing_path_is_listed(tmp_path):
    assert reasons(read([tmp_path / "none"])) == {"none": "no such file or folder"}


def test_a_file_that_may_not_be_read_is_listed(tmp_path, monkeypatch):
    put(tmp_path, **{"a.txt": STORY, "b.txt": STORY})
    opened = type(tmp_path).open

    def refuse(path, mode):
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path, mode)

    monkeypatch.setattr(type(tmp_path), "open", refuse)
    results = list(read([tmp_path]))
    assert reasons(results) == {"a.txt": "cannot be read: Permission denied"}
    assert ids(results) == ["b"]


def test_a_folder_that_may_not_be_listed_is_listed(tmp_path, monkeypatch):
    put(tmp_path, **{"a/x.txt": STORY, "b.txt": STORY})
    listdir = os.listdir

    def refuse(path):
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    results = list(read([tmp_path]))
    assert reasons(results) == {"a": "cannot be read: Permission denied"}
    assert ids(results) == ["b"]


def test_a_file_too_large_is_listed(tmp_path, monkeypatch):
    for module in (index.readers.document, index.readers.large):
        monkeypatch.setattr(module, "LIMITS", Limits(document_bytes=10))
    put(tmp_path, **{"a.txt": STORY, "b.jsonl": json.dumps({"id": "1", "title": "", "text": "x"})})
    results = list(read([tmp_path]))
    assert reasons(results) == {"a.txt": "more than 10 bytes in a file"}
    assert ids(results) == ["1"]


def test_a_readers_own_failure_loses_one_file(tmp_path, monkeypatch, caplog):
    def fail(path, text):
        raise RuntimeError("bug")

    put(tmp_path, **{"a.txt": STORY, "b.jsonl": json.dumps({"id": "1", "title": "", "text": "x"})})
    monkeypatch.setattr(index.readers.document, "reader_of", lambda *_: fail)
    results = list(read([tmp_path]))
    assert reasons(results) == {"a.txt": "reader failed: RuntimeError: bug"}
    assert "reader failed on" in caplog.text


@pytest.mark.parametrize("name", ["news item (1).txt", "ein Ärgernis.txt", "a.b.c.txt"])
def test_names_are_kept_as_they_are(tmp_path, name):
    put(tmp_path, **{name: STORY})
    assert ids(read([tmp_path])) == [name.removesuffix(".txt")]
