import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from eval.questions import Evidence, load_set, parse_as_of
from rag.errors import UsageError
from rag.types import Turn


def test_load_set_reads_every_key_of_the_contract(tmp_path, question_line, write_lines):
    line = question_line(
        "q1",
        "How many?",
        history=[{"question": "Which ferry?", "answer": "Calder Star."}],
        as_of="2025-09-18",
        note="kept out",
    )
    folder = tmp_path / "mine"
    path = write_lines(folder / "questions.jsonl", [line])
    loaded = load_set(folder)
    case = loaded.cases[0]
    assert (case.id, case.facts, case.answerable) == ("q1", (("148",),), True)
    assert case.evidence == (Evidence("d1", line["evidence"][0]["quote"]),)
    assert case.history == (Turn("Which ferry?", "Calder Star."),)
    assert case.as_of == datetime(2025, 9, 18, 23, 59, 59, 999999, UTC)
    assert (loaded.name, loaded.articles, loaded.articles_hash) == ("mine", None, None)
    assert loaded.questions_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_load_set_finds_the_sets_own_articles(tmp_path, question_line, write_lines):
    write_lines(tmp_path / "questions.jsonl", [question_line("q1", "How many?")])
    articles = write_lines(tmp_path / "articles.jsonl", [{"id": "d1"}])
    loaded = load_set(tmp_path)
    assert loaded.articles == articles
    assert loaded.articles_hash == hashlib.sha256(articles.read_bytes()).hexdigest()


def test_load_set_passes_over_blank_lines_and_line_separators_in_text(
    tmp_path, question_line, write_lines
):
    path = write_lines(tmp_path / "questions.jsonl", [question_line("q1", "How\u2028many?")])
    path.write_text(
        "\ufeff" + path.read_text().replace("\\u2028", "\u2028") + "\n \n", encoding="utf-8"
    )
    assert [case.question for case in load_set(tmp_path).cases] == ["How\u2028many?"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"{not json", "line 2: not JSON"),
        (b"[1]", "line 2"),
        (b'{"id": "q2"}', "line 2, question"),
        (b'{"id": "\xff"}', "line 2: not UTF-8"),
        (b'{"id": "\\ud83d"}', "line 2, id"),
        (
            b'{"id": "q2", "question": "?", "type": "x", "answerable": true, "answers": [], '
            b'"evidence": [], "as_of": "last week"}',
            "line 2, as_of",
        ),
    ],
)
def test_load_set_names_the_file_and_line_of_a_bad_line(
    tmp_path, question_line, write_lines, line, named
):
    path = write_lines(tmp_path / "questions.jsonl", [question_line("q1", "How many?")])
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(UsageError, match=named) as raised:
        load_set(tmp_path)
    assert str(path) in str(raised.value)


def test_load_set_refuses_an_id_that_comes_twice(tmp_path, question_line, write_lines):
    line = question_line("q1", "How many?")
    write_lines(tmp_path / "questions.jsonl", [line, line])
    with pytest.raises(UsageError, match="'q1' comes twice"):
        load_set(tmp_path)


@pytest.mark.parametrize("lines", [None, []])
def test_load_set_refuses_a_folder_without_questions(tmp_path, write_lines, lines):
    if lines is not None:
        write_lines(tmp_path / "questions.jsonl", lines)
    with pytest.raises(UsageError, match=r"questions\.jsonl"):
        load_set(tmp_path)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-31", datetime(2025, 1, 31, 23, 59, 59, 999999, UTC)),
        ("2025-01-31T08:00", datetime(2025, 1, 31, 8, tzinfo=UTC)),
        (
            "2025-01-31T08:00:00+02:00",
            datetime(2025, 1, 31, 8, tzinfo=timezone(timedelta(hours=2))),
        ),
    ],
)
def test_parse_as_of_takes_a_date_to_its_end_and_an_instant_as_it_is(text, instant):
    assert parse_as_of(text) == instant
