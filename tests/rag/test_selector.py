"""The selector with its shipped weights, on windows written for this file."""

import json
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelMismatch
from rag.selector import UNREADABLE, WEIGHTS, PassageSelector, Window, WindowScore, _widened

FERRY = Window(
    "Harbour ferry strike enters second week in Wellmouth (June 9, 2025)",
    (
        "WELLMOUTH, June 9 (CNA) — Ferries stayed tied up for an eighth day on Monday after talks "
        "between crews and the operator, Strait Lines, broke off in the night.",
        "Union leader Agnes Torrell said deckhands wanted a raise of 9 percent over two years.",
        "The company has offered 5.5 percent and a one-time payment of $1,200.",
        "About 14,000 commuters cross the harbour on a normal weekday.",
        "Mayor Peter Okafor urged both sides to accept a mediator because the hospital on the "
        "north shore was running short of staff.",
        "A hearing before the labour board is set for Thursday.",
    ),
)
LIBRARY = Window(
    "Fire closes Corran library",
    (
        "A fire in the basement closed the public library in Corran on Saturday.",
        "Nobody was hurt, but firefighters needed four hours to put out the flames.",
        "Chief librarian Hanna Weiss said 3,100 books were lost.",
        "Investigators blamed a faulty dehumidifier.",
    ),
)


@pytest.fixture(scope="module")
def selector() -> PassageSelector:
    return PassageSelector.load(threads=1)


def best(score: WindowScore) -> int:
    return max(range(len(score.sentences)), key=score.sentences.__getitem__)


@pytest.mark.parametrize(
    ("question", "window", "sentence"),
    [
        ("How big a raise do the deckhands want?", FERRY, 1),
        ("What pay increase has Strait Lines offered?", FERRY, 2),
        ("How many people take the ferry on a normal weekday?", FERRY, 3),
        ("Who leads the ferry workers' union in Wellmouth?", FERRY, 1),
        ("When is the labour board hearing?", FERRY, 5),
        ("How many books did the Corran library lose?", LIBRARY, 2),
        ("What caused the library fire?", LIBRARY, 3),
        ("How long did it take to put out the fire in Corran?", LIBRARY, 1),
    ],
)
def test_score_picks_the_answering_sentence(
    selector: PassageSelector, question: str, window: Window, sentence: int
) -> None:
    (score,) = selector.score(question, [window])
    assert best(score) == sentence


@pytest.mark.parametrize(
    ("question", "window", "answer"),
    [
        ("How many books did the Corran library lose?", LIBRARY, "3,100"),
        ("Who leads the ferry workers' union in Wellmouth?", FERRY, "Agnes Torrell"),
        ("When is the labour board hearing?", FERRY, "Thursday"),
    ],
)
def test_span_holds_the_short_answer(
    selector: PassageSelector, question: str, window: Window, answer: str
) -> None:
    (score,) = selector.score(question, [window])
    span = score.spans[best(score)]
    assert span is not None
    assert answer in window.sentences[best(score)][span[0] : span[1]]


def test_answering_window_has_more_margin_than_one_on_another_subject(
    selector: PassageSelector,
) -> None:
    question = "How many books did the Corran library lose?"
    right, wrong = selector.score(question, [LIBRARY, FERRY])
    assert max(right.margins) > 0 > max(wrong.margins)


def test_margin_falls_when_the_answering_sentence_is_gone(selector: PassageSelector) -> None:
    question = "How many books did the Corran library lose?"
    without = Window(LIBRARY.header, LIBRARY.sentences[:2] + LIBRARY.sentences[3:])
    whole, cut = selector.score(question, [LIBRARY, without])
    assert max(whole.margins) > max(cut.margins) + 1


def test_spans_are_within_their_sentence_and_on_token_bounds(selector: PassageSelector) -> None:
    for window in (FERRY, LIBRARY):
        (score,) = selector.score("Who said what?", [window])
        for sentence, span in zip(window.sentences, score.spans, strict=True):
            assert span is not None
            start, end, probability = span
            assert 0 <= start < end <= len(sentence)
            assert sentence[start:end] == sentence[start:end].strip()
            assert 0 < probability <= 1


def test_score_ignores_the_other_windows(selector: PassageSelector) -> None:
    question = "How big a raise do the deckhands want?"
    assert selector.score(question, [FERRY, LIBRARY])[0] == selector.score(question, [FERRY])[0]
    assert selector.score(question, [LIBRARY, FERRY])[1] == selector.score(question, [FERRY])[0]


def test_batch_size_changes_scores_little_and_no_choice(selector: PassageSelector) -> None:
    question = "How big a raise do the deckhands want?"
    single = selector.score(question, [FERRY, LIBRARY], batch_size=1)
    double = selector.score(question, [FERRY, LIBRARY], batch_size=2)
    for one, two in zip(single, double, strict=True):
        assert one.margins == pytest.approx(two.margins, abs=0.3)
        assert best(one) == best(two)


def test_threads_change_nothing(selector: PassageSelector) -> None:
    question = "What caused the library fire?"
    other = PassageSelector.load(threads=2).score(question, [LIBRARY])
    assert selector.score(question, [LIBRARY])[0].margins == pytest.approx(
        other[0].margins, abs=1e-3
    )


def test_long_window_scores_every_sentence(selector: PassageSelector) -> None:
    many = Window(FERRY.header, FERRY.sentences * 5 + LIBRARY.sentences)
    (score,) = selector.score("How many books were lost?", [many])
    assert len(score.sentences) == len(many.sentences)
    assert all(s is not None for s in score.spans)
    assert min(score.margins) > UNREADABLE / 2
    assert many.sentences[best(score)] == LIBRARY.sentences[2]


def test_sentence_longer_than_a_window_is_read_to_its_end(selector: PassageSelector) -> None:
    filler = "the committee went through the accounts of the harbour board again, " * 40
    long = f"On Friday {filler}and found that Hanna Weiss had lost 3,100 books."
    (score,) = selector.score(
        "How many books had Hanna Weiss lost?", [Window("Harbour board meets", (long,))]
    )
    span = score.spans[0]
    assert span is not None
    assert "3,100" in long[span[0] : span[1]]


@pytest.mark.parametrize("sentences", [(), ("",), ("", "  ")])
def test_window_without_words_never_answers(
    selector: PassageSelector, sentences: tuple[str, ...]
) -> None:
    (score,) = selector.score("Who?", [Window("Nothing", sentences)])
    assert score.spans == (None,) * len(sentences)
    assert all(m <= UNREADABLE / 2 for m in score.margins)


@pytest.mark.parametrize(
    ("span", "sentence", "expected"),
    [
        ((3, 6), "It 100", "100"),
        ((5, 8), "It 3,100 now", "3,100"),
        ((5, 14), "A $1.2 million", "$1.2 million"),
        ((4, 5), "the-go-between, he", "the-go-between"),
    ],
)
def test_widened_reaches_whole_words_and_numbers(
    span: tuple[int, int], sentence: str, expected: str
) -> None:
    start, end, probability = _widened((*span, 0.5), sentence)
    assert sentence[start:end] == expected
    assert probability == 0.5


def test_spans_count_characters_not_bytes_or_tokens(selector: PassageSelector) -> None:
    sentence = "Die Zürcher Bürgermeisterin Özlem Çelik — “unbeirrt” — verlor 3,100 Bücher 📚."
    (score,) = selector.score("How many books were lost?", [Window("Zürich", (sentence,))])
    span = score.spans[0]
    assert span is not None
    assert "3,100" in sentence[span[0] : span[1]]


def test_no_windows_give_no_scores(selector: PassageSelector) -> None:
    assert selector.score("Who?", []) == []


@pytest.mark.parametrize("name", ["selector.onnx", "tokenizer.json"])
def test_load_refuses_a_changed_byte(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelMismatch, match="SHA-256"):
        PassageSelector.load(folder)


@pytest.mark.parametrize("name", ["selector.onnx", "tokenizer.json", "selector.json"])
def test_load_refuses_a_missing_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    (folder / name).unlink()
    with pytest.raises(ModelMismatch, match=name):
        PassageSelector.load(folder)


def test_card_credits_its_sources_and_fits_its_size() -> None:
    card = json.loads((WEIGHTS / "selector.json").read_text(encoding="utf-8"))
    assert {"SQuAD 2.0", "QED", "CLAPNQ"} <= {c.split(",")[0] for c in card["credit"]}
    assert (WEIGHTS / "selector.onnx").stat().st_size == card["bytes"] <= 30_000_000


def test_room_is_what_a_window_without_header_reads_at_once(selector: PassageSelector) -> None:
    sentence = "The ferry sank."
    n = selector.room(GOLDEN_QUESTION) // selector.n_tokens(sentence)
    fitting, more = (Window("", (sentence,) * k) for k in (n, n + 1))
    assert len(list(selector._parts(GOLDEN_QUESTION, 0, fitting))) == 1
    assert len(list(selector._parts(GOLDEN_QUESTION, 0, more))) == 2


# Margins of FERRY by the shipped weights; newly trained weights need new ones.
GOLDEN_QUESTION = "What pay increase has Strait Lines offered?"
GOLDEN_MARGINS = (-5.48, -2.73, 1.26, -6.01, -5.4, -7.35)


def test_margins_are_those_of_the_shipped_weights(selector: PassageSelector) -> None:
    (score,) = selector.score(GOLDEN_QUESTION, [FERRY])
    assert score.margins == pytest.approx(GOLDEN_MARGINS, abs=0.3)
