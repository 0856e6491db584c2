"""However an archive came to hold what it holds, it answers the same."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import fold
from index import generation as gen
from index.answerer import LiveAnswerer
from index.build import add, build, remove
from index.check import check
from index.embed import open_embedder
from index.lock import writing
from index.publish import rollback
from index.store import Archive
from rag.errors import IndexUnavailable
from rag.selector import PassageSelector
from rag.settings import Settings, load_settings
from rag.types import Filters

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Answer

MILL = (
    "The old mill at Orrin burned down on Monday night. Eleven people were taken to hospital. "
    "Fire chief Ada Wells said the cause was a faulty heater. The mill was built in 1874 and "
    "employed forty people until March. The council will decide next week whether to rebuild it."
)
POOL: dict[str, list[dict[str, str]]] = {
    "mill": [
        {"text": MILL, "published": "2025-03-04T08:00:00Z", "source": "Post", "language": "en"},
        {"text": MILL.replace("Eleven", "Twelve"), "published": "2025-03-04T08:00:00Z",
         "updated": "2025-03-05T08:00:00Z", "source": "Post", "language": "en-GB"},
        {"text": MILL, "published": "2025-03-04T08:00:00Z", "source": "Post",
         "status": "withdrawn"},
    ],
    "mill-copy": [
        {"text": MILL + " More follows.", "published": "2025-03-04T11:00:00Z", "source": "Courier"},
        {"text": "The mill at Orrin is gone.", "published": "2025-03-05T11:00:00Z"},
    ],
    "mill-new": [
        {"text": MILL.replace("Eleven", "Fourteen"), "published": "2025-03-06T08:00:00Z",
         "source": "Post", "supersedes": "mill"},
        {"text": "The story on the mill was wrong and is withdrawn.", "status": "withdrawn",
         "published": "2025-03-06T08:00:00Z", "source": "Post", "supersedes": "mill"},
    ],
    "ferry": [
        {"text": "The ferry Aurora ran aground off Lunt with 210 people aboard. All were saved. "
         "Captain Jon Berg blamed fog.", "section": "News"},
        {"text": "The ferry Aurora was towed to Lunt. Captain Jon Berg was suspended.",
         "section": "Business", "source": "Courier"},
    ],
}  # fmt: skip
TITLES = {"mill": "Mill burns", "mill-copy": "Mill burns", "mill-new": "Mill: a correction"}
QUESTIONS = (
    ("How many people were taken to hospital after the mill fire?", Filters(), None),
    ("Who is the captain of the Aurora?", Filters(), None),
    ("What caused the fire at the mill?", Filters(sources=("courier",)), None),
    ("How many people were hurt?", Filters(languages=("en",)), None),
    ("How many were taken to hospital?", Filters(), datetime(2025, 3, 5, 12, tzinfo=UTC)),
)

CHANGES = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(sorted(POOL)), st.integers(0, 2)),
    st.tuples(st.just("remove"), st.sampled_from(sorted(POOL)), st.just(0)),
    st.tuples(st.sampled_from(["rebuild", "rederive", "rollback"]), st.just(""), st.just(0)),
)
FOLDS = {"as due": fold.is_due, "always": bool, "never": lambda s: not s["base"]}

State = dict[str, dict[str, str]]


def record(id_: str, variant: int) -> dict[str, str]:
    variants = POOL[id_]
    return {"id": id_, "title": TITLES.get(id_, id_)} | variants[variant % len(variants)]


def write(path: Path, state: State) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in state.values()), "utf-8")
    return path


class Lifecycle:
    """An index under change, beside what it should hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = load_settings(index=folder / "index")
        self.state: State = {}
        self.published: dict[str, State] = {}

    def change(self, kind: str, id_: str, variant: int) -> None:
        if kind == "add":
            article = record(id_, variant)
            add([write(self.folder / "one.jsonl", {id_: article})], self.settings)
            if not is_older(article, self.state.get(id_)):
                self.state = self.state | {id_: article}
        elif not self.published:
            return
        elif kind == "remove":
            if id_ not in self.state:
                return
            remove([id_], self.settings)
            self.state = {key: article for key, article in self.state.items() if key != id_}
        elif kind == "rebuild" and self.state:
            build([write(self.folder / "all.jsonl", self.state)], self.settings)
        elif kind == "rederive":
            build([], self.settings)
        elif kind == "rollback":
            self.roll_back()
        self.published[gen.current(self.settings.index).name] = self.state

    def roll_back(self) -> None:
        try:
            with writing(self.settings.index):
                self.state = self.published[rollback(self.settings.index).name]
        except IndexUnavailable:
            assert len(list((self.settings.index / "generations").iterdir())) <= 2


def is_older(article: dict[str, str], stored: dict[str, str] | None) -> bool:
    """Tell whether an article comes late: what is stored under its id is dated after it."""
    dates = [a.get("updated") or a.get("published") for a in (article, stored or {})]
    return bool(dates[0] and dates[1] and dates[0] < dates[1])


def seen(answer: Answer) -> dict[str, object]:
    """What a reader gets of an answer; versions count a history and are left out."""
    return {
        "text": answer.text,
        "probability": pytest.approx(answer.probability, abs=1e-4),
        "citations": [(c.article_id, c.start, c.end, c.quote) for c in answer.citations],
        "hits": [hit.passage.id for hit in answer.hits],
        "reach": answer.as_of,
    }


def answers(settings: Settings, selector: PassageSelector) -> list[dict[str, object]]:
    answerer = LiveAnswerer(settings, open_embedder(settings), selector)
    found = [
        seen(answerer.ask(text, filters=filters, as_of=as_of)) for text, filters, as_of in QUESTIONS
    ]
    answerer.close()
    return found


def content(settings: Settings) -> dict[str, object]:
    with closing(Archive(gen.current(settings.index).folder)) as archive:
        counts = archive.counts()
        del counts["versions"]
        return {
            "facets": archive.facets(),
            "counts": counts,
            "stories": {id_: archive.story_of(id_) for id_ in POOL},
        }


@pytest.fixture(scope="module")
def selector() -> PassageSelector:
    return PassageSelector.load(threads=1)


@pytest.mark.parametrize("folding", FOLDS)
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(CHANGES, min_size=2, max_size=8))
def test_any_history_answers_like_a_fresh_build(
    folding: str,
    changes: list[tuple[str, str, int]],
    selector: PassageSelector,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    compare_with_fresh(folding, changes, selector, tmp_path_factory.mktemp("life"))


def compare_with_fresh(
    folding: str, changes: list[tuple[str, str, int]], selector: PassageSelector, folder: Path
) -> None:
    life = Lifecycle(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fold, "is_due", FOLDS[folding])
        for change in changes:
            life.change(*change)
    if not life.published:
        return
    assert check(life.settings.index) == ()
    if not life.state:
        assert content(life.settings)["counts"] == {"articles": 0, "sentences": 0, "passages": 0}
        return
    fresh = load_settings(index=folder / "fresh")
    build([write(folder / "final.jsonl", life.state)], fresh)
    assert content(life.settings) == content(fresh)
    assert answers(life.settings, selector) == answers(fresh, selector)
