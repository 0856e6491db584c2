"""What keeping an archive costs: one article more, nothing new, copies in a growing pile.

    python -m eval.bench.archive [--articles 1400] [--repeat 10]

The articles are made of random words. Their vectors are random too, and laid where a run that
did not end leaves its own: nothing is embedded, so all that is measured is the keeping. Beside
the time on the wall stands the processor's, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.build import add, build
from index.check import check
from index.copies import copies_of, sketch
from index.models import find_model
from index.readers import read
from index.schema import embedded_text, vector_id, vector_kind
from index.split import split_passages
from index.spool import VectorSpool
from rag.settings import load_settings
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.settings import Settings

START = datetime(2025, 1, 1, tzinfo=UTC)
PER_DAY = 300
COPIED = 0.2  # of the articles, as in Velland


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1400)
    parser.add_argument("--repeat", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "load": os.getloadavg()[0],
            "cores": len(os.sched_getaffinity(0)),
            **publishing(Path(folder), arguments.articles, arguments.repeat),
            "grouping": [grouping(n) for n in (1_000, 10_000, 50_000)],
        }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def publishing(folder: Path, n_articles: int, repeat: int) -> dict[str, object]:
    """Time adding one article, and adding nothing new, to an index of `n_articles`."""
    settings = load_settings(index=folder / "index")
    files = folder / "files"
    files.mkdir()
    stories = texts(n_articles + repeat, n_words=340)
    for n in range(n_articles):
        write(files / f"n{n}.json", n, next(stories))
    spool_vectors(files, settings)
    built = build([files], settings)
    wall_ms, cpu_ms = [], []
    for n in range(n_articles, n_articles + repeat):
        path = write(folder / f"n{n}.json", n, next(stories))
        spool_vectors(path, settings)
        started, started_cpu = time.perf_counter(), time.process_time()
        add([path], settings)
        wall_ms.append(round(1000 * (time.perf_counter() - started), 1))
        cpu_ms.append(round(1000 * (time.process_time() - started_cpu), 1))
    started = time.perf_counter()
    unchanged = add([files], settings).unchanged
    took_s = time.perf_counter() - started
    return {
        "passages": built.counts["passages"],
        "add_one_wall_ms": sorted(wall_ms),
        "add_one_cpu_ms": sorted(cpu_ms),
        "unchanged_files": unchanged,
        "no_change_s": round(took_s, 2),
        "faults": len(check(settings.index)),
    }


def grouping(n: int) -> dict[str, float]:
    """Time sketching and linking `n` articles of 300 words, a fifth of them copies."""
    pile = list(texts(n, n_words=300))
    started = time.perf_counter()
    sketches = [sketch(text) for text in pile]
    sketched = time.perf_counter()
    links = copies_of(sketches, np.arange(n) * 86_400.0 / PER_DAY)
    linked = time.perf_counter()
    return {
        "articles": n,
        "sketch_s": round(sketched - started, 2),
        "link_s": round(linked - sketched, 2),
        "us_per_article": round(1e6 * (linked - started) / n, 1),
        "copies": int((links >= 0).sum()),
    }


def texts(n: int, *, n_words: int) -> Iterator[str]:
    """Yield articles of random words, some of them an earlier one with a line of their own."""
    rng = random.Random(n)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrst", k=6)) for _ in range(20_000)]
    recent: list[str] = []
    for _ in range(n):
        if recent and rng.random() < COPIED:
            text = f"{rng.choice(recent)} {' '.join(rng.choices(vocabulary, k=9))}."
        else:
            words = rng.choices(vocabulary, k=n_words)
            sentences = (words[i : i + 20] for i in range(0, n_words, 20))
            text = " ".join(" ".join(s).capitalize() + "." for s in sentences)
        recent = [*recent[-PER_DAY:], text]
        yield text


def write(path: Path, n: int, text: str) -> Path:
    """Write an article as a file; they appear evenly over the days."""
    published = (START + timedelta(days=n / PER_DAY)).isoformat()
    record = {"id": f"n{n}", "title": f"News {n}", "text": text, "published": published}
    path.write_text(json.dumps(record), "utf-8")
    return path


def spool_vectors(files: Path, settings: Settings) -> None:
    """Lay a random unit vector ready for every passage of `files`."""
    card = find_model(settings.model)
    settings.index.mkdir(exist_ok=True)
    kind = vector_kind(card.fingerprint, settings.computes_in())
    spool = VectorSpool(settings.index, kind=kind, dimension=card.dimension)
    rng = np.random.default_rng(7)
    for article in read([files]):
        if not isinstance(article, Article):
            continue
        names = [
            vector_id(kind, embedded_text(article.title, passage.text))
            for passage in split_passages(article, max_tokens=settings.passage_tokens)
        ]
        vectors = rng.normal(size=(len(names), card.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        spool.append(zip(names, vectors, strict=True))


if __name__ == "__main__":
    main()
