"""One writer that never rests, eight readers: nobody waits, nobody fails, nothing is mixed."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from index.build import add, build, remove
from index.check import check
from rag.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Writer

pytestmark = pytest.mark.soak

READERS = 8
SECONDS = 60
QUESTION = "Which harbour will the ferry of the island call at?"
TOPICS = "ferry mill bridge choir school harbour market station tower theatre river road".split()


def edition(path: Path, n: int) -> Path:
    """A dozen articles that change together: an answer of two editions was of two generations."""
    articles = [
        {
            "id": topic,
            "title": f"The {topic} of the island",
            "text": f"Edition {n} of the news on the {topic}. The {topic} of the island will call "
            f"at the harbour of Lunt {n % 7} times a week, the council said on Monday.",
        }
        for topic in TOPICS
    ]
    path.write_text("\n".join(map(json.dumps, articles)))
    return path


def test_readers_never_wait_fail_or_mix(writer: Writer, index: Path, tmp_path: Path) -> None:
    settings = load_settings(index=index, threads=1)
    build([edition(tmp_path / "news.jsonl", 0)], settings)
    report = tmp_path / "report"
    writer.start(index, "read", [QUESTION, SECONDS, READERS], report)
    writer.go()
    n, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        n += 1
        add([edition(tmp_path / "news.jsonl", n)], settings)
        if n % 10 == 0:  # what is removed and comes back, comes back in the next edition
            build([], settings)
            remove(["tower"], settings)
    assert writer.ended() == 0, writer.log.read_text()
    assert check(index) == ()
    reports = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("report.*"))]
    print(json.dumps({"editions": n, "readers": reports}))  # noqa: T201
    assert len(reports) == READERS
    assert n > 20
    assert all(r["answers"] > 10 and r["generations"] > 5 for r in reports)
