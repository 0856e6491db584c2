"""Turn training windows into padded tensors, with the tokens the runtime will see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from eval.training.data import Example
from eval.training.model import Batch

MAX_TOKENS = 256
MAX_QUESTION_TOKENS = 64
MAX_HEADER_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Encoded:
    """Hold the tokens of one window; lists run over tokens, `gold` and `usable` over sentences."""

    ids: list[int]
    types: list[int]
    sentence_of: list[int]
    gold: list[bool]
    usable: list[bool]
    span: tuple[int, int]


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the base model's tokenizer without its baked-in truncation and padding."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, example: Example) -> Encoded | None:
    """Encode a window: [CLS] question [SEP] header sentences [SEP].

    Sentences that do not fit in MAX_TOKENS are left off; None where none fits, or a gold
    sentence does not.
    """
    parts = tokenizer.encode_batch(
        [example.question, example.header, *example.sentences], add_special_tokens=False
    )
    cls, sep = (int(tokenizer.token_to_id(t) or 0) for t in ("[CLS]", "[SEP]"))
    ids = [cls, *parts[0].ids[:MAX_QUESTION_TOKENS], sep]
    types = [0] * len(ids)
    ids += parts[1].ids[:MAX_HEADER_TOKENS]
    sentence_of = [-1] * len(ids)
    span, kept = (-1, -1), 0
    for i, part in enumerate(parts[2:]):
        if len(ids) + len(part.ids) + 1 > MAX_TOKENS:
            break
        if example.answer and example.answer[0] == i:
            span = _token_span(part.offsets, example.answer[1:], len(ids))
        ids += part.ids
        sentence_of += [i] * len(part.ids)
        kept = i + 1
    if not kept or any(i >= kept for i in example.gold):
        return None
    ids.append(sep)
    sentence_of.append(-1)
    types += [1] * (len(ids) - len(types))
    gold = [i in example.gold for i in range(kept)]
    usable = [i not in example.gold and i not in example.ignored for i in range(kept)]
    return Encoded(ids, types, sentence_of, gold, usable, span)


def collate(windows: Sequence[Encoded]) -> Batch:
    """Pad encoded windows to one batch."""
    t = max(len(w.ids) for w in windows)
    s = max(len(w.gold) for w in windows)

    def padded(rows: list[list[int]], length: int, fill: int) -> torch.Tensor:
        return torch.tensor([row + [fill] * (length - len(row)) for row in rows])

    return Batch(
        input_ids=padded([w.ids for w in windows], t, 0),
        attention_mask=padded([[1] * len(w.ids) for w in windows], t, 0),
        token_type_ids=padded([w.types for w in windows], t, 0),
        sentence_of=padded([w.sentence_of for w in windows], t, -1),
        gold=padded([[int(g) for g in w.gold] for w in windows], s, 0).bool(),
        usable=padded([[int(u) for u in w.usable] for w in windows], s, 0).bool(),
        span=torch.tensor([w.span for w in windows]),
    )


def _token_span(
    offsets: list[tuple[int, int]], chars: tuple[int, int], shift: int
) -> tuple[int, int]:
    """Return the first and last token that touch half-open characters, or (-1, -1)."""
    inside = [k for k, (a, b) in enumerate(offsets) if a < chars[1] and b > chars[0]]
    return (shift + inside[0], shift + inside[-1]) if inside else (-1, -1)
