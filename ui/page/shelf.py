"""The list of a reader's conversations, as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.inert import allow, inert
from ui.wording import short_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.conversations import Listed


def shelf_view(listed: Sequence[Listed], open_id: str | None) -> str:
    """List conversations, the one changed last first; the open one is marked."""
    items = "".join(_item(one, is_open=one.id == open_id) for one in listed)
    told = f"<ul>{items}</ul>" if items else '<p class="dl-none">None yet.</p>'
    return allow(
        '<nav class="dl-shelf" aria-label="Conversations"><h2>Conversations</h2>'
        f'<button type="button" class="dl-fresh">New conversation</button>{told}</nav>'
    )


def _item(one: Listed, *, is_open: bool) -> str:
    current = ' aria-current="true"' if is_open else ""
    return (
        f'<li><button type="button" class="dl-pick" value="{one.id}"{current}>'
        f'<span class="dl-name">{inert(one.title)}</span> '
        f'<span class="dl-when">{short_day(one.changed_at)}</span></button></li>'
    )
