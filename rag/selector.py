"""Choose the sentence of a window that answers a question, or say that none does.

A small encoder reads the question with a run of sentences of one article and gives every
sentence a logit, the window a null logit ('does not answer'), and every sentence its likeliest
short answer. The logits of one window share a softmax in training, so the margin
`sentence - null` is what may be compared between windows.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.errors import ModelMismatch
from rag.runtime import Graph, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import numpy.typing as npt

    from rag.runtime import Precision

    Floats = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "weights"
UNREADABLE = -1e4  # the logit of a sentence without a single token
MAX_TOKENS = 256
_MAX_QUESTION_TOKENS = 64
_MAX_HEADER_TOKENS = 48
_MAX_ANSWER_TOKENS = 30
_WORD = re.compile(r"[$€£¥]?\w+(?:[.,:/'’-]\w+)*%?")


@dataclass(frozen=True, slots=True)
class Window:
    """A run of whole sentences of one article, in order.

    `header` is what a reader knows before them: the headline and, where known, the date, as in
    'Minister jailed over tram bribes (March 14, 2024)'.
    """

    header: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowScore:
    """The logits of one window; higher is better.

    `null` says that the window does not answer, `sentences` has one logit per sentence.
    `spans` holds per sentence the half-open characters of its likeliest short answer and the
    probability of that span given that the sentence answers, or None for a blank sentence.
    """

    null: float
    sentences: tuple[float, ...]
    spans: tuple[tuple[int, int, float] | None, ...]

    @property
    def margins(self) -> tuple[float, ...]:
        """Each sentence's logit less the null: comparable between windows, above 0 answers."""
        return tuple(s - self.null for s in self.sentences)


class _Piece(NamedTuple):
    """Tokens [start, end) of one sentence; sentences longer than a window come in pieces."""

    sentence: int
    ids: list[int]
    offsets: list[tuple[int, int]]


class _Part(NamedTuple):
    """What the model reads at once: part of a window, at most MAX_TOKENS tokens."""

    window: int
    ids: list[int]
    question_tokens: int  # with [CLS] and the first [SEP]
    places: list[tuple[_Piece, int]]  # each piece and its first token


class _Reading(NamedTuple):
    """What the model says of a part, over its tokens."""

    null: float
    token: Floats  # (t,)
    start: Floats  # (t,)
    end: Floats  # (t,)


def headed(title: str, at: datetime | None) -> str:
    """Return the header of an article's windows: its headline and, where known, its day."""
    return f"{title} ({at:%B} {at.day}, {at.year})" if at else title


def beside(header: str, sentence: str) -> str:
    """Return a sentence as it is read beside others of other articles."""
    return f"{header}: {sentence}"


class PassageSelector:
    """Score windows of sentences against a question; deterministic, no torch."""

    def __init__(self, graph: Graph, tokenizer: Any) -> None:
        """Hold a compiled graph and a tokenizer; `load` makes both."""
        self._graph = graph
        self._tokenizer = tokenizer
        self._cls = int(tokenizer.token_to_id("[CLS]"))
        self._sep = int(tokenizer.token_to_id("[SEP]"))

    @classmethod
    def load(
        cls, folder: Path = WEIGHTS, *, threads: int = 2, precision: Precision = "auto"
    ) -> PassageSelector:
        """Load the shipped model, or another with its card, on so many threads.

        Raises:
            ModelMismatch: a file is missing, or its SHA-256 is not the one in `selector.json`.
        """
        from tokenizers import Tokenizer

        card = _card(folder / "selector.json")
        model = _checked(folder / "selector.onnx", card.get("sha256"))
        vocabulary = _checked(folder / "tokenizer.json", card.get("tokenizer_sha256"))
        graph = Graph(model, threads=threads, precision=precision)
        return cls(graph, Tokenizer.from_file(str(vocabulary)))

    def score(
        self, question: str, windows: Sequence[Window], *, batch_size: int = 1
    ) -> list[WindowScore]:
        """Return one score per window, in order.

        A window longer than MAX_TOKENS is cut between sentences (a sentence longer still, between
        tokens) and read in parts. Each sentence keeps its margin over the null of the part it was
        read in; the score's null is the first part's. Of a question the first 64 tokens are read,
        of a header the first 48.

        Args:
            question: the reader's question, standalone.
            windows: what to read.
            batch_size: how many parts are read at once. With 1 a window's score never depends on
                its neighbours, and is nearly as fast on a CPU; other batches round otherwise, by
                some hundredths of a logit.
        """
        parts = [p for i, w in enumerate(windows) for p in self._parts(question, i, w)]
        order = sorted(range(len(parts)), key=lambda k: (len(parts[k].ids), k))
        readings: dict[int, _Reading] = {}
        for at in range(0, len(order), max(1, batch_size)):
            batch = order[at : at + max(1, batch_size)]
            readings.update(zip(batch, self._read([parts[k] for k in batch]), strict=True))
        found: list[list[tuple[_Part, _Reading]]] = [[] for _ in windows]
        for k, part in enumerate(parts):
            found[part.window].append((part, readings[k]))
        return [_merged(w, rows) for w, rows in zip(windows, found, strict=True)]

    def room(self, question: str) -> int:
        """Return how many tokens of sentences a window without header reads at once."""
        return MAX_TOKENS - len(self._head(self._encoded([question])[0].ids)) - 1

    def n_tokens(self, sentence: str) -> int:
        """Return how many tokens of a window a sentence takes."""
        return len(self._encoded([sentence])[0].ids)

    def _encoded(self, texts: Sequence[str]) -> Any:
        return self._tokenizer.encode_batch(texts, add_special_tokens=False)

    def _head(self, question: Sequence[int]) -> list[int]:
        return [self._cls, *question[:_MAX_QUESTION_TOKENS], self._sep]

    def _parts(self, question: str, index: int, window: Window) -> Iterator[_Part]:
        """Yield the parts of a window; one without any sentence still has a null."""
        asked, header, *read = self._encoded([question, window.header, *window.sentences])
        head = self._head(asked.ids)
        lead = [*head, *header.ids[:_MAX_HEADER_TOKENS]]
        room = MAX_TOKENS - len(lead) - 1
        pieces = [
            _Piece(i, r.ids[at : at + room], r.offsets[at : at + room])
            for i, r in enumerate(read)
            for at in range(0, len(r.ids), room)
        ]
        for group in _grouped(pieces, room):
            ids, places = list(lead), []
            for piece in group:
                places.append((piece, len(ids)))
                ids += piece.ids
            yield _Part(index, [*ids, self._sep], len(head), places)

    def _read(self, parts: Sequence[_Part]) -> Iterator[_Reading]:
        """Run the model over parts padded alike, to one of a few lengths."""
        ids, present = padded([part.ids for part in parts])  # (n, t)
        kinds = np.zeros_like(ids)
        for row, part in enumerate(parts):
            kinds[row, part.question_tokens : len(part.ids)] = 1
        feeds = {"input_ids": ids, "attention_mask": present, "token_type_ids": kinds}
        outputs = self._graph.run(["token", "null", "start", "end"], feeds)
        for token, null, start, end in zip(*outputs, strict=True):
            yield _Reading(float(null), token, start, end)


def _card(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(_read(path)))
    except ValueError as error:
        raise ModelMismatch(f"{path} is no model card: {error}. Reinstall Dateline.") from error


def _checked(path: Path, pinned: str | None) -> Path:
    found = hashlib.sha256(_read(path)).hexdigest()
    if found != pinned:
        raise ModelMismatch(
            f"{path} has SHA-256 {found}, its card says {pinned}. Reinstall Dateline."
        )
    return path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelMismatch(f"Cannot read {path}: {error}. Reinstall Dateline.") from error


def _grouped(pieces: Sequence[_Piece], room: int) -> Iterator[list[_Piece]]:
    """Yield runs of pieces of at most `room` tokens; one empty run where there are none."""
    group: list[_Piece] = []
    used = 0
    for piece in pieces:
        if group and used + len(piece.ids) > room:
            yield group
            group, used = [], 0
        group.append(piece)
        used += len(piece.ids)
    yield group


def _merged(window: Window, rows: Sequence[tuple[_Part, _Reading]]) -> WindowScore:
    """Join the parts of a window; of a sentence in pieces the piece of best margin counts."""
    null = rows[0][1].null
    margins = [UNREADABLE] * len(window.sentences)
    spans: list[tuple[int, int, float] | None] = [None] * len(window.sentences)
    for part, reading in rows:
        for piece, first in part.places:
            tokens = slice(first, first + len(piece.ids))
            margin = float(reading.token[tokens].mean()) - reading.null
            if margin > margins[piece.sentence]:
                margins[piece.sentence] = margin
                span = _span(reading, piece, tokens)
                spans[piece.sentence] = _widened(span, window.sentences[piece.sentence])
    return WindowScore(null, tuple(null + m for m in margins), tuple(spans))


def _span(reading: _Reading, piece: _Piece, tokens: slice) -> tuple[int, int, float]:
    """Return the likeliest start and end in a piece as characters of its sentence."""
    start, end = _softmax(reading.start[tokens]), _softmax(reading.end[tokens])  # (t,)
    length = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]  # (t, t)
    allowed = (length >= 0) & (length < _MAX_ANSWER_TOKENS)
    joint = np.where(allowed, start[:, None] * end[None, :], -1.0)
    first, last = divmod(int(joint.argmax()), len(end))
    chars = piece.offsets[first][0], piece.offsets[last][1]
    return (*chars, float(joint[first, last]))


def _widened(span: tuple[int, int, float], sentence: str) -> tuple[int, int, float]:
    """Stretch a span to whole words and numbers: the tokens of '3,100' are '3', ',' and '100'."""
    start, end, probability = span
    for word in _WORD.finditer(sentence):
        if word.start() < end and word.end() > start:
            start, end = min(start, word.start()), max(end, word.end())
    return start, end, probability


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    normal: Floats = powers / powers.sum()
    return normal
