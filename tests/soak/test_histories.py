"""The lifecycle's property, on many more histories than `make test` has time for."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.selector import PassageSelector

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.soak


def _lifecycle() -> ModuleType:
    path = Path(__file__).parents[1] / "index" / "test_lifecycle.py"
    spec = importlib.util.spec_from_file_location("lifecycle", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LIFECYCLE: Any = _lifecycle()


@pytest.fixture(scope="module")
def selector() -> PassageSelector:
    return PassageSelector.load(threads=1)


@pytest.mark.parametrize("folding", LIFECYCLE.FOLDS)
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(LIFECYCLE.CHANGES, min_size=4, max_size=16))
def test_long_histories_answer_like_a_fresh_build(
    folding: str,
    changes: list[tuple[str, str, int]],
    selector: PassageSelector,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    LIFECYCLE.compare_with_fresh(folding, changes, selector, tmp_path_factory.mktemp("life"))
