"""Pictures of the page's main states, over the Velland index: `make screenshots`.

Made by the real page in the real browser, so that what the README shows is what there is.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from index.answerer import open_answerer
from index.build import build
from rag.settings import load_settings
from ui.page.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
HOSPITAL = "How many people rescued from the Calder Star were cared for at St. Brigid's Hospital?"
TOLL = "How many people died on the Calder Star?"
UNKNOWN = "What is the capital of Australia?"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(index=Path(scratch) / "index")
        build([ROOT / "eval" / "sets" / "velland" / "articles.jsonl"], settings)
        answerer = open_answerer(settings)
        with running(answerer) as url, sync_playwright() as player:
            browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _take_all(browser, url, folder)
            browser.close()
        answerer.close()


def _take_all(browser: Browser, url: str, folder: Path) -> None:
    with _page(browser, url, WIDE) as page:
        page.screenshot(path=folder / "welcome.png")
        _ask(page, HOSPITAL)
        _open_source(page)
        page.screenshot(path=folder / "answer.png")
        _ask(page, UNKNOWN)
        page.screenshot(path=folder / "refusal.png")
        page.locator(".dl-filters summary").click()
        page.screenshot(path=folder / "filters.png")
    with _page(browser, url, WIDE) as page:
        _ask(page, TOLL)
        page.screenshot(path=folder / "timeline.png")
    with _page(browser, url, WIDE) as page:
        page.get_by_role("button", name="Dark").click()
        _ask(page, TOLL)
        _open_source(page)
        page.screenshot(path=folder / "dark.png")
    with _page(browser, url, PHONE) as page:
        _ask(page, TOLL)
        page.screenshot(path=folder / "phone.png")
        _open_source(page)
        page.screenshot(path=folder / "phone-article.png")


@contextmanager
def _page(browser: Browser, url: str, size: dict[str, int]) -> Iterator[Page]:
    """Open the page in a browser of its own, as a new reader does."""
    context = browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Your question").wait_for()
    yield page
    context.close()


def _ask(page: Page, question: str) -> None:
    n_before = page.locator("#dl-said .dl-turn").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#dl-said .dl-turn").nth(n_before).locator(".dl-tools").last.wait_for()
    page.locator("#dl-shelf .dl-pick").first.wait_for(state="attached")
    page.mouse.move(0, 0)


def _open_source(page: Page) -> None:
    page.locator("#dl-said .dl-turn").last.locator("a.dl-cite").first.click()
    page.locator("#dl-source mark.dl-cited").first.wait_for()
    page.mouse.move(0, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
