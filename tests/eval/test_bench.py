"""What the benchmarks write and read; nothing here is timed."""

import json
from pathlib import Path
from xml.etree import ElementTree

from eval.bench.corpus import write_articles
from eval.bench.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, growth_plot
from eval.bench.tables import BEGIN, END, placed, tables

ROOT = Path(__file__).parents[2]


def test_the_documents_figures_are_those_of_the_stored_runs():
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert placed(text, tables(ROOT / "docs" / "figures")) == text


def test_the_plot_draws_every_size_between_its_axes():
    sizes = [
        {"passages": n, "retrieval_ms": {"p50": a, "p95": b}, "answer_ms": {"p50": c, "p95": d}}
        for n, a, b, c, d in ((12_000, 9.0, 14.0, 110.0, 180.0), (10**6, 35.5, 60.0, 150.0, 260.0))
    ]
    drawn = ElementTree.fromstring(growth_plot(sizes))
    circles = drawn.findall("{*}circle")
    assert len(circles) == 8
    assert all(LEFT <= float(c.get("cx")) <= WIDTH - RIGHT for c in circles)
    assert all(TOP <= float(c.get("cy")) <= HEIGHT - BOTTOM for c in circles)
    right = [c for c in circles if float(c.get("cx")) == WIDTH - RIGHT]
    assert len(right) == 4  # a million is a power of ten


def test_what_stands_around_the_figures_stays():
    assert placed(f"a {BEGIN} old {END} b", "new") == f"a {BEGIN}\n\nnew\n{END} b"


def test_the_same_articles_are_made_again(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    first, second = (write_articles(tmp_path / name, 3) for name in "ab")
    assert first == second > 900
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "a").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["s0", "s1", "s2"]
