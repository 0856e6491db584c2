"""Articles to measure on: sentences of our written news, put together anew with a seed.

An article takes its sentences from two of the written ones, so that a passage is about something.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

WRITTEN = Path("eval/training/written")
N_SENTENCES = 20  # of an article
PER_ARTICLE = 3.8  # passages, on average
START, DAYS = datetime(2005, 1, 1, tzinfo=UTC), 20 * 365


def write_articles(path: Path, n: int) -> int:
    """Write n articles, spread evenly over twenty years; return their number of words."""
    rng = random.Random(n)
    lines = (WRITTEN / "articles.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    told = [sentences_of(row["text"].replace("\n\n", " ")) for row in rows]
    n_words = 0
    with path.open("w", encoding="utf-8") as file:
        for i in range(n):
            first, second = rng.sample(range(len(rows)), 2)
            known = told[first] + told[second]
            text = " ".join(rng.sample(known, min(N_SENTENCES, len(known))))
            n_words += len(text.split())
            row = {
                "id": f"s{i}",
                "title": rows[first]["title"],
                "text": text,
                "source": rows[second]["source"],
                "published": (START + timedelta(days=DAYS * i / n)).isoformat(),
            }
            file.write(json.dumps(row) + "\n")
    return n_words


def sentences_of(text: str) -> list[str]:
    """Cut a text of this corpus after every full stop and space, as it was put together."""
    return [f"{s.removesuffix('.')}." for s in text.split(". ") if s]
