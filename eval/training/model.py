"""The passage selector as a torch module: a BERT encoder and four scores per token."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

DROPOUT = 0.1  # without, the held-out loss rose while that of training fell
NEVER = -1e4  # a logit that softmax turns to nothing


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold n windows padded to t tokens with at most s sentences.

    `sentence_of` names the sentence of each token, -1 outside sentences. `gold` and `usable` mark
    sentences; a sentence neither gold nor usable takes no part in the loss. `span` is the first
    and last token of the short answer, -1 where unknown.
    """

    input_ids: Tensor  # (n, t)
    attention_mask: Tensor  # (n, t)
    token_type_ids: Tensor  # (n, t)
    sentence_of: Tensor  # (n, t)
    gold: Tensor  # (n, s) bool
    usable: Tensor  # (n, s) bool
    span: Tensor  # (n, 2)


@dataclass(frozen=True, slots=True)
class Scores:
    """Hold the logits of a batch."""

    token: Tensor  # (n, t): the mean over a sentence's tokens is the sentence's logit
    null: Tensor  # (n,)
    start: Tensor  # (n, t)
    end: Tensor  # (n, t)


class Selector(nn.Module):
    """Score every sentence of a window, the window as no answer, and answer spans."""

    def __init__(self, folder: Path) -> None:
        """Load the base encoder from its folder; heads start near zero."""
        super().__init__()
        from transformers import BertModel

        self.encoder: Any = BertModel.from_pretrained(
            str(folder),
            add_pooling_layer=False,
            hidden_dropout_prob=DROPOUT,
            attention_probs_dropout_prob=DROPOUT,
        )
        width = self.encoder.config.hidden_size
        self.heads = nn.Linear(width, 3)  # sentence, start, end
        self.null = nn.Linear(width, 1)
        for layer in (self.heads, self.null):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Scores:
        """Return the logits of n windows of t tokens."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state  # (n, t, d)
        token, start, end = self.heads(states).unbind(-1)
        return Scores(token, self.null(states[:, 0]).squeeze(-1), start, end)


def sentence_logits(token: Tensor, sentence_of: Tensor, sentences: int) -> Tensor:
    """Average token scores by sentence: (n, t) -> (n, s); NEVER where there is no sentence."""
    index = torch.arange(sentences).view(1, sentences, 1)
    member = (sentence_of.unsqueeze(1) == index).to(token.dtype)  # (n, s, t)
    count = member.sum(-1)
    mean = torch.einsum("nst,nt->ns", member, token) / count.clamp(min=1)
    return mean.masked_fill(count == 0, NEVER)


def loss_of(scores: Scores, batch: Batch, *, span_weight: float = 0.3) -> tuple[Tensor, Tensor]:
    """Return the mean loss of choosing (sentence or null) plus weighted span loss, and the first.

    The choice is a softmax over the null and the sentences; several gold sentences share the
    target: -log of the sum of their probabilities.
    """
    logits = sentence_logits(scores.token, batch.sentence_of, batch.gold.shape[1])
    allowed = logits.masked_fill(~(batch.gold | batch.usable), NEVER)
    everything = torch.cat([scores.null.unsqueeze(1), allowed], 1)
    is_null = ~batch.gold.any(1, keepdim=True)
    target = torch.cat([is_null, batch.gold], 1)
    wanted = everything.masked_fill(~target, NEVER)
    choice = (everything.logsumexp(1) - wanted.logsumexp(1)).mean()
    return choice + span_weight * _span_loss(scores, batch), choice


def _span_loss(scores: Scores, batch: Batch) -> Tensor:
    rows = (batch.span[:, 0] >= 0).nonzero().squeeze(1)
    if not len(rows):
        return scores.null.sum() * 0.0
    span, member = batch.span[rows], batch.sentence_of[rows]
    inside = member == member.gather(1, span[:, :1])
    total = scores.null.sum() * 0.0
    for logits, at in ((scores.start, span[:, 0]), (scores.end, span[:, 1])):
        masked = logits[rows].masked_fill(~inside, NEVER)
        total = total + nn.functional.cross_entropy(masked, at)
    return total / 2
