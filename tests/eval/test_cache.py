from eval.cache import index_folder, indexing_code_hash


def test_index_folder_changes_with_all_that_shapes_an_index(settings):
    folders = {
        index_folder("a", settings),
        index_folder("b", settings),
        index_folder("a", settings.model_copy(update={"model": "other"})),
        index_folder("a", settings.model_copy(update={"passage_tokens": 99})),
    }
    assert len(folders) == 4
    assert {folder.parent for folder in folders} == {settings.cache / "eval"}


def test_index_folder_stays_for_what_only_shapes_answers(settings):
    other = settings.model_copy(update={"k": 3, "threshold": 0.5, "index": settings.cache})
    assert index_folder("a", other) == index_folder("a", settings)


def test_index_folder_changes_with_the_indexing_code(settings, monkeypatch):
    before = index_folder("a", settings)
    monkeypatch.setattr("eval.cache.indexing_code_hash", lambda: "another")
    assert index_folder("a", settings) != before


def test_indexing_code_hash_is_a_sha256_and_repeats():
    assert len(indexing_code_hash()) == 64
    assert indexing_code_hash() == indexing_code_hash()
