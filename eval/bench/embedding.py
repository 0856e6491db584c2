"""Time embedding against sentence-transformers' default: python -m eval.bench.embedding.

All ways embed the same slabs of passages in turn, in one process, so that ratios are reported.
Fidelity is measured on the same passages, none of which anything was calibrated on.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.bench.machine import machine, percentiles
from index.embed import GraphEmbedder, open_tokenizer
from index.models import find_model
from index.readers import read
from index.schema import embedded_text
from index.split import split_passages
from rag.runtime import precision_of
from rag.settings import load_settings
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from rag.runtime import Precision

    Vectors = NDArray[np.float32]

SETS = (Path("eval/sets/velland"), Path("eval/training/written"))
CALIBRATED = ("u1-", "u2-")  # what int8 was fitted on (eval/training/calibrate.py) by its ids
PRECISIONS: tuple[Precision, ...] = ("auto", "int8")
HIDDEN, LAYERS, WIDE = 384, 6, 1536


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slabs", type=int, default=8)
    parser.add_argument("--slab", type=int, default=128, help="passages in a slab")
    options = parser.parse_args()
    before = machine()
    threads = load_settings().n_threads
    passages, titles = texts(options.slabs * options.slab)
    with tempfile.TemporaryDirectory() as folder:
        ours, rounded = (
            GraphEmbedder(find_model(), Path(folder), n_threads=threads, precision=precision)
            for precision in PRECISIONS
        )
    theirs = reference(threads)
    slabs = [passages[at : at + options.slab] for at in range(0, len(passages), options.slab)]
    embed = {
        "dateline": lambda slab: stacked(ours, slab),
        "int8": lambda slab: stacked(rounded, slab),
        "sentence-transformers": theirs,
    }
    seconds, vectors = alternate(embed, slabs)
    rates = {
        name: [len(s) / t for s, t in zip(slabs, seconds[name], strict=True)] for name in embed
    }
    ratios = {
        name: spread([a / b for a, b in zip(rate, rates["sentence-transformers"], strict=True)])
        for name, rate in rates.items()
    }
    encodings = open_tokenizer(find_model()).encode_batch(passages)
    tokens = sum(len(encoding.ids) for encoding in encodings)
    flops = tokens * flops_per_token(tokens / len(passages))
    exact = vectors["sentence-transformers"]
    found = {
        "machine": before,
        "precision": precision_of("auto"),
        "passages": len(passages),
        "wordpieces": tokens,
        "passages_per_s": {name: spread(rate) for name, rate in rates.items()},
        "ratio": ratios["dateline"],
        "gflops": round(flops / sum(seconds["dateline"]) / 1e9, 1),
        "matmul_peak_gflops": peaks(threads),
        "fidelity": fidelity(vectors["dateline"], exact, titles, ours, theirs),
        "int8": {
            "ratio": ratios["int8"],
            "gflops": round(flops / sum(seconds["int8"]) / 1e9, 1),
            "fidelity": fidelity(vectors["int8"], exact, titles, rounded, theirs),
        },
        "question_ms": question_ms(ours, titles),
        "load_after": os.getloadavg()[0],
    }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def texts(n: int, *, calibrated: bool = False) -> tuple[list[str], list[str]]:
    """Return n passages as they are embedded, and the headlines of their articles.

    They are those that int8 was calibrated on, or others.
    """
    articles = [
        article
        for folder in SETS
        for article in read([folder / "articles.jsonl"])
        if isinstance(article, Article) and article.id.startswith(CALIBRATED) == calibrated
    ]
    random.Random(7).shuffle(articles)
    passages, titles = [], []
    for article in articles:
        titles.append(article.title)
        parts = split_passages(article, max_tokens=load_settings().passage_tokens)
        passages += [embedded_text(article.title, part.text) for part in parts]
        if len(passages) >= n:
            break
    return passages[:n], titles


def reference(threads: int) -> Callable[[Sequence[str]], Vectors]:
    """Return sentence-transformers' own way of embedding, at its defaults."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(find_model().folder), device="cpu", local_files_only=True)
    return lambda slab: np.asarray(
        model.encode(list(slab), normalize_embeddings=True, show_progress_bar=False), np.float32
    )


def stacked(embedder: GraphEmbedder, slab: Sequence[str]) -> Vectors:
    """Return the vectors (n, d) of a slab in its order."""
    found = dict(embedder.embed_passages(slab))
    return np.stack([found[i] for i in range(len(slab))])


def alternate(
    embed: dict[str, Callable[[Sequence[str]], Vectors]], slabs: Sequence[Sequence[str]]
) -> tuple[dict[str, list[float]], dict[str, Vectors]]:
    """Embed every slab by every way, the first way in turn; return seconds and vectors."""
    seconds: dict[str, list[float]] = {name: [] for name in embed}
    vectors: dict[str, list[Vectors]] = {name: [] for name in embed}
    for way in embed.values():
        way(slabs[0][:8])  # the first call prepares
    for n, slab in enumerate(slabs):
        for name in list(embed)[:: 1 if n % 2 else -1]:
            started = time.perf_counter()
            vectors[name].append(embed[name](slab))
            seconds[name].append(time.perf_counter() - started)
    return seconds, {name: np.concatenate(found) for name, found in vectors.items()}


def fidelity(
    a: Vectors,
    b: Vectors,
    titles: Sequence[str],
    ours: GraphEmbedder,
    theirs: Callable[[Sequence[str]], Vectors],
) -> dict[str, float]:
    """Return cosines of the vectors of two ways (n, d), and the shared ten nearest a headline."""
    cosines = (a * b).sum(axis=1)
    asked_a, asked_b = stacked(ours, titles), theirs(titles)
    tops = (np.argsort(-(q @ v.T), axis=1)[:, :10] for q, v in ((asked_a, a), (asked_b, b)))
    shared = [len(set(x) & set(y)) / 10 for x, y in zip(*(t.tolist() for t in tops), strict=True)]
    return {
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "top10_overlap": round(float(np.mean(shared)), 4),
        "questions": len(titles),
    }


def question_ms(embedder: GraphEmbedder, titles: Sequence[str]) -> dict[str, float]:
    """Return percentiles of embedding one short text."""
    took = []
    for title in titles:
        started = time.perf_counter()
        embedder.embed_question(title)
        took.append(1000 * (time.perf_counter() - started))
    return percentiles(took, digits=2)


def flops_per_token(length: float) -> float:
    """Return the multiplications and additions of one token in a text of so many."""
    weights = LAYERS * (4 * HIDDEN**2 + 2 * HIDDEN * WIDE)
    return 2 * weights + LAYERS * 4 * HIDDEN * length


def peaks(threads: int) -> dict[str, float]:
    """Return the best GFLOP/s of torch's matrix product of 2048 by precision."""
    import torch

    torch.set_num_threads(threads)
    found = {}
    for name, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        a, b = (torch.randn(2048, 2048).to(kind) for _ in range(2))
        took = []
        for _ in range(8):
            started = time.perf_counter()
            torch.mm(a, b)
            took.append(time.perf_counter() - started)
        found[name] = round(2 * 2048**3 / min(took) / 1e9, 1)
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, least and most."""
    middle = statistics.median(values)
    return {
        k: round(v, 2)
        for k, v in zip(("median", "min", "max"), (middle, min(values), max(values)), strict=True)
    }


if __name__ == "__main__":
    main()
