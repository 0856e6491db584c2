"""A writer made to be killed: opens the model once, then forks a child for every job.

Jobs come in as lines of JSON, `{"index": DIR, "do": NAME, "what": [...], "report": PATH}`. For
each it says `pid N`, waits for `go`, and says `exit CODE` when the child has ended, -9 where it
was killed. Forking starts a child in a moment, so that a kill hits its work and not its imports.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

from index.answerer import LiveAnswerer
from index.build import BuildReport, add, build, remove
from index.embed import open_embedder
from index.lock import writing
from index.publish import rollback
from rag.errors import DatelineError
from rag.selector import PassageSelector
from rag.settings import load_settings

UNFORESEEN = 70
SELECTOR = PassageSelector.load(threads=1)


def run(job: dict[str, Any]) -> BuildReport | None:
    """Do what a job says to its index."""
    settings = load_settings(index=job["index"], threads=1)
    what = job["what"]
    if job["do"] == "read":
        read(job)
    elif job["do"] == "rollback":
        with writing(settings.index):
            rollback(settings.index)
    elif job["do"] == "remove":
        return remove(what, settings)
    else:
        return {"add": add, "build": build}[job["do"]](list(map(Path, what)), settings)
    return None


def read(job: dict[str, Any]) -> None:
    """Let several processes ask until the time is up; any that fails fails the job."""
    question, seconds, n_readers = job["what"]
    readers = []
    for n in range(n_readers):
        reader = os.fork()
        if reader == 0:
            os._exit(ask_on(job["index"], question, seconds, Path(f"{job['report']}.{n}")))
        readers.append(reader)
    codes = [os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) for reader in readers]
    if any(codes):
        raise AssertionError(f"readers ended with {codes}")


def ask_on(index: str, question: str, seconds: float, report: Path) -> int:
    """Ask over and over; every answer must be of one edition, with citations that hold."""
    try:
        settings = load_settings(index=index, threads=1)
        names, slowest_s, n_answers = set(), 0.0, 0
        until = time.monotonic() + seconds
        with closing(LiveAnswerer(settings, open_embedder(settings), SELECTOR)) as answerer:
            while (started := time.monotonic()) < until:
                answer = answerer.ask(question)
                slowest_s = max(slowest_s, time.monotonic() - started)
                editions = {hit.article.text.split("Edition ")[1].split()[0] for hit in answer.hits}
                if len(editions) != 1 or not answer.hits:
                    raise AssertionError(f"an answer of several editions: {editions}")
                n_answers += 1
                names.add(answerer.generation.name)
        record = {"answers": n_answers, "generations": len(names), "slowest_s": slowest_s}
        report.write_text(json.dumps(record))
    except BaseException:
        traceback.print_exc()
        return UNFORESEEN
    return 0


def work(job: dict[str, Any], starting_gun: int) -> int:
    """Do one job in the child, at the signal; return its exit code."""
    os.read(starting_gun, 1)
    try:
        report = run(job)
    except DatelineError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return error.exit_code
    except BaseException:  # the harness must know of it, whatever it is
        traceback.print_exc()
        return UNFORESEEN
    if report and "report" in job:
        record = {"embedded": report.n_embedded, "generation": report.generation}
        Path(job["report"]).write_text(json.dumps(record))
    return 0


def main() -> None:
    """Serve jobs until the input ends."""
    open_embedder(load_settings(threads=1)).embed_question("Is it open?")
    say("ready")
    while line := sys.stdin.readline():
        hears, tells = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(work(json.loads(line), hears))
        say(f"pid {child}")
        sys.stdin.readline()  # 'go'
        os.write(tells, b"!")
        _, status = os.waitpid(child, 0)
        say(f"exit {os.waitstatus_to_exitcode(status)}")
        os.close(hears)
        os.close(tells)


def say(line: str) -> None:
    """Tell the test."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
