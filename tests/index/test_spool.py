"""What a run embedded before it ended is not embedded again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import run as running
from index.build import build
from index.spool import VectorSpool
from rag.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

D = 4


@pytest.fixture
def spool(tmp_path: Path) -> VectorSpool:
    return VectorSpool(tmp_path, kind="model-float32", dimension=D)


def vector(i: int) -> np.ndarray:
    return np.full(D, i, np.float32)


def test_what_was_appended_is_read(spool: VectorSpool) -> None:
    spool.append([(1, vector(1)), (2**63 - 1, vector(2))])
    spool.append([(3, vector(3))])
    found = spool.read([1, 3, 2**63 - 1, 4])
    assert sorted(found) == [1, 3, 2**63 - 1]
    assert np.array_equal(found[3], vector(3))
    spool.clear()
    assert spool.read([1]) == {}


@pytest.mark.parametrize("n_bytes_lost", [1, 5, 27])
def test_a_torn_end_is_left_out_and_written_over(spool: VectorSpool, n_bytes_lost: int) -> None:
    spool.append([(1, vector(1)), (2, vector(2))])
    spool.path.write_bytes(spool.path.read_bytes()[:-n_bytes_lost])
    assert sorted(spool.read([1, 2])) == [1]
    spool.append([(3, vector(3))])
    assert sorted(spool.read([1, 2, 3])) == [1, 3]


def test_a_flipped_byte_costs_one_vector(spool: VectorSpool) -> None:
    spool.append([(1, vector(1)), (2, vector(2))])
    whole = bytearray(spool.path.read_bytes())
    whole[10] ^= 1
    spool.path.write_bytes(whole)
    assert sorted(spool.read([1, 2])) == [2]


def test_a_run_that_fails_leaves_its_vectors_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(index=tmp_path / "index")
    path = tmp_path / "news.jsonl"
    articles = [{"id": f"a{i}", "title": f"News {i}", "text": f"It is {i}."} for i in range(5)]
    path.write_text("\n".join(map(json.dumps, articles)))

    def full(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(running, "publish", full)
        with pytest.raises(Exception, match="No space left"):
            build([path], settings)
    assert list(settings.index.glob("unpublished-*"))
    assert build([path], settings).n_embedded == 0
    assert not list(settings.index.glob("unpublished-*"))
