"""The page's parts, and which event changes which of them.

The conversation and the form are our own HTML rather than `gr.Chatbot` and `gr.Textbox`: the
chatbot reads out each message's markup to screen readers, renders Markdown in text that has none,
and sends the conversation to and fro. All events are private: they are the page's own, not an
interface for programs.
"""

from __future__ import annotations

# gradio reads the annotations of what it calls, to know whom to hand the request to
from collections.abc import AsyncIterator, Callable  # noqa: TC003
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ui.page import markup, panel
from ui.page.events import Events
from ui.page.interface import offer
from ui.page.offline import gr
from ui.page.sent import Sent, valid_id
from ui.page.visitor import owner_of

if TYPE_CHECKING:
    from ui.page.talk import Services

HERE: Final = Path(__file__).parent
MOST_EVENTS: Final = 512  # what may wait in all; the desk turns questions away long before
PRIVATE: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}


def build_page(services: Services) -> gr.Blocks:
    """Build the page over the services behind it; `server.serve` launches it."""
    page: gr.Blocks = gr.Blocks(title="Dateline", analytics_enabled=False)
    with page:
        _lay_out(page, Events(services))
        offer(services)
    page.queue(max_size=MOST_EVENTS, default_concurrency_limit=MOST_EVENTS)
    return page


def _lay_out(page: gr.Blocks, events: Events) -> None:
    head = _html("", "dl-head", script="head.js")
    with gr.Row(elem_id="dl-sheet"):
        with gr.Column(scale=2, min_width=200, elem_id="dl-side"):
            shelf = _html("", "dl-shelf", script="shelf.js")
        with gr.Column(scale=6, min_width=320, elem_id="dl-asking"):
            said = _html(markup.conversation(None), "dl-said", script="talk.js")
            form = _html("", "dl-compose", script="composer.js")
        with gr.Column(scale=5, min_width=320, elem_id="dl-reading"):
            source = _html("", "dl-source", script="panel.js")
            found = _html(panel.HINT, "dl-found")
    status = _html("", "dl-status", script="status.js")
    parcel = gr.Textbox(visible="hidden", elem_id="dl-parcel")

    async def respond(sent: gr.EventData, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        async for parts in events.ask(Sent.of(sent), owner_of(request)):
            yield parts

    def load(request: gr.Request) -> tuple[Any, ...]:
        return events.load(valid_id(request.query_params.get("c")), owner_of(request))

    answered, opened = [said, found, shelf, status], [said, found, shelf, source]
    asking = form.ask(respond, None, answered, trigger_mode="once", **PRIVATE)
    form.halt(_from(events.stop), None, [said, status], cancels=[asking], queue=False, **PRIVATE)
    shelf.open(_from(events.open), None, opened, cancels=[asking], queue=False, **PRIVATE)
    said.rename(_from(events.rename), None, [said, shelf], queue=False, **PRIVATE)
    said.remove(_from(events.remove), None, opened, queue=False, **PRIVATE)
    said.rate(_from(events.rate), None, status, queue=False, **PRIVATE)
    said.list(_from(events.list_found), None, found, queue=False, **PRIVATE)
    said.take(_from(events.take), None, parcel, queue=False, **PRIVATE).then(
        None, parcel, None, js=(HERE / "save.js").read_text(encoding="utf-8"), **PRIVATE
    )
    source.cite(_from(events.cite), None, source, queue=False, **PRIVATE)
    page.load(load, None, [head, form, said, found, shelf], queue=False, **PRIVATE)


def _from(act: Callable[[Sent, str], Any]) -> Callable[..., Any]:
    """Let gradio call an event: with what the browser sent, and whose browser it is."""

    def handler(sent: gr.EventData, request: gr.Request) -> Any:
        return act(Sent.of(sent), owner_of(request))

    return handler


def _html(value: str, elem_id: str, *, script: str | None = None) -> gr.HTML:
    # '${value}' only: gradio runs what a '{{ }}' template prints as a script template again
    return gr.HTML(
        value,
        html_template="${value}",
        js_on_load=(HERE / script).read_text(encoding="utf-8") if script else None,
        elem_id=elem_id,
        apply_default_css=False,
    )
