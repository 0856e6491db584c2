"""Measure how an archive grows: python -m eval.bench.scale --passages 12000 100000 1000000.

Everything is done as for real but the embedding of passages, which would take hours: a passage
gets the mean of its sentences' real vectors and its headline's, and a difference drawn from those
between such a mean and the real vector of a passage. Questions are real and embedded for real.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import index.embed
from eval.bench.corpus import PER_ARTICLE, WRITTEN, sentences_of, write_articles
from eval.bench.machine import machine
from eval.bench.questions import asked, fresh, resident_bytes, written_questions
from index import generation as gen
from index.build import add, build
from index.dense import DenseIndex
from index.embed import open_embedder
from index.keys import Keys, key_of
from index.lexical import LexicalIndex
from index.schema import embedded_text
from index.store import Archive
from rag.question import understand
from rag.retrieve import Retriever
from rag.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from index.embed import Embedder
    from index.models import ModelCard
    from rag.settings import Settings

    Vectors = NDArray[np.float32]

N_REAL = 600  # passages embedded for real, to learn how they differ from a mean
N_ADDED = 7
K = 20


def main() -> None:
    """Measure every size, smallest first, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[12_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--ask", type=Path, help="ask the index there, in a process of its own")
    options = parser.parse_args()
    if options.ask:
        found = questions_of(load_settings(index=options.ask), options.questions)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    described = machine()
    likeness = Likeness.learnt(load_settings(index=Path("nowhere")))
    index.embed.open_embedder = lambda _: likeness  # type: ignore[assignment]
    sizes = [measured(n, options.questions) for n in options.passages]
    words, seconds = (np.log([s[x] for s in sizes]) for x in ("words", "seconds_but_embedding"))
    found = {"machine": described, "likeness": likeness.cosine, "sizes": sizes}
    if len(sizes) > 1:  # seconds grow as words to the power of this
        found["growth_exponent"] = round(float(np.polyfit(words, seconds, 1)[0]), 3)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


@dataclass(slots=True)
class Likeness:
    """Stands in for the embedder of passages; see the module.

    `cosine` are means, held against real vectors: of the vectors given, and of two passages'.
    """

    card: ModelCard
    real: Embedder
    known: dict[str, Vectors]
    differences: Vectors
    cosine: dict[str, float]

    @classmethod
    def learnt(cls, settings: Settings) -> Likeness:
        """Embed every sentence and headline of the corpus, and some passages."""
        real = open_embedder(settings)
        rows = [json.loads(s) for s in (WRITTEN / "articles.jsonl").read_text("utf-8").splitlines()]
        told = [sentences_of(row["text"].replace("\n\n", " ")) for row in rows]
        texts = list({s for row in told for s in row} | {row["title"] for row in rows})
        known = dict(zip(texts, _embedded(real, texts), strict=True))
        made = cls(real.card, real, known, np.zeros((1, 1), np.float32), {})
        draw = random.Random(1)
        picked = [draw.randrange(len(rows)) for _ in range(N_REAL)]
        passages = [
            embedded_text(rows[i]["title"], " ".join(draw.sample(told[i], min(5, len(told[i])))))
            for i in picked
        ]
        vectors = _embedded(real, passages)
        means = np.array([made.mean(text) for text in passages])
        made.differences = vectors - means
        given = np.array([made.vector(text) for text in passages])
        made.cosine = {
            "of_given_with_real": _mean_cosine(given, vectors),
            "of_neighbours_given": _mean_cosine(given[1:], given[:-1]),
            "of_neighbours_real": _mean_cosine(vectors[1:], vectors[:-1]),
        }
        return made

    def embed_passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        """Yield (position, vector) as an embedder does."""
        yield from ((i, self.vector(text)) for i, text in enumerate(texts))

    def embed_question(self, text: str) -> Vectors:
        """Return the real vector of a question."""
        return self.real.embed_question(text)

    def mean(self, text: str) -> Vectors:
        """Return the mean of what is known of a text's headline and sentences, length 1."""
        title, passage = text.split("\n", 1)
        found = [self.known[s] for s in (title, *sentences_of(passage)) if s in self.known]
        total = np.sum(found, axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def vector(self, text: str) -> Vectors:
        """Return the vector given to a text, always the same."""
        difference = self.differences[key_of(text) % len(self.differences)]
        total = self.mean(text) + difference
        return np.asarray(total / np.linalg.norm(total), np.float32)


def measured(n_passages: int, n_questions: int) -> dict[str, Any]:
    """Build an archive of about so many passages, ask it, add to it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(index=Path(folder) / "index")
        path = Path(folder) / "articles.jsonl"
        n_words = write_articles(path, round(n_passages / PER_ARTICLE))
        started = time.perf_counter()
        report = build([path], settings)
        took_s = time.perf_counter() - started
        path.unlink()
        found = fresh("eval.bench.scale", settings, n_questions)
        return {
            "passages": report.counts["passages"],
            "words": n_words,
            "seconds_but_embedding": round(took_s - report.seconds["embed"], 1),
            "stages_s": {k: round(s, 1) for k, s in report.seconds.items() if k != "embed"},
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
            "disk_mb": round(gen.current(settings.index).n_bytes / 1e6),
            **found,
            "add_one_ms": added(settings, Path(folder)),
        }


def questions_of(settings: Settings, n: int) -> dict[str, object]:
    """Ask n questions in this process; then hold the nearest found against all vectors."""
    started = time.perf_counter()
    opened(settings)
    opened_ms = 1000 * (time.perf_counter() - started)
    retrieving = retrieved(settings, n)
    found = asked(settings, n)
    dense = opened(settings)
    embedder = open_embedder(settings)
    vectors = np.array([embedder.embed_question(text) for text in written_questions(n)])
    return found | {
        "retrieval_resident_mb": retrieving,
        "vectors_opened_ms": round(opened_ms, 1),
        "recall": round(recall(dense, vectors), 4),
        "recall_of_half": round(recall(dense, vectors, share=0.5), 4),
    }


def opened(settings: Settings) -> DenseIndex:
    """Open the archive and the vectors; return these."""
    generation = gen.current(settings.index)
    with closing(Archive(generation.folder)) as archive:
        return DenseIndex(generation.parts(gen.DENSE), dead=archive.dead())


def retrieved(settings: Settings, n: int) -> int:
    """Return the megabytes resident after n questions without a reader of what they find.

    Nothing else may be open: pages that two indexes map count twice.
    """
    folder = gen.current(settings.index)
    with closing(Archive(folder.folder)) as archive:
        dense = DenseIndex(folder.parts(gen.DENSE), dead=archive.dead())
        lexical = LexicalIndex(folder.parts(gen.LEXICAL), dead=archive.dead())
        retriever = Retriever(archive, dense, lexical, open_embedder(settings).embed_question)
        for text in written_questions(n):
            retriever.retrieve(understand(text))
        return round(resident_bytes() / 1e6)


def recall(dense: DenseIndex, questions: Vectors, *, share: float = 1.0) -> float:
    """Return how much of the K nearest is found, among a random share of the passages."""
    keys = dense.keys
    if share < 1:
        keys = np.sort(np.random.default_rng(5).choice(keys, int(share * len(keys)), replace=False))
    best = [list[tuple[float, int]]() for _ in questions]
    for at in range(0, len(keys), 50_000):
        here = keys[at : at + 50_000]
        scores = questions @ dense.vectors(here).T
        top = np.argpartition(scores, -min(K, len(here)), axis=1)[:, -K:]
        for i, rows in enumerate(top):
            new = zip(scores[i, rows].tolist(), here[rows].tolist(), strict=True)
            best[i] = sorted([*best[i], *new], reverse=True)[:K]
    wanted = None if share == 1 else Keys.of_sorted(keys)
    kept = [
        len({key for _, key in nearest} & {key for key, _ in dense.search(q, K, allowed=wanted)})
        for q, nearest in zip(questions, best, strict=True)
    ]
    return float(np.mean(kept)) / K


def added(settings: Settings, folder: Path) -> list[float]:
    """Add one article at a time; return milliseconds, without their embedding."""
    took = []
    for n in range(N_ADDED):
        path = folder / f"one{n}.jsonl"
        write_articles(path, 1)
        row = json.loads(path.read_text("utf-8")) | {"id": f"one{n}"}
        row["published"] = datetime(2025, 1, 1 + n, tzinfo=UTC).isoformat()
        path.write_text(json.dumps(row) + "\n", "utf-8")
        started = time.perf_counter()
        report = add([path], settings)
        took.append(round(1000 * (time.perf_counter() - started - report.seconds["embed"]), 1))
    return took


def _embedded(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    found = dict(embedder.embed_passages(texts))
    return np.array([found[i] for i in range(len(texts))])


def _mean_cosine(a: Vectors, b: Vectors) -> float:
    return round(float((a * b).sum(axis=1).mean()), 3)


if __name__ == "__main__":
    main()
