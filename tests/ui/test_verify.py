from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.types import Article, Status
from ui.exchange import Conversation
from ui.exports import FORMATS, export
from ui.locator import Locator, hash_of, locators_in
from ui.verify import Check, State, verify_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.exchange import Exchange

    Make = Callable[..., Exchange]

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """An archive of a few article versions."""

    versions: tuple[Article, ...]
    removed: frozenset[str] = frozenset()
    replaced: tuple[tuple[str, str], ...] = ()

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        fitting = [a for a in self.versions if a.id == article_id and version in {None, a.version}]
        return max(fitting, key=lambda article: article.version, default=None)

    def current(self, article_id: str) -> Article | None:
        return None if article_id in self.removed else self.article(article_id)

    def superseding(self, article_id: str) -> str | None:
        return dict(self.replaced).get(article_id)


@pytest.fixture
def file(make_exchange: Make) -> Callable[[str], str]:
    """Save one answer, of the ferry's article alone, in any format."""

    def save(kind: str) -> str:
        talk = Conversation("c" * 32, "The storm", (make_exchange(),))
        return export(talk, kind, AT).text

    return save


def ferrys(checks: tuple[Check, ...]) -> list[Check]:
    return [check for check in checks if check.locator.article_id.startswith("wire")]


@pytest.mark.parametrize("kind", FORMATS)
def test_unchanged_archive_holds_every_citation(
    file: Callable[[str], str], kind: str, ferry: Article, tram: Article
) -> None:
    checks = verify_text(file(kind), Held((ferry, tram)))
    assert checks
    assert {check.state for check in checks} == {State.HOLDS}
    assert all(check.is_good for check in checks)


@pytest.mark.parametrize(
    ("later", "state", "good"),
    [
        ({"version": 2, "title": "A new headline"}, State.UPDATED, True),
        ({"version": 2, "text": "Nothing of the old text."}, State.REWRITTEN, False),
        ({"version": 2, "status": Status.CORRECTED}, State.CORRECTED, True),
        ({"version": 2, "status": Status.WITHDRAWN}, State.WITHDRAWN, False),
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_what_came_of_the_article_since_is_told(
    file: Callable[[str], str],
    kind: str,
    later: dict[str, Any],
    state: State,
    good: bool,
    ferry: Article,
    tram: Article,
) -> None:
    checks = ferrys(verify_text(file(kind), Held((ferry, replace(ferry, **later), tram))))
    assert {check.state for check in checks} == {state}
    assert {check.is_good for check in checks} == {good}


def test_superseded_removed_and_lost_articles_are_told(
    file: Callable[[str], str], ferry: Article, tram: Article
) -> None:
    text, both = file("markdown"), (ferry, tram)
    superseded = ferrys(verify_text(text, Held(both, replaced=((ferry.id, "wire/0009"),))))
    assert superseded[0].state is State.CORRECTED
    assert "wire/0009" in superseded[0].told
    removed = ferrys(verify_text(text, Held(both, removed=frozenset({ferry.id}))))
    assert removed[0].state is State.GONE
    assert ferrys(verify_text(text, Held((tram,))))[0].state is State.GONE


@pytest.mark.parametrize("kind", FORMATS)
def test_quote_changed_in_the_file_is_found_out(
    file: Callable[[str], str], kind: str, ferry: Article, tram: Article
) -> None:
    text = file(kind)
    for written in ("$4.2 million", "\\$4.2 million"):
        text = text.replace(written, written.replace("4.2", "9.9"))
    altered = [c for c in verify_text(text, Held((ferry, tram))) if c.state is State.ALTERED]
    assert len(altered) == 1
    assert "the quote in the file" in altered[0].told


def test_text_changed_under_the_same_version_is_found_out(
    file: Callable[[str], str], ferry: Article, tram: Article
) -> None:
    other = replace(ferry, text=ferry.text.replace("4,200", "9,900"))
    checks = ferrys(verify_text(file("json"), Held((other, tram))))
    assert {check.state for check in checks} == {State.ALTERED}


def test_json_quote_is_held_to_its_own_locator(
    file: Callable[[str], str], ferry: Article, tram: Article
) -> None:
    # the right words stand elsewhere in the file, but not in the citation's own record
    text = file("json").replace('"sentence": "Harbour master', '"sentence": "Not he. Harbour')
    states = [check.state for check in ferrys(verify_text(text, Held((ferry, tram))))]
    assert State.ALTERED in states


def test_file_without_citations_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="No citation"):
        verify_text("# Notes\n", Held(()))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.integers(1, 999),
    st.integers(0, 10**6),
    st.integers(1, 10**4),
)
def test_locator_of_any_id_comes_back(name: str, version: int, start: int, length: int) -> None:
    locator = Locator(name, version, start, start + length, hash_of("a"), hash_of("b"))
    assert list(locators_in(f"see `{locator}`, <p>{locator}</p>")) == [locator, locator]
    assert re_safe(str(locator))


def re_safe(text: str) -> bool:
    return text.isascii() and not set(text) & set(" <>&\"'`*[]()\\")
