"""Results as plain text for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ui.wording import short_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.build import BuildReport
    from index.readers import Rejection
    from index.status import IndexStatus
    from index.watch import Round
    from rag.types import Answer, AnswerSentence, Citation
    from ui.verify import Check

SHOWN_REJECTIONS = 20


def answer_text(answer: Answer) -> str:
    """Lay out an answer with numbered sources, or a refusal with the closest sentence."""
    lines = []
    if answer.question.standalone != answer.question.text:
        lines.append(f"Read as: {answer.question.standalone}\n")
    if answer.answered:
        lines += [
            f"{_badge(s)}{s.text} [{n}]{_dated(s)}" for n, s in enumerate(answer.sentences, 1)
        ]
        lines.append("")
        lines += [note.text for note in answer.notes]
        lines += [f"[{n}] {source(c)}" for n, c in enumerate(answer.citations, 1)]
        lines += [f"Before: “{s.text}” {source(s.citation)}" for s in answer.earlier]
    else:
        lines.append(answer.text)
        if answer.closest:
            lines.append(f"\nClosest: “{answer.closest.quote}”\n  {source(answer.closest)}")
    reach = answer.as_of
    newest = f"As of {short_day(reach.newest_source_at)}; the" if reach.newest_source_at else "The"
    lines.append(
        f"\n{newest} archive holds {reach.n_articles:,} articles, "
        f"{short_day(reach.archive_from)} to {short_day(reach.archive_to)}."
    )
    return "\n".join(lines)


def _badge(sentence: AnswerSentence) -> str:
    return f"[{sentence.badge.value}] " if sentence.badge else ""


def _dated(sentence: AnswerSentence) -> str:
    told = {sentence.text[m.span.start : m.span.end]: m.means for m in sentence.times}
    return "".join(f" ({said}: {means})" for said, means in told.items())


def verify_text(checks: Sequence[Check]) -> str:
    """Lay out how each citation of a saved file stands, and the sum."""
    lines = []
    for check in checks:
        place = f"{check.locator.article_id} v{check.locator.version}"
        title = f"“{check.title}”, " if check.title else ""
        lines.append(f"{check.state:10} {title}{place}: {check.told}")
    n_good = sum(check.is_good for check in checks)
    return "\n".join([*lines, f"{n_good} of {len(checks)} citations hold."])


def source(citation: Citation) -> str:
    """Name a citation's article, outlet, day and exact place."""
    parts = [f"“{citation.title}”", citation.source, short_day(citation.published_at), citation.url]
    place = f"{citation.article_id} v{citation.version}, {citation.start}-{citation.end}"
    return ", ".join(part for part in [*parts, place] if part)


def build_text(report: BuildReport) -> str:
    """Sum up a run as a table, with each input that failed and why."""
    counts = report.counts
    outcomes = {
        "read": _n_read(report),
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": len(report.skipped),
        "failed": len(report.rejected),
    }
    by_reason = {
        "skipped": Counter(skipped.reason for skipped in report.skipped),
        "failed": Counter(rejected.kind for rejected in report.rejected),
    }
    lines = []
    for outcome, n in outcomes.items():
        lines.append(f"{outcome:<10}{n:>9,}")
        reasons = by_reason.get(outcome, Counter()).most_common()
        lines += [f"{'':<10}{n_of_it:>9,}  {reason}" for reason, n_of_it in reasons]
    lines += [f"  failed: {rejection}" for rejection in report.rejected[:SHOWN_REJECTIONS]]
    if (more := len(report.rejected) - SHOWN_REJECTIONS) > 0:
        lines.append(f"  … and {more:,} more; --failures FILE lists them all")
    return "\n".join(
        [
            *lines,
            f"Generation {report.generation} holds {counts['articles']:,} articles, "
            f"{counts['sentences']:,} sentences, {counts['passages']:,} passages; "
            f"{report.n_embedded:,} were embedded now.",
            "Seconds: "
            + ", ".join(f"{stage} {s:.1f}" for stage, s in report.seconds.items())
            + ".",
        ]
    )


def build_record(report: BuildReport) -> dict[str, object]:
    """Return a run's outcome as JSON-ready values."""
    return {
        "generation": report.generation,
        "read": _n_read(report),
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": dict(Counter(skipped.reason for skipped in report.skipped)),
        "failed": dict(Counter(rejected.kind for rejected in report.rejected)),
        "rejected": [rejection_record(rejected) for rejected in report.rejected],
        **report.counts,
        "embedded": report.n_embedded,
        "seconds": {stage: round(s, 3) for stage, s in report.seconds.items()},
    }


def rejection_record(rejected: Rejection) -> dict[str, object]:
    """Return one input that failed as JSON-ready values."""
    return {
        "path": rejected.place,
        "item": rejected.item,
        "kind": rejected.kind,
        "reason": rejected.reason,
    }


def round_text(done: Round) -> str:
    """Say in a line what one round of polling did, with a line for each failure."""
    report = done.report
    counts = f"{report.added:,} added, {report.updated:,} updated" if report else "nothing new"
    failures = [*done.failures, *(report.rejected if report else ())]
    return "\n".join(
        [
            f"{done.n_polled:,} feeds polled: {counts}, {done.n_unchanged:,} unchanged, "
            f"{len(failures):,} failed",
            *(f"  failed: {rejection}" for rejection in failures),
        ]
    )


def round_record(done: Round) -> dict[str, object]:
    """Return what one round of polling did as JSON-ready values."""
    return {
        "polled": done.n_polled,
        "unchanged": done.n_unchanged,
        "failures": [rejection_record(rejected) for rejected in done.failures],
        "report": build_record(done.report) if done.report else None,
    }


def _n_read(report: BuildReport) -> int:
    """Return how many items were met, whatever became of them."""
    kept = report.added + report.updated + report.unchanged
    return kept + len(report.skipped) + len(report.rejected)


def status_text(status: IndexStatus) -> str:
    """Lay out what an index holds."""
    manifest, counts = status.manifest, status.manifest.counts
    lines = [
        f"{status.index}, generation {manifest.name}, built {manifest.built_at}",
        f"{counts['articles']:,} articles ({counts['versions']:,} versions), "
        f"{counts['sentences']:,} sentences, {counts['passages']:,} passages, "
        f"{status.n_bytes / 1e6:.1f} MB",
        f"from {short_day(status.reach.archive_from)} to {short_day(status.reach.archive_to)}",
        f"model {manifest.model} ({manifest.fingerprint[:12]}) in {manifest.precision}, "
        f"passages of at most {manifest.passage_tokens} tokens",
        "made with " + ", ".join(f"{n} {v}" for n, v in sorted(manifest.versions.items())),
        copies_text(status),
        "outlets: " + ", ".join(f"{name or 'unnamed'} {n:,}" for name, n in status.sources.items()),
    ]
    return "\n".join(lines)


def copies_text(status: IndexStatus) -> str:
    """Say how much of an archive is copies of wire stories, and of which most."""
    record = status.record()
    if not status.stories:
        return "no copies of one story"
    most, n = next(iter(status.stories.items()))
    return (
        f"{record['copies']:,} articles are copies of {record['copied_stories']:,} stories; "
        f"most carried: {most}, by {n:,}"
    )
