"""Damage of every kind is found, named with what mends it, and never answered from."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np
import pytest

from index import generation as gen
from index.build import add, build, remove
from index.check import Mend, check, remedy
from index.gc import collect
from index.lock import LOCK
from index.models import sha256_of
from index.publish import rollback
from index.store import Archive
from rag.errors import IndexUnavailable
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
EXTRA = {"id": "extra", "title": "Bridge opens", "text": "The bridge opened on Monday."}


@pytest.fixture(scope="module")
def made(seed_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed with one article more, so that base and delta both hold something."""
    folder = tmp_path_factory.mktemp("made")
    index = Path(shutil.copytree(seed_settings.index, folder / "index"))
    path = folder / "extra.jsonl"
    path.write_text(json.dumps(EXTRA))
    add([path], load_settings(index=index))
    collect(index)
    return index


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "index"))


def everything(index: Path) -> list[Path]:
    return sorted(path for path in index.rglob("*") if path.is_file() and path.name != LOCK)


def places(n_bytes: int) -> set[int]:
    return {0, 7, n_bytes // 3, n_bytes // 2, n_bytes - 1} & set(range(n_bytes))


def test_one_flipped_byte_in_any_file_is_found(index: Path) -> None:
    assert (index / LOCK).read_bytes() == b""
    for path in everything(index):
        whole = path.read_bytes()
        for place in places(len(whole)):
            changed = bytearray(whole)
            changed[place] ^= 0x10
            path.write_bytes(changed)
            assert remedy(check(index)), f"{path} at byte {place}"
        path.write_bytes(whole)
    assert check(index) == ()


def test_truncation_of_any_file_is_found_and_refused_at_opening(index: Path) -> None:
    for path in everything(index):
        whole = path.read_bytes()
        for size in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:size])
            assert check(index)
            with pytest.raises(IndexUnavailable, match="Rebuild"):
                gen.current(index)
        path.write_bytes(whole)


def test_a_missing_file_is_found(index: Path) -> None:
    for path in everything(index):
        if path.name != gen.POINTER:
            moved = path.rename(index / "moved")
            assert check(index), path
            moved.rename(path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 99}', '{"format": 2}', "not json", "\0"]
)
def test_a_damaged_manifest_is_refused(index: Path, text: str) -> None:
    (gen.current(index).folder / gen.MANIFEST).write_text(text)
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        gen.current(index)


@pytest.mark.parametrize("pointer", ["", "../../etc", "000099", "\0\0", "00 01", "²"])
def test_a_damaged_pointer_is_refused(index: Path, pointer: str) -> None:
    (index / gen.POINTER).write_text(pointer)
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        gen.current(index)
    assert remedy(check(index)) is Mend.ROLLBACK
    rollback(index)
    assert check(index) == ()


def forged(index: Path, change: Callable[[gen.Generation], None]) -> None:
    """Change a generation's files and write the manifest as though they had been published so."""
    generation = gen.current(index)
    change(generation)
    manifest = replace(generation.manifest, files=gen.describe_files(generation.folder))
    (generation.folder / gen.MANIFEST).write_text(manifest.dump())
    (index / gen.POINTER).write_text(gen.pointer_text(manifest.name, manifest.digest))


def executed(sql: str) -> Callable[[gen.Generation], None]:
    def change(generation: gen.Generation) -> None:
        with closing(sqlite3.connect(generation.folder / gen.BASE / gen.ARCHIVE)) as db:
            db.execute(sql)
            db.commit()

    return change


def without_first_vector(generation: gen.Generation) -> None:
    path = generation.folder / gen.BASE / gen.DENSE
    found = faiss.read_index(str(path))
    found.remove_ids(faiss.vector_to_array(found.id_map)[:1])
    faiss.write_index(found, str(path))


def with_a_stray_vector(generation: gen.Generation) -> None:
    path = generation.folder / gen.BASE / gen.DENSE
    found = faiss.read_index(str(path))
    found.add_with_ids(np.ones((1, found.d), np.float32), np.array([2**62]))
    faiss.write_index(found, str(path))


def without_words(generation: gen.Generation) -> None:
    base, delta = generation.parts(gen.LEXICAL)
    shutil.rmtree(base)
    shutil.copytree(delta, base)


@pytest.mark.parametrize(
    ("change", "found", "mend"),
    [
        (executed("delete from vector where id = (select min(id) from vector)"),
         "1 passages have no vector", Mend.REBUILD),
        (executed("insert into vector values (7, zeroblob(1536))"),
         "1 vectors belong to no passage", Mend.REBUILD),
        (executed("update article set text = text || '!'"), "not what was hashed", Mend.REBUILD),
        (executed("update sentence set start = start + 1"), "not cut cleanly", Mend.REBUILD),
        (executed("delete from passage where key = (select min(key) from passage)"),
         "belong to no passage", Mend.REBUILD),
        (without_first_vector, "1 passages of the archive are not in it", Mend.REDERIVE),
        (with_a_stray_vector, "1 entries belong to no passage", Mend.REDERIVE),
        (without_words, "passages of the archive are not in it", Mend.REDERIVE),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_found(
    index: Path, change: Callable[[gen.Generation], None], found: str, mend: Mend
) -> None:
    forged(index, change)
    faults = check(index)
    assert any(found in str(fault) for fault in faults), faults
    assert remedy(faults) is mend


def damage(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def derived(index: Path) -> Iterator[Path]:
    for part in gen.PARTS:
        yield gen.current(index).folder / part / gen.DENSE
        yield gen.current(index).folder / part / gen.LEXICAL / "rows.npy"


def test_a_damaged_derived_part_is_made_again_from_the_archive(index: Path) -> None:
    for path in list(derived(index)):
        damage(path)
    assert remedy(check(index)) is Mend.REDERIVE
    report = build([], load_settings(index=index))
    assert report.n_embedded == 0
    assert check(index) == ()


def test_a_truncated_derived_part_is_made_again_too(index: Path) -> None:
    path = next(derived(index))
    path.write_bytes(path.read_bytes()[:100])
    assert remedy(check(index)) is Mend.REDERIVE
    build([], load_settings(index=index))
    assert check(index) == ()


def test_a_damaged_archive_is_rolled_back_where_that_is_possible(index: Path) -> None:
    settings = load_settings(index=index)
    remove([EXTRA["id"]], settings)
    damage(gen.current(index).folder / gen.DELTA / gen.ARCHIVE)
    faults = check(index)
    assert remedy(faults) is Mend.ROLLBACK
    assert str(faults[0]).startswith(f"{gen.DELTA}/{gen.ARCHIVE}")
    rollback(index)
    assert check(index) == ()


def test_nothing_is_written_on_from_a_damaged_archive(index: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps(EXTRA | {"id": "more"}))
    damage(gen.current(index).folder / gen.DELTA / gen.ARCHIVE)
    with pytest.raises(IndexUnavailable, match="index check"):
        add([path], load_settings(index=index))


def test_a_rebuild_mends_a_damaged_archive(index: Path) -> None:
    archive = gen.current(index).folder / gen.BASE / gen.ARCHIVE
    archive.write_bytes(b"\0" * archive.stat().st_size)
    assert remedy(check(index)) is Mend.REBUILD
    with pytest.raises(IndexUnavailable, match="No sound archive"):
        build([], load_settings(index=index))
    build([ROOT / "seeds"], load_settings(index=index))
    assert check(index) == ()


def test_damage_to_what_is_kept_for_going_back_is_cleared_away(index: Path) -> None:
    build([], load_settings(index=index))
    kept = sorted((index / "generations").iterdir())[0]
    damage(kept / gen.DELTA / gen.ARCHIVE)
    assert remedy(check(index)) is Mend.GC
    collect(index)
    assert check(index) == ()


def test_a_text_that_changed_on_disk_is_not_shown(index: Path) -> None:
    archive = gen.current(index).folder / gen.BASE / gen.ARCHIVE
    whole = archive.read_bytes()
    assert b"cease-fire" in whole
    archive.write_bytes(whole.replace(b"cease-fire", b"cease-fine"))
    with (
        closing(Archive(gen.current(index).folder)) as opened,
        pytest.raises(IndexUnavailable, match="damaged"),
    ):
        list(opened.articles())


def test_hashes_in_the_manifest_are_those_of_the_files(index: Path) -> None:
    generation = gen.current(index)
    for name, (n_bytes, digest) in generation.manifest.files.items():
        path = generation.folder / name
        assert (path.stat().st_size, sha256_of(path)) == (n_bytes, digest)
