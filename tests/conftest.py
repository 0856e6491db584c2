"""What every test shares: no network but this machine, the real seed index made once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_socket import socket_allow_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.settings import Settings

ROOT = Path(__file__).parents[1]


hypothesis_settings.register_profile("dateline", deadline=None, derandomize=True)
hypothesis_settings.load_profile("dateline")

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
for variable in [name for name in os.environ if name.startswith("DATELINE_")]:
    del os.environ[variable]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no Chromium, unless REQUIRE_CHROMIUM is set (CI does)."""
    if shutil.which("chromium"):
        return
    if os.environ.get("REQUIRE_CHROMIUM"):
        raise pytest.UsageError("No chromium here. Install it: apt-get install chromium")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no chromium: apt-get install chromium"))


@pytest.fixture(autouse=True)
def _no_outside_network() -> Iterator[None]:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield


@pytest.fixture(scope="session")
def seed_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the real index of `seeds/` behind them."""
    return _indexed([ROOT / "seeds"], tmp_path_factory.mktemp("seed") / "index")


@pytest.fixture(scope="session")
def velland_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the real index of the Velland set behind them."""
    articles = ROOT / "eval" / "sets" / "velland" / "articles.jsonl"
    return _indexed([articles], tmp_path_factory.mktemp("velland") / "index")


def _indexed(paths: list[Path], index: Path) -> Settings:
    from index.build import build
    from rag.settings import load_settings

    settings = load_settings(index=index)
    build(paths, settings)
    return settings
