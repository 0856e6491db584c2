"""The embedding model: the reference's own vectors, and no load of a file that was changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embed import Embedder, GraphEmbedder, TorchEmbedder, converted
from index.models import find_model, sha256_of, verify_model
from rag.errors import ModelMismatch
from rag.settings import load_settings

SET = Path(__file__).parents[2] / "eval" / "sets" / "velland"
TEXTS = [
    "The ferry sank in heavy seas off the northern coast on Tuesday.",
    "Short.",
    "«Prix du blé»: la récolte a baissé de 12 % — selon l'agence.",
    " ".join(["A long passage about grain prices and shipping routes, again and again."] * 40),
]


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> GraphEmbedder:
    return GraphEmbedder(find_model(), tmp_path_factory.mktemp("models"), n_threads=1)


@pytest.fixture(scope="module")
def reference() -> TorchEmbedder:
    return TorchEmbedder(find_model())


@pytest.mark.filterwarnings("default")
def test_in_float32_vectors_are_those_of_sentence_transformers(
    reference: TorchEmbedder, tmp_path: Path
) -> None:
    exact = GraphEmbedder(find_model(), tmp_path, n_threads=1, precision="float32")
    ours, theirs = dict(exact.embed_passages(TEXTS)), dict(reference.embed_passages(TEXTS))
    for i in range(len(TEXTS)):
        np.testing.assert_allclose(ours[i], theirs[i], atol=2e-6)


@pytest.fixture(scope="module")
def rounded(tmp_path_factory: pytest.TempPathFactory) -> GraphEmbedder:
    folder = tmp_path_factory.mktemp("models")
    return GraphEmbedder(find_model(), folder, n_threads=1, precision="int8")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("ours", "least_cosine", "least_same"), [("embedder", 0.999, 0.985), ("rounded", 0.95, 0.94)]
)
def test_each_precision_finds_nearly_the_same_neighbours(
    request: pytest.FixtureRequest,
    reference: TorchEmbedder,
    ours: str,
    least_cosine: float,
    least_same: float,
) -> None:
    embedder: GraphEmbedder = request.getfixturevalue(ours)
    lines = (SET / "articles.jsonl").read_text("utf-8").splitlines()
    articles = [json.loads(line) for line in lines]
    texts = [p for article in articles for p in article["text"].split("\n\n")][:300]
    asked = [article["title"] for article in articles][:40]
    found, theirs = _stacked(embedder, texts), _stacked(reference, texts)
    assert (found * theirs).sum(axis=1).min() > least_cosine
    same = [
        len(set(_nearest(found, embedder, title)) & set(_nearest(theirs, reference, title)))
        for title in asked
    ]
    assert np.mean(same) / 10 >= least_same


def test_int8_is_refused_for_a_model_it_was_not_made_for(tmp_path: Path) -> None:
    other = replace(find_model(), fingerprint="0" * 64)
    with pytest.raises(ModelMismatch, match=r"int8\.safetensors is of another model"):
        converted(other, tmp_path, in_int8=True)


def test_what_int8_is_made_from_is_named_when_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.embed.INT8", tmp_path / "int8.safetensors")
    (tmp_path / "int8.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ModelMismatch, match=r"cannot be read.*Reinstall Dateline"):
        converted(find_model(), tmp_path / "cache", in_int8=True)


def test_another_calibration_is_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.embed.int8_digest", lambda: "1")
    first = converted(find_model(), tmp_path, in_int8=True)
    monkeypatch.setattr("index.embed.int8_digest", lambda: "2")
    assert converted(find_model(), tmp_path, in_int8=True) != first


def _stacked(embedder: Embedder, texts: list[str]) -> np.ndarray:
    found = dict(embedder.embed_passages(texts))
    return np.stack([found[i] for i in range(len(texts))])


def _nearest(vectors: np.ndarray, embedder: Embedder, text: str) -> list[int]:
    return np.argsort(-(vectors @ embedder.embed_question(text)))[:10].tolist()


def test_a_text_alone_and_in_a_batch_has_nearly_the_same_vector(embedder: GraphEmbedder) -> None:
    batched = dict(embedder.embed_passages(TEXTS))
    for i, text in enumerate(TEXTS):
        assert embedder.embed_question(text) @ batched[i] > 0.999


def test_vectors_have_length_one(embedder: GraphEmbedder) -> None:
    vectors = np.stack([vector for _, vector in embedder.embed_passages(TEXTS)])
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_one_changed_byte_refuses_to_load(tmp_path: Path, name: str) -> None:
    card = replace(find_model(), folder=tmp_path)
    for file in (find_model().weights, find_model().tokenizer):
        shutil.copyfile(file, tmp_path / file.name)
    verify_model(card)
    with (tmp_path / name).open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ModelMismatch, match="pinned"):
        GraphEmbedder(card, tmp_path / "cache", n_threads=1)


def test_a_missing_model_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match="never downloaded"):
        find_model(str(tmp_path / "no-such-model"))


def sealed(path: Path) -> bool:
    digests = [sha256_of(path.with_suffix(part)) for part in (".xml", ".bin")]
    return path.with_suffix(".sha256").read_text().split() == digests


@pytest.mark.parametrize("part", [".xml", ".bin"])
def test_a_damaged_conversion_is_made_anew(tmp_path: Path, part: str) -> None:
    path = converted(find_model(), tmp_path).with_suffix(part)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert sealed(converted(find_model(), tmp_path))
    path.unlink()
    assert sealed(converted(find_model(), tmp_path))


def test_alone_and_in_a_batch_float32_is_the_same(tmp_path: Path) -> None:
    exact = GraphEmbedder(find_model(), tmp_path, n_threads=1, precision="float32")
    batched = dict(exact.embed_passages(TEXTS))
    for i, text in enumerate(TEXTS):
        np.testing.assert_allclose(exact.embed_question(text), batched[i], atol=1e-6)


def test_the_default_settings_name_the_default_model() -> None:
    assert find_model(load_settings().model).is_default
