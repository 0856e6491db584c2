"""Copies of one wire story are linked to it, and nothing else is."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import generation as gen
from index.copies import SAME_SHARE, WINDOW_S, copies_of, sketch
from index.store import Archive
from rag.types import Filters

if TYPE_CHECKING:
    from rag.settings import Settings

WORDS = [f"word{i}" for i in range(400)]


def story(first: int, n_words: int = 200) -> str:
    return " ".join(WORDS[(first + 7 * i) % 400] + str(first) for i in range(n_words))


@pytest.mark.parametrize(
    ("copy", "original"),
    [
        ("a-cour-0001", "a-wire-0001"),
        ("a-ledg-0001", "a-wire-0003"),
        ("b-nine-0004", "b-wire-0008"),
        ("b-wire-0011", "b-wire-0010"),  # a correction sent as a new article
        ("a-nine-0001", "a-nine-0001"),  # the same ferry, told anew
        ("a-wire-0001", "a-wire-0001"),
        ("unknown", "unknown"),
    ],
)
def test_story_of_names_the_earliest_of_a_wire_story(
    velland_settings: Settings, copy: str, original: str
) -> None:
    with closing(Archive(gen.current(velland_settings.index).folder)) as archive:
        assert archive.story_of(copy) == original


def test_a_copy_of_a_copy_leads_to_its_best_original() -> None:
    texts = [story(1), story(2), story(1) + " one more line", story(1) + " one more line of it"]
    links = copies_of([sketch(text) for text in texts], np.arange(4) * 3600.0)
    assert links.tolist() == [-1, -1, 0, 0]


def test_what_lies_outside_the_window_is_no_copy() -> None:
    sketches = [sketch(story(1))] * 2
    assert copies_of(sketches, np.array([0.0, WINDOW_S])).tolist() == [-1, 0]
    assert copies_of(sketches, np.array([0.0, WINDOW_S + 1])).tolist() == [-1, -1]


def test_a_shared_footer_makes_no_copies() -> None:
    footer = " " + story(9, 40)
    sketches = [sketch(story(i) + footer) for i in range(60)]
    assert (copies_of(sketches, np.zeros(60)) == -1).all()


def test_a_story_carried_by_hundreds_is_one_story() -> None:
    sketches = [sketch(story(1) + f" outlet {i}") for i in range(300)]
    links = copies_of(sketches, np.arange(300.0))
    roots = list(range(300))
    for i, link in enumerate(links):
        roots[i] = roots[link] if link >= 0 else i
    assert set(roots) == {0}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(20, 60)), max_size=12))
def test_links_equal_comparing_every_pair(articles: list[tuple[int, int]]) -> None:
    sketches = [sketch(story(first, n)) for first, n in articles]
    at_s = np.arange(len(articles)) * 86_400.0
    found = copies_of(sketches, at_s)
    for later, mine in enumerate(sketches):
        best, expected = 0.0, -1
        for earlier in range(later):
            shared = len(np.intersect1d(mine, sketches[earlier]))
            share = shared / max(1, min(len(mine), len(sketches[earlier])))
            near = at_s[later] - at_s[earlier] <= WINDOW_S
            if near and shared >= 3 and share >= SAME_SHARE and share > best:
                best, expected = share, earlier
        assert found[later] == expected


def test_facets_count_what_may_be_searched(velland_settings: Settings) -> None:
    with closing(Archive(gen.current(velland_settings.index).folder)) as archive:
        facets = archive.facets()
        keys = archive.visible(Filters(), None)
        assert keys is not None
        shown = {article.id for article, _ in archive.passages(sorted(keys))}
    assert sum(facets.sources.values()) == len(shown)
    assert list(facets.sources.values()) == sorted(facets.sources.values(), reverse=True)
    assert facets.sections["Health"] > 0
    assert facets.first is not None
    assert facets.last is not None
    assert facets.first < facets.last
