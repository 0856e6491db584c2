"""A large archive and clients that speak gradio's own protocol, many at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from rag.settings import Settings

ROOT = Path(__file__).parents[3]
N_PASSAGES = 12_000
DIMENSION = 384


def _texts(n_articles: int) -> Iterator[dict[str, Any]]:
    """Make articles of Velland's sentences in new orders, with names and numbers of their own."""
    lines = (ROOT / "eval/sets/velland/articles.jsonl").read_text("utf-8").splitlines()
    sentences = [
        sentence
        for line in lines
        for sentence in re.split(r"(?<=[.!?])\s+", json.loads(line)["text"])
        if 40 < len(sentence) < 260
    ]
    dice = random.Random(7)
    for n in range(n_articles):
        chosen = dice.sample(sentences, 28)
        own = [re.sub(r"\d+", lambda _: str(dice.randrange(2, 9000)), one) for one in chosen]
        yield {
            "id": f"soak-{n:05}",
            "title": " ".join(dice.choice(sentences).split()[:9]),
            "text": "\n".join(" ".join(own[k : k + 4]) for k in range(0, len(own), 4)),
            "published": f"2025-{1 + n % 12:02}-{1 + n % 28:02}T08:00:00Z",
            "source": f"Outlet {n % 9}",
            "section": f"Section {n % 5}",
            "language": "en",
        }


def _cheap_vectors(self: object, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Stand in for the embedding of passages: load is asked about here, not quality."""
    for n, text in enumerate(texts):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
        yield n, vector / np.linalg.norm(vector)


@pytest.fixture(scope="session")
def large_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with an index of at least 12,000 passages behind them."""
    from index.build import build
    from index.embed import GraphEmbedder
    from index.status import read_status
    from rag.settings import load_settings

    folder = tmp_path_factory.mktemp("large")
    articles = folder / "articles.jsonl"
    articles.write_text("".join(f"{json.dumps(one)}\n" for one in _texts(2_300)), "utf-8")
    settings = load_settings(index=folder / "index")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GraphEmbedder, "embed_passages", _cheap_vectors)
        build([articles], settings)
    assert read_status(settings.index).manifest.counts["passages"] >= N_PASSAGES
    return settings


@dataclass(frozen=True)
class Wire:
    """One page's connection to a server, as gradio's own script makes it."""

    http: httpx.AsyncClient
    fn_index: int
    target: int

    @classmethod
    async def to(cls, url: str, http: httpx.AsyncClient) -> Wire:
        config = (await http.get(f"{url}/config")).json()
        asks = [
            (dependency["id"], target[0])
            for dependency in config["dependencies"]
            for target in dependency["targets"]
            if target[1] == "ask"
        ]
        ((fn_index, target),) = asks
        return cls(http, fn_index, target)

    async def steps(self, url: str, question: str) -> AsyncIterator[dict[str, Any]]:
        """Ask as the page does; gives each message of the event as it comes."""
        session = uuid4().hex[:12]
        join = {
            "data": [],
            "fn_index": self.fn_index,
            "trigger_id": self.target,
            "session_hash": session,
            "event_data": {"form": {"question": question, "search": False}, "conversation": ""},
        }
        joined = await self.http.post(f"{url}/gradio_api/queue/join", json=join)
        if joined.status_code != 200:
            yield {"msg": "refused", "status": joined.status_code, "text": joined.text}
            return
        address = f"{url}/gradio_api/queue/data?session_hash={session}"
        async with self.http.stream("GET", address) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    yield message
                    if message["msg"] in {"process_completed", "close_stream"}:
                        return


@pytest.fixture
def with_wire() -> Callable[..., Any]:
    """Run an async function of (wire, url) to its end, in a thread of its own."""

    def run(act: Callable[[Wire, str], Any], url: str) -> Any:
        async def connected() -> Any:
            limits = httpx.Limits(max_connections=400, max_keepalive_connections=0)
            async with httpx.AsyncClient(timeout=300, limits=limits) as http:
                return await act(await Wire.to(url, http), url)

        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, connected()).result()

    return run
