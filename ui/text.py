"""Results as plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from index.build import BuildReport
    from index.status import IndexStatus
    from rag.types import Answer, Citation

SHOWN_REJECTIONS = 20


def answer_text(answer: Answer) -> str:
    """Lay out an answer with numbered sources, or a refusal with the closest sentence."""
    lines = []
    if answer.question.standalone != answer.question.text:
        lines.append(f"Read as: {answer.question.standalone}\n")
    if answer.answered:
        lines += [f"{s.text} [{n}]" for n, s in enumerate(answer.sentences, 1)]
        lines.append("")
        lines += [f"[{n}] {source(c)}" for n, c in enumerate(answer.citations, 1)]
    else:
        lines.append(answer.text)
        if answer.closest:
            lines.append(f"\nClosest: “{answer.closest.quote}”\n  {source(answer.closest)}")
    reach = answer.as_of
    newest = f"As of {day(reach.newest_source_at)}; the" if reach.newest_source_at else "The"
    lines.append(
        f"\n{newest} archive holds {reach.n_articles:,} articles, "
        f"{day(reach.archive_from)} to {day(reach.archive_to)}."
    )
    return "\n".join(lines)


def source(citation: Citation) -> str:
    """Name a citation's article, outlet, day and exact place."""
    parts = [f"“{citation.title}”", citation.source, day(citation.published_at), citation.url]
    place = f"{citation.article_id} v{citation.version}, {citation.start}-{citation.end}"
    return ", ".join(part for part in [*parts, place] if part)


def day(at: datetime | None) -> str:
    """Write a day as the outlet dates it; 'undated' for None."""
    return f"{at.day} {at:%b %Y}" if at else "undated"


def build_text(report: BuildReport) -> str:
    """Sum up a run, with each input turned away and why."""
    counts = report.counts
    lines = [
        f"Generation {report.generation}: {report.added:,} added, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.removed:,} removed, "
        f"{len(report.rejected):,} rejected.",
        f"The index holds {counts['articles']:,} articles, {counts['sentences']:,} sentences, "
        f"{counts['passages']:,} passages; {report.n_embedded:,} were embedded now.",
        "Seconds: " + ", ".join(f"{stage} {s:.1f}" for stage, s in report.seconds.items()) + ".",
    ]
    lines += [f"  rejected {rejection}" for rejection in report.rejected[:SHOWN_REJECTIONS]]
    if (more := len(report.rejected) - SHOWN_REJECTIONS) > 0:
        lines.append(f"  … and {more:,} more; --json lists them all")
    return "\n".join(lines)


def build_record(report: BuildReport) -> dict[str, object]:
    """Return a run's outcome as JSON-ready values."""
    return {
        "generation": report.generation,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "rejected": [
            {"path": r.place, "item": r.item, "reason": r.reason} for r in report.rejected
        ],
        **report.counts,
        "embedded": report.n_embedded,
        "seconds": {stage: round(s, 3) for stage, s in report.seconds.items()},
    }


def status_text(status: IndexStatus) -> str:
    """Lay out what an index holds."""
    manifest, counts = status.manifest, status.manifest.counts
    lines = [
        f"{status.index}, generation {manifest.name}, built {manifest.built_at}",
        f"{counts['articles']:,} articles ({counts['versions']:,} versions), "
        f"{counts['sentences']:,} sentences, {counts['passages']:,} passages, "
        f"{status.n_bytes / 1e6:.1f} MB",
        f"from {day(status.reach.archive_from)} to {day(status.reach.archive_to)}",
        f"model {manifest.model} ({manifest.fingerprint[:12]}), "
        f"passages of at most {manifest.passage_tokens} tokens",
        "made with " + ", ".join(f"{n} {v}" for n, v in sorted(manifest.versions.items())),
        "outlets: " + ", ".join(f"{name or 'unnamed'} {n:,}" for name, n in status.sources.items()),
    ]
    return "\n".join(lines)
