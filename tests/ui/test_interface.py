"""The interface for programs, through gradio's own client, plain HTTP and a real MCP client."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rag.record import prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from index.answerer import LiveAnswerer
    from rag.settings import Settings

    Serve = Callable[..., AbstractContextManager[str]]
    Run = Callable[[Any], Any]

ENVOY = "Who is Trump's envoy for the conflict?"
# the clients' own, in the versions pinned; nothing of ours
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def answerer(seed_settings: Settings) -> Iterator[LiveAnswerer]:
    from index.answerer import open_answerer

    opened = open_answerer(seed_settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def served(answerer: LiveAnswerer, running: Serve) -> Iterator[str]:
    with running(answerer) as url:
        yield url


@pytest.fixture(scope="module")
def client(served: str) -> Iterator[Client]:
    with_client = Client(served, verbose=False, analytics_enabled=False)
    yield with_client
    with_client.close()


def in_mcp(url: str, act: Callable[[ClientSession], Any], run_async: Run) -> Any:
    """Open an MCP session over HTTP and return what `act` comes to."""

    async def session() -> Any:
        async with (
            streamablehttp_client(f"{url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as opened,
        ):
            await opened.initialize()
            return await act(opened)

    return run_async(session())


def test_three_endpoints_and_no_more(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {"/ask", "/search", "/article"}
    names = {p["parameter_name"]: p["type"] for p in endpoints["/ask"]["parameters"]}
    assert names["question"] == {"type": "string"}
    assert set(names) == {
        *("question", "as_of", "since", "until", "sources", "sections", "languages")
    }
    assert "source sentences" in endpoints["/ask"]["description"]


def test_ask_gives_the_same_citations_as_everywhere(client: Client, answerer: LiveAnswerer) -> None:
    told = client.predict(question=ENVOY, api_name="/ask")
    expected = prediction(answerer.ask(ENVOY))
    assert told["answered"] is True
    assert told["answer"] == expected["answer"]
    mine = [{key: one[key] for key in expected["citations"][0]} for one in told["citations"]]
    assert mine == expected["citations"]
    assert told["generation"] == answerer.generation.name


def test_search_gives_articles_and_no_answer(client: Client) -> None:
    told = client.predict(question=ENVOY, api_name="/search")
    assert "answer" not in told
    assert told["found"][0]["sentence"]
    assert told["found"][0]["locator"].startswith("dateline:")


def test_article_gives_the_text_that_offsets_count_in(client: Client) -> None:
    citation = client.predict(question=ENVOY, api_name="/ask")["citations"][0]
    article = client.predict(
        article_id=citation["doc"], version=citation["version"], api_name="/article"
    )
    assert article["text"][citation["start"] : citation["end"]] == citation["sentence"]
    assert article["content_hash"] == citation["content_hash"]


@pytest.mark.parametrize(
    ("endpoint", "arguments", "told"),
    [
        ("/ask", {"question": "  "}, "Please type a question."),
        ("/ask", {"question": "x" * 1001}, "at most 1,000 characters"),
        ("/ask", {"question": "When?", "since": "soon"}, "'soon' is not a date"),
        ("/article", {"article_id": "no such"}, "The archive has no article 'no such'."),
    ],
)
def test_wrong_use_is_one_plain_line(
    client: Client, endpoint: str, arguments: dict[str, str], told: str
) -> None:
    with pytest.raises(AppError, match=told):
        client.predict(api_name=endpoint, **arguments)


def test_mcp_offers_the_same_three_tools_described(served: str, run_async: Run) -> None:
    tools = in_mcp(served, lambda session: session.list_tools(), run_async).tools
    assert {tool.name for tool in tools} == {"ask", "search", "article"}
    for tool in tools:
        assert tool.description
        schema = tool.inputSchema["properties"]
        assert all(field.get("description") for field in schema.values()), schema


def test_mcp_answers_with_citations(served: str, run_async: Run) -> None:
    result = in_mcp(served, lambda s: s.call_tool("ask", {"question": ENVOY}), run_async)
    assert not result.isError
    told = json.loads(result.content[0].text)
    assert "Steve Witkoff" in told["citations"][0]["sentence"]


def test_mcp_error_is_an_error(served: str, run_async: Run) -> None:
    result = in_mcp(served, lambda s: s.call_tool("ask", {"question": ""}), run_async)
    assert result.isError
    assert "Please type a question." in result.content[0].text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/gradio_api/mcp/", "/gradio_api/call/ask"])
def test_other_hosts_and_sites_reach_neither(
    served: str, headers: dict[str, str], path: str
) -> None:
    line = http.client.HTTPConnection(served.removeprefix("http://"), timeout=20)
    try:
        body = json.dumps({"data": ["?"]}).encode()
        line.request("POST", path, body, {"Content-Type": "application/json", **headers})
        assert line.getresponse().status == 403
    finally:
        line.close()
