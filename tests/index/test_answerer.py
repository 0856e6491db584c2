"""One live answerer over a changing index: what is gone no longer answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from index import generation as gen
from index.answerer import open_answerer
from index.build import add, build, remove
from rag.errors import IndexUnavailable
from rag.settings import load_settings
from rag.types import Badge, Filters, NoteKind
from rag.verify import verify_answer

if TYPE_CHECKING:
    from pathlib import Path

    from rag.settings import Settings

MINES = {
    "id": "mines",
    "title": "Lindholm Mining names new chief executive",
    "text": "Lindholm Mining said on Monday that Astrid Falk will be its chief executive from May. "
    "She joins from the rail operator Norrtrafik. Shares rose 3 percent.",
    "published": "2025-04-07T09:00:00Z",
    "source": "Nordic Wire",
}
CHOIR = {
    "id": "choir",
    "title": "Choir festival draws record crowd",
    "text": "The choir festival in Visby drew 14,000 listeners, organisers said. "
    "Tickets sold out in two hours.",
    "published": "2025-04-02T09:00:00Z",
    "source": "Island Post",
}
QUESTION = "Who will be chief executive of Lindholm Mining?"


def write(path: Path, *articles: dict[str, str]) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load_settings(index=tmp_path / "index", threshold=0.0)
    build([write(tmp_path / "news.jsonl", MINES, CHOIR)], found)
    return found


def test_removing_the_cited_article_changes_the_next_answer(settings: Settings) -> None:
    answerer = open_answerer(settings)
    before = answerer.ask(QUESTION)
    assert before.citations[0].article_id == "mines"
    assert "Astrid Falk" in before.text
    remove(["mines"], settings)
    after = answerer.ask(QUESTION)
    assert "mines" not in {citation.article_id for citation in after.citations}
    assert "mines" not in {hit.article.id for hit in after.hits}


def test_a_citation_given_before_an_update_can_still_be_read(
    settings: Settings, tmp_path: Path
) -> None:
    answerer = open_answerer(settings)
    before = answerer.ask(QUESTION)
    changed = MINES | {"text": MINES["text"].replace("Astrid Falk", "Berit Lund")}
    add([write(tmp_path / "more.jsonl", changed)], settings)
    after = answerer.ask(QUESTION)
    assert "Berit Lund" in after.text
    assert "Astrid Falk" not in after.text
    assert verify_answer(before, answerer) == before


@pytest.mark.parametrize(
    ("filters", "as_of"),
    [
        (Filters(sources=("Island Post",)), None),
        (Filters(until=datetime(2025, 4, 3, tzinfo=UTC)), None),
        (Filters(), datetime(2025, 4, 3, tzinfo=UTC)),
    ],
)
def test_what_may_not_be_seen_is_neither_cited_nor_found(
    settings: Settings, filters: Filters, as_of: datetime | None
) -> None:
    answer = open_answerer(settings).ask(QUESTION, filters=filters, as_of=as_of)
    assert {hit.article.id for hit in answer.hits} == {"choir"}


def test_an_archive_with_nothing_left_refuses(settings: Settings) -> None:
    remove(["mines", "choir"], settings)
    answer = open_answerer(settings).ask(QUESTION)
    assert not answer.answered
    assert "no article" in answer.text


def test_an_index_of_another_model_is_refused(settings: Settings) -> None:
    path = gen.current(settings.index).folder / gen.MANIFEST
    fields = json.loads(path.read_text()) | {"fingerprint": "0" * 64, "model": "other"}
    path.write_text(json.dumps(fields))
    with pytest.raises(IndexUnavailable, match="Rebuild"):
        open_answerer(settings)


def test_a_leaning_question_is_read_with_the_conversation(settings: Settings) -> None:
    from rag.types import Turn

    history = (Turn(QUESTION, "Astrid Falk."),)
    answer = open_answerer(settings).ask("Where does she come from?", history=history)
    assert "Astrid Falk" in answer.question.standalone
    assert answer.question.text == "Where does she come from?"
    assert "Norrtrafik" in answer.text


FERRY = {
    "id": "ferry",
    "title": "Ferry pulled off sandbank after nine hours",
    "text": "KARLSO, Sweden (Nordic Wire) - Tugs freed the ferry Sankta Maja from a sandbank off "
    "Karlso on Tuesday night, nine hours after she ran aground with 212 people aboard.\n\n"
    "Nobody was hurt, the coast guard said. Divers found a dent of two metres in the hull.\n\n"
    "The captain, Henrik Ljung, told investigators that a buoy had drifted out of place. "
    "The operator, Gotska Line, cancelled all sailings until Friday.\n\n"
    "Passengers were given soup and blankets by volunteers from the lifeboat station in Visby.",
    "published": "2025-04-08T21:00:00Z",
    "source": "Nordic Wire",
}
COPIED_BY = ("Ledger", "Morning Post", "Harbour News", "Evening Echo", "The Dispatch")


def copies_of_the_ferry() -> list[dict[str, str]]:
    """Return five wire copies as papers print them: another headline, dateline and ending."""
    made = []
    for n, outlet in enumerate(COPIED_BY):
        text = FERRY["text"].replace("KARLSO, Sweden (Nordic Wire) - ", "")
        text = text.rsplit("\n\n", 1)[0] if n % 2 else f"{text}\n\nMore on page {n + 2}."
        published = f"2025-04-09T0{n}:00:00Z"
        made.append(
            FERRY
            | {
                "id": f"copy-{n}",
                "title": f"Sandbank drama, {outlet}",
                "text": text,
                "source": outlet,
                "published": published,
            }
        )
    return made


@pytest.mark.parametrize(
    "question",
    [
        "How many people were aboard the ferry Sankta Maja?",
        "Why did the Sankta Maja run aground, according to her captain?",
        "What did divers find in the hull of the ferry?",
    ],
)
def test_five_copies_change_neither_the_answer_nor_the_count_of_reports(
    tmp_path: Path, question: str
) -> None:
    settings = load_settings(index=tmp_path / "index", threshold=0.0)
    build([write(tmp_path / "one.jsonl", FERRY, CHOIR, MINES)], settings)
    answerer = open_answerer(settings)
    alone = answerer.ask(question)
    add([write(tmp_path / "copies.jsonl", *copies_of_the_ferry())], settings)
    among = answerer.ask(question)
    assert among.sentences[0] == alone.sentences[0]
    assert among.text == alone.text
    told = {note.kind: note.text for note in among.notes}
    assert told[NoteKind.REPORTS] == "One report, carried by 6 outlets."
    assert NoteKind.REPORTS not in {note.kind for note in alone.notes}


def test_opinion_is_not_cited_as_fact_unless_it_is_asked_for(tmp_path: Path) -> None:
    column = {
        "id": "column",
        "title": "Gotska Line should sell its ferries",
        "text": "Gotska Line has run aground more often than its ferries. Its captain drinks tea.",
        "section": "Opinion",
        "byline": "Disa Holm",
        "published": "2025-04-10T08:00:00Z",
    }
    settings = load_settings(index=tmp_path / "index", threshold=0.0)
    build([write(tmp_path / "news.jsonl", FERRY, column)], settings)
    answerer = open_answerer(settings)
    plain = answerer.ask("Who runs the ferry Sankta Maja?")
    assert "column" not in {citation.article_id for citation in plain.citations}
    asked = answerer.ask("What should Gotska Line do, in the columnist's opinion?")
    badges = {s.citation.article_id: s.badge for s in asked.sentences}
    assert badges["column"] is Badge.OPINION
