"""Feeds and pages by address, polled from a real server on this machine."""

from __future__ import annotations

import json
import random
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from index import generation as gen
from index.feeds import FeedMemory, found_at
from index.fetch import Fetcher, FetchLimits
from index.identity import canonical_url
from index.intake import add_inputs
from index.lock import writing
from index.readers import Outcome, Rejection, Skipped
from index.store import Archive
from index.watch import LONGEST_WAIT_S, MEMORY, Round, Watch
from rag.errors import UsageError
from rag.settings import Settings, load_settings
from rag.types import Article

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site

STORY = (
    "<p>A ferry sank off the coast on Tuesday, killing two people, police said.</p>"
    "<p>The ferry was built in 1989 and carried 200 people, the owner said in a statement.</p>"
)
LIMITS = FetchLimits(seconds=5, pause_s=0, private_hosts=frozenset({"127.0.0.1"}))


def feed(*entries: str, title: str = "Harbour Watch") -> str:
    return f"<rss version='2.0'><channel><title>{title}</title>{''.join(entries)}</channel></rss>"


def entry(link: str, text: str = "A ferry sank.", title: str = "Ferry sinks") -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{text}</description>"
        "<pubDate>Tue, 18 Mar 2025 09:50:00 +0100</pubDate></item>"
    )


def page(body: str = STORY, head: str = "") -> str:
    article = f"<article><h1>Ferry sinks</h1>{body}</article>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{article}</body></html>"


def read_at(*urls: str, memory: FeedMemory | None = None, **options: bool) -> list[Outcome]:
    found = found_at(urls, Fetcher(LIMITS), memory or FeedMemory(), **options)
    return [outcome for _, outcome in found]


def test_a_page_is_the_article_of_its_address(site: Site) -> None:
    url = site.put("/ferry?utm_source=mail&id=7#top", page())
    site.pages["/ferry?utm_source=mail&id=7"] = site.pages["/ferry?utm_source=mail&id=7#top"]
    (article,) = read_at(url)
    assert isinstance(article, Article)
    assert article.id == canonical_url(url) == f"https://127.0.0.1:{site.port}/ferry?id=7"
    assert article.title == "Ferry sinks"


def test_a_page_is_read_in_the_charset_its_server_states(site: Site) -> None:
    czech = page(STORY.replace("police said", "řekl ministr Dvořák, že škoda je žalostná"))
    kind = "text/html; charset=ISO-8859-2"
    (article,) = read_at(site.put("/a", czech.encode("iso-8859-2"), kind))
    assert isinstance(article, Article) and "Dvořák, že škoda je žalostná" in article.text


def test_a_page_may_name_a_canonical_address_of_its_own_site_only(site: Site) -> None:
    own = f"<link rel='canonical' href='{site.root}/ferry'>"
    foreign = "<link rel='canonical' href='https://other.example/ferry'>"
    first, second = read_at(
        site.put("/a", page(head=own)), site.put("/b", page(STORY.replace("two", "ten"), foreign))
    )
    assert isinstance(first, Article) and isinstance(second, Article)
    assert (first.url, second.url) == (f"{site.root}/ferry", f"{site.root}/b")
    assert (first.id, second.id) == (canonical_url(first.url), canonical_url(second.url))


def test_a_feed_gives_the_page_of_an_entry_that_is_a_teaser(site: Site) -> None:
    link = site.put("/ferry", page())
    (article,) = read_at(site.put("/rss", feed(entry(link)), "application/rss+xml"))
    assert isinstance(article, Article)
    assert (article.id, article.url) == (canonical_url(link), link)
    assert len(article.text.split("\n")) == 2
    assert article.source == "Harbour Watch"
    assert article.published_at and article.published_at.isoformat() == "2025-03-18T09:50:00+01:00"


def test_an_entry_with_its_whole_text_or_no_wish_for_pages_asks_for_none(site: Site) -> None:
    long = "The ferry sank and many people were saved by boats that came in time. " * 20
    link = site.put("/ferry", page())
    (article,) = read_at(site.put("/rss", feed(entry(link, long))))
    (teaser,) = read_at(site.put("/short", feed(entry(link))), reads_linked=False)
    assert isinstance(article, Article) and len(article.text) > 1_200
    assert isinstance(teaser, Article) and teaser.text == "A ferry sank."
    assert "/ferry" not in site.paths()


@pytest.mark.parametrize("status", [404, 500])
def test_a_page_that_fails_leaves_the_feeds_own_text(site: Site, status: int) -> None:
    link = site.put("/ferry", "", status=status)
    (article,) = read_at(site.put("/rss", feed(entry(link))))
    assert isinstance(article, Article) and article.text == "A ferry sank."


def test_an_entry_cannot_lead_to_a_private_page(site: Site) -> None:
    secret = f"http://localhost:{site.port}/secret"
    site.put("/secret", page())
    (article,) = read_at(site.put("/rss", feed(entry(secret))))
    assert isinstance(article, Article) and article.text == "A ferry sank."
    assert "/secret" not in site.paths()


def test_an_address_that_fails_is_a_rejection_and_the_others_are_read(site: Site) -> None:
    bad, good = read_at(site.root + "/none", site.put("/a", page()))
    assert isinstance(bad, Rejection) and isinstance(good, Article)
    assert (bad.place, bad.kind) == (site.root + "/none", "unreachable")
    assert bad.reason == "the server answers 404 Not Found"


def test_a_second_poll_reads_only_what_changed(site: Site) -> None:
    memory = FeedMemory()
    a, b = site.put("/a", page()), site.put("/b", page(STORY.replace("two", "ten")))
    url = site.put("/rss", feed(entry(a), entry(b)))
    assert len(read_at(url, memory=memory)) == 2
    site.put("/rss", feed(entry(a), entry(b, "Now it is three.")))
    first, second = read_at(url, memory=memory)
    assert isinstance(first, Skipped) and isinstance(second, Article)
    assert site.paths().count("/a") == 1
    assert site.paths().count("/b") == 2


def test_a_feed_that_did_not_change_is_not_sent(site: Site) -> None:
    memory = FeedMemory()
    url = site.put("/rss", feed(entry(site.put("/a", page()))), ETag='"1"')
    read_at(url, memory=memory)
    (skipped,) = read_at(url, memory=memory)
    assert isinstance(skipped, Skipped)
    assert site.asked[-1][1]["If-None-Match"] == '"1"'


def test_a_page_that_could_not_be_reached_is_tried_at_the_next_poll(site: Site) -> None:
    memory = FeedMemory()
    link = site.put("/a", "", status=500)
    url = site.put("/rss", feed(entry(link)), ETag='"1"')
    read_at(url, memory=memory)
    site.put("/a", page())
    (article,) = read_at(url, memory=memory)
    assert isinstance(article, Article) and "1989" in article.text


def test_the_memory_survives_and_a_damaged_one_is_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "feeds.json"
    memory = FeedMemory(path)
    memory.of("https://x/").entries["a"] = "1"
    memory.save()
    assert FeedMemory(path).of("https://x/").entries == {"a": "1"}
    path.write_text('{"https://x/": 7}')
    assert FeedMemory(path).of("https://x/").entries == {}
    assert "damaged" in caplog.text


def settings_for(tmp_path: Path, **changes: object) -> Settings:
    fast = {"fetch_private": "127.0.0.1", "fetch_pause_s": 0, "watch_every_s": 100}
    return load_settings(index=tmp_path / "index", **fast, **changes)


def archived(settings: Settings) -> list[str]:
    with closing(Archive(gen.current(settings.index).folder)) as archive:
        return sorted(article.title for article in archive.articles())


def test_files_and_addresses_are_added_in_one_run(tmp_path: Path, site: Site) -> None:
    (tmp_path / "mill.txt").write_text("Mill burns\n\nThe mill burned on Monday.\n")
    settings = settings_for(tmp_path)
    report = add_inputs([str(tmp_path / "mill.txt"), site.put("/a", page())], settings)
    assert (report.added, report.rejected) == (2, ())
    assert archived(settings) == ["Ferry sinks", "Mill burns"]


def test_a_missing_path_beside_an_address_is_wrong_usage(tmp_path: Path, site: Site) -> None:
    with pytest.raises(UsageError, match="No such file"):
        add_inputs([str(tmp_path / "none"), site.put("/a", page())], settings_for(tmp_path))
    assert not site.asked


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def watched(settings: Settings, *urls: str, rounds: int) -> tuple[list[Round], list[float]]:
    clock = Clock()
    told: list[Round] = []
    at: list[float] = []

    def tell(done: Round) -> None:
        told.append(done)
        at.append(clock.now - 1_000.0)

    watch = Watch(urls, settings, clock=clock, sleep=clock.sleep, chance=random.Random(1))
    watch.run(tell, rounds=rounds)
    return told, at


def test_watching_adds_what_is_new_and_then_nothing(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path)
    url = site.put("/rss", feed(entry(site.put("/a", page()))), ETag='"1"')
    told, at = watched(settings, url, rounds=3)
    assert [r.report.added if r.report else 0 for r in told] == [1, 0, 0]
    assert archived(settings) == ["Ferry sinks"]
    assert at[0] == 0
    waits = [later - earlier for earlier, later in pairwise(at)]
    assert all(90 <= wait <= 110 for wait in waits) and waits[0] != waits[1]
    assert json.loads((settings.index / MEMORY).read_text())[url]["etag"] == '"1"'


def test_a_feed_that_fails_is_polled_later_and_later(tmp_path: Path, site: Site) -> None:
    url = site.put("/rss", "", status=500)
    told, at = watched(settings_for(tmp_path), url, rounds=10)
    assert all(r.failures for r in told)
    waits = [later - earlier for earlier, later in pairwise(at)]
    assert [round(wait / 100) for wait in waits[:3]] == [2, 4, 8]
    assert max(waits) <= LONGEST_WAIT_S * 1.1


def test_a_server_that_asks_for_time_gets_it(tmp_path: Path, site: Site) -> None:
    url = site.put("/rss", "", status=429, Retry_After="5000")
    _, at = watched(settings_for(tmp_path), url, rounds=2)
    assert at[1] >= 4_500


def test_a_feed_that_is_gone_is_polled_no_more(tmp_path: Path, site: Site) -> None:
    told, _ = watched(settings_for(tmp_path), site.put("/rss", "", status=410), rounds=5)
    assert len(told) == 1


def test_what_could_not_be_added_is_found_again(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path)
    url = site.put("/rss", feed(entry(site.put("/a", page()))), ETag='"1"')
    with writing(settings.index):
        told, _ = watched(settings, url, rounds=1)
    assert told[0].failures[0].kind == "index busy"
    told, _ = watched(settings, url, rounds=1)
    assert told[0].report and told[0].report.added == 1


def test_the_command_polls_once_and_tells_failures_by_its_exit_code(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from ui.cli import app

    monkeypatch.setenv("DATELINE_FETCH_PRIVATE", "127.0.0.1")
    monkeypatch.setenv("DATELINE_FETCH_PAUSE_S", "0")
    index = ["--index", str(tmp_path / "index")]
    url = site.put("/rss", feed(entry(site.put("/a", page()))))
    done = CliRunner().invoke(app, ["watch", url, "--once", "--json", *index])
    assert (done.exit_code, json.loads(done.stdout)["report"]["added"]) == (0, 1)
    failed = CliRunner().invoke(app, ["watch", site.root + "/none", "--once", *index])
    assert failed.exit_code == 5
    assert "404" in failed.stdout
    refused = CliRunner().invoke(app, ["index", "add", "http://localhost:1/", *index, "--json"])
    assert refused.exit_code == 5
    assert json.loads(refused.stdout)["failed"] == {"refused": 1}
