"""`check` names each fault of a dataset, and nothing else."""

import json
import shutil

import pytest

from jambot.errors import DatasetError
from jambot.music import Note
from jambot.roles.check import check_dataset
from jambot.roles.prepare import prepare
from jambot.roles.sample import RoleSample, read_sample, write_sample


@pytest.fixture
def dataset(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    return tmp_path / "out"


def faults(dataset):
    return [str(fault) for fault in check_dataset(dataset)]


def test_a_fresh_dataset_is_whole(dataset):
    seen = []
    assert list(check_dataset(dataset, lambda done, total: seen.append((done, total)))) == []
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_workers_find_what_one_process_finds(dataset):
    (dataset / "songs-001" / "target.mid").unlink()
    steps = []
    found = check_dataset(dataset, lambda done, total: steps.append((done, total)), jobs=1)
    assert [str(fault) for fault in found] == faults(dataset)
    assert steps[-1] == (3, 3)


def test_a_changed_file_is_named(dataset):
    path = dataset / "songs-000" / "target.mid"
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    assert any("songs-000" in fault for fault in faults(dataset))


@pytest.mark.parametrize("part", ["conditioning.mid", "target.mid"])
def test_a_missing_part_is_named(dataset, part):
    (dataset / "songs-001" / part).unlink()
    (fault,) = faults(dataset)
    assert "songs-001" in fault
    assert part in fault


def test_a_missing_sample_is_named(dataset):
    shutil.rmtree(dataset / "songs-002")
    assert faults(dataset) == ["songs-002: listed in the journal, but not there"]


def test_a_composition_on_both_sides_is_named(dataset):
    sample = read_sample(dataset / "songs-000")
    record = json.loads((dataset / "songs-000" / "meta.json").read_text())
    write_sample(RoleSample("again", sample.conditioning, sample.target, sample.meta),
                 dataset / "songs-again")  # fmt: skip
    record["split"] = "val"
    (dataset / "songs-000" / "meta.json").write_text(json.dumps(record))
    (fault,) = faults(dataset)
    assert "000 is in val and in train" in fault


def test_notes_off_the_piano_and_sides_that_never_meet_are_named(dataset):
    sample = read_sample(dataset / "songs-000")
    odd = (Note(900.0, 1.0, 110), Note(901.0, 1.0, 60))
    write_sample(RoleSample("songs-000", sample.conditioning, odd, sample.meta),
                 dataset / "songs-000")  # fmt: skip
    found = faults(dataset)
    assert any("off the piano, such as pitch 110" in fault for fault in found)
    assert any("never sound in the same stretch" in fault for fault in found)
    assert any("target at beat 902" in fault for fault in found)


def test_litter_is_named(dataset):
    (dataset / ".songs-9.1.new").mkdir()
    assert faults(dataset) == [".songs-9.1.new: left behind by a writer that died"]


def test_an_empty_dataset_is_a_fault_and_none_an_error(tmp_path):
    assert len(faults(tmp_path)) == 1
    with pytest.raises(DatasetError):
        list(check_dataset(tmp_path / "nowhere"))
