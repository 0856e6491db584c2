import codecs
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.decode import decode
from rag.errors import SourceRejected

ENGLISH = "PARIS — The president said the plan was dead. “It’s over,” he said."
FRENCH = "Le président français a déclaré à l’Assemblée que la réforme serait appliquée dès l’été."
GERMAN = "Der Bürgermeister von Köln sagte, die Straße bleibe gesperrt. Die Polizei sucht Zeugen."
CZECH = "Ministr financí řekl, že vláda zvýší daně a škrtne výdaje. Příští týden se sejde."
POLISH = "Premier powiedział, że rząd podniesie podatki w przyszłym roku. Opozycja żąda głosowania."
RUSSIAN = "Министр финансов заявил, что правительство повысит налоги в следующем году."
GREEK = "Ο πρωθυπουργός δήλωσε ότι η κυβέρνηση θα αυξήσει τους φόρους."
JAPANESE = "首相は火曜日に会談すると述べた。野党は投票を求めている。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"),
        (ENGLISH, "utf-8-sig"),
        (ENGLISH, "utf-16"),
        (ENGLISH, "utf-32"),
        (ENGLISH, "cp1252"),
        (FRENCH, "cp1252"),
        ("The café reopened Monday.", "latin-1"),
        (GERMAN, "latin-1"),
        (CZECH, "cp1250"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift_jis"),
        (RUSSIAN, "utf-8"),
    ],
)
def test_decode_finds_the_encoding_out(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le"])
def test_decode_reads_utf_16_by_its_mark(encoding):
    mark = codecs.BOM_UTF16_BE if encoding.endswith("be") else codecs.BOM_UTF16_LE
    assert decode(mark + GERMAN.encode(encoding)) == GERMAN


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b" \r\n\t", "empty file"),
        (codecs.BOM_UTF8, "empty file"),
        ("\u00a0\n".encode(), "empty file"),
        (b"some\0text", "binary content"),
        (codecs.BOM_UTF16_LE + b"a", "damaged utf-16"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"PK\x03\x04....", "a zip archive"),
        (b"\x89PNG\r\n", "an image"),
        (bytes(range(1, 255)) * 3, "binary content"),
    ],
)
def test_decode_rejects_what_is_not_text_with_a_reason(content, reason):
    with pytest.raises(SourceRejected, match=f"^{reason}"):
        decode(content)


def test_decode_rejects_random_bytes():
    with pytest.raises(SourceRejected):
        decode(os.urandom(4000) + b"\0")


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text))
def test_decode_gives_back_any_utf_8(text):
    assert decode(f"News: {text}".encode()) == f"News: {text}"
