"""What happens on the page, one method for each event: the fields sent in, the parts to show out.

Nothing of a conversation lives in the server's memory: every event reads it from the file, under
its owner. So a restart under an open page loses nothing, and a forged id opens nothing.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from rag.errors import DatelineError, UsageError
from ui.conversations import MAX_REASON_CHARS, MAX_TITLE_CHARS
from ui.exchange import Asked, Conversation, Exchange, Verdict
from ui.exports import FORMATS, export
from ui.page import composer, markup, panel, shelf
from ui.page.markup import Growing
from ui.page.talk import ask, open_source
from ui.wording import reach as reach_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ui.page.sent import Sent
    from ui.page.talk import Services

SKIP: Final[dict[str, Any]] = {"__type__": "update"}  # leave this part of the page as it is
_QUOTED_CHARS: Final = 200
Parts = tuple[Any, ...]


class Events:
    """The page's events over the services behind it; `owner` is whose browser sent them."""

    def __init__(self, services: Services) -> None:
        self._answerer = services.answerer
        self._kept = services.conversations
        self._services = services

    def load(self, conversation_id: str, owner: str) -> Parts:
        """Fill the page at the conversation its address names: head, form, talk, found, shelf."""
        try:
            reach = reach_of(self._answerer.coverage())
            form = composer.composer_view(self._answerer.facets())
        except DatelineError as error:
            reach, form = str(error), ""
        said, found, listed, _ = self._opened(conversation_id, owner)
        head = panel.masthead_view(reach, signed_in=owner.startswith("user:"))
        return head, form, said, found, listed

    async def ask(self, sent: Sent, owner: str) -> AsyncIterator[Parts]:
        """Answer what the form sent and keep it: talk, found, shelf, status."""
        talk = await asyncio.to_thread(self._kept.read, sent.id("conversation"), owner)
        replacing = sent.id("replacing")
        shown = _up_to(talk, replacing)
        try:
            asked = composer.read_asked(sent.fields.get("form"))
        except UsageError as error:
            yield self._step(shown, _refused(sent, str(error)))
            return
        async for growing in ask(self._services, asked, shown.exchanges if shown else ()):
            if not growing.is_done or growing.exchange.trouble:
                yield self._step(shown, growing)
                continue
            try:
                within = await asyncio.to_thread(
                    self._kept.keep,
                    growing.exchange,
                    owner,
                    within=shown.id if shown else None,
                    replacing=replacing,
                )
            except DatelineError as error:
                yield self._step(shown, Growing(replace(growing.exchange, trouble=str(error))))
            else:
                said, found, listed, _ = await asyncio.to_thread(self._opened, within, owner)
                yield said, found, listed, markup.spoken(growing)

    def stop(self, sent: Sent, owner: str) -> Parts:
        """Show the conversation as it is kept, without what was stopped: talk, status."""
        talk = self._kept.read(sent.id("conversation"), owner)
        return markup.conversation(talk), "Stopped. The question is back in the box."

    def open(self, sent: Sent, owner: str) -> Parts:
        """Open a conversation: talk, found, shelf, source."""
        return self._opened(sent.id("conversation"), owner)

    def rename(self, sent: Sent, owner: str) -> Parts:
        """Give a conversation another title: talk, shelf."""
        conversation_id = sent.id("conversation")
        self._kept.rename(conversation_id, owner, sent.text("title", most=MAX_TITLE_CHARS))
        said, _, listed, _ = self._opened(conversation_id, owner)
        return said, listed

    def remove(self, sent: Sent, owner: str) -> Parts:
        """Delete a conversation for good and show an empty page: talk, found, shelf, source."""
        self._kept.delete(sent.id("conversation"), owner)
        return self._opened("", owner)

    def rate(self, sent: Sent, owner: str) -> str:
        """Keep what the reader thinks of an answer: status."""
        verdict = sent.text("verdict", most=20)
        reason = sent.text("reason", most=MAX_REASON_CHARS)
        if verdict not in set(Verdict):
            return "This cannot be noted."
        noted = self._kept.rate(sent.id("exchange"), owner, Verdict(verdict), reason)
        return "Noted, thank you." if noted else "This answer is no longer kept."

    def take(self, sent: Sent, owner: str) -> str:
        """Write a conversation, or one answer of it, as a file for the browser to keep: parcel."""
        talk = self._kept.read(sent.id("conversation"), owner)
        kind, wanted = sent.text("format", most=20), sent.id("exchange")
        if talk is None or kind not in FORMATS:
            return ""
        one = talk.exchange(wanted)
        if one is not None:
            talk = replace(talk, title=one.asked.question, exchanges=(one,))
        made = export(talk, kind, datetime.now(UTC))
        return json.dumps({"name": made.name, "type": made.media, "text": made.text})

    def list_found(self, sent: Sent, owner: str) -> str:
        """List again what was found for an earlier question: found."""
        talk = self._kept.read(sent.id("conversation"), owner)
        return panel.found_view(talk.exchange(sent.id("exchange")) if talk else None)

    def cite(self, sent: Sent, owner: str) -> str:
        """Open the article a link points at, or close the one that is open: source."""
        if sent.fields.get("ref") == "":
            return ""
        talk = self._kept.read(sent.id("conversation"), owner)
        return open_source(self._answerer, sent.fields.get("ref"), talk.exchanges if talk else ())

    def _step(self, talk: Conversation | None, growing: Growing) -> Parts:
        found = panel.found_view(growing.exchange) if growing.exchange.answer else SKIP
        return markup.conversation(talk, growing), found, SKIP, markup.spoken(growing)

    def _opened(self, conversation_id: str, owner: str) -> Parts:
        talk = self._kept.read(conversation_id, owner)
        listed = shelf.shelf_view(self._kept.listed(owner), talk.id if talk else None)
        said = markup.conversation(talk)
        if conversation_id and talk is None:
            said = markup.conversation(None, notice="This conversation is not here, or not yours.")
        last = talk.exchanges[-1] if talk and talk.exchanges else None
        return said, panel.found_view(last) or panel.HINT, listed, ""


def _up_to(talk: Conversation | None, exchange_id: str) -> Conversation | None:
    """Return the conversation as it was before an exchange; all of it where it has none such."""
    if talk is None or talk.exchange(exchange_id) is None:
        return talk
    at = [one.id for one in talk.exchanges].index(exchange_id)
    return replace(talk, exchanges=talk.exchanges[:at])


def _refused(sent: Sent, why: str) -> Growing:
    form = sent.fields.get("form")
    question = form.get("question") if isinstance(form, dict) else None
    quoted = composer.readable(question)[:_QUOTED_CHARS] if isinstance(question, str) else ""
    return Growing(Exchange(uuid4().hex, Asked(quoted), datetime.now(UTC), trouble=why))
