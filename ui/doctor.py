"""Check the installation, offline, and name the command that mends each fault."""

from __future__ import annotations

import importlib
import platform
import shutil
import socket
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Literal

from packaging.requirements import Requirement

from rag.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.settings import Settings

State = Literal["ok", "warn", "fail"]
NEEDED_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, whether it is well, and what mends it if not."""

    what: str
    state: State
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at Python, packages, model files, disk, index and port; nothing is changed.

    A converted model is made if it is missing, since that is what first use would do.
    """
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _model,
        _disk,
        _index,
        _port,
    )
    return [finding for look in looks for finding in look(settings)]


def report_text(findings: list[Finding]) -> str:
    """Lay out findings, one per line, with the remedy below what is not well."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:4}  {finding.what}")
        if finding.remedy:
            lines.append(f"      -> {finding.remedy}")
    return "\n".join(lines)


def _python(_: Settings) -> Iterator[Finding]:
    found = platform.python_version()
    good = (3, 11) <= sys.version_info[:2] <= (3, 12)
    remedy = "" if good else "Install Python 3.11 or 3.12, then: make clean chat"
    yield Finding(f"Python {found}, {settings_cores()} cores", "ok" if good else "fail", remedy)


def settings_cores() -> int:
    """Return how many cores this process may use."""
    import os

    return len(os.sched_getaffinity(0))


def _packages(_: Settings) -> Iterator[Finding]:
    try:
        wanted = [Requirement(line) for line in requires("dateline") or ()]
    except PackageNotFoundError:
        yield Finding("dateline is not installed", "fail", "make install")
        return
    faults = [fault for r in wanted if not r.marker for fault in _package_fault(r)]
    yield from faults
    if not faults:
        yield Finding(f"{len([r for r in wanted if not r.marker])} packages in range", "ok")


def _package_fault(requirement: Requirement) -> Iterator[Finding]:
    remedy = f"pip install '{requirement}'"
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        yield Finding(f"{requirement.name} is missing", "fail", remedy)
        return
    if not requirement.specifier.contains(found, prereleases=True):
        yield Finding(f"{requirement.name} {found} is out of range", "fail", remedy)


def _model(settings: Settings) -> Iterator[Finding]:
    from index.embed import open_embedder
    from index.split import count_tokens
    from rag.selector import PassageSelector

    try:
        embedder = open_embedder(settings)
        vector = embedder.embed_question("Is the model well?")
        yield Finding(f"model {embedder.card.name}, {len(vector)} dimensions, hash right", "ok")
        yield Finding(f"models compute in {settings.computes_in()}", "ok")
        PassageSelector.load(threads=1, precision=settings.computes_in())
        yield Finding("sentence selector, hash right", "ok")
        count_tokens("Are tokens counted?")
        yield Finding("tokens are counted offline", "ok")
    except (DatelineError, ImportError, OSError) as error:
        yield Finding(f"model: {error}", "fail", "make clean install")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(
        p for p in [settings.index.absolute(), *settings.index.absolute().parents] if p.exists()
    )
    free = shutil.disk_usage(folder).free
    state: State = "ok" if free > NEEDED_BYTES else "warn"
    remedy = "" if state == "ok" else f"Make room on the disk of {folder}"
    yield Finding(f"{free / 1e9:.1f} GB free at {folder}", state, remedy)


def _index(settings: Settings) -> Iterator[Finding]:
    from index.generation import BUILD, current_name
    from index.status import read_status

    try:
        if current_name(settings.index) is None:
            yield Finding(f"no index at {settings.index} yet", "warn", BUILD)
            return
        status = read_status(settings.index)
        yield Finding(f"index of {status.manifest.counts['articles']:,} articles", "ok")
    except DatelineError as error:
        yield Finding(str(error), "fail", BUILD)


def _port(settings: Settings) -> Iterator[Finding]:
    with socket.socket() as probe:
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    if taken:
        yield Finding(f"port {settings.port} is in use", "warn", "dateline chat --port 7861")
    else:
        yield Finding(f"port {settings.port} is free", "ok")
    for package in ("gradio",):
        if importlib.util.find_spec(package) is None:
            yield Finding(f"{package} is missing: no web page", "fail", "make install")
