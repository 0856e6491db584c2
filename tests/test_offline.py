"""Nothing leaves the machine: index, ask and eval run with every socket forbidden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

GUARD = """
import sys, runpy

def forbid(event, args):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        raise SystemExit(f"a socket was used: {event} {args}")

sys.addaudithook(forbid)
from ui.cli import main
sys.argv = ["dateline", *sys.argv[1:]]
main()
"""


def guarded(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dateline in a home of its own, where nothing was ever downloaded."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "XDG_"))}
    return subprocess.run(
        [sys.executable, "-c", GUARD, *arguments],
        cwd=home,
        env=environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_index_ask_and_eval_open_no_socket(tmp_path: Path) -> None:
    built = guarded(tmp_path, "index", "build", str(ROOT / "seeds"))
    assert built.returncode == 0, built.stderr
    asked = guarded(tmp_path, "ask", "How long is the cease-fire?", "--json")
    assert asked.returncode == 0, asked.stderr
    assert "30-day" in json.loads(asked.stdout)["answer"]
    questions = tmp_path / "tiny"
    questions.mkdir()
    line = {"id": "q", "question": "How long is the cease-fire?", "type": "number"}
    line |= {"answerable": True, "answers": [["30-day"]]}
    line |= {"evidence": [{"doc": "000_75a5927de64e13fc", "quote": "a 30-day cease-fire"}]}
    (questions / "questions.jsonl").write_text(json.dumps(line))
    measured = guarded(tmp_path, "eval", "run", str(questions), "--out", str(tmp_path / "out"))
    assert measured.returncode == 0, measured.stderr
    assert (tmp_path / "out" / "tiny" / "report.html").is_file()


def test_the_guard_itself_catches_a_socket(tmp_path: Path) -> None:
    code = GUARD.split("from ui.cli")[0] + "import socket; socket.create_connection(('x', 1))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "a socket was used" in found.stderr
