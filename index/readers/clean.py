r"""What may stand in stored text.

Offsets are into stored text, so text is cleaned once, before it is stored, and never again.

Newlines become '\n'. Control characters other than newline and tab go: they are invisible to
a reader and some steer a terminal. Text we extract ourselves is also brought to Unicode NFC, so
that a name typed in two ways ('é' as one character or as 'e' and an accent) is found by one
query and counted by one length. No-break spaces stay: they are the outlet's own typography.
"""

from __future__ import annotations

import re
import unicodedata

_NEWLINE = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text with plain newlines, no control characters, in NFC."""
    if text.isprintable():  # no newlines and controls: the common case, and many times faster
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    without_controls = _CONTROL.sub("", _NEWLINE.sub("\n", text))
    return unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", without_controls))


def clean_in_place(text: str) -> str:
    """Return text of the same length: control characters become spaces, nothing moves.

    For input whose text other programs index into (`articles.jsonl`): offsets into the file's
    text and into the stored text are the same. This is why NFC is not applied here.
    """
    if text.isprintable():
        return text
    one_for_one = _NEWLINE.sub(lambda m: " \n" if len(m[0]) == 2 else "\n", text)
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", one_for_one))


def clean_line(text: str) -> str:
    """Return a headline, a name or a source as one line with single spaces."""
    return " ".join(clean(text).split())
