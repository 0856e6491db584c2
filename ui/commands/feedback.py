"""`dateline feedback`: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="What readers thought.", no_args_is_help=True, rich_markup_mode=None)

IndexOption = Annotated[Path | None, typer.Option("--index", help="Directory of the index.")]
OutOption = Annotated[Path | None, typer.Option(help="File to write; else it is printed.")]


@app.command(epilog="Example: dateline feedback export --out my-set/questions.jsonl")
def export(*, index: IndexOption = None, out: OutOption = None) -> None:
    """Turn readers' thumbs into the draft of an evaluation set, one JSON line each."""
    from rag.errors import UsageError
    from rag.settings import load_settings
    from ui.conversations import NAME, Conversations
    from ui.feedback import draft_lines

    path = load_settings(index=index).index / NAME
    if not path.is_file():
        raise UsageError(f"No conversations at {path}. Readers make them in: dateline chat")
    lines = list(draft_lines(Conversations(path).feedback()))
    if out is None:
        typer.echo("\n".join(lines), nl=bool(lines))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} judged answers in {out}. Read each before you use it.", err=True)
