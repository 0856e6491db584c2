"""What may be searched: filters, instants, corrections and withdrawals, in both parts."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from index import generation as gen
from index.build import add, build, remove
from index.store import Archive
from rag.settings import Settings, load_settings
from rag.types import Filters

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Nine were hurt at the mill in Orrin, the fire brigade said on Monday."
LONG = TEXT + " The mill was built of oak in the time of the old duke." * 6


def article(id_: str, day: int | None, **more: str) -> dict[str, str]:
    dated = {"published": f"2025-01-{day:02d}T08:00:00Z"} if day else {}
    return {"id": id_, "title": id_, "text": TEXT} | dated | more


ARTICLES = [
    article("post", 1, source="Post", section="News", language="en"),
    article("courier", 2, source="Courier", section="News", language="en-GB"),
    article("blatt", 3, source="Blatt", section="Wirtschaft", language="de"),
    article("undated", None, source="Post"),
]


def write(path: Path, *articles: dict[str, str]) -> Path:
    path.write_text("\n".join(json.dumps(a) for a in articles), "utf-8")
    return path


@pytest.fixture(scope="module", params=["in the base", "in the delta"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("made")
    found = load_settings(index=folder / "index")
    if request.param == "in the base":
        build([write(folder / "all.jsonl", *ARTICLES)], found)
    else:
        build([write(folder / "first.jsonl", article("first", 1))], found)
        add([write(folder / "rest.jsonl", *ARTICLES)], found)
        remove(["first"], found)
    return found


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """An index of one's own to change."""
    shutil.copytree(made.index, tmp_path / "index")
    return load_settings(index=tmp_path / "index")


def shown(settings: Settings, filters: Filters, as_of: datetime | None = None) -> set[str]:
    with closing(Archive(gen.current(settings.index).folder)) as archive:
        keys = archive.visible(filters, as_of)
        if keys is None:
            return {found.id for found in archive.articles()}
        return {found.id for found, _ in archive.passages(list(keys))}


def at(day: int) -> datetime:
    return datetime(2025, 1, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filters", "as_of", "expected"),
    [
        (Filters(), None, {"post", "courier", "blatt", "undated"}),
        (Filters(sources=("Post",)), None, {"post", "undated"}),
        (Filters(sources=("post", "BLATT")), None, {"post", "undated", "blatt"}),
        (Filters(sources=("Nobody",)), None, set()),
        (Filters(sections=("news",)), None, {"post", "courier"}),
        (Filters(languages=("en",)), None, {"post", "courier", "undated"}),  # as it is read
        (Filters(languages=("en-GB",)), None, {"post", "courier", "undated"}),
        (Filters(languages=("e",)), None, set()),
        (Filters(languages=("de", "en")), None, {"post", "courier", "blatt", "undated"}),
        (Filters(since=at(1)), None, {"courier", "blatt"}),
        (Filters(until=at(2)), None, {"post", "courier"}),
        (Filters(since=at(1), until=at(2)), None, {"courier"}),
        (Filters(), at(2), {"post", "courier"}),
        (Filters(sources=("Courier",), sections=("News",)), at(1), set()),
        (Filters(sources=("Post",)), at(3), {"post"}),
    ],
)
def test_filters_leave_what_they_name(
    made: Settings, filters: Filters, as_of: datetime | None, expected: set[str]
) -> None:
    assert shown(made, filters, as_of) == expected


@pytest.mark.parametrize(
    ("sent", "as_of", "gone"),
    [
        (article("post", 1, status="withdrawn"), None, {"post"}),
        (article("post", 1, status="withdrawn"), at(1), {"post"}),
        (article("new", 4, supersedes="post"), None, {"post"}),
        (article("new", 4, supersedes="post"), at(2), set()),
        (article("new", 4, supersedes="new"), None, set()),
        (article("new", 4, supersedes="nobody"), None, set()),
        (article("kill", 4, supersedes="post", status="withdrawn"), None, {"post"}),
        (article("kill", 4, supersedes="post", status="withdrawn"), at(2), {"post"}),
    ],
)
def test_what_is_withdrawn_or_rewritten_is_gone_at_once(
    settings: Settings, tmp_path: Path, sent: dict[str, str], as_of: datetime | None, gone: set[str]
) -> None:
    before = shown(settings, Filters(), as_of)
    add([write(tmp_path / "sent.jsonl", sent)], settings)
    assert before - shown(settings, Filters(), as_of) == gone


def test_a_notice_of_a_line_leaves_what_it_corrects(settings: Settings, tmp_path: Path) -> None:
    long = article("long", 4) | {"text": LONG}
    add([write(tmp_path / "sent.jsonl", long, article("notice", 5, supersedes="long"))], settings)
    assert {"long", "notice"} <= shown(settings, Filters())


def test_removing_a_correction_brings_back_what_it_replaced(
    settings: Settings, tmp_path: Path
) -> None:
    add([write(tmp_path / "sent.jsonl", article("new", 4, supersedes="post"))], settings)
    assert "post" not in shown(settings, Filters())
    remove(["new"], settings)
    assert "post" in shown(settings, Filters())


@pytest.mark.parametrize(
    ("column", "value"),
    [("source", "Post"), ("section", "News"), ("language", "en"), ("byline", "A")],
)
def test_filters_run_on_indexes(made: Settings, column: str, value: str) -> None:
    with closing(Archive(gen.current(made.index).folder)) as archive:
        plan = archive._db.execute(
            f"explain query plan select key from base.article a where +a.is_current = 1 "
            f"and a.{column} = ? and a.seen_from >= 0",
            (value,),
        ).fetchall()
    assert f"article_{column}" in str(plan)
