"""Write SQuAD's unseen questions as a set: python -m eval.training.unseen --shared DIR --out SET.

They are of the held-out articles and not among those that the blend is fitted on, put to all of
SQuAD's articles. `dateline eval run SET` measures them; refusing always has a trust of about .5.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from eval.training.blend import SQUAD_EVERY
from eval.training.corpus import read_squad
from eval.training.rows import held_out_cases, write_part


def main() -> None:
    """Parse the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of shared data")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    n = write_unseen(options.shared / "squad2", options.out)
    print(f"{n} questions in {options.out}")


def write_unseen(squad: Path, out: Path) -> int:
    """Write the set and return how many questions it has.

    A fit that draws fewer of them draws none of the others.
    """
    archive = read_squad(squad)
    drawn = {case.id for case in held_out_cases(squad, archive, every=SQUAD_EVERY)}
    unseen = {case.id for case in held_out_cases(squad, archive)} - drawn
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(squad / "articles.jsonl", out / "articles.jsonl")
    return write_part(squad / "questions.jsonl", out / "questions.jsonl", unseen)


if __name__ == "__main__":
    main()
