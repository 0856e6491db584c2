"""Markdown with optional YAML front matter, turned into plain paragraphs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from index.readers.clean import clean, clean_line
from index.readers.jsonl import ArticleRecord
from index.readers.shape import without_scripts
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from index.readers.contract import Source
    from rag.types import Article

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ALIASES = {
    "date": "published", "lastmod": "updated", "modified": "updated", "author": "byline",
    "authors": "byline", "lang": "language", "category": "section", "headline": "title",
    "canonical_url": "url", "publisher": "source",
}  # fmt: skip
_LARGEST_CHARS = 1_000_000  # markdown-it takes ten seconds for a million brackets
_TAG = re.compile(r"<[^<>]*>")


def read_markdown(source: Source, text: str) -> Iterator[Article]:
    """Yield the one article of a Markdown file.

    Raises:
        SourceRejected: it is too large, the front matter is not a YAML mapping of plain values, a
            date in it is none, or there is no text.
    """
    if len(text) > _LARGEST_CHARS:
        raise SourceRejected(
            f"Markdown of {len(text):,} characters; at most {_LARGEST_CHARS:,}", "too large"
        )
    stored = clean(text)
    match = _FRONT_MATTER.match(stored) if has_front_matter(stored) else None
    stated = _front_matter(match[1]) if match else {}
    heading, paragraphs = _plain(stored[match.end() :] if match else stored)
    title = stated.get("title") or heading
    if stated.get("title") and heading and clean_line(heading) != clean_line(stated["title"]):
        paragraphs.insert(0, heading)
    body = "\n\n".join(paragraphs) or title
    if not body:
        raise SourceRejected("no text below the front matter", "empty")
    fields = {"id": source.name, **stated, "text": body}  # a name, so that the record is whole
    fields["title"] = title or source.title
    try:
        article = ArticleRecord.model_validate(fields).article()
    except ValidationError as error:
        first = error.errors()[0]
        raise SourceRejected(f"front matter, {first['loc'][0]}: {first['msg']}") from error
    yield article if "id" in stated else replace(article, id="")


def has_front_matter(text: str) -> bool:
    """Tell whether a text starts with a YAML block between '---' lines."""
    match = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    return match is not None and re.search(r"^\w[\w ]*:", match[1], re.MULTILINE) is not None


def _front_matter(block: str) -> dict[str, str]:
    """Return the fields we know. All values stay text: '007' is an id, 'no' a language."""
    import yaml

    try:
        loaded = yaml.load(block, Loader=yaml.BaseLoader)  # BaseLoader makes only text
    except (yaml.YAMLError, RecursionError) as error:
        problem = getattr(error, "problem", None) or type(error).__name__
        raise SourceRejected(f"front matter is not YAML: {problem}") from error
    if not isinstance(loaded, dict):
        raise SourceRejected("front matter is not a mapping of 'name: value' lines")
    fields: dict[str, str] = {}
    for key, value in loaded.items():
        name = _ALIASES.get(str(key).lower(), str(key).lower())
        plain = _as_text(value)
        if name in ArticleRecord.model_fields and name != "text" and plain:
            fields.setdefault(name, plain)
    return fields


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ", ".join(item.strip() for item in value if isinstance(item, str))
    return ""


def _plain(markdown: str) -> tuple[str, list[str]]:
    """Return the first level-1 heading ('' if none) and the other blocks as plain text."""
    from markdown_it import MarkdownIt

    heading = ""
    paragraphs: list[str] = []
    row: list[str] | None = None
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            paragraphs.append(" | ".join(row))
            row = None
        plain = _block_text(token)
        if not plain:
            continue
        if row is not None:
            row.append(plain)
        elif not heading and before is not None and before.tag == "h1":
            heading = clean_line(plain)
        else:
            paragraphs.append(plain)
    return heading, paragraphs


def _block_text(token: Token) -> str:
    if token.type == "inline":
        lines = "".join(map(_inline_text, token.children or [])).split("\n")
        return "\n".join(stripped for line in lines if (stripped := line.strip()))
    if token.type in {"fence", "code_block"}:
        return token.content.strip("\n")
    if token.type == "html_block":
        return clean_line(_TAG.sub(" ", without_scripts(token.content)))
    return ""


def _inline_text(token: Token) -> str:
    if token.type in {"text", "code_inline"}:
        return token.content
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, "")
