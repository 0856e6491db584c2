"""The whole archives that the blend is fitted on can be read, beside what explains them."""

from eval.questions import load_set
from eval.training.corpus import ARCHIVES, archive_folders


def test_every_folder_beside_the_readme_is_a_set():
    folders = archive_folders()
    assert (ARCHIVES / "README.md").exists()
    assert len(folders) >= 5
    assert all(load_set(folder).cases for folder in folders)
