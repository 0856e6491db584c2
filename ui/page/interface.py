"""The interface for programs: `ask`, `search` and `article`, for gradio's API and for MCP alike.

These three are all there is: the page's own events are private. A program's questions stand in
the same line as the readers', and are answered with the same records that the page saves.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from rag.errors import DatelineError
from ui.page.composer import read_asked
from ui.page.offline import api, gr
from ui.page.talk import answer
from ui.record import record_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Article
    from ui.exchange import ArticleStore, Exchange
    from ui.page.talk import Services

SEARCH_KEYS: Final = (
    "question",
    "standalone",
    "filters",
    "generation",
    "seconds",
    "as_of",
    "found",
)
_MAX_ID_CHARS: Final = 1000


def offer(services: Services) -> None:
    """Add the three endpoints to the page that is being built."""

    async def ask(
        question: str,
        as_of: str = "",
        since: str = "",
        until: str = "",
        sources: list[str] | None = None,
        sections: list[str] | None = None,
        languages: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the news archive in source sentences, each with its citation.

        A citation names the article, its version, and the exact characters; 'answered' is false
        where the archive does not say, and 'answer' then says what is missing.

        Args:
            question: The question in plain words, at most 1,000 characters.
            as_of: Answer as if it were the end of this day, YYYY-MM-DD; empty for today.
            since: First day of publication, YYYY-MM-DD; empty for no limit.
            until: Last day of publication, YYYY-MM-DD; empty for no limit.
            sources: Names of outlets to search; none means all.
            sections: Names of sections to search; none means all.
            languages: Language codes to search; none means all.

        Returns:
            The answer with citations, notes, earlier states and the articles found.
        """
        form = _form(question, as_of, since, until, sources, sections, languages)
        return dict(record_of(await _answered(services, form)))

    async def search(
        question: str,
        as_of: str = "",
        since: str = "",
        until: str = "",
        sources: list[str] | None = None,
        sections: list[str] | None = None,
        languages: list[str] | None = None,
    ) -> dict[str, Any]:
        """Find articles of the news archive, best first, each with its best sentence; no answer.

        Args:
            question: What to look for in plain words, at most 1,000 characters.
            as_of: Search as if it were the end of this day, YYYY-MM-DD; empty for today.
            since: First day of publication, YYYY-MM-DD; empty for no limit.
            until: Last day of publication, YYYY-MM-DD; empty for no limit.
            sources: Names of outlets to search; none means all.
            sections: Names of sections to search; none means all.
            languages: Language codes to search; none means all.

        Returns:
            The articles found with their best sentences as citations, and what was searched.
        """
        form = _form(question, as_of, since, until, sources, sections, languages)
        record = dict(record_of(await _answered(services, form | {"search": True})))
        return {key: record[key] for key in SEARCH_KEYS}

    async def article(article_id: str, version: int = 0) -> dict[str, Any]:
        """Return the text of an article that a citation names, with its outlet, byline and dates.

        Args:
            article_id: The id a citation gives as 'doc'.
            version: The version a citation gives; 0 for the newest.

        Returns:
            The article; offsets of citations count the characters of its 'text'.
        """
        return await asyncio.to_thread(_article, services.answerer, article_id, version)

    for endpoint in (ask, search, article):
        api(endpoint, api_name=endpoint.__name__)


def tell_in_json(page: gr.Blocks) -> None:
    """Have the launched page's MCP tools answer in JSON; gradio writes Python's own notation."""
    server: Any = page.mcp_server_obj
    as_text = server.postprocess_output_data

    def as_json(outputs: Sequence[object], root_url: str) -> object:
        return as_text([json.dumps(one, ensure_ascii=False) for one in outputs], root_url)

    server.postprocess_output_data = as_json


def _form(
    question: str,
    as_of: str,
    since: str,
    until: str,
    sources: list[str] | None,
    sections: list[str] | None,
    languages: list[str] | None,
) -> dict[str, Any]:
    return {
        "question": question,
        "as_of": as_of,
        "since": since,
        "until": until,
        "sources": sources or [],
        "sections": sections or [],
        "languages": languages or [],
    }


async def _answered(services: Services, form: dict[str, Any]) -> Exchange:
    try:
        asked = read_asked(form)
        with services.desk.take(lambda: answer(services.answerer, asked, ())) as ticket:
            while not await ticket.settled(1):
                pass
            return ticket.result()
    except DatelineError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _article(store: ArticleStore, article_id: str, version: int) -> dict[str, Any]:
    try:
        found = store.article(article_id[:_MAX_ID_CHARS], version or None)
    except DatelineError as error:
        raise gr.Error(str(error), print_exception=False) from error
    if found is None:
        raise gr.Error(f"The archive has no article '{article_id[:80]}'.", print_exception=False)
    return _article_record(found)


def _article_record(article: Article) -> dict[str, Any]:
    published, updated = article.published_at, article.updated_at
    return {
        "id": article.id,
        "version": article.version,
        "title": article.title,
        "text": article.text,
        "published": published.isoformat() if published else None,
        "updated": updated.isoformat() if updated else None,
        "source": article.source,
        "section": article.section,
        "byline": article.byline,
        "url": article.url,
        "language": article.language,
        "status": article.status.value,
        "supersedes": article.supersedes,
        "content_hash": article.content_hash,
    }
