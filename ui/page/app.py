"""The page itself: its parts, and what happens between them.

The conversation is our own HTML rather than `gr.Chatbot`: that one reads out each message's
markup to screen readers, renders Markdown in text that has none, and sends the conversation to
and fro. All events are private: they are the page's own, not an interface for programs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rag.errors import DatelineError
from ui.page import markup, panel
from ui.page.offline import gr
from ui.page.talk import MAX_EXCHANGES, MAX_QUESTION_CHARS, Answerer, Talk, ask, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Answerer", "build_page"]

HERE = Path(__file__).parent
N_CONCURRENT: Final = 4
N_WAITING: Final = 64
PRIVATE: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}


def build_page(answerer: Answerer) -> gr.Blocks:
    """Build the page over an opened answerer; `server.serve` launches it."""
    page: gr.Blocks = gr.Blocks(title="Dateline", analytics_enabled=False)
    with page:
        talk = gr.State(())
        head = _html(_masthead(answerer), "dl-head")
        with gr.Row(elem_id="dl-sheet"):
            with gr.Column(scale=6, min_width=320, elem_id="dl-asking"):
                said = _html(_said(()), "dl-said", script="talk.js")
                box = _box()
                again = gr.Button("New conversation", size="sm", elem_id="dl-new")
            with gr.Column(scale=5, min_width=320, elem_id="dl-reading"):
                source = _html(panel.HINT, "dl-source", script="panel.js")
                found = _html("", "dl-found")
        asking = _wire_questions(answerer, talk, said, box, source, found)
        _wire_sources(answerer, talk, source)
        again.click(
            lambda: ((), _said(()), "", panel.HINT, ""),
            None,
            [talk, said, box, source, found],
            cancels=[asking],
            queue=False,
            **PRIVATE,
        )
        page.load(lambda: _masthead(answerer), None, head, **PRIVATE)
    page.queue(max_size=N_WAITING, default_concurrency_limit=N_CONCURRENT)
    return page


def _wire_questions(
    answerer: Answerer,
    talk: gr.State,
    said: gr.HTML,
    box: gr.Textbox,
    source: gr.HTML,
    found: gr.HTML,
) -> Any:
    def respond(text: str, past: Talk) -> Iterator[tuple[Any, ...]]:
        if not text or not text.strip():
            yield (gr.skip(),) * 5
            return
        past = past[-(MAX_EXCHANGES - 1) :]
        for shown in ask(answerer, text, past):
            now = (*past, shown.exchange)
            listed = gr.skip() if shown.found is None else shown.found
            # an article opened for an earlier question would hide what is found for this one
            yield "", _said(now), now, "" if past else panel.HINT, listed

    return box.submit(
        respond,
        [box, talk],
        [box, said, talk, source, found],
        concurrency_limit=N_CONCURRENT,
        concurrency_id="ask",
        trigger_mode="once",
        **PRIVATE,
    )


def _wire_sources(answerer: Answerer, talk: gr.State, source: gr.HTML) -> None:
    def show(past: Talk, asked: gr.EventData) -> str:
        return open_source(answerer, getattr(asked, "ref", None), past)

    source.cite(show, talk, source, queue=False, **PRIVATE)


def _box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="dl-box",
        label="Your question",
        placeholder="Ask about the news",
        submit_btn="Ask",
        max_length=MAX_QUESTION_CHARS,
        max_lines=6,
        autofocus=True,
    )


def _html(value: str, elem_id: str, *, script: str | None = None) -> gr.HTML:
    # '${value}' only: gradio runs what a '{{ }}' template prints as a script template again
    return gr.HTML(
        value,
        html_template="${value}",
        js_on_load=(HERE / script).read_text(encoding="utf-8") if script else None,
        elem_id=elem_id,
        apply_default_css=False,
    )


def _masthead(answerer: Answerer) -> str:
    try:
        reach = markup.reach(answerer.coverage())
    except DatelineError as error:
        reach = str(error)
    return panel.masthead_view(reach)


def _said(talk: Talk) -> str:
    """Write the whole conversation from what the server holds."""
    return markup.conversation((past.question, past.shown) for past in talk)
