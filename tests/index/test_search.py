"""The two searches: exact against brute force, safe against any text, filtered before ranking."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.dense import CLUSTERED, DenseIndex, write_dense
from index.keys import Keys
from index.lexical import LexicalIndex, write_lexical
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from pathlib import Path

N, D = 200, 16


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    found = np.random.default_rng(7).normal(size=(N, D)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray) -> DenseIndex:
    path = tmp_path_factory.mktemp("dense") / "dense.faiss"
    write_dense(path, [(np.arange(N, dtype=np.int64) * 3, vectors)], dimension=D)
    return DenseIndex([path])


@pytest.mark.parametrize("allowed", [None, frozenset(range(0, 3 * N, 9))])
def test_dense_equals_a_full_sort(
    dense: DenseIndex, vectors: np.ndarray, allowed: frozenset[int] | None
) -> None:
    question = vectors[5]
    scores = {3 * i: float(vectors[i] @ question) for i in range(N)}
    expected = sorted(
        (key for key in scores if allowed is None or key in allowed),
        key=lambda key: (-scores[key], key),
    )
    found = dense.search(question, 10, allowed=allowed)
    assert [key for key, _ in found] == expected[:10]
    assert [score for _, score in found] == pytest.approx([scores[k] for k in expected[:10]])


def test_dense_with_nothing_allowed_finds_nothing(dense: DenseIndex, vectors: np.ndarray) -> None:
    assert dense.search(vectors[0], 5, allowed=frozenset()) == []


def test_dense_gives_fewer_where_there_are_fewer(dense: DenseIndex, vectors: np.ndarray) -> None:
    assert len(dense.search(vectors[0], 5, allowed=frozenset({3}))) == 1


def test_an_unreadable_vector_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"not an index")
    with pytest.raises(IndexUnavailable, match="index check"):
        DenseIndex([tmp_path / "dense.faiss"])


def test_dense_in_two_parts_with_dead_equals_one(
    tmp_path: Path, vectors: np.ndarray, dense: DenseIndex
) -> None:
    keys = np.arange(N, dtype=np.int64) * 3
    write_dense(tmp_path / "base", [(keys[::2], vectors[::2])], dimension=D)
    write_dense(tmp_path / "delta", [(keys[1::2], vectors[1::2])], dimension=D)
    dead = Keys(keys[:40].tolist())
    parts = DenseIndex([tmp_path / "base", tmp_path / "delta"], dead=dead)
    alive = frozenset(keys[40:].tolist())
    for question in vectors[:20]:
        assert parts.search(question, 7) == dense.search(question, 7, allowed=alive)
    assert parts.keys.tolist() == sorted(alive)
    assert np.array_equal(parts.vectors(keys), vectors)


def test_dense_breaks_ties_by_key_wherever_they_lie(tmp_path: Path, vectors: np.ndarray) -> None:
    same = np.repeat(vectors[:1], 100, axis=0)
    keys = np.arange(100, dtype=np.int64)
    write_dense(tmp_path / "base", [(keys[50:], same[50:])], dimension=D)
    write_dense(tmp_path / "delta", [(keys[:50], same[:50])], dimension=D)
    parts = DenseIndex([tmp_path / "base", tmp_path / "delta"])
    assert [key for key, _ in parts.search(vectors[0], 5)] == [0, 1, 2, 3, 4]


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    """Vectors that lie in groups, as those of passages do."""
    draw = np.random.default_rng(11)
    groups = draw.normal(size=(60, D))
    found = groups[draw.integers(60, size=6000)] + 0.6 * draw.normal(size=(6000, D))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found.astype(np.float32)


@pytest.fixture
def clusters(
    tmp_path: Path, many: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> tuple[DenseIndex, DenseIndex]:
    """The same vectors searched by clusters and one by one."""
    keys = np.arange(len(many), dtype=np.int64) * 3
    for name in ("exact", "near"):
        (tmp_path / name).mkdir()
    write_dense(tmp_path / "exact" / "dense", [(keys, many)], dimension=D)
    monkeypatch.setattr("index.dense.EXACT", 1000)
    slabs = [(keys[at : at + 700], many[at : at + 700]) for at in range(0, len(many), 700)]
    write_dense(tmp_path / "near" / "dense", slabs, dimension=D)
    assert not (tmp_path / "exact" / CLUSTERED).exists()
    assert (tmp_path / "near" / CLUSTERED).exists()
    return DenseIndex([tmp_path / "near" / "dense"]), DenseIndex([tmp_path / "exact" / "dense"])


@pytest.mark.parametrize("share", [None, 0.5, 0.1])
def test_clusters_find_nearly_all_that_is_near(
    clusters: tuple[DenseIndex, DenseIndex], many: np.ndarray, share: float | None
) -> None:
    near, exact = clusters
    draw = np.random.default_rng(3)
    keys = exact.keys
    allowed = None if share is None else frozenset(keys[draw.random(len(keys)) < share].tolist())
    kept = []
    for question in many[draw.integers(len(many), size=60)] + 0.2 * draw.normal(size=(60, D)):
        asked = (question / np.linalg.norm(question)).astype(np.float32)
        expected = dict(exact.search(asked, 20, allowed=allowed))
        found = dict(near.search(asked, 20, allowed=allowed))
        assert allowed is None or allowed.issuperset(found)
        common = expected.keys() & found.keys()
        assert [found[key] for key in common] == [expected[key] for key in common]
        kept.append(len(common) / 20)
    assert np.mean(kept) >= (0.97 if share != 0.1 else 1)  # 600 passages: one by one again


@pytest.mark.parametrize("apart", [0.0, 1.0, 4.0])
def test_a_filter_that_goes_with_the_subject_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: np.ndarray, apart: float
) -> None:
    monkeypatch.setattr("index.dense.EXACT", 1000)
    halves = many.copy()
    halves[:3000, 0] += apart
    halves /= np.linalg.norm(halves, axis=1, keepdims=True)
    keys = np.arange(6000, dtype=np.int64)
    write_dense(tmp_path / "dense", [(keys, halves)], dimension=D)
    index = DenseIndex([tmp_path / "dense"])
    allowed = frozenset(range(3000, 6000))
    for question in halves[:40]:
        nearest = 3000 + np.argsort(-(halves[3000:] @ question), kind="stable")[:20]
        found = [key for key, _ in index.search(question, 20, allowed=allowed)]
        assert len(set(found) & set(nearest.tolist())) >= 19


def test_clusters_give_as_many_as_there_are(
    clusters: tuple[DenseIndex, DenseIndex], many: np.ndarray
) -> None:
    near, exact = clusters
    for k in (60, 61, 1000, 5999, 7000):
        found, expected = (index.search(many[0], k) for index in (near, exact))
        assert len(found) == len(expected) == min(k, 6000)
        assert len(dict(found).keys() & dict(expected)) >= 0.97 * len(expected)


def test_clusters_of_other_vectors_are_not_opened(
    tmp_path: Path, many: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.dense.EXACT", 1000)
    for name, n in (("one", 6000), ("two", 5000)):
        (tmp_path / name).mkdir()
        write_dense(tmp_path / name / "dense", [(np.arange(n), many[:n])], dimension=D)
    for other in (tmp_path / "two" / CLUSTERED, tmp_path / "two" / "dense"):
        shutil.copyfile(other, tmp_path / "one" / CLUSTERED)
        with pytest.raises(IndexUnavailable, match=r"clustered.*index check"):
            DenseIndex([tmp_path / "one" / "dense"])


def test_the_same_vectors_make_the_same_clusters(
    tmp_path: Path, many: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.dense.EXACT", 1000)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_dense(tmp_path / name / "dense", [(np.arange(6000), many)], dimension=D)
    one, two = (tmp_path / name / CLUSTERED for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


PASSAGES = [
    (4, "Mill burns", "The old mill burned on Monday."),
    (9, "Bridge opens", "The bridge opened; the mill stands beside it."),
    (11, "Choir", "The choir sang in Lisbon."),
    *((100 + i, "Filler", "The bridge was painted again.") for i in range(40)),
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    path = tmp_path_factory.mktemp("lexical") / "lexical"
    write_lexical(path, PASSAGES)
    return LexicalIndex([path])


def test_lexical_finds_by_stem_and_headline(lexical: LexicalIndex) -> None:
    assert [key for key, _ in lexical.search("burning mills", 5)] == [4, 9]


def test_lexical_filter_holds_before_the_cut(lexical: LexicalIndex) -> None:
    # 'bridge' ranks forty fillers beside 9: with k = 1 a filter after ranking would lose it
    allowed = frozenset({9})
    assert [key for key, _ in lexical.search("bridge", 1, allowed=allowed)] == [9]


def test_lexical_breaks_ties_by_key(lexical: LexicalIndex) -> None:
    allowed = frozenset(range(100, 140))
    found = [key for key, _ in lexical.search("painted", 3, allowed=allowed)]
    assert found == [100, 101, 102]


def test_lexical_counts_documents(lexical: LexicalIndex) -> None:
    assert lexical.document_frequency(lexical.stems("Lisbon")[0]) == 1
    assert lexical.document_frequency("never") == 0
    assert len(lexical) == len(PASSAGES)
    assert lexical.keys() == sorted(key for key, _, _ in PASSAGES)


WORDS = "mill bridge choir burned opened the old of Lisbon painted again Monday".split()
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), min_size=2, max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    texts=TEXTS, query=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), cut=st.integers()
)
def test_lexical_scores_are_those_of_tantivy(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], query: list[str], cut: int
) -> None:
    # up to 40 words tantivy keeps a passage's length exactly: only rounding to float32 is left
    folder = tmp_path_factory.mktemp("words")
    passages = [(i, " ".join(words[:3]), " ".join(words)) for i, words in enumerate(texts)]
    expected = tantivy_scores(passages, " ".join(query))
    cut %= len(passages)
    write_lexical(folder / "base", passages[:cut])
    write_lexical(folder / "delta", passages[cut:])
    found = LexicalIndex([folder / "base", folder / "delta"]).search(" ".join(query), len(texts))
    assert dict(found) == pytest.approx(expected, rel=1e-5)


def tantivy_scores(passages: list[tuple[int, str, str]], query: str) -> dict[int, float]:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True)
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    for key, title, text in passages:
        writer.add_document(tantivy.Document(key=key, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    parsed = index.parse_query(query.lower(), ["title", "text"])
    hits = searcher.search(parsed, len(passages)).hits
    return {int(searcher.doc(address)["key"][0]): score for score, address in hits}


def test_the_dead_leave_no_trace_in_the_scores(tmp_path: Path) -> None:
    write_lexical(tmp_path / "all", PASSAGES)
    dead = [key for key, _, _ in PASSAGES if key % 3 == 0]
    write_lexical(tmp_path / "alive", [row for row in PASSAGES if row[0] % 3])
    left = LexicalIndex([tmp_path / "all"], dead=Keys(dead))
    fresh = LexicalIndex([tmp_path / "alive"])
    assert len(left) == len(fresh)
    assert left.keys() == fresh.keys()
    for query in ("mill bridge", "painted again", "Lisbon choir"):
        assert left.search(query, 50) == fresh.search(query, 50)
    assert left.document_frequency("bridg") == fresh.document_frequency("bridg")


@pytest.mark.parametrize("share", [None, 0.5, 0.02])
@pytest.mark.parametrize("k", [1, 10, 60])
def test_leaving_out_frequent_words_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, k: int, share: float | None
) -> None:
    # words as news has them: the r-th most frequent in one passage of r/2
    rng = random.Random(5)
    texts = (" ".join(f"w{r}" for r in range(1, 400) if rng.random() < 2 / r) for _ in range(3000))
    write_lexical(tmp_path / "words", ((i, f"w{i % 7}", text) for i, text in enumerate(texts)))
    dead = Keys(range(0, 3000, 11))
    allowed = None if share is None else frozenset(rng.sample(range(3000), int(3000 * share)))
    pruned = LexicalIndex([tmp_path / "words"], dead=dead)
    queries = [" ".join(f"w{rng.randrange(1, 300)}" for _ in range(n)) for n in (1, 3, 6, 12, 30)]
    queries += ["w1 w2 w3 w4 w399 w398", "w1 w2", "w1 w250 w251 w2 w3"]
    found = [pruned.search(query, k, allowed=allowed) for query in queries]
    monkeypatch.setattr("index.lexical.FREQUENT", 1)  # no term stands in more rows than there are
    assert found == [pruned.search(query, k, allowed=allowed) for query in queries]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(max_size=200))
def test_lexical_takes_any_text_as_words(lexical: LexicalIndex, text: str) -> None:
    for query in (text, f'"{text}', f"title:{text} AND (", f"{text}*~2^"):
        assert len(lexical.search(query, 5)) <= 5
