"""Time questions as the archive grows: python -m eval.bench.questions --passages 12000.

The archive is made of the sentences of our written news, put together anew with a seed, so that
words, names and lengths are those of news; every vector is embedded for real. Asked are questions
written about those sentences, in a fresh process. Retrieval is timed inside the whole answer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.corpus import PER_ARTICLE, WRITTEN, write_articles
from eval.bench.machine import machine, percentiles
from index.answerer import open_answerer
from index.build import build
from rag.retrieve import Retriever
from rag.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.settings import Settings
    from rag.types import Hit, Question

COLD = 5


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=12_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--ask", type=Path, help="ask the index there, in a process of its own")
    options = parser.parse_args()
    if options.ask:
        found = asked(load_settings(index=options.ask), options.questions)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    found = {"machine": machine()}
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(index=Path(scratch) / "index")
        found["build"] = make(settings, Path(scratch), options.passages)
        found["cold"] = cold(settings)
        found |= fresh("eval.bench.questions", settings, options.questions)
        found["load_after"] = os.getloadavg()[0]
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def make(settings: Settings, scratch: Path, n_passages: int) -> dict[str, object]:
    """Build the index; return counts, seconds by stage, peak memory."""
    path = scratch / "articles.jsonl"
    n_words = write_articles(path, round(n_passages / PER_ARTICLE))
    started = time.perf_counter()
    report = build([path], settings)
    took_s = time.perf_counter() - started
    return {
        "words": n_words,
        "passages": report.counts["passages"],
        "counts": report.counts,
        "seconds": round(took_s, 1),
        "stages_s": {name: round(s, 1) for name, s in report.seconds.items()},
        "passages_per_s": round(report.counts["passages"] / took_s, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def fresh(module: str, settings: Settings, n: int) -> dict[str, object]:
    """Have a module ask n questions in a new process; return what it prints."""
    command = [sys.executable, "-m", module, "--questions", str(n), "--ask", str(settings.index)]
    asking = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(asking.stdout)
    return found


def asked(settings: Settings, n: int) -> dict[str, object]:
    """Ask n written questions in one process; return milliseconds and memory."""
    questions = written_questions(n)
    retrieved = timed_retrieval()
    started = time.perf_counter()
    answerer = open_answerer(settings)
    opened_s = time.perf_counter() - started
    answerer.ask(questions[0])
    retrieved.clear()
    whole = []
    for question in questions:
        started = time.perf_counter()
        answerer.ask(question)
        whole.append(1000 * (time.perf_counter() - started))
    answerer.close()
    return {
        "open_s": round(opened_s, 2),
        "retrieval_ms": percentiles(retrieved),
        "answer_ms": percentiles(whole),
        "resident_mb": round(resident_bytes() / 1e6),
    }


def written_questions(n: int) -> list[str]:
    """Draw n questions of our written news, always the same."""
    lines = (WRITTEN / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in random.Random(3).sample(lines, n)]


def timed_retrieval() -> list[float]:
    """Have every retrieval note its milliseconds in the list returned."""
    took: list[float] = []
    plain = Retriever.retrieve

    def timed(self: Retriever, question: Question, *, n_articles: int = 10) -> tuple[Hit, ...]:
        started = time.perf_counter()
        hits = plain(self, question, n_articles=n_articles)
        took.append(1000 * (time.perf_counter() - started))
        return hits

    Retriever.retrieve = timed  # type: ignore[method-assign]
    return took


def cold(settings: Settings) -> dict[str, object]:
    """Time fresh processes: an answer, and the help."""
    command = [str(Path(sys.executable).with_name("dateline"))]
    ask = [*command, "ask", "How many people were hurt?", "--index", str(settings.index)]
    return {"ask_s": repeated(ask), "help_s": repeated([*command, "--help"])}


def repeated(command: Sequence[str]) -> list[float]:
    """Return the seconds of every run, in order."""
    took = []
    for _ in range(COLD):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(round(time.perf_counter() - started, 2))
    return took


def resident_bytes() -> int:
    """Return what the operating system counts as resident of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
