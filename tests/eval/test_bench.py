"""What the benchmarks write and read; nothing here is timed."""

import json
from pathlib import Path

from eval.bench.corpus import write_articles
from eval.bench.tables import BEGIN, END, placed, tables

ROOT = Path(__file__).parents[2]


def test_the_documents_figures_are_those_of_the_stored_runs():
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert placed(text, tables(ROOT / "docs" / "figures")) == text


def test_what_stands_around_the_figures_stays():
    assert placed(f"a {BEGIN} old {END} b", "new") == f"a {BEGIN}\n\nnew\n{END} b"


def test_the_same_articles_are_made_again(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    first, second = (write_articles(tmp_path / name, 3) for name in "ab")
    assert first == second > 900
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "a").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["s0", "s1", "s2"]
