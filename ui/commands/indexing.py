"""`dateline index`: build, add, remove, status, check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.build import BuildReport

app = typer.Typer(help="Make and keep the index.", no_args_is_help=True, rich_markup_mode=None)

IndexOption = Annotated[Path | None, typer.Option("--index", help="Directory of the index.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

FailuresOption = Annotated[
    Path | None,
    typer.Option("--failures", help="Write each input that failed there, as JSON Lines."),
]

PART_REJECTED = 5


@app.command(epilog="Example: dateline index build seeds/ --index .dateline")
def build(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders of articles; none: those the index holds."),
    ] = None,
    *,
    index: IndexOption = None,
    failures: FailuresOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the index anew from files and folders; the old one answers until it is ready."""
    from index.build import build as build_index
    from rag.settings import load_settings
    from ui.progress import showing_progress

    with showing_progress() as progress:
        report = build_index(paths or [], load_settings(index=index), progress=progress)
    _conclude(report, failures, as_json=as_json)


@app.command(epilog="Example: dateline index add today/ https://news.example/rss")
def add(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL|FEED...", help="Files, folders, pages and feeds."),
    ],
    *,
    index: IndexOption = None,
    failures: FailuresOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add or update articles; what is known and unchanged is not embedded again."""
    from index.intake import add_inputs
    from rag.settings import load_settings
    from ui.progress import showing_progress

    with showing_progress() as progress:
        report = add_inputs(inputs, load_settings(index=index), progress=progress)
    _conclude(report, failures, as_json=as_json)


@app.command(epilog="Example: dateline index remove a-wire-0001")
def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of articles.")],
    *,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take articles out of the index and of every answer from the next question on."""
    from index.build import remove as remove_articles
    from rag.settings import load_settings

    _conclude(remove_articles(ids, load_settings(index=index)), None, as_json=as_json)


@app.command(epilog="Example: dateline index status --json")
def status(*, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what the index holds and what made it."""
    from index.status import read_status
    from rag.settings import load_settings
    from ui.text import status_text

    found = read_status(load_settings(index=index).index)
    typer.echo(json.dumps(found.record(), ensure_ascii=False) if as_json else status_text(found))


@app.command(epilog="Example: dateline index check")
def check(*, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Hold every part against what was published; exit code 1 where something is wrong."""
    from index.check import check as check_index
    from index.check import remedy
    from rag.settings import load_settings

    folder = load_settings(index=index).index
    faults = check_index(folder)
    mend = remedy(faults)
    command = f"{mend.value} --index {folder}" if mend else None
    if as_json:
        listed = [str(fault) for fault in faults]
        typer.echo(json.dumps({"faults": listed, "mend": command}, ensure_ascii=False))
    elif faults:
        typer.echo("\n".join([*map(str, faults), f"Mend: {command}"]))
    else:
        typer.echo("Every part of the index is what was published.")
    if faults:
        raise typer.Exit(1)


@app.command(epilog="Example: dateline index rollback")
def rollback(
    *,
    to: Annotated[str | None, typer.Option("--to", help="Name of a generation.")] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the generation before this one again; nothing is lost, --to leads back."""
    from index.lock import writing
    from index.publish import rollback as roll_back
    from rag.settings import load_settings

    folder = load_settings(index=index).index
    with writing(folder):
        generation = roll_back(folder, to)
    if as_json:
        typer.echo(json.dumps({"generation": generation.name, **generation.manifest.counts}))
    else:
        built_at, n = generation.manifest.built_at, generation.manifest.counts["articles"]
        typer.echo(f"Generation {generation.name} of {built_at} answers again: {n:,} articles.")


@app.command(epilog="Example: dateline index gc")
def gc(*, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Clear away every generation but the published one, and what broken runs left behind."""
    from index.gc import collect
    from rag.settings import load_settings

    removed, n_bytes = collect(load_settings(index=index).index)
    if as_json:
        typer.echo(json.dumps({"removed": removed, "bytes": n_bytes}))
    else:
        typer.echo(f"Removed {len(removed):,} leftovers, {n_bytes / 1e6:,.1f} MB.")


def _conclude(report: BuildReport, failures: Path | None, *, as_json: bool) -> None:
    from ui.text import build_record, build_text, rejection_record

    if failures:
        lines = [json.dumps(rejection_record(rejected)) + "\n" for rejected in report.rejected]
        failures.write_text("".join(lines), "utf-8")
    typer.echo(json.dumps(build_record(report)) if as_json else build_text(report))
    if report.rejected:
        raise typer.Exit(PART_REJECTED)
