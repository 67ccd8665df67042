"""The table of provenance: a row a sample, whole or not at all."""

import importlib

import pytest

from jambot.evaluation.dataset.report import write_dataset_report
from jambot.roles import provenance as module
from jambot.roles.prepare import prepare
from jambot.roles.provenance import COLUMNS, provenance

parquet = pytest.importorskip("pyarrow.parquet")


def test_every_sample_has_its_row(songs, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 4)
    out = tmp_path / "out"
    prepare([songs], out, transpose="6", jobs=0)
    _, path = write_dataset_report(out)
    table = parquet.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == 39
    rows = {row["sample_id"]: row for row in table.to_pylist()}
    moved = rows["songs-001-t-3"]
    assert (moved["source"], moved["source_id"], moved["split"]) == ("songs", "001", "val")
    assert (moved["transposition"], moved["comping_variant"], moved["found"]) == (
        -3,
        None,
        "chords,key",
    )
    assert len(moved["target_sha256"]) == 64


def test_a_table_that_is_not_finished_leaves_the_old_one(tmp_path):
    with provenance(tmp_path) as table:
        table.add("a", {"source": "x"})
    before = (tmp_path / "provenance.parquet").read_bytes()
    with pytest.raises(AttributeError), provenance(tmp_path) as table:
        table.add("b", None)
    assert (tmp_path / "provenance.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["provenance.parquet"]


def test_without_the_library_nothing_is_written_and_that_is_told(songs, tmp_path, monkeypatch):
    found = importlib.import_module

    def missing(name, package=None):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return found(name, package)

    prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    monkeypatch.setattr(importlib, "import_module", missing)
    page, path = write_dataset_report(tmp_path / "out")
    assert page.is_file()
    assert path is None
    assert not list((tmp_path / "out").glob("provenance*"))
