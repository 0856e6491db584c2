"""What the long runs share: a writer to be killed, and what must hold whatever happened to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index import generation as gen
from index.check import check
from index.store import Archive
from rag.settings import load_settings
from rag.types import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
State = dict[str, str]


class Writer:
    """Speaks with `writer.py`; one job at a time."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("wb")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("writer.py"))],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.log = log
        assert self._heard() == "ready"

    def start(self, index: Path, do: str, what: list[Any], report: Path | None = None) -> int:
        """Fork the child that will do the job; return its process id. It waits for `go`."""
        job = {"index": str(index), "do": do, "what": what}
        self._tell(json.dumps(job | ({"report": str(report)} if report else {})))
        return int(self._heard().removeprefix("pid "))

    def go(self) -> None:
        """Let the child begin."""
        self._tell("go")

    def ended(self) -> int:
        """Wait for the child's end; return its exit code, -9 where it was killed."""
        return int(self._heard().removeprefix("exit "))

    def run(self, index: Path, do: str, what: list[Any], report: Path | None = None) -> int:
        """Do a job undisturbed; return its exit code."""
        self.start(index, do, what, report)
        self.go()
        return self.ended()

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()
        self._log.close()

    def _tell(self, line: str) -> None:
        assert self._server.stdin
        self._server.stdin.write(line + "\n")
        self._server.stdin.flush()

    def _heard(self) -> str:
        assert self._server.stdout
        line = self._server.stdout.readline()
        assert line, self.log.read_text()
        return line.strip()


@pytest.fixture
def new_writer(tmp_path: Path) -> Iterator[Callable[[], Writer]]:
    writers: list[Writer] = []

    def make() -> Writer:
        writers.append(Writer(tmp_path / f"writer-{len(writers)}.log"))
        return writers[-1]

    yield make
    for writer in writers:
        writer.close()


@pytest.fixture
def writer(new_writer: Callable[[], Writer]) -> Writer:
    return new_writer()


@pytest.fixture
def held() -> Callable[[Path], State]:
    """What an index holds and would search: the text of each current article by its id.

    On the way the whole index is checked, byte by byte and part against part.
    """

    def look(index: Path) -> State:
        assert check(index) == ()
        with closing(Archive(gen.current(index).folder)) as archive:
            found = {article.id: article.text for article in archive.articles()}
            assert archive.visible(Filters(), None) is None
        return found

    return look


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return load_settings(index=tmp_path / "index").index
