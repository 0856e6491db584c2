"""Swapping, going back, clearing away, and the lock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index import generation as gen
from index import publish as publishing
from index.build import add, build, remove
from index.check import check
from index.gc import collect
from index.lock import LOCK, writing
from index.publish import rollback
from rag.errors import DatelineError, IndexUnavailable, UsageError
from rag.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
MILL = {"id": "mill", "title": "Mill burns", "text": "The mill burned. Nobody was hurt."}
BRIDGE = {"id": "bridge", "title": "Bridge opens", "text": "The bridge opened on Monday."}


def write(path: Path, *articles: dict[str, str]) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An index of two generations: the mill, then the bridge beside it."""
    found = load_settings(index=tmp_path / "index")
    build([write(tmp_path / "a.jsonl", MILL)], found)
    add([write(tmp_path / "b.jsonl", BRIDGE)], found)
    return found


def names(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "generations").iterdir())


def test_an_addition_shares_the_base(settings: Settings) -> None:
    one, two = (settings.index / "generations" / name for name in names(settings.index))
    file = Path(gen.BASE, gen.ARCHIVE)
    assert (one / file).stat().st_ino == (two / file).stat().st_ino


def test_what_is_made_anew_leaves_the_shared_base_alone(settings: Settings) -> None:
    before = gen.current(settings.index)
    build([], settings)
    assert publishing.is_sound(before.folder)
    remove(["mill"], settings)  # half of the base is dead now: it is folded
    assert check(settings.index) == ()


def test_nothing_changed_publishes_nothing(settings: Settings, tmp_path: Path) -> None:
    before = gen.current_name(settings.index)
    report = add([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], settings)
    assert (report.unchanged, report.generation) == (2, before)
    assert gen.current_name(settings.index) == before


def test_rollback_and_back_again(settings: Settings) -> None:
    one, two = names(settings.index)
    with writing(settings.index):
        assert rollback(settings.index).manifest.counts["articles"] == 1
        assert gen.current_name(settings.index) == one
        assert rollback(settings.index, two).manifest.counts["articles"] == 2


def test_rollback_knows_its_generations(settings: Settings) -> None:
    with pytest.raises(UsageError, match="There are: 000001, 000002"):
        rollback(settings.index, "000009")
    collect(settings.index)
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        rollback(settings.index)


def test_rollback_passes_over_what_is_damaged(settings: Settings) -> None:
    one, _ = names(settings.index)
    delta = settings.index / "generations" / one / gen.DELTA / gen.DENSE
    delta.write_bytes(delta.read_bytes()[:-1] + b"?")
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        rollback(settings.index)


def test_a_change_after_going_back_is_a_new_generation(settings: Settings, tmp_path: Path) -> None:
    rollback(settings.index)
    add([write(tmp_path / "c.jsonl", BRIDGE | {"id": "other"})], settings)
    assert names(settings.index) == ["000001", "000003"]
    assert gen.current(settings.index).manifest.counts["articles"] == 2


def test_gc_keeps_what_answers(settings: Settings) -> None:
    (settings.index / "generations" / f"{publishing.DRAFT}1").mkdir()
    (settings.index / "unpublished-abc.vectors").write_bytes(b"half")
    removed, n_bytes = collect(settings.index)
    assert names(settings.index) == ["000002"]
    assert len(removed) == 3
    assert n_bytes > 0
    assert check(settings.index) == ()


def test_a_sync_that_fails_publishes_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = (settings.index / gen.POINTER).read_bytes()
    path = write(tmp_path / "c.jsonl", BRIDGE | {"id": "other"})
    real, n_calls = os.fsync, 0
    n_good = 0

    def failing(handle: int) -> None:
        nonlocal n_calls
        n_calls += 1
        if n_calls == n_good + 1:
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", failing)
    while True:
        n_calls = 0
        try:
            add([path], settings)
        except DatelineError as error:
            assert "as it was" in str(error)
            assert (settings.index / gen.POINTER).read_bytes() == pointer
            assert names(settings.index) == ["000001", "000002"]
        else:
            break
        n_good += 1
    assert n_good > 10
    assert gen.current(settings.index).manifest.counts["articles"] == 3


def test_the_lock_names_its_holder_and_is_empty_when_free(settings: Settings) -> None:
    lock = settings.index / LOCK
    with writing(settings.index):
        assert f"process {os.getpid()}" in lock.read_text()
        with pytest.raises(DatelineError, match=f"process {os.getpid()}.*try again"):
            collect(settings.index)
    assert lock.read_text() == ""


def test_the_lock_of_a_killed_writer_is_taken_over(settings: Settings, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.lock import writing\n"
        "with writing(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.index)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert holder.stdout
    with holder:
        assert holder.stdout.readline() == b"held\n"
        path = write(tmp_path / "c.jsonl", BRIDGE | {"id": "other"})
        with pytest.raises(DatelineError, match=f"process {holder.pid}"):
            add([path], settings)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert str(holder.pid) in (settings.index / LOCK).read_text()
    assert add([path], settings).added == 1
