"""`dateline eval`: run, compare, ablate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure the answers.", no_args_is_help=True, rich_markup_mode=None)

OutOption = Annotated[Path, typer.Option("--out", help="Folder for the results.")]


@app.command(epilog="Example: dateline eval run eval/sets/velland --out eval-out")
def run(
    sets: Annotated[list[Path], typer.Argument(help="Folders with questions.jsonl.")],
    *,
    index: Annotated[
        Path | None, typer.Option("--index", help="For sets without articles.")
    ] = None,
    out: OutOption = Path("eval-out"),
    baseline: Annotated[
        Path | None, typer.Option(help="An outcomes.json to hold this run to; exit 6 on a drop.")
    ] = None,
    max_drop: Annotated[float, typer.Option(help="Drop that is let pass, 0 to 1.")] = 0.0,
) -> None:
    """Ask every question of each set; write predictions, metrics and a report."""
    from eval.gate import gate, render_gate
    from eval.outcomes import OUTCOMES_NAME
    from eval.run import evaluate, render_table
    from rag.errors import UsageError
    from rag.settings import load_settings
    from ui.progress import showing_progress

    if baseline and len(sets) != 1:
        raise UsageError("A baseline belongs to one set: run each set with its own --baseline.")
    with showing_progress() as progress:
        runs = evaluate(sets, load_settings(index=index), out=out, progress=progress)
    typer.echo(render_table(runs))
    if baseline:
        verdict = gate(runs[0].folder / OUTCOMES_NAME, baseline, max_drop)
        typer.echo(render_gate(verdict))
        raise typer.Exit(verdict.exit_code)


@app.command(epilog="Example: dateline eval compare eval-out/velland eval/baselines/velland.json")
def compare(
    first: Annotated[Path, typer.Argument(help="A run's folder or its outcomes.json.")],
    second: Annotated[Path, typer.Argument(help="What to compare it with.")],
) -> None:
    """Say which differences between two runs of one set are significant."""
    from eval.compare import compare as compare_runs
    from eval.compare import render_comparison

    typer.echo(render_comparison(compare_runs(first, second)))


@app.command(epilog="Example: dateline eval ablate eval/sets/velland")
def ablate(
    folder: Annotated[Path, typer.Argument(metavar="SET", help="A set with its own articles.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Switch off each feature and step of answering, and print what it was worth."""
    import json

    from eval.ablation import SHOWN, render_ablation
    from eval.ablation import ablate as run_ablation
    from rag.settings import load_settings
    from ui.progress import showing_progress

    with showing_progress() as progress:
        rows = run_ablation(folder, load_settings(), progress=progress)
    if as_json:
        values = {row.name: dict(zip(SHOWN, row.values, strict=True)) for row in rows}
        typer.echo(json.dumps({"measures": values}))
    else:
        typer.echo(render_ablation(rows))
