"""The command line: parse, one library call, print; an error is one line with the remedy.

Standard output carries results only; progress and notes go to standard error.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import DatelineError
from ui.commands import evaluation, feedback, indexing, watching

HELP = """Answers from your own news archive, every sentence tied to its source sentence.

Start: dateline index build seeds/ && dateline ask "Who is Trump's envoy for the conflict?"
"""

app = typer.Typer(
    name="dateline",
    help=HELP,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(indexing.app, name="index")
app.add_typer(evaluation.app, name="eval")
app.command(epilog="Example: dateline watch https://news.example/rss --every 600")(watching.watch)
app.add_typer(feedback.app, name="feedback")

IndexOption = Annotated[Path | None, typer.Option("--index", help="Directory of the index.")]
DateOption = Annotated[str | None, typer.Option(metavar="DATE", help="A day or ISO instant.")]


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")] = False,
) -> None:
    """Set what holds for every command."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s")
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"dateline {version_of('dateline')}")
        raise typer.Exit


@app.command(epilog='Example: dateline ask "How long is the cease-fire?" --as-of 2025-03-18')
def ask(
    question: Annotated[str, typer.Argument(help="The question in plain words; - reads it.")],
    *,
    index: IndexOption = None,
    as_of: DateOption = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this outlet; repeat.")] = None,
    section: Annotated[list[str] | None, typer.Option(help="Only this section; repeat.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language; repeat.")] = None,
    since: DateOption = None,
    until: DateOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer a question; every sentence is cited. A refusal to answer is a success."""
    import json
    from time import perf_counter

    from index.answerer import open_answerer
    from rag.record import prediction
    from rag.settings import load_settings
    from rag.types import Filters
    from ui.moment import moment
    from ui.text import answer_text

    asked = sys.stdin.read() if question == "-" else question
    filters = Filters(
        sources=tuple(source or ()),
        sections=tuple(section or ()),
        languages=tuple(language or ()),
        since=moment(since, end_of_day=False),
        until=moment(until, end_of_day=True),
    )
    seen_by = moment(as_of, end_of_day=True)
    answerer = open_answerer(load_settings(index=index))
    started = perf_counter()
    answer = answerer.ask(asked, filters=filters, as_of=seen_by)
    if as_json:
        record = {"id": None, **prediction(answer), "seconds": round(perf_counter() - started, 4)}
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        typer.echo(answer_text(answer))


@app.command(epilog="Example: dateline chat --index .dateline --port 7860")
def chat(
    *,
    index: IndexOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    login: Annotated[Path | None, typer.Option(help="File of name:password lines.")] = None,
) -> None:
    """Open the web page; it stays on this machine unless --host says otherwise."""
    from index.answerer import open_answerer
    from rag.settings import load_settings
    from ui.conversations import NAME
    from ui.page.server import serve

    settings = load_settings(index=index, host=host, port=port, login=login)
    serve(
        open_answerer(settings),
        host=settings.host,
        port=settings.port,
        conversations=settings.index / NAME,
        login=settings.login,
        announce=typer.echo,
    )


@app.command(epilog="Example: dateline verify dateline-storm.md")
def verify(
    file: Annotated[Path, typer.Argument(help="A file saved from the page; - reads it.")],
    *,
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold a saved answer against the archive; exit code 1 where a citation no longer holds."""
    import json
    from contextlib import closing

    from index import generation as gen
    from index.store import Archive
    from rag.errors import UsageError
    from rag.settings import load_settings
    from ui.text import verify_text as told
    from ui.verify import verify_text

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    generation = gen.current(load_settings(index=index).index)
    with closing(Archive(generation.folder)) as archive:
        checks = verify_text(text, archive)
    if as_json:
        rows = [
            {"locator": str(c.locator), "state": c.state, "told": c.told, "title": c.title}
            for c in checks
        ]
        typer.echo(json.dumps({"generation": generation.name, "checks": rows}, ensure_ascii=False))
    else:
        typer.echo(told(checks))
    if not all(check.is_good for check in checks):
        raise typer.Exit(1)


@app.command(epilog="Example: dateline doctor --json")
def doctor(
    *,
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation, offline, and print the command that mends each fault."""
    import json

    from rag.settings import load_settings
    from ui.doctor import examine, report_text

    findings = examine(load_settings(index=index))
    if as_json:
        rows = [{"what": f.what, "state": f.state, "remedy": f.remedy} for f in findings]
        typer.echo(json.dumps({"findings": rows}, ensure_ascii=False))
    else:
        typer.echo(report_text(findings))
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; the exit codes are those of the outside contract."""
    try:
        app()
    except DatelineError as error:
        typer.echo(f"dateline: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("dateline: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
