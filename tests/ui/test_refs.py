from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Citation
from ui.page.refs import MAX_TOKEN_CHARS, PREFIX, Kind, Ref, digest, read_ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Article, Sentence


def packed(fields: object) -> str:
    return PREFIX + base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


@given(
    st.text(max_size=200),
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 10**4),
    st.sampled_from(Kind),
)
def test_ref_of_any_id_comes_back(
    article_id: str, version: int, start: int, length: int, kind: Kind
) -> None:
    ref = Ref(article_id, version, start, start + length, "0" * 16, kind)
    assert re.fullmatch(r"#cite-[A-Za-z0-9_-]+", ref.href)
    assert read_ref(ref.href) == ref


@pytest.mark.parametrize(
    "href",
    [
        None,
        7,
        {"ref": 1},
        "",
        "#cite-",
        "#cite-!!!",
        "#other-YQ",
        "cite-YQ",
        "#cite-YQ\n",
        "#cite-YQ==",
        "#cite-" + "A" * (MAX_TOKEN_CHARS + 1),
        "#cite-" + base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("="),
        "#cite-" + base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("="),
        packed({}),
        packed([]),
        packed(["a", 1, 0, 5, "d"]),
        packed(["a", 1, 0, 5, "d", "x"]),
        packed([1, 1, 0, 5, "d", "s"]),
        packed(["a", True, 0, 5, "d", "s"]),
        packed(["a", 1, -1, 5, "d", "s"]),
        packed(["a", 1, 5, 5, "d", "s"]),
        packed(["a", 0, 0, 5, "d", "s"]),
        packed(["a", 1, 0, 5.5, "d", "s"]),
    ],
)
def test_anything_else_from_the_browser_is_refused(href: Any) -> None:
    assert read_ref(href) is None


def test_citation_ref_matches_its_article_only_while_the_words_stand(
    ferry: Article, cut: Callable[[Article], tuple[Sentence, ...]]
) -> None:
    ref = Ref.to_citation(Citation.of(ferry, cut(ferry)[1]))
    assert ref.matches(ferry)
    assert not ref.matches(replace(ferry, version=2))
    assert not ref.matches(replace(ferry, text=ferry.text.replace("4,200", "9,900")))
    assert not ref.matches(replace(ferry, text=ferry.text[:20]))
    assert not ref.matches(replace(ferry, id="another"))


def test_digest_takes_any_string() -> None:
    assert len(digest("\ud800")) == 16
