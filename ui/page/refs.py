"""The links between an answer and its sources, as they travel through the browser.

A ref names a span of one version of an article and carries a digest of what stood there. It
needs no memory on the server, so it survives a restart; it is checked against the archive each
time it is opened, so a forged or stale one can mark nothing that was not cited.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Article, Citation

PREFIX = "#cite-"
MAX_TOKEN_CHARS = 8192
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


class Kind(StrEnum):
    """What a ref points at: a cited sentence, or the best one of an article that was found."""

    SENTENCE = "s"
    FOUND = "p"


@dataclass(frozen=True, slots=True)
class Ref:
    """A span of one version of an article, with a digest of its characters."""

    article_id: str
    version: int
    start: int
    end: int
    digest: str
    kind: Kind = Kind.SENTENCE

    @classmethod
    def to_citation(cls, citation: Citation) -> Ref:
        """Point at a cited sentence."""
        return cls(
            citation.article_id,
            citation.version,
            citation.start,
            citation.end,
            digest(citation.quote),
        )

    @classmethod
    def to_found(cls, citation: Citation) -> Ref:
        """Point at the best sentence of an article that was found, not cited."""
        return replace(cls.to_citation(citation), kind=Kind.FOUND)

    @property
    def href(self) -> str:
        """The fragment to put in a link: ASCII letters, digits, '-' and '_' after the prefix."""
        fields = [self.article_id, self.version, self.start, self.end, self.digest, self.kind]
        packed = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
        return PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def matches(self, article: Article) -> bool:
        """Tell whether the article still has, at this span, the characters that were cited."""
        return (
            article.id == self.article_id
            and article.version == self.version
            and self.end <= len(article.text)
            and digest(article.text[self.start : self.end]) == self.digest
        )


def read_ref(href: object) -> Ref | None:
    """Read a ref that came from the browser; None for anything `Ref.href` cannot have made."""
    if not isinstance(href, str) or not href.startswith(PREFIX):
        return None
    token = href.removeprefix(PREFIX)
    if len(token) > MAX_TOKEN_CHARS or not _TOKEN.fullmatch(token):
        return None
    try:
        fields = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return _checked(fields)


def digest(text: str) -> str:
    """Return the first 16 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _checked(fields: object) -> Ref | None:
    match fields:
        case [str(article_id), int(version), int(start), int(end), str(mark), str(kind)]:
            bools = any(isinstance(number, bool) for number in (version, start, end))
            if bools or kind not in set(Kind) or not (version >= 1 and 0 <= start < end):
                return None
            return Ref(article_id, version, start, end, mark, Kind(kind))
        case _:
            return None
