"""Switching things off, on a small archive with the real reader."""

from __future__ import annotations

import pytest

from eval.ablation import EVERYTHING, SHOWN, ablate, render_ablation
from rag.errors import UsageError
from rag.settings import load_settings

ARTICLES = [
    {
        "id": "mill",
        "title": "Fire guts mill",
        "text": "The mill at Oster burned down on Monday. Damage was put at 4 million crowns.",
        "published": "2025-04-07T09:00:00Z",
    },
    {
        "id": "choir",
        "title": "Choir sings",
        "text": "The choir of Visby sang for 300 guests. Ada Quill led it.",
        "published": "2025-04-08T09:00:00Z",
    },
]
DAMAGE = "Damage was put at 4 million crowns."


@pytest.fixture
def folder(tmp_path, question_line, write_lines):
    write_lines(tmp_path / "tiny" / "articles.jsonl", ARTICLES)
    line = question_line(
        "q1", "What was the damage at the Oster mill?", answers=[["4 million crowns"]],
        evidence=[{"doc": "mill", "quote": DAMAGE}],
    )  # fmt: skip
    write_lines(tmp_path / "tiny" / "questions.jsonl", [line])
    return tmp_path / "tiny"


def test_ablate_switches_every_feature_off_once(folder, tmp_path):
    rows = ablate(folder, load_settings(cache=tmp_path / "cache", threshold=0.0))
    names = [row.name for row in rows]
    assert names[0] == EVERYTHING
    assert len(names) == len(set(names))
    assert "sentence: selector" in names and "refusing" in names
    assert all(len(row.values) == len(SHOWN) for row in rows)
    assert rows[0].values[SHOWN.index("correct")] == 1.0
    assert any(row.values != rows[0].values for row in rows[1:])  # some switch does something
    table = render_ablation(rows)
    assert all(name in table for name in names)


def test_ablate_wants_a_set_with_articles(folder, tmp_path):
    (folder / "articles.jsonl").unlink()
    with pytest.raises(UsageError, match="articles"):
        ablate(folder, load_settings(cache=tmp_path / "cache"))
