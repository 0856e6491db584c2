from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.readers import Rejection, read

SEEDS = Path(__file__).parents[2] / "seeds"


def read_one(tmp_path, content, name="story.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (result,) = read([path])
    return result


def test_the_seed_reads_as_an_outlet_wrote_it():
    (article,) = read([SEEDS])
    assert article.title == "Trump plans talks with Putin over truce"
    assert article.updated_at == datetime(2025, 3, 18, 9, 50, tzinfo=UTC)
    assert article.published_at is None
    assert article.source == "Xinhua - Agencies"
    assert article.text.startswith("WASHINGTON/MOSCOW — US President")
    assert article.text.endswith("it's not something for Russia to accept or not.\"")
    assert article.id == "000_75a5927de64e13fc"


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("Published: 2025-03-18", (2025, 3, 18, 0, 0), None),
        ("Last updated: March 18, 2025 9:50 p.m.", None, (2025, 3, 18, 21, 50)),
        (
            "Published: 2025-03-17 | Updated: 2025-03-18 10:00",
            (2025, 3, 17, 0, 0),
            (2025, 3, 18, 10, 0),
        ),
        ("2025-03-18 09:50", (2025, 3, 18, 9, 50), None),
    ],
)
def test_a_date_line_is_read_and_leaves_the_text(tmp_path, line, published, updated):
    article = read_one(tmp_path, f"Ferry sinks\n{line}\n\nA ferry sank on Monday.\n")
    assert article.text == "A ferry sank on Monday."
    assert article.published_at == (published and datetime(*published, tzinfo=UTC))
    assert article.updated_at == (updated and datetime(*updated, tzinfo=UTC))


def test_a_date_line_that_is_no_date_stays_in_the_text(tmp_path):
    article = read_one(tmp_path, "Ferry sinks\nUpdated: soon\nA ferry sank.\n")
    assert article.text == "Updated: soon\nA ferry sank."
    assert article.updated_at is None


def test_a_byline_is_read(tmp_path):
    article = read_one(tmp_path, "Ferry sinks\nBy Ann Lee and Joe Fox\nA ferry sank.\n")
    assert (article.byline, article.text) == ("Ann Lee and Joe Fox", "A ferry sank.")


@pytest.mark.parametrize(
    ("last", "source"),
    [
        ("Xinhua - Agencies", "Xinhua - Agencies"),
        ("AFP", "AFP"),
        ("(Reuters)", "Reuters"),
        ("— Associated Press", "Associated Press"),
        ("The Daily Herald", "The Daily Herald"),
        ("Source: Harbour Watch", "Harbour Watch"),
    ],
)
def test_a_closing_source_line_is_taken_off(tmp_path, last, source):
    article = read_one(tmp_path, f"Ferry sinks\n\nA ferry sank.\n\n{last}\n")
    assert (article.source, article.text) == (source, "A ferry sank.")


@pytest.mark.parametrize(
    "last",
    [
        "He said so to Reuters.",
        "Who will pay Reuters?",
        '"Ask the Press"',
        "She left the AP",
        "Leeds 2, York 1",
        "Happy New Year",
        "More than 40 people told Reuters they had seen it",
        "Two held over attack on Daily Post reporter in Leeds city centre",
    ],
)
def test_a_closing_line_that_may_be_a_sentence_stays(tmp_path, last):
    article = read_one(tmp_path, f"Ferry sinks\n\nA ferry sank.\n\n{last}\n")
    assert article.source is None
    assert article.text.endswith(last)


def test_a_source_name_under_a_line_that_is_no_sentence_stays(tmp_path):
    article = read_one(tmp_path, "Prizes\n\nThe winners\n\nThe Daily Herald\n")
    assert article.text.endswith("The Daily Herald")


def test_hard_wrapped_copy_is_unwrapped(tmp_path):
    article = read_one(
        tmp_path,
        "Bridge closes\n\n"
        "The committee met on Tuesday to consider whether the bridge over\n"
        "the river should be closed to traffic in the summer months, and\n"
        "it decided to wait for the report.\n\nWork began.\n",
    )
    first, second = article.text.split("\n")
    assert first.startswith("The committee") and "over the river" in first
    assert second == "Work began."


def test_a_headline_alone_is_its_own_text(tmp_path):
    article = read_one(tmp_path, "Fire at the harbour kills two")
    assert article.title == article.text == "Fire at the harbour kills two"


def test_a_text_without_a_headline_is_named_after_its_file(tmp_path):
    paragraph = "A ferry sank off the coast on Tuesday, police said. " * 8
    article = read_one(tmp_path, paragraph, name="ferry_sinks-again.txt")
    assert article.title == "ferry sinks again"
    assert article.text == paragraph.strip()


def test_only_head_lines_are_rejected(tmp_path):
    result = read_one(tmp_path, "2025-03-18\nUpdated: 2025-03-19\n")
    place = str(tmp_path / "story.txt")
    assert result == Rejection(place, None, "no text, only dates or names", "empty")


def test_stored_text_is_nfc_with_plain_newlines_and_no_controls(tmp_path):
    article = read_one(tmp_path, "Cafe\u0301\r\n\r\nOne\u00a0two.\x07\r\n\r\nThree\x1b[31m.\r\n")
    assert article.title == "Caf\u00e9"
    assert article.text == "One\u00a0two.\nThree[31m."


@pytest.mark.parametrize(
    "slow",
    [
        "<!---->" * 500 + "x",
        "<!DOCTYPE x [a]>" * 300 + "x",
        "<?x?>" * 700 + "x",
        f"Ferry sinks\nBy {'A' * 5_000}!\n\nA ferry sank.",
        f"Ferry sinks\nBy {'Ann ' * 2_000}!\n\nA ferry sank.",
    ],
    ids="comments,doctypes,instructions,name,names".split(","),
)
def test_a_text_built_to_be_slow_is_read_at_once(tmp_path, slow):
    (tmp_path / "a.txt").write_text(slow)
    assert len(list(read([tmp_path]))) == 1
