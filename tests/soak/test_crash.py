"""Killed, refused by the disk, out of room: the index answers and loses nothing it confirmed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from index import generation as gen
from index.answerer import LiveAnswerer
from index.embed import open_embedder
from index.gc import collect
from index.publish import DRAFT
from rag.selector import PassageSelector
from rag.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import State, Writer

pytestmark = pytest.mark.soak

KILLS = 120
ACKNOWLEDGED = 0
KILLED = -signal.SIGKILL
SURPRISES = (70,)
QUESTION = "Who spoke to the council in Orrin?"


def article(rng: random.Random, id_: str) -> dict[str, str]:
    """An article of a few passages that no other shares."""
    names = [f"{rng.choice('BDFGKLMNPRST')}{rng.choice('aeiou')}{rng.randrange(999)}" for _ in "ab"]
    text = "\n".join(
        f"{names[0]} spoke to the council in Orrin for {rng.randrange(9999)} minutes on day {n}. "
        f"{names[1]} answered that the {rng.choice(['mill', 'ferry', 'bridge'])} would cost "
        f"{rng.randrange(10**6)} crowns, more than was said in the year before."
        for n in range(rng.randrange(2, 14))
    )
    return {"id": id_, "title": f"{names[0]} in Orrin", "text": text, "source": "Post"}


class Desk:
    """Thinks of changes, and knows what an index holds after each."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.state: State = {}
        self.n = 0

    def change(self) -> tuple[str, list[str], State]:
        """Return a job and the state it leads to."""
        kind = self.rng.choice(["add", "add", "add", "update", "remove", "build", "rederive"])
        ids = sorted(self.state)
        if kind in ("update", "remove", "build") and len(ids) < 4:
            kind = "add"
        if kind == "rederive":
            return "build", [], dict(self.state)
        if kind == "remove":
            gone = self.rng.sample(ids, 2)
            return "remove", gone, {k: v for k, v in self.state.items() if k not in gone}
        if kind == "update":
            sent = [article(self.rng, id_) for id_ in self.rng.sample(ids, 2)]
            return "add", [self._file(sent)], self.state | texts(sent)
        sent = [article(self.rng, f"n{self.n + i}") for i in range(self.rng.choice([1, 1, 5]))]
        self.n += len(sent)
        if kind == "add":
            return "add", [self._file(sent)], self.state | texts(sent)
        keep = self.rng.sample(ids, min(len(ids), 12))
        old = [{"id": k, "title": "Orrin", "text": self.state[k]} for k in keep]
        return "build", [self._file(sent + old)], texts(sent + old)

    def _file(self, articles: list[dict[str, str]]) -> str:
        path = self.folder / "sent.jsonl"
        path.write_text("\n".join(map(json.dumps, articles)))
        return str(path)


def texts(articles: list[dict[str, str]]) -> State:
    return {article["id"]: article["text"] for article in articles}


def settled(before: State, after: State, found: State, code: int) -> State:
    """Return the state that is found, which must be whole, and the later one if that was said."""
    if code == ACKNOWLEDGED:
        assert found == after
    else:
        assert found in (before, after)
    return found


def test_kills_at_random_moments_lose_nothing(
    writer: Writer, index: Path, tmp_path: Path, held: Callable[[Path], State]
) -> None:
    desk, typical_s = Desk(tmp_path, seed=5), {}
    while len(typical_s) < 3:  # undisturbed, to know how long each kind of job takes here
        do, what, after = desk.change()
        started = time.monotonic()
        assert writer.run(index, do, what) == ACKNOWLEDGED
        typical_s[do] = time.monotonic() - started
        desk.state = settled(desk.state, after, held(index), ACKNOWLEDGED)
    settings = load_settings(index=index, threads=1)
    answerer = LiveAnswerer(settings, open_embedder(settings), PassageSelector.load(threads=1))
    n_kills = 0
    while n_kills < KILLS:
        do, what, after = desk.change()
        pid = writer.start(index, do, what)
        writer.go()
        started = time.monotonic()
        time.sleep(desk.rng.uniform(0, 1.1 * typical_s[do]))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        code = writer.ended()
        assert code in (ACKNOWLEDGED, KILLED), writer.log.read_text()
        if code == ACKNOWLEDGED:
            typical_s[do] = 0.7 * typical_s[do] + 0.3 * (time.monotonic() - started)
        n_kills += code == KILLED
        desk.state = settled(desk.state, after, held(index), code)
        if n_kills % 10 == 0 and desk.state:
            best = answerer.ask(QUESTION).hits[0].article
            assert best.text == desk.state[best.id]
    assert writer.run(index, "build", []) == ACKNOWLEDGED
    assert held(index) == desk.state
    assert not list((index / "generations").glob(f"{DRAFT}*"))


def test_embedding_that_was_done_is_not_done_again(
    writer: Writer, index: Path, tmp_path: Path, held: Callable[[Path], State]
) -> None:
    rng = random.Random(7)
    sent = [article(rng, f"n{i}") for i in range(120)]
    path = tmp_path / "sent.jsonl"
    path.write_text("\n".join(map(json.dumps, sent)))
    n_runs, n_done = 0, 0
    record_bytes = 8 + 4 * 384 + 4
    while True:
        pid = writer.start(index, "build", [str(path)], tmp_path / "report.json")
        writer.go()
        if n_runs < 4:  # killed as soon as it has put some more aside
            while spooled(index) // record_bytes <= n_done:
                time.sleep(0.01)
            os.kill(pid, signal.SIGKILL)
        code = writer.ended()
        n_runs += 1
        if code == ACKNOWLEDGED:
            break
        assert spooled(index) // record_bytes > n_done
        n_done = spooled(index) // record_bytes
    n_passages = gen.current(index).manifest.counts["passages"]
    report = json.loads((tmp_path / "report.json").read_text())
    assert n_runs == 5
    assert report["embedded"] == n_passages - n_done
    assert held(index) == texts(sent)
    assert not spooled(index)


def spooled(index: Path) -> int:
    return sum(path.stat().st_size for path in index.glob("unpublished-*"))


FAULTS = {
    "fsync fails": ("fsync", "error=EIO", 1),
    "write fails": ("write,pwrite64", "error=EIO", 7),
    "copy fails": ("sendfile,copy_file_range", "error=EIO", 1),
    "rename fails": ("rename,renameat,renameat2", "error=EIO", 1),
    "no links": ("link,linkat", "error=EPERM", 1),
    "unlink fails": ("unlink,unlinkat,rmdir", "error=EIO", 1),
    "killed at fsync": ("fsync", "signal=SIGKILL", 2),
    "killed at write": ("write,pwrite64", "signal=SIGKILL", 13),
    "killed at rename": ("rename,renameat,renameat2", "signal=SIGKILL", 1),
    "killed at unlink": ("unlink,unlinkat,rmdir", "signal=SIGKILL", 3),
}
needs_strace = pytest.mark.skipif(
    not shutil.which("strace"), reason="no strace: apt-get install strace"
)


@needs_strace
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_the_disk_refuses(
    fault: str, writer: Writer, index: Path, tmp_path: Path, held: Callable[[Path], State]
) -> None:
    calls, effect, step = FAULTS[fault]
    desk = Desk(tmp_path, seed=len(fault))
    for _ in range(3):
        do, what, after = desk.change()
        assert writer.run(index, do, what) == ACKNOWLEDGED
        desk.state = after
    n_hit = 0
    for nth in range(1, 400, step):
        sent = [article(desk.rng, f"s{nth}"), article(desk.rng, sorted(desk.state)[0])]
        path = tmp_path / "sent.jsonl"
        path.write_text("\n".join(map(json.dumps, sent)))
        pointer = (index / gen.POINTER).read_bytes()
        pid = writer.start(index, "add", [str(path)])
        log = tmp_path / "strace.log"
        with injected(pid, calls, f"{effect}:when={nth}", log):
            writer.go()
            code = writer.ended()
        was_hit = "(INJECTED)" in log.read_text() or code == KILLED
        assert code not in SURPRISES, writer.log.read_text()
        if effect.startswith("error") and code != ACKNOWLEDGED:
            assert (index / gen.POINTER).read_bytes() == pointer
        desk.state = settled(desk.state, desk.state | texts(sent), held(index), code)
        n_hit += was_hit
        if not was_hit:
            break
    assert n_hit, "no call was hit"
    assert writer.run(index, "build", []) == ACKNOWLEDGED
    assert held(index) == desk.state


@contextmanager
def injected(pid: int, calls: str, effect: str, log: Path) -> Iterator[None]:
    """Let strace interfere with calls of a process for as long as it lives."""
    command = ["strace", "-f", "-p", str(pid), "-o", str(log), "-e", f"trace={calls}"]
    with subprocess.Popen(
        [*command, "-e", f"inject={calls}:{effect}"], stderr=subprocess.PIPE, text=True
    ) as tracer:
        assert tracer.stderr
        assert "attached" in tracer.stderr.readline()
        yield
        tracer.wait()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no right to mount a tmpfs here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_refuses_in_one_line_and_the_index_answers(
    writer: Writer, small_disk: Path, tmp_path: Path, held: Callable[[Path], State]
) -> None:
    index, rng, state = small_disk / "index", random.Random(11), {}
    n_refused = 0
    for n in range(60):
        sent = [article(rng, f"n{n}-{i}") for i in range(6)]
        path = tmp_path / "sent.jsonl"
        path.write_text("\n".join(map(json.dumps, sent)))
        code = writer.run(index, "add", [str(path)])
        assert code in (ACKNOWLEDGED, 1), writer.log.read_text()
        state = settled(state, state | texts(sent), held(index), code)
        n_refused += code == 1
        assert not list((index / "generations").glob(f"{DRAFT}*"))
        if n_refused == 3:
            break
    assert n_refused == 3
    told = writer.log.read_text().splitlines()
    assert len(told) == 3
    assert all("MB free" in line and "Make room" in line for line in told)
    settings = load_settings(index=index, threads=1)
    answerer = LiveAnswerer(settings, open_embedder(settings), PassageSelector.load(threads=1))
    assert answerer.ask(QUESTION).hits
    answerer.close()
    collect(index)  # room is made: the same command now succeeds
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    assert writer.run(index, "add", [str(path)]) == ACKNOWLEDGED
    assert held(index) == state | texts(sent)
