"""Write measured figures into docs/performance.md: python -m eval.bench.tables.

The JSON of the benchmarks lies in docs/figures; no figure is typed by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench.build import PEERS
from eval.bench.plot import growth_plot

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path("docs")
PACKAGES = {  # the one of each peer that names its release
    "langchain": "langchain-community",
    "llamaindex": "llama-index-core",
    "haystack": "haystack-ai",
    "txtai": "txtai",
}
BEGIN, END = "<!-- figures: python -m eval.bench.tables -->", "<!-- end of figures -->"


def main() -> None:
    """Put the tables between the marks of docs/performance.md, and draw the plot."""
    path = DOCS / "performance.md"
    scale = json.loads((DOCS / "figures" / "scale.json").read_text("utf-8"))
    (DOCS / "figures" / "scale.svg").write_text(growth_plot(scale["sizes"]), "utf-8")
    path.write_text(placed(path.read_text("utf-8"), tables(DOCS / "figures")), "utf-8")


def placed(text: str, block: str) -> str:
    """Return a document with what stands between its marks replaced."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{block}\n{END}{rest.split(END)[1]}"


def tables(folder: Path) -> str:
    """Return the tables of the figures in a folder."""
    embedding, build, questions, scale = (
        json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("embedding", "build", "questions", "scale")
    )
    rows = [*_embedding(embedding), *_questions(questions)]
    machine = embedding["machine"]
    found = [
        f"Measured on {machine['cores']} cores of an {machine['cpu']}, {machine['memory_gb']} GB, "
        f"models in {embedding['precision']}.",
        "",
        *_table(("what", "figure", "target"), rows),
        "",
        f"**Building an index of {build['articles']} articles ({build['words']:,} words)**, from "
        "files to an index on disk, each in a process of its own:",
        "",
        *_table(("system", "seconds", "times ours", "peak MB", "passages"), _build(build)),
        "",
        "**As the archive grows**, with a stand-in for embedding passages (see below); the rest of "
        f"a build takes as long as its words to the power of {scale['growth_exponent']}:",
        "",
        *_table(("", *(f"{one['passages']:,} passages" for one in scale["sizes"])), _scale(scale)),
        "",
        f"**Where the time of a build goes** ({questions['build']['words']:,} words):",
        "",
        *_table(("stage", "seconds"), list(questions["build"]["stages_s"].items())),
    ]
    return "\n".join(found) + "\n"


def _embedding(found: dict[str, Any]) -> list[tuple[object, ...]]:
    ratio, fidelity, peak = found["ratio"], found["fidelity"], found["matmul_peak_gflops"]
    rounded = found["int8"]
    share = found["gflops"] / peak[found["precision"]]
    return [
        (
            "embedding against sentence-transformers' default, slabs in turn",
            f"{ratio['median']} times ({ratio['min']} to {ratio['max']})",
            "2.4 times",
        ),
        ("top 10 shared with float32", fidelity["top10_overlap"], ".99"),
        ("least cosine with float32", fidelity["cosine_min"], ""),
        (
            "of the matrix product's measured peak",
            f"{share:.0%} ({found['gflops']} of {peak[found['precision']]} GFLOP/s)",
            "",
        ),
        (
            "the same in int8, where asked for",
            f"{rounded['ratio']['median']} times "
            f"({rounded['ratio']['min']} to {rounded['ratio']['max']})",
            "3.7 times",
        ),
        ("top 10 shared with float32, int8", rounded["fidelity"]["top10_overlap"], ".94"),
        ("embedding a question, p50 / p95", _both(found["question_ms"]), ""),
    ]


def _questions(found: dict[str, Any]) -> list[tuple[object, ...]]:
    n = f"{found['build']['passages']:,} passages"
    cold = found["cold"]
    return [
        (f"retrieval, {n}, p50 / p95", _both(found["retrieval_ms"]), "15 ms"),
        (f"whole answer, {n}, p50 / p95", _both(found["answer_ms"]), "250 / 600 ms"),
        ("memory while answering", f"{found['resident_mb']} MB", "700 MB"),
        (f"cold `ask`, {n}, of five", _range(cold["ask_s"]), "1.5 s"),
        ("cold `--help`, of five", _range(cold["help_s"]), ".2 s"),
    ]


def _scale(found: dict[str, Any]) -> list[tuple[object, ...]]:
    """Return a row for each thing measured, with a cell for each size."""
    rows: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
        ("retrieval, p50 / p95 / p99", lambda one: _all(one["retrieval_ms"])),
        ("whole answer, p50 / p95 / p99", lambda one: _all(one["answer_ms"])),
        ("of the 20 nearest, found", lambda one: one["recall"]),
        ("the same, half of the archive filtered out", lambda one: one["recall_of_half"]),
        ("vectors and archive opened", lambda one: f"{one['vectors_opened_ms']} ms"),
        ("resident after retrieving only", lambda one: f"{one['retrieval_resident_mb']} MB"),
        ("resident after answering", lambda one: f"{one['resident_mb']} MB"),
        ("adding one article, median", lambda one: f"{_median(one['add_one_ms'])} ms"),
        ("build but embedding", lambda one: f"{one['seconds_but_embedding']} s"),
        ("peak memory of the build", lambda one: f"{one['peak_mb']} MB"),
        ("on disk", lambda one: f"{one['disk_mb']} MB"),
    ]
    return [(name, *(cell(one) for one in found["sizes"])) for name, cell in rows]


def _versioned(name: str) -> str:
    """Return a system's name with its main package's version, as pinned for its environment."""
    if name not in PACKAGES:
        return name
    pinned = dict(
        line.split("==")
        for line in (PEERS / f"{name}.txt").read_text("utf-8").split()
        if "==" in line
    )
    return f"{name} ({PACKAGES[name]} {pinned[PACKAGES[name]]})"


def _build(found: dict[str, Any]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name, runs in found["runs"].items():
        seconds = " / ".join(str(run["seconds"]) for run in runs)
        peak = max(run["peak_mb"] for run in runs)
        rows.append(
            (_versioned(name), seconds, found["times_dateline"][name], peak, runs[0]["chunks"])
        )
    return rows


def _both(values: dict[str, float]) -> str:
    return f"{values['p50']} / {values['p95']} ms"


def _all(values: dict[str, float]) -> str:
    return f"{values['p50']} / {values['p95']} / {values['p99']} ms"


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _range(seconds: list[float]) -> str:
    return f"{min(seconds)} to {max(seconds)} s"


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    lines: list[tuple[object, ...]] = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


if __name__ == "__main__":
    main()
