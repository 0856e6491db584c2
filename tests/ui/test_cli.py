"""The outside contract of the command line: what is printed where, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ui.moment import moment

if TYPE_CHECKING:
    from rag.settings import Settings

ROOT = Path(__file__).parents[2]
INDEX_COMMANDS = ("build", "add", "remove", "status", "check", "rollback", "gc")
COMMANDS = (
    ["ask"],
    ["chat"],
    ["doctor"],
    ["watch"],
    ["index"],
    *(["index", name] for name in INDEX_COMMANDS),
    ["eval"],
    *(["eval", name] for name in ("run", "compare")),
    ["verify"],
    ["feedback"],
    ["feedback", "export"],
)


def dateline(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = "from ui.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    from typer.testing import CliRunner

    from ui.cli import app

    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    if command not in (["index"], ["eval"], ["feedback"]):
        assert "Example: dateline" in result.output


def test_help_loads_neither_torch_nor_gradio_nor_a_runtime() -> None:
    code = (
        "import sys; sys.argv = ['dateline', 'ask', '--help']\n"
        "try:\n    from ui.cli import main; main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'gradio', 'openvino', 'faiss', 'numpy'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip().endswith("[]")


def test_asking_loads_neither_torch_nor_gradio(seed_settings: Settings) -> None:
    code = (
        "import sys; from ui.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'gradio', 'transformers'} & set(sys.modules)), file=sys.stderr)"
    )
    arguments = ["ask", "Who is Kremlin spokesman?", "--index", str(seed_settings.index)]
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert found.stderr.strip().endswith("[]")
    assert "Peskov" in found.stdout


def test_ask_json_has_the_keys_of_the_contract(seed_settings: Settings) -> None:
    index = str(seed_settings.index)
    found = dateline("ask", "Who is Kremlin spokesman?", "--index", index, "--json")
    assert found.returncode == 0, found.stderr
    record = json.loads(found.stdout)
    assert {"id", "answered", "answer", "citations", "hits", "seconds"} <= set(record)
    assert record["answered"] is True
    keys = {"doc", "sentence", "start", "end", "title", "source", "published", "url", "version"}
    assert keys <= set(record["citations"][0])


def test_a_refusal_is_a_success(seed_settings: Settings) -> None:
    index = str(seed_settings.index)
    found = dateline("ask", "What is the capital of Australia?", "--index", index, "--json")
    assert found.returncode == 0
    record = json.loads(found.stdout)
    assert record["answered"] is False and record["answer"] and not record["citations"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask"], 2, "Missing argument"),
        (["ask", ""], 3, "No index"),
        (["ask", "Who?", "--as-of", "tomorrow"], 2, "is not a date"),
        (["ask", "Who?"], 3, "dateline index build"),
        (["index", "status"], 3, "dateline index build"),
        (["index", "check"], 3, "dateline index build"),
        (["index", "remove", "x"], 3, "dateline index build"),
        (["index", "build", "nowhere"], 2, "No such file"),
        (["index", "add", "nowhere"], 2, "No such file"),
        (["watch", "feed.xml"], 2, "dateline index add feed.xml"),
        (["eval", "run", "nowhere"], 2, "nowhere"),
    ],
)
def test_an_error_is_one_line_with_the_remedy_and_its_exit_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    found = dateline(*arguments, cwd=tmp_path)
    assert found.returncode == code, found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert not found.stdout


def test_a_rejected_input_is_listed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "empty.txt").write_text("")
    (tmp_path / "news" / "good.txt").write_text("Mill burns\n\nThe mill burned on Monday.\n")
    found = dateline("index", "build", "news", cwd=tmp_path)
    assert found.returncode == 5, found.stderr
    assert "empty.txt" in found.stdout
    assert dateline("index", "check", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATELINE_INDX", "x", "did you mean 'index'"),
        ("DATELINE_PORT", "many", "port"),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    found = dateline("index", "status", cwd=tmp_path)
    assert found.returncode == 2
    assert said in found.stderr


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text("thresold = 0.5\n")
    found = dateline("index", "status", cwd=tmp_path)
    assert found.returncode == 2
    assert "did you mean 'threshold'" in found.stderr


def test_the_file_sets_what_a_flag_can(tmp_path: Path, seed_settings: Settings) -> None:
    (tmp_path / "dateline.toml").write_text(f'index = "{seed_settings.index}"\n')
    found = dateline("index", "status", "--json", cwd=tmp_path)
    assert json.loads(found.stdout)["articles"] == 1


def test_a_bare_day_ends_at_its_last_moment() -> None:
    first, last = moment("2025-03-18", end_of_day=False), moment("2025-03-18", end_of_day=True)
    assert first and last
    assert (last - first).total_seconds() == pytest.approx(86_400, abs=1e-3)
    exact = moment("2025-03-18T10:00:00+01:00", end_of_day=True)
    assert exact and exact.hour == 10


def test_doctor_finds_this_installation_well(tmp_path: Path) -> None:
    found = dateline("doctor", "--json", cwd=tmp_path)
    assert found.returncode == 0, found.stdout
    findings = json.loads(found.stdout)["findings"]
    assert not [f for f in findings if f["state"] == "fail"]
    assert any("no index" in f["what"] and f["remedy"] for f in findings)


def test_doctor_names_a_missing_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_MODEL", str(tmp_path / "no-model"))
    found = dateline("doctor", cwd=tmp_path)
    assert found.returncode == 1
    assert "-> make clean install" in found.stdout
