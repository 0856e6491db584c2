"""Building, adding, removing: what is published is what was read, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import fold
from index import generation as gen
from index.build import add, build, remove
from index.check import check
from index.lock import writing
from index.models import find_model
from index.store import Archive
from rag.cpu import has_bfloat16
from rag.errors import DatelineError, IndexUnavailable, UsageError
from rag.settings import Settings, load_settings
from rag.types import Article, Filters

if TYPE_CHECKING:
    from pathlib import Path

MILL = {"id": "mill", "title": "Mill burns", "text": "The mill burned. Nobody was hurt."}
BRIDGE = {"id": "bridge", "title": "Bridge opens", "text": "The bridge opened on Monday."}


def write(path: Path, *articles: dict[str, str]) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    return path


def opened(settings: Settings) -> Archive:
    return Archive(gen.current(settings.index).folder)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(index=tmp_path / "index")


def test_every_stored_sentence_slices_back(velland_settings: Settings) -> None:
    with closing(opened(velland_settings)) as archive:
        assert not list(archive.faults())
        assert archive.counts()["articles"] == 68


def test_check_finds_nothing_in_a_fresh_index(velland_settings: Settings) -> None:
    assert check(velland_settings.index) == ()


def test_one_bad_line_is_listed_and_the_rest_is_built(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "news.jsonl", MILL, {"id": "x", "title": "no text"}, BRIDGE)
    report = build([path], settings)
    assert report.added == 2
    assert [(r.place, r.item) for r in report.rejected] == [(str(path), 2)]
    assert report.rejected[0].reason


def test_nothing_readable_leaves_the_index_as_it_was(tmp_path: Path, settings: Settings) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(DatelineError, match="nothing was built"):
        build([tmp_path / "empty.txt"], settings)
    with closing(opened(settings)) as archive:
        assert archive.article("mill")


def test_build_replaces_what_was_there(tmp_path: Path, settings: Settings) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    build([write(tmp_path / "b.jsonl", BRIDGE)], settings)
    with closing(opened(settings)) as archive:
        assert archive.article("mill") is None
        assert archive.article("bridge") is not None


def test_a_rebuild_of_the_same_articles_embeds_nothing(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "a.jsonl", MILL, BRIDGE)
    assert build([path], settings).n_embedded == 2
    again = build([path], settings)
    assert (again.n_embedded, again.added) == (0, 2)


def test_add_keeps_the_rest_and_embeds_only_what_is_new(tmp_path: Path, settings: Settings) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    report = add([write(tmp_path / "b.jsonl", MILL, BRIDGE)], settings)
    assert (report.added, report.unchanged, report.n_embedded) == (1, 1, 1)
    assert report.counts["articles"] == 2
    assert check(settings.index) == ()


def test_a_changed_article_is_a_new_version_and_the_old_stays_readable(
    tmp_path: Path, settings: Settings
) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    changed = MILL | {"text": "The mill burned down. One man was hurt."}
    assert add([write(tmp_path / "b.jsonl", changed)], settings).updated == 1
    with closing(opened(settings)) as archive:
        newest, first = archive.article("mill"), archive.article("mill", 1)
        assert newest and newest.version == 2 and newest.text == changed["text"]
        assert first and first.text == MILL["text"]
        assert archive.counts() == {"articles": 1, "versions": 2, "sentences": 2, "passages": 1}
    assert check(settings.index) == ()


def test_remove_takes_an_article_out_of_every_part(tmp_path: Path, settings: Settings) -> None:
    build([write(tmp_path / "a.jsonl", MILL, BRIDGE)], settings)
    assert remove(["mill"], settings).removed == 1
    with closing(opened(settings)) as archive:
        assert [title for part in gen.PARTS for _, title, _ in archive.texts(part)] == [
            "Bridge opens"
        ]
    assert check(settings.index) == ()


def test_remove_of_an_unknown_id_changes_nothing(tmp_path: Path, settings: Settings) -> None:
    build([write(tmp_path / "a.jsonl", MILL, BRIDGE)], settings)
    before = gen.current_name(settings.index)
    with pytest.raises(UsageError, match="well"):
        remove(["mill", "well"], settings)
    assert gen.current_name(settings.index) == before


def test_two_builds_of_one_input_make_the_same_vectors(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", MILL, BRIDGE)
    found = []
    for name in ("one", "two"):
        settings = load_settings(index=tmp_path / name)
        build([path], settings)
        with closing(opened(settings)) as archive:
            found.append(*archive.vectors(gen.BASE))
    assert np.array_equal(found[0][0], found[1][0])
    assert np.array_equal(found[0][1], found[1][1])


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError, match="No such file"):
        build([tmp_path / "nowhere"], settings)


def test_no_index_names_the_command_that_builds_one(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="dateline index build"):
        gen.current(tmp_path)


def test_a_second_writer_is_told_who_holds_the_index(tmp_path: Path, settings: Settings) -> None:
    with writing(settings.index), pytest.raises(DatelineError, match="process"):
        build([write(tmp_path / "a.jsonl", MILL)], settings)


def test_the_oldest_generation_goes_and_one_is_kept_beside(
    tmp_path: Path, settings: Settings
) -> None:
    for _ in range(3):
        build([write(tmp_path / "a.jsonl", MILL)], settings)
    names = sorted(path.name for path in (settings.index / "generations").iterdir())
    assert names == ["000002", "000003"]


STORY = {"published": "2025-01-01T08:00:00Z", "source": "Post"}
WITHDRAWN = {"id": "w", "title": "Wrong", "text": "It was not so.", "status": "withdrawn"} | STORY
CORRECTED = {
    "id": "old",
    "title": "Old",
    "text": "Nine were hurt at the mill.",
    "status": "corrected",
}
CORRECTION = {
    "id": "new",
    "title": "New",
    "text": "Eight were hurt at the mill.",
    "supersedes": "old",
    "published": "2025-01-03T08:00:00Z",
    "source": "Courier",
}


@pytest.mark.parametrize(
    ("filters", "as_of", "seen"),
    [
        (Filters(), None, {"bridge", "new"}),
        (Filters(), datetime(2025, 1, 2, tzinfo=UTC), {"old"}),
        (Filters(sources=("Courier",)), None, {"new"}),
        (Filters(until=datetime(2025, 1, 2, tzinfo=UTC)), None, set()),
        (Filters(since=datetime(2025, 1, 2, tzinfo=UTC)), None, {"new"}),
    ],
)
def test_visible_leaves_out_what_must_not_be_answered_from(
    tmp_path: Path, filters: Filters, as_of: datetime | None, seen: set[str]
) -> None:
    settings = load_settings(index=tmp_path / "index")
    build([write(tmp_path / "a.jsonl", BRIDGE, WITHDRAWN, CORRECTED | STORY, CORRECTION)], settings)
    with closing(opened(settings)) as archive:
        keys = archive.visible(filters, as_of)
        assert keys is not None
        assert {article.id for article, _ in archive.passages(sorted(keys))} == seen


def test_a_short_notice_leaves_what_it_corrects_searchable(tmp_path: Path) -> None:
    settings = load_settings(index=tmp_path / "index")
    long = CORRECTED | {"text": "Nine were hurt at the mill. " + "It was built of oak. " * 20}
    build([write(tmp_path / "a.jsonl", long, CORRECTION)], settings)
    with closing(opened(settings)) as archive:
        assert archive.visible(Filters(), None) is None


CHANGED = MILL | {"text": "The mill burned. Two were hurt."}


def test_what_comes_back_is_not_embedded_again(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "a.jsonl", MILL, BRIDGE)
    build([path], settings)
    remove(["mill"], settings)
    report = add([path], settings)
    assert (report.added, report.unchanged, report.n_embedded) == (1, 1, 0)
    with closing(opened(settings)) as archive:
        mill = archive.article("mill")
        assert mill
        assert mill.version == 1
        assert archive.counts()["versions"] == 2


def test_a_text_that_changes_back_is_its_first_version_again(
    tmp_path: Path, settings: Settings
) -> None:
    build([write(tmp_path / "a.jsonl", MILL, BRIDGE)], settings)
    for n, state in enumerate((CHANGED, MILL, CHANGED, MILL)):
        report = add([write(tmp_path / "b.jsonl", state)], settings)
        assert (report.updated, report.n_embedded) == (1, n == 0)
    with closing(opened(settings)) as archive:
        current, second = archive.article("mill"), archive.article("mill", 2)
        assert current
        assert second
        assert (current.version, current.text) == (1, MILL["text"])
        assert second.text == CHANGED["text"]
        assert archive.counts()["versions"] == 3
    assert check(settings.index) == ()


def test_a_rebuild_keeps_the_earlier_versions_of_what_it_is_given(
    tmp_path: Path, settings: Settings
) -> None:
    build([write(tmp_path / "a.jsonl", MILL, BRIDGE)], settings)
    build([write(tmp_path / "b.jsonl", CHANGED)], settings)
    with closing(opened(settings)) as archive:
        first, second = archive.article("mill", 1), archive.article("mill", 2)
        assert first
        assert second
        assert (first.text, second.text) == (MILL["text"], CHANGED["text"])
        assert len(archive.sentences(first)) == 2
        assert archive.article("bridge") is None
        assert archive.counts()["articles"] == 1
    assert check(settings.index) == ()


def test_another_passage_length_is_another_generation_of_the_same_articles(
    tmp_path: Path, settings: Settings
) -> None:
    long = MILL | {"text": " ".join(f"The mill burned for {n} days." for n in range(20))}
    build([write(tmp_path / "a.jsonl", long)], settings)
    before = gen.current(settings.index).manifest
    short = settings.model_copy(update={"passage_tokens": 40})
    report = build([], short)
    assert (report.added, report.unchanged) == (0, 1)
    assert report.counts["passages"] > before.counts["passages"]
    assert report.n_embedded > 0
    assert gen.current(settings.index).manifest.passage_tokens == 40
    # an addition under the old setting follows what the index is made of
    add([write(tmp_path / "b.jsonl", BRIDGE)], settings)
    assert gen.current(settings.index).manifest.passage_tokens == 40
    assert check(settings.index) == ()


def test_an_index_of_other_splitting_rules_is_split_anew_by_the_next_addition(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    versions = gen.versions_in_use() | {"sentence rules": "next"}
    monkeypatch.setattr(gen, "versions_in_use", lambda: versions)
    report = add([write(tmp_path / "b.jsonl", BRIDGE)], settings)
    assert (report.added, report.unchanged, report.n_embedded) == (1, 1, 1)
    assert gen.current(settings.index).manifest.versions == versions
    assert check(settings.index) == ()


def test_a_base_that_holds_another_number_than_it_says_is_a_fault(
    tmp_path: Path, settings: Settings
) -> None:
    build([write(tmp_path / "a.jsonl", MILL, BRIDGE)], settings)
    folder = gen.current(settings.index).folder
    with closing(sqlite3.connect(folder / gen.BASE / gen.ARCHIVE)) as db:
        db.execute("update total set articles = 3")
        db.commit()
    with closing(Archive(folder)) as archive:
        assert "2 articles are current, not the 3 written down" in list(archive.faults())


def precision_of_index(settings: Settings) -> str:
    return gen.current(settings.index).manifest.precision


def test_an_addition_is_embedded_in_the_precision_of_the_index(
    tmp_path: Path, settings: Settings
) -> None:
    exact = settings.model_copy(update={"precision": "float32"})
    build([write(tmp_path / "a.jsonl", MILL)], exact)
    report = add([write(tmp_path / "b.jsonl", BRIDGE)], settings)
    assert (report.unchanged, report.n_embedded) == (0, 1)
    assert precision_of_index(settings) == "float32"


@pytest.mark.skipif(not has_bfloat16(), reason="this CPU has one precision")
def test_vectors_of_two_precisions_never_lie_in_one_index(
    tmp_path: Path, settings: Settings
) -> None:
    halved = settings.model_copy(update={"precision": "bfloat16"})
    build([write(tmp_path / "a.jsonl", MILL)], halved)
    assert precision_of_index(settings) == "bfloat16"
    exact = settings.model_copy(update={"precision": "float32"})
    report = add([write(tmp_path / "b.jsonl", BRIDGE)], exact)
    assert (report.added, report.unchanged, report.n_embedded) == (1, 1, 2)
    assert precision_of_index(settings) == "float32"
    assert check(settings.index) == ()


def test_deriving_anew_embeds_nothing_anew_in_another_precision(
    tmp_path: Path, settings: Settings
) -> None:
    exact = settings.model_copy(update={"precision": "float32"})
    build([write(tmp_path / "a.jsonl", MILL)], exact)
    assert build([], settings).n_embedded == 0
    assert precision_of_index(settings) == "float32"


def test_an_index_of_another_model_is_not_added_to(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    card = replace(find_model(), name="other", fingerprint="0" * 64)
    monkeypatch.setattr("index.run.find_model", lambda _: card)
    with pytest.raises(IndexUnavailable, match="dateline index build"):
        add([write(tmp_path / "b.jsonl", BRIDGE)], settings)


def test_an_article_without_an_id_is_known_by_its_address(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Article(id="", title="T", text="It is so.", url="http://News.example/a/?utm_source=x")
    again = replace(page, text="It was so.", url="https://news.example/a")
    for article, expected in ((page, (1, 0)), (again, (0, 1))):
        monkeypatch.setattr("index.build.read", lambda _, found=article: iter([found]))
        report = add([tmp_path], settings)
        assert (report.added, report.updated) == expected
    with closing(opened(settings)) as archive:
        found = archive.article("https://news.example/a")
        assert found
        assert found.text == again.text


def test_a_delta_that_grows_is_folded_into_the_base(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "LEAST_PASSAGES", 3)
    monkeypatch.setattr(fold, "MOST_DEAD", 1.0)
    build([write(tmp_path / "a.jsonl", MILL)], settings)
    sizes = []
    for n in range(10):
        add(
            [write(tmp_path / "b.jsonl", BRIDGE | {"id": f"b{n}", "text": f"It is {n}."})], settings
        )
        with closing(opened(settings)) as archive:
            sizes.append(len(list(archive.texts(gen.DELTA))))
        assert check(settings.index) == ()
    assert sizes == [1, 2, 3, 4, 5, 6, 7, 8, 0, 1]  # 8·√1 passages have room beside a base of one


def test_an_older_version_does_not_take_the_place_of_a_newer(
    tmp_path: Path, settings: Settings
) -> None:
    older = MILL | {"published": "2025-03-18", "updated": "2025-03-18T10:00:00Z"}
    newer = older | {"text": "The mill burned down.", "updated": "2025-03-18T12:00:00Z"}
    both = write(tmp_path / "both.jsonl", older, newer)
    assert build([both], settings).updated == 1
    again = add([both], settings)
    assert (again.unchanged, again.updated, len(again.skipped)) == (1, 0, 1)
    late = add([write(tmp_path / "late.jsonl", older)], settings)
    assert late.skipped[0].reason == "older version of an article already read"
    with closing(opened(settings)) as archive:
        found = archive.article("mill")
        assert found and found.text == newer["text"]
