"""`dateline watch`: poll feeds and keep the index as new as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.indexing import PART_REJECTED, IndexOption, JsonOption

if TYPE_CHECKING:
    from index.watch import Round


def watch(
    feeds: Annotated[list[str], typer.Argument(metavar="FEED...", help="Addresses of feeds.")],
    *,
    index: IndexOption = None,
    every: Annotated[int | None, typer.Option(help="Seconds between two polls.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Poll each feed once and end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Poll feeds until stopped (Ctrl-C); what is new is answered from at the next question."""
    from index.watch import Watch
    from rag.errors import UsageError
    from rag.settings import load_settings
    from ui.text import round_record, round_text

    for feed in feeds:
        if not feed.startswith(("http://", "https://")):
            raise UsageError(f"{feed}: not an http address. For a file: dateline index add {feed}")
    has_failed = False

    def tell(done: Round) -> None:
        nonlocal has_failed
        rejected = done.report.rejected if done.report else ()
        has_failed = has_failed or bool(done.failures or rejected)
        typer.echo(json.dumps(round_record(done)) if as_json else round_text(done))

    settings = load_settings(index=index, watch_every_s=every)
    Watch(feeds, settings).run(tell, rounds=1 if once else None)
    if once and has_failed:
        raise typer.Exit(PART_REJECTED)
