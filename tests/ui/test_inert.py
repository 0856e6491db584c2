from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from ui.inert import allow, exact, inert


@given(st.text())
def test_escaped_text_holds_no_markup_and_survives_the_allowlist(text: str) -> None:
    written = exact(text)
    assert not set(written) & set("<>\"'")
    assert unescape(allow(f"<p>{written}</p>")).startswith("<p>")
    assert "<" not in allow(f"<p>{written}</p>")[3:-4]


def test_inert_keeps_words_and_makes_one_line() -> None:
    assert inert(" a\n\n  b\t<c> ") == "a b &lt;c&gt;"


def test_directional_overrides_and_controls_are_dropped() -> None:
    assert inert("a\u202eb\x00c\u2066d\ud800e") == "abcde"


def test_exact_keeps_white_space() -> None:
    assert exact("a  b\tc") == "a  b\tc"


def test_allowlist_drops_what_the_page_does_not_use() -> None:
    hostile = (
        '<p onclick="x()" style="position:fixed" id="dl-box">a<script>x()</script><img src=x>'
        '<a href="javascript:x()">b</a><form action="/x"><input></form></p>'
    )
    kept = allow(hostile)
    for gone in ("onclick", "style", "script", "img", "javascript", "form", "input", "id="):
        assert gone not in kept
