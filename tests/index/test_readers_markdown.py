from datetime import UTC, datetime, timedelta, timezone

import pytest

from index.readers import Rejection, read
from rag.types import Status


def read_one(tmp_path, content, name="story.md"):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    (result,) = read([path])
    return result


def test_front_matter_gives_every_field(tmp_path):
    article = read_one(
        tmp_path,
        """---
title: "Ferry sinks: two dead"
date: 2025-03-18T09:50:00+01:00
updated: 2025-03-19
source: Harbour Watch
section: World
authors: [Ann Lee, Joe Fox]
url: https://example.org/a
language: no
status: corrected
id: 007
supersedes: 006
tags: {a: b}
---
A ferry sank.
""",
    )
    assert article.title == "Ferry sinks: two dead"
    assert article.published_at == datetime(2025, 3, 18, 9, 50, tzinfo=timezone(timedelta(hours=1)))
    assert article.updated_at == datetime(2025, 3, 19, tzinfo=UTC)
    assert (article.source, article.section) == ("Harbour Watch", "World")
    assert article.byline == "Ann Lee, Joe Fox"
    assert (article.url, article.language) == ("https://example.org/a", "no")
    assert (article.id, article.supersedes) == ("007", "006")
    assert article.status is Status.CORRECTED
    assert article.text == "A ferry sank."


def test_the_first_heading_is_the_headline_where_none_is_stated(tmp_path):
    article = read_one(tmp_path, "# Ferry *sinks*\n\nA ferry sank.\n\n## Rescue\n\nBoats came.\n")
    assert article.title == "Ferry sinks"
    assert article.text == "A ferry sank.\n\nRescue\n\nBoats came."
    assert article.id == "story"


def test_a_heading_that_repeats_the_stated_title_is_not_text(tmp_path):
    article = read_one(tmp_path, "---\ntitle: Ferry sinks\n---\n# Ferry sinks\n\nIt sank.\n")
    assert article.text == "It sank."


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("A [link](https://e.org) and **bold** *text*.", "A link and bold text."),
        ("An ![image](a.png)end.", "An end."),
        ("Soft\nbreak.", "Soft break."),
        ("- One\n- Two", "One\n\nTwo"),
        ("> Quoted *text*.", "Quoted text."),
        ("```\ncode here\n```", "code here"),
        ("Use `x < y` here.", "Use x < y here."),
        ("A <b>bold</b> word.", "A bold word."),
        ("<div>Block <i>text</i></div>", "Block text"),
        ("<script>alert(1)</script>\n\nAfter.", "After."),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n\n1 | 2"),
        ("5 &lt; 6 &amp; \\*stars\\*", "5 < 6 & *stars*"),
        ("Über 3 % der Löhne.", "Über 3 % der Löhne."),
    ],
)
def test_markup_becomes_plain_text(tmp_path, markup, plain):
    assert read_one(tmp_path, f"# T\n\n{markup}\n").text == plain


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("title: [unclosed", "front matter is not YAML"),
        ("date: 01/02/2026", "published: date with more than one reading"),
        ("updated: yesterday", "updated: date without a four-digit year"),
        ("status: retracted", "front matter, status"),
    ],
)
def test_bad_front_matter_is_rejected_with_its_reason(tmp_path, front, reason):
    result = read_one(tmp_path, f"---\ntitle: T\n{front}\n---\nA ferry sank.\n")
    assert isinstance(result, Rejection)
    assert result.reason.startswith(reason)


def test_nothing_below_the_front_matter_is_rejected(tmp_path):
    result = read_one(tmp_path, "---\nsource: AP\n---\n\n")
    assert result.reason == "no text below the front matter"


def test_a_rule_at_the_start_is_no_front_matter(tmp_path):
    article = read_one(tmp_path, "---\n\n# Ferry\n\nIt sank.\n\n---\n\nThe end.\n")
    assert (article.title, article.text) == ("Ferry", "It sank.\n\nThe end.")


def test_deeply_nested_markup_is_read(tmp_path):
    assert read_one(tmp_path, "# T\n\n" + ">" * 2000 + " deep\n").text
