"""What the browser sends with an event: fields that are checked before they mean anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ui.page.composer import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.page.offline import gr

_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Sent:
    """An event's fields as they came."""

    fields: Mapping[str, object]

    @classmethod
    def of(cls, event: gr.EventData) -> Sent:
        """Take the fields of a gradio event; none where it brings something else."""
        return cls(event._data if isinstance(event._data, dict) else {})

    def id(self, name: str) -> str:
        """Return a field that is the id of a conversation or an exchange, '' for anything else."""
        return valid_id(self.fields.get(name))

    def text(self, name: str, *, most: int) -> str:
        """Return the first `most` readable characters of a field, '' where it is no text."""
        value = self.fields.get(name)
        return readable(value[:most]) if isinstance(value, str) else ""


def valid_id(value: object) -> str:
    """Return an id as this server makes them, '' for anything else."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
