"""What an agency says of an item today, in the one vocabulary of `rag.types.Status`."""

from __future__ import annotations

import re

from rag.types import Status

# 'withheld' and 'embargoed' may come back usable in a later version; until then nobody may quote.
_GONE = frozenset(
    "canceled cancelled withheld withdrawn withdraw kill killed deleted recalled retracted "
    "spiked embargoed unpublished removed".split()
)


def status_of(stated: str | None) -> Status:
    """Return the status for a stated one such as 'usable', 'stat:canceled' or 'Withheld'.

    What says nothing we know counts as usable.
    """
    word = re.split(r"[:/#]", (stated or "").strip().lower())[-1]
    if word in _GONE:
        return Status.WITHDRAWN
    return Status.CORRECTED if word == "corrected" else Status.USABLE
