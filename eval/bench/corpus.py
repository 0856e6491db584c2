"""Articles to measure on: the sentences of our written news, shuffled with a seed."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

WRITTEN = Path("eval/training/written")
N_SENTENCES = 20  # of an article: about five passages
START = datetime(2024, 1, 1, tzinfo=UTC)


def write_articles(path: Path, n: int) -> int:
    """Write n articles of shuffled sentences; return their number of words."""
    rng = random.Random(n)
    lines = (WRITTEN / "articles.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    sentences = [s for row in rows for s in row["text"].replace("\n\n", " ").split(". ") if s]
    n_words = 0
    with path.open("w", encoding="utf-8") as file:
        for i in range(n):
            text = ". ".join(rng.sample(sentences, N_SENTENCES)).rstrip(".") + "."
            n_words += len(text.split())
            row = {
                "id": f"s{i}",
                "title": rng.choice(rows)["title"],
                "text": text,
                "source": rng.choice(rows)["source"],
                "published": (START + timedelta(hours=3 * i)).isoformat(),
            }
            file.write(json.dumps(row) + "\n")
    return n_words
