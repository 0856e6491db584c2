"""The example files of the standards' makers, where they are at hand."""

import json
import os
from pathlib import Path

import pytest

from index.readers import Skipped, Source
from index.readers.document import read_document
from rag.types import Article, Status

SHARED = Path(os.environ.get("SHARED", Path(__file__).parents[3] / "shared")) / "data" / "formats"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="no example files: set SHARED")

EXAMPLES = {
    (case := json.loads(line))["file"]: case
    for line in Path(__file__).with_name("format_examples.jsonl").read_text("utf-8").splitlines()
}


def read_example(name):
    path = SHARED / name
    with path.open("rb") as stream:
        ((_, outcome),) = read_document(Source.of_file(path, SHARED), stream)
    return outcome


@pytest.mark.parametrize("name", [n for n, case in EXAMPLES.items() if "title" in case])
def test_every_text_example_gives_headline_body_date_byline_and_status(name):
    case, article = EXAMPLES[name], read_example(name)
    assert isinstance(article, Article)
    assert article.title == case["title"]
    assert article.text.startswith(case["first"]) and article.text.endswith(case["last"])
    assert len(article.text.split("\n")) == case["paragraphs"]
    assert (article.dated_at and article.dated_at.isoformat()) == case["dated"]
    assert (article.byline, article.status) == (case["byline"], Status.USABLE)
    assert "<" not in article.text and "&amp;" not in article.text


@pytest.mark.parametrize("name", [n for n, case in EXAMPLES.items() if "skipped" in case])
def test_every_other_example_is_skipped_with_a_reason(name):
    outcome = read_example(name)
    assert isinstance(outcome, Skipped)
    assert outcome.reason == EXAMPLES[name]["skipped"]


def test_no_example_is_left_out():
    names = {path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file()}
    assert names == EXAMPLES.keys()
