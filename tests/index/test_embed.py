"""The embedding model: the reference's own vectors, and no load of a file that was changed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.embed import OnnxEmbedder, TorchEmbedder, converted
from index.models import find_model, verify_model
from rag.errors import ModelMismatch
from rag.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "The ferry sank in heavy seas off the northern coast on Tuesday.",
    "Short.",
    "«Prix du blé»: la récolte a baissé de 12 % — selon l'agence.",
    " ".join(["A long passage about grain prices and shipping routes, again and again."] * 40),
]


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    return OnnxEmbedder(find_model(), tmp_path_factory.mktemp("models"), n_threads=1)


@pytest.mark.filterwarnings("default")
def test_vectors_are_those_of_sentence_transformers(embedder: OnnxEmbedder) -> None:
    ours = dict(embedder.embed_passages(TEXTS))
    theirs = dict(TorchEmbedder(find_model()).embed_passages(TEXTS))
    for i in range(len(TEXTS)):
        np.testing.assert_allclose(ours[i], theirs[i], atol=2e-6)


def test_a_text_alone_and_in_a_batch_has_the_same_vector(embedder: OnnxEmbedder) -> None:
    batched = dict(embedder.embed_passages(TEXTS))
    for i, text in enumerate(TEXTS):
        np.testing.assert_allclose(embedder.embed_question(text), batched[i], atol=1e-6)


def test_vectors_have_length_one(embedder: OnnxEmbedder) -> None:
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
        OnnxEmbedder(card, tmp_path / "cache", n_threads=1)


def test_a_missing_model_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match="never downloaded"):
        find_model(str(tmp_path / "no-such-model"))


def test_a_damaged_conversion_is_made_anew(tmp_path: Path) -> None:
    path = converted(find_model(), tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert converted(find_model(), tmp_path).read_bytes() == whole


def test_the_default_settings_name_the_default_model() -> None:
    assert find_model(load_settings().model).is_default
