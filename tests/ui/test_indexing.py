"""Keeping an index from the command line: check, mend, go back, clear away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from index import generation as gen
from rag.errors import IndexUnavailable
from ui.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

MILL = {"id": "mill", "title": "Mill burns", "text": "The mill burned. Nobody was hurt."}
COPIES = [
    {"id": f"m{i}", "title": "Mill", "text": "The mill in the old town burned down on Monday " * 9}
    for i in range(3)
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(MILL))
    assert run("index", "build", str(path), "--index", str(tmp_path / "index")).exit_code == 0
    return tmp_path / "index"


def test_check_names_the_command_that_mends_and_it_does(index: Path) -> None:
    dense = gen.current(index).folder / gen.BASE / gen.DENSE
    dense.write_bytes(dense.read_bytes()[:-1] + b"?")
    found = run("index", "check", "--index", str(index))
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "base/dense.faiss: its bytes are not those that were published",
        f"Mend: dateline index build --index {index}",
    ]
    mended = run(*found.output.splitlines()[-1].split()[2:])
    assert mended.exit_code == 0, mended.output
    assert "0 were embedded now" in mended.output
    well = run("index", "check", "--index", str(index), "--json")
    assert (well.exit_code, json.loads(well.output)) == (0, {"faults": [], "mend": None})


def test_rollback_and_gc_say_what_they_did(index: Path) -> None:
    assert run("index", "remove", "mill", "--index", str(index)).exit_code == 0
    back = run("index", "rollback", "--index", str(index))
    assert "Generation 000001" in back.output
    assert "1 articles" in back.output
    forth = run("index", "rollback", "--to", "000002", "--index", str(index), "--json")
    assert json.loads(forth.output)["articles"] == 0
    cleared = run("index", "gc", "--index", str(index), "--json")
    assert json.loads(cleared.output)["removed"] == ["generations/000001"]
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        CliRunner().invoke(
            app, ["index", "rollback", "--index", str(index)], catch_exceptions=False
        )


def test_status_tells_of_copies(index: Path, tmp_path: Path) -> None:
    assert "no copies" in run("index", "status", "--index", str(index)).output
    path = tmp_path / "copies.jsonl"
    path.write_text("\n".join(map(json.dumps, COPIES)))
    run("index", "add", str(path), "--index", str(index))
    found = run("index", "status", "--index", str(index)).output
    assert "2 articles are copies of 1 stories; most carried: m0, by 3" in found
    record = json.loads(run("index", "status", "--index", str(index), "--json").output)
    assert (record["copies"], record["copied_stories"]) == (2, 1)
    assert record["most_copied"] == {"m0": 3}


def test_building_from_nothing_is_told_what_to_name(tmp_path: Path) -> None:
    found = run("index", "build", "--index", str(tmp_path / "none"))
    assert isinstance(found.exception, IndexUnavailable)
    assert "dateline index build PATH" in str(found.exception)
