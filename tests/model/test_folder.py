"""Folders that hold a model, and which of them may be replaced."""

import pytest

from jambot.errors import UsageError
from jambot.model.folder import MODEL_DESCRIPTION, refuse_to_lose_folder


@pytest.mark.parametrize("force", [False, True])
def test_a_new_folder_and_an_empty_one_may_be_written(tmp_path, force):
    refuse_to_lose_folder(tmp_path / "new", [tmp_path / "best"], MODEL_DESCRIPTION, force=force)
    (tmp_path / "empty").mkdir()
    refuse_to_lose_folder(tmp_path / "empty", [tmp_path / "best"], MODEL_DESCRIPTION, force=force)


def test_a_model_that_is_there_is_replaced_only_by_force(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / MODEL_DESCRIPTION).write_text("{}")
    with pytest.raises(UsageError, match=r"holds a model already.*mine_2 is free.*--force"):
        refuse_to_lose_folder(folder, [tmp_path / "best"], MODEL_DESCRIPTION)
    refuse_to_lose_folder(folder, [tmp_path / "best"], MODEL_DESCRIPTION, force=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_anything_else_is_never_replaced(tmp_path, force):
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "mine.mid").touch()
    (tmp_path / "letter").touch()
    for name in ("songs", "letter"):
        with pytest.raises(UsageError, match="holds no model"):
            refuse_to_lose_folder(tmp_path / name, [], MODEL_DESCRIPTION, force=force)


@pytest.mark.parametrize("read", ["run", "run/best", "run/../run"])
def test_a_folder_that_holds_what_is_read_is_never_replaced(tmp_path, read):
    (tmp_path / "run" / "best").mkdir(parents=True)
    (tmp_path / "run" / MODEL_DESCRIPTION).write_text("{}")
    with pytest.raises(UsageError, match="holds files that this command reads"):
        refuse_to_lose_folder(tmp_path / "run", [tmp_path / read], MODEL_DESCRIPTION, force=True)
