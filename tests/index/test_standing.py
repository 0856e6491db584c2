"""What an archive says of an article later: the version that counts, and what corrects it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index import generation as gen
from index.build import add, build, remove
from index.store import Archive
from rag.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rag.settings import Settings
    from rag.types import Article

FERRY = {
    "id": "ferry",
    "title": "Ferry toll rises to 21",
    "text": "The toll rose to 21 on Wednesday. The search goes on.",
    "published": "2025-09-17T08:00:00Z",
}


def write(path: Path, **changes: str) -> Path:
    path.write_text(json.dumps(FERRY | changes) + "\n", "utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load_settings(index=tmp_path / "index")
    build([write(tmp_path / "first.jsonl")], found)
    return found


def standing(settings: Settings, article_id: str) -> tuple[Article | None, str | None]:
    with closing(Archive(gen.current(settings.index).folder)) as archive:
        return archive.current(article_id), archive.superseding(article_id)


def test_current_is_the_newest_version_and_none_once_removed(
    settings: Settings, tmp_path: Path
) -> None:
    add([write(tmp_path / "second.jsonl", text="The toll rose to 28.")], settings)
    current, superseding = standing(settings, "ferry")
    assert current
    assert (current.version, current.text, superseding) == (2, "The toll rose to 28.", None)
    remove(["ferry"], settings)
    assert standing(settings, "ferry") == (None, None)
    assert standing(settings, "nobody") == (None, None)


def test_superseding_is_the_latest_that_still_counts(settings: Settings, tmp_path: Path) -> None:
    for n, status in enumerate(("usable", "usable", "withdrawn"), 1):
        notice = write(
            tmp_path / f"notice{n}.jsonl",
            id=f"notice-{n}",
            title=f"Correction {n}",
            text=f"The toll is {20 + n}, not 21.",
            supersedes="ferry",
            status=status,
            published=f"2025-09-2{n}T08:00:00Z",
        )
        add([notice], settings)
    assert standing(settings, "ferry")[1] == "notice-2"
    remove(["notice-2"], settings)
    assert standing(settings, "ferry")[1] == "notice-1"
