"""A document is known by its id, else its canonical URL, else its content."""

from __future__ import annotations

import pytest

from index.identity import canonical_url, identity_of
from rag.types import Article


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://News.Example:80/a/?b=2&a=1#top", "https://news.example/a?a=1&b=2"),
        ("https://news.example/a?utm_source=x&fbclid=9", "https://news.example/a"),
        ("https://news.example/a?id=7&utm_medium=x", "https://news.example/a?id=7"),
        ("https://news.example:8443/", "https://news.example:8443"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("ftp://news.example/a", None),
        ("news.example/a", None),
        ("https://news.example:port/", None),
        ("", None),
    ],
)
def test_one_address_is_written_one_way(url: str, canonical: str | None) -> None:
    assert canonical_url(url) == canonical
    if canonical:
        assert canonical_url(canonical) == canonical


def test_identity_prefers_the_stated_id_then_the_url_then_the_content() -> None:
    stated = Article(id="n1", title="T", text="x", url="https://news.example/a")
    paged = Article(id=" ", title="T", text="x", url="http://news.example/a/")
    bare = Article(id="", title="T", text="x")
    assert identity_of(stated) == "n1"
    assert identity_of(paged) == "https://news.example/a"
    assert identity_of(bare) == f"sha256:{bare.content_hash[:32]}"
    assert identity_of(bare) != identity_of(Article(id="", title="T", text="y"))
