"""Damage of every kind is found, and never answered from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import generation as gen
from index.build import build
from index.check import check
from rag.errors import IndexUnavailable
from rag.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def index(seed_settings: Settings, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_settings.index, tmp_path / "index"))


def files(index: Path) -> list[str]:
    return sorted(gen.current(index).manifest.files)


def test_one_flipped_byte_in_any_file_is_found(index: Path) -> None:
    folder = gen.current(index).folder
    for name in files(index):
        whole = (folder / name).read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
            changed = bytearray(whole)
            changed[place] ^= 0x10
            (folder / name).write_bytes(changed)
            assert check(index), f"{name} at byte {place}"
        (folder / name).write_bytes(whole)
    assert check(index) == ()


def test_a_truncated_file_is_refused_at_opening(index: Path) -> None:
    folder = gen.current(index).folder
    for name in files(index):
        whole = (folder / name).read_bytes()
        for size in {0, len(whole) // 2, len(whole) - 1}:
            (folder / name).write_bytes(whole[:size])
            with pytest.raises(IndexUnavailable, match="Rebuild"):
                gen.current(index)
        (folder / name).write_bytes(whole)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 99}', '{"format": 1}', "not json", "\0"]
)
def test_a_damaged_manifest_is_refused(index: Path, text: str) -> None:
    (gen.current(index).folder / gen.MANIFEST).write_text(text)
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        gen.current(index)


@pytest.mark.parametrize("pointer", ["", "../../etc", "000099", "\0\0", "00 01"])
def test_a_damaged_pointer_is_refused(index: Path, pointer: str) -> None:
    (index / "CURRENT").write_text(pointer)
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        gen.current(index)


def test_a_rebuild_mends_a_damaged_index(index: Path) -> None:
    archive = gen.current(index).folder / gen.BASE / gen.ARCHIVE
    archive.write_bytes(b"\0" * archive.stat().st_size)
    assert check(index)
    build([ROOT / "seeds"], load_settings(index=index))
    assert check(index) == ()
