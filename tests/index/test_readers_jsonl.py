import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers import Rejection, Skipped, read
from index.readers.clean import clean, clean_in_place
from rag.types import Article, Status

FULL = {
    "id": "a1",
    "title": "Ferry sinks",
    "text": "A ferry sank.\n\nTwo died.",
    "published": "2025-03-18T09:50:00+01:00",
    "source": "Harbour Watch",
    "status": "withdrawn",
    "supersedes": None,
    "unknown": {"kept": "out"},
}


def read_all(tmp_path, content, name="articles.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read([path]))


def lines(*items):
    return "".join(json.dumps(item) + "\n" for item in items)


def test_a_line_gives_an_article(tmp_path):
    (article,) = read_all(tmp_path, lines(FULL))
    assert article == Article(
        id="a1",
        title="Ferry sinks",
        text="A ferry sank.\n\nTwo died.",
        published_at=datetime(2025, 3, 18, 9, 50, tzinfo=timezone(timedelta(hours=1))),
        source="Harbour Watch",
        status=Status.WITHDRAWN,
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a"', "not JSON: Expecting ',' delimiter at column 11"),
        ("[1, 2]", "item: must be a JSON object with id, title and text"),
        (json.dumps({"id": "a"}), "title: Field required; text: Field required"),
        (json.dumps({**FULL, "id": 7}), "id: Input should be a valid string"),
        (json.dumps({**FULL, "id": " "}), "id: must be 1 to 500 visible characters"),
        (json.dumps({**FULL, "text": " \n"}), "text: empty text"),
        (json.dumps({**FULL, "published": "01/02/2026"}), "published: date with more than one"),
        (json.dumps({**FULL, "status": "gone"}), "status: Input should be 'usable', 'corrected'"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_rejected_alone(tmp_path, line, reason):
    first, bad, last = read_all(tmp_path, lines(FULL) + line + "\n\n" + lines({**FULL, "id": "a2"}))
    assert (first.id, last.id) == ("a1", "a2")
    assert (bad.place, bad.item) == (str(tmp_path / "articles.jsonl"), 2)
    assert bad.reason.startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_found_out(tmp_path, encoding):
    text = json.dumps({**FULL, "text": "Café prices rose, said Søren."}, ensure_ascii=False)
    (article,) = read_all(tmp_path, f"{text}\n".encode(encoding))
    assert article.text == "Café prices rose, said Søren."


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a"])
def test_json_is_known_by_its_content(tmp_path, name):
    assert read_all(tmp_path, json.dumps(FULL, indent=1), name)[0].id == "a1"
    two = [FULL, {**FULL, "id": "a2"}, {"id": "a3"}]
    *articles, bad = read_all(tmp_path, json.dumps(two), name)
    assert [a.id for a in articles] == ["a1", "a2"]
    assert bad.item == 3
    assert [a.id for a in read_all(tmp_path, lines(*two[:2]), name)] == ["a1", "a2"]


def test_a_newer_article_of_the_same_id_is_its_next_version(tmp_path):
    newer = {**FULL, "text": "Three died.", "updated": "2025-03-19"}
    first, second = read_all(tmp_path, lines(FULL, newer))
    assert (first.version, second.version) == (1, 2)
    assert second.text == "Three died."


USABLE = {**FULL, "status": "usable"}


def test_an_id_met_again_with_another_text_and_no_date_is_rejected(tmp_path):
    _, bad = read_all(tmp_path, lines(USABLE, {**USABLE, "published": None, "text": "Nine."}))
    assert isinstance(bad, Rejection)
    assert bad.kind == "duplicate id"
    assert "no date says which is newer" in bad.reason


@pytest.mark.parametrize(
    ("again", "reason"),
    [
        ({}, "the same article read before"),
        ({"published": None}, "the same article read before"),
        ({"published": "2020-01-01", "text": "Nine."}, "older version of an article already read"),
        ({"text": "Nine."}, "another copy of a version already read"),
    ],
)
def test_an_id_met_again_that_says_nothing_new_is_skipped(tmp_path, again, reason):
    _, other = read_all(tmp_path, lines(USABLE, {**USABLE, **again}))
    assert isinstance(other, Skipped)
    assert other.reason == reason


def test_a_withdrawal_needs_no_date(tmp_path):
    _, gone = read_all(tmp_path, lines(USABLE, {**FULL, "text": "Withdrawn."}))
    assert (gone.status, gone.version) == (Status.WITHDRAWN, 2)


def test_an_empty_file_is_rejected(tmp_path):
    assert read_all(tmp_path, b"")[0].reason == "empty file"


@given(st.text())
def test_offsets_into_the_files_text_are_offsets_into_the_stored_text(text):
    stored = clean_in_place(text)
    assert len(stored) == len(text)
    stored.encode()  # no lone surrogate is left
    kept = [(a, b) for a, b in zip(text, stored, strict=True) if a != b]
    assert all(not before.isprintable() for before, _ in kept)


@given(st.text())
def test_clean_is_done_once(text):
    assert clean(clean(text)) == clean(text)
