"""Bytes on disk into characters, with the encoding found out.

Unicode by its byte order mark, then UTF-8, then a guess among the encodings news archives were
kept in. A guess is checked for what no language writes.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from rag.errors import SourceRejected

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a SQLite database"),
)
# In order of preference where the text reads equally well in several.
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "koi8_r",
    "cp932", "euc_jp", "euc_kr", "big5", "gb18030",
)  # fmt: skip
_STATED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_-]{2,30})"
)
_SAMPLE_BYTES = 200_000
_TIE = 0.03  # difference in charset-normalizer's language coherence that says nothing
# What no language writes but a wrong encoding shows: a symbol inside a word, a letter where a
# currency sign stands ('Ł3' for '£3'), Czech 'ě' read as Italian 'ì' beside 'š'.
_MISREAD = re.compile(
    "(?<=[A-Za-z])[¡-©¬®-¶¸¹¼-¿×÷](?=[A-Za-z])|[\x80-\x9f]|(?<!\\w)[ŁĽ](?=\\d)|"
    "[šžŠŽ][\\s\\S]{0,400}?ì|ì[\\s\\S]{0,400}?[šžŠŽ]"
)


def decode(content: bytes) -> str:
    """Return the characters of a text file.

    Raises:
        SourceRejected: the content is empty, blank or not text.
    """
    if not content:
        raise SourceRejected("empty file", "empty")
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise SourceRejected(f"{what}, not text. Save it as text or HTML first", "not text")
    text = _decode_any(content)
    if "\0" in text:
        raise SourceRejected("binary content (NUL bytes), not text", "not text")
    if not text.strip("\ufeff \t\r\n\v\f\xa0"):
        raise SourceRejected("empty file (only blanks)", "empty")
    return text


def as_utf8(content: bytes, charset: str | None) -> bytes:
    """Return text that a server says is in `charset` as UTF-8.

    Content that is UTF-8 already, or marked, or not in that charset after all, is left alone: then
    it says more of itself than the server does.
    """
    if not charset or b"\0" in content[:_SAMPLE_BYTES] or content.startswith(codecs.BOM_UTF8):
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode(charset).encode("utf-8")
        except (UnicodeError, LookupError):
            return content
    return content


def _decode_any(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise SourceRejected(f"damaged {encoding} text: {error.reason}") from error
    if b"\0" in content:
        raise SourceRejected("binary content (NUL bytes), not text", "not text")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(content)


def _decode_legacy(content: bytes) -> str:
    """Decode by the likeliest legacy encoding; the first listed wins among equals."""
    import charset_normalizer

    matches = charset_normalizer.from_bytes(content[:_SAMPLE_BYTES], cp_isolation=list(_LEGACY))
    for encoding in [*_declared(content), *_by_likelihood(list(matches))]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceRejected(
        "binary content or an unknown encoding. Save the file as UTF-8", "not text"
    )


def _declared(content: bytes) -> list[str]:
    """Return the legacy encoding a web page states of itself, if it is one we know."""
    stated = _STATED.search(content, 0, 2000)
    if not stated:
        return []
    try:
        name = codecs.lookup(stated[1].decode("ascii")).name
    except LookupError:
        return []
    name = {"iso8859-1": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}.get(name, name)
    return [name] if name.replace("-", "_") in _LEGACY else []


def _by_likelihood(matches: list[CharsetMatch]) -> list[str]:
    plausible = [m for m in matches if not _MISREAD.search(str(m))] or matches
    if not plausible:
        return []
    best = max(m.coherence for m in plausible) - _TIE
    near: list[str] = []
    far: list[str] = []
    for match in plausible:
        (near if match.coherence >= best and match.chaos < 0.05 else far).append(match.encoding)
    return sorted(near, key=_LEGACY.index) + far
