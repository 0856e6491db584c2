"""Time an index build against peers on one job: python -m eval.bench.build --articles 300.

Everyone reads the same articles with the same model from files to an index on disk, each in a
process and an environment of its own, in turn. Peers split as the model can read; the rest is
their defaults, on sentence-transformers: most of the difference is the runtime, which they could
take up too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eval.bench.corpus import write_articles
from eval.bench.machine import machine
from index.models import find_model

PEERS = Path(__file__).parent / "peers"
NAMES = ("langchain", "llamaindex", "haystack", "txtai")
OURS = {"dateline": "auto", "dateline int8": "int8"}  # by precision


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--envs", type=Path, default=Path(".bench/envs"), help="made by make bench")
    parser.add_argument("--peers", nargs="*", default=NAMES)
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        n_words = write_articles(path, options.articles)
        runs: dict[str, list[dict[str, float]]] = {}
        for _ in range(options.repeat):
            for name in (*OURS, *options.peers):
                out = Path(folder) / "out"
                done = run(command(name, path, out, options.envs), OURS.get(name, "auto"))
                runs.setdefault(name, []).append(done)
                shutil.rmtree(out, ignore_errors=True)
                sys.stderr.write(f"{name} {runs[name][-1]}\n")
    seconds = {name: statistics.median(r["seconds"] for r in found) for name, found in runs.items()}
    found = {
        "machine": before,
        "articles": options.articles,
        "words": n_words,
        "runs": runs,
        "times_dateline": {name: round(s / seconds["dateline"], 2) for name, s in seconds.items()},
        "load_after": os.getloadavg()[0],
    }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def command(name: str, articles: Path, out: Path, envs: Path) -> list[str]:
    """Return the command that builds an index of `articles` at `out`."""
    if name in OURS:
        program = str(Path(sys.executable).with_name("dateline"))
        return [program, "index", "build", str(articles), "--index", str(out), "--json"]
    python = envs.absolute() / name / "bin" / "python"
    script = PEERS / f"{name}.py"
    # -I: a script may be called as the package it imports
    return [str(python), "-I", str(script), str(articles), str(find_model().folder), str(out)]


def run(command: list[str], precision: str) -> dict[str, float]:
    """Run a command to its end; return wall seconds, peak megabytes by the system, and chunks."""
    environment = os.environ | {
        "DATELINE_PRECISION": precision,
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "true",
    }
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdout=output, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took_s = time.perf_counter() - started
        output.seek(0)
        text = output.read().decode()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
    said = json.loads(text[text.index("{") :])
    chunks = said.get("chunks") or said["passages"]
    return {"seconds": round(took_s, 1), "peak_mb": round(usage.ru_maxrss / 1e3), "chunks": chunks}


if __name__ == "__main__":
    main()
