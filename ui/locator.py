"""A citation's exact place as one word, to stand in any file and be checked later.

`dateline:ID/vVERSION/START-END/ARTICLE/QUOTE`: the article's id (percent-encoded) and version, the
half-open character offsets, and the SHA-256 of the version's headline and text and of the quote.
It is plain ASCII without a space, so that it survives Markdown, HTML, JSON and RIS alike.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote as percent_encode
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Citation

_FORM: Final = re.compile(
    r"\bdateline:([A-Za-z0-9._~%-]+)/v(\d{1,9})/(\d{1,9})-(\d{1,9})/([0-9a-f]{64})/([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a quote stood: a span of one version of an article, with the hashes of both."""

    article_id: str
    version: int
    start: int
    end: int
    content_hash: str
    quote_hash: str

    @classmethod
    def of(cls, citation: Citation) -> Locator:
        """Return the locator of a citation."""
        return cls(
            article_id=citation.article_id,
            version=citation.version,
            start=citation.start,
            end=citation.end,
            content_hash=citation.content_hash,
            quote_hash=hash_of(citation.quote),
        )

    def __str__(self) -> str:
        name = percent_encode(self.article_id, safe="", errors="replace")
        place = f"v{self.version}/{self.start}-{self.end}"
        return f"dateline:{name}/{place}/{self.content_hash}/{self.quote_hash}"


def locators_in(text: str) -> Iterator[Locator]:
    """Yield every locator in a text, in order, repeats included."""
    for name, version, start, end, content_hash, quote_hash in _FORM.findall(text):
        yield Locator(unquote(name), int(version), int(start), int(end), content_hash, quote_hash)


def hash_of(text: str) -> str:
    """Return the SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
