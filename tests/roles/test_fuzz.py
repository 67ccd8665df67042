"""Broken and mutated files through the whole of prepare: refused or made, never half of either."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jambot.music import Meter, Note, TempoMap, Track, write_midi
from jambot.roles.check import check_dataset
from jambot.roles.prepare import prepare
from jambot.roles.sample import find_samples, read_sample

MUTATIONS = int(os.environ.get("JAMBOT_MUTATIONS", "400"))


@pytest.fixture
def mutants(tmp_path, make_song, mutated):
    """A folder of mutated songs, the same on every run."""
    random = Random(20261123)
    folder = tmp_path / "mutants"
    for seed in range(4):
        make_song(tmp_path / "seeds" / f"{seed}.mid", seed=seed)
    seeds = [path.read_bytes() for path in sorted((tmp_path / "seeds").iterdir())]
    folder.mkdir()
    for i in range(MUTATIONS):
        (folder / f"{i:04}.mid").write_bytes(mutated(random.choice(seeds), random))
    return folder


@pytest.mark.timeout(120 + MUTATIONS // 2)
def test_hundreds_of_mutated_files_are_made_or_refused_each_with_a_reason(mutants, tmp_path):
    out = tmp_path / "out"
    report = prepare([mutants], out, transpose="0", jobs=1, item_timeout_s=20.0)
    assert report.items == MUTATIONS
    assert report.written + len(report.refused) == MUTATIONS
    assert report.written > MUTATIONS / 4
    assert len(report.refused) > MUTATIONS / 20
    assert all(name in reason for _, name, reason in report.refused)
    assert not [reason for _, _, reason in report.refused if "Error" in reason], "a fault of ours"
    assert len(find_samples(out)) == report.written
    for folder in find_samples(out):
        read_sample(folder)
    assert not list(out.glob(".*.new"))


notes = st.lists(
    st.builds(
        Note,
        onset_beats=st.floats(0, 120),
        duration_beats=st.floats(0.001, 40),
        pitch=st.integers(0, 127),
        velocity=st.integers(1, 127),
    ),
    max_size=60,
)


@settings(
    max_examples=MUTATIONS * 3 // 20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    notes,
    notes,
    st.sampled_from([("MELODY", "PIANO"), ("", ""), ("Piano", "Piano"), ("x", "CHORDS_ANNOT")]),
    st.sampled_from([1, 3, 4, 7, 12]),
    st.floats(20, 400),
    st.sampled_from(["0", "6", "all"]),
)
def test_any_notes_make_whole_samples_or_none(
    tmp_path_factory, lead, under, names, beats_per_bar, bpm, transpose
):
    base = tmp_path_factory.mktemp("fuzz")
    tracks = [Track(name, tuple(part)) for name, part in zip(names, (lead, under), strict=True)]
    (base / "in").mkdir()
    write_midi(base / "in" / "a.mid", tracks, TempoMap.constant(bpm), Meter(beats_per_bar))
    report = prepare([base / "in"], base / "out", transpose=transpose, jobs=0)
    assert (report.written > 0) != bool(report.refused)
    for fault in check_dataset(base / "out"):
        assert "ends at beat" in fault.reason or "never sound" in fault.reason or not report.written
