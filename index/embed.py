"""Text to vectors: float32 (n, d), rows of length 1, so that inner product is cosine."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.models import (
    INT8,
    ModelCard,
    find_model,
    int8_digest,
    sha256_of,
    verify_model,
)
from rag.errors import ModelMismatch
from rag.runtime import Graph, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from index.convert import BertShape, Rounding
    from rag.runtime import Precision
    from rag.settings import Settings

log = logging.getLogger(__name__)

BATCH = 16
GRAPH_VERSION = 2  # of what `index.convert` makes: another is another file in the cache


class Embedder(Protocol):
    """What turns passages and questions into vectors that can be compared.

    The two are kept apart because some models read them differently.
    """

    card: ModelCard

    def embed_passages(self, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield (position in `texts`, vector (d,)), each once, in any order."""
        ...

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return the vector (d,) of one question."""
        ...


def open_embedder(settings: Settings) -> Embedder:
    """Open the configured model after checking its files; a process opens a model once.

    Raises:
        ModelMismatch: The model is missing, or a byte of it is not the pinned one.
        UsageError: The CPU does not have the precision asked for.
    """
    is_default = find_model(settings.model).is_default
    precision = settings.computes_in() if is_default else "float32"  # torch knows no other
    return _opened(settings.model, settings.cache / "models", settings.n_threads, precision)


@cache
def _opened(model: str, folder: Path, n_threads: int, precision: Precision) -> Embedder:
    card = find_model(model)
    if card.is_default:
        return GraphEmbedder(card, folder, n_threads=n_threads, precision=precision)
    return TorchEmbedder(card)


class GraphEmbedder:
    """The default model as a graph of its own weights, on the CPU's best faithful precision.

    No torch at run time. Vectors of one precision may be compared with those of another: of the
    ten nearest passages they agree on more than 99 in 100 (`python -m eval.bench.embedding`).
    """

    def __init__(
        self, card: ModelCard, cache: Path, *, n_threads: int, precision: Precision = "auto"
    ) -> None:
        verify_model(card)
        self.card = card
        graph = converted(card, cache, in_int8=precision == "int8")
        self._graph = Graph(graph, threads=n_threads, precision=precision)
        self._tokenizer = open_tokenizer(card)

    def embed_passages(self, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Embed in batches of like length, longest first, so that padding costs little."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: (-len(encodings[i].ids), i))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            yield from zip(batch, self._run([encodings[i].ids for i in batch]), strict=True)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return the vector (d,) of one question."""
        vector: NDArray[np.float32] = self._run([self._tokenizer.encode(text).ids])[0]
        return vector

    def _run(self, rows: list[list[int]]) -> NDArray[np.float32]:
        ids, mask = padded(rows)
        (vectors,) = self._graph.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)  # a bfloat16 1 is not quite 1
        return np.asarray(vectors / lengths, np.float32)  # (n, d)


class TorchEmbedder:
    """Any other sentence-transformers model, from its folder on this machine."""

    def __init__(self, card: ModelCard) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from sentence_transformers import SentenceTransformer

        self.card = card
        self._model = SentenceTransformer(str(card.folder), device="cpu", local_files_only=True)

    def embed_passages(self, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Embed in the model's own batches, in order."""
        for first in range(0, len(texts), BATCH):
            batch = list(texts[first : first + BATCH])
            vectors = self._model.encode_document(batch, normalize_embeddings=True)
            yield from enumerate(np.asarray(vectors, np.float32), first)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return the vector (d,) of one question."""
        vector = self._model.encode_query([text], normalize_embeddings=True)[0]
        return np.ascontiguousarray(vector, np.float32)


def open_tokenizer(card: ModelCard) -> Tokenizer:
    """Open the card's tokenizer, to read as many wordpieces as its model does."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(card.tokenizer))
    tokenizer.enable_truncation(card.max_tokens)  # the file says 128
    tokenizer.no_padding()
    return tokenizer


def converted(card: ModelCard, cache: Path, *, in_int8: bool = False) -> Path:
    """Return the graph made from the card's weights (.xml, its .bin beside), made at first use.

    A conversion is kept with its SHA-256 beside it, and made anew when it does not match.
    """
    kind = f"int8-{int8_digest()}" if in_int8 else "float32"
    path = cache / f"{card.name}-{card.fingerprint[:16]}-{kind}-{GRAPH_VERSION}.xml"
    seal = path.with_suffix(".sha256")
    if seal.is_file() and _digests(path) == seal.read_text("ascii"):
        return path
    log.info("Converting %s for OpenVINO into %s", card.name, path)
    roundings = _roundings(card) if in_int8 else {}
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            made = Path(folder) / path.name
            _convert(card, made, roundings)
            made.with_suffix(".sha256").write_text(_digests(made), "ascii")
            for file in Path(folder).iterdir():
                file.replace(cache / file.name)
    except OSError as error:
        raise ModelMismatch(
            f"Cannot keep the converted model in {cache}: {error.strerror}. "
            "Make room, or name another folder: DATELINE_CACHE=DIR"
        ) from error
    return path


def _digests(path: Path) -> str:
    """Return the SHA-256 of both files of a graph, a line each; empty where one is missing."""
    files = (path, path.with_suffix(".bin"))
    return "".join(f"{sha256_of(file)}\n" for file in files if file.is_file())


def shape_of(card: ModelCard) -> BertShape:
    """Return the numbers of the card's model."""
    from index.convert import BertShape

    config = json.loads((card.folder / "config.json").read_text("utf-8"))
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
    )


def _convert(card: ModelCard, path: Path, roundings: Mapping[str, Rounding]) -> None:
    from safetensors.numpy import load_file

    from index.convert import convert_bert

    convert_bert(load_file(card.weights), shape_of(card), path, roundings=roundings)


def _roundings(card: ModelCard) -> dict[str, Rounding]:
    """Read how the products of the card's model are rounded to 8 bits."""
    from safetensors import SafetensorError, safe_open

    from index.convert import Rounding

    try:
        with safe_open(INT8, "numpy") as file:
            made_for = file.metadata()
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelMismatch(f"{INT8} cannot be read: {error}. Reinstall Dateline.") from error
    if made_for != {"model": card.fingerprint}:
        raise ModelMismatch(f"{INT8} is of another model than {card.name}. Reinstall Dateline.")
    names = {name.rsplit(".", 1)[0] for name in found}
    return {
        name: Rounding(
            centre=found[f"{name}.centre"],
            scale=found[f"{name}.scale"],
            step=float(found[f"{name}.step"][0]),
            shift=found[f"{name}.shift"],
        )
        for name in sorted(names)
    }
