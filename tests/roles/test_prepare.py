"""The whole of prepare on small corpora: what comes out, what is refused, what a re-run does."""

import json
import os
import shutil
import sys

import pytest

from jambot.cli import main
from jambot.errors import UsageError
from jambot.lock import only_writer
from jambot.music import Note, Track, write_midi
from jambot.roles.check import check_dataset
from jambot.roles.journal import Journal
from jambot.roles.prepare import PrepareReport, prepare
from jambot.roles.sample import find_samples, read_meta, read_sample


def ids(out):
    return [folder.name for folder in find_samples(out)]


def tree(out):
    """Every file of the dataset with its content, but for the journal and the report."""
    return {
        path.relative_to(out): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.parent != out
    }


def test_solos_become_samples_in_every_key_with_their_split(solos, tmp_path):
    report = prepare([solos], tmp_path / "out", transpose="6", comping_variants=2, jobs=0)
    assert (report.items, report.written, report.refused) == (2, 2 * 2 * 13, [])
    names = ids(tmp_path / "out")
    assert {"wjd-Me_MyBlues-c0", "wjd-Me_MyBlues-c1-t+6", "wjd-You_Waltz-c0-t-6"} <= set(names)
    for folder in find_samples(tmp_path / "out"):
        meta = read_meta(folder)
        assert meta.split == ("train" if meta.source_id == "Me_MyBlues" else "val")
    assert {p.name for p in find_samples(tmp_path / "out", "val")} == {
        name for name in names if "Waltz" in name
    }


def test_a_copy_in_another_key_is_the_same_music_moved(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    here = read_sample(tmp_path / "out" / "songs-000")
    there = read_sample(tmp_path / "out" / "songs-000-t+3")
    assert [n.pitch + 3 for n in here.target] == [n.pitch for n in there.target]
    assert [n.pitch + 3 for n in here.conditioning] == [n.pitch for n in there.conditioning]
    assert there.meta.transposition == 3


def test_variants_of_comping_differ_and_keep_the_solo(solos, tmp_path):
    prepare([solos], tmp_path / "out", transpose="0", comping_variants=3, jobs=0)
    a, b = (read_sample(tmp_path / "out" / f"wjd-Me_MyBlues-c{i}") for i in (0, 1))
    assert a.target == b.target
    assert a.conditioning != b.conditioning


def test_the_same_call_makes_the_same_bytes_with_workers_or_without(solos, songs, tmp_path):
    prepare([solos, songs], tmp_path / "a", transpose="0", jobs=0, seed=3)
    prepare([solos, songs], tmp_path / "b", transpose="0", jobs=2, seed=3)
    prepare([solos, songs], tmp_path / "c", transpose="0", jobs=0, seed=4)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert tree(tmp_path / "a") != tree(tmp_path / "c")


def test_a_second_run_writes_nothing(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    before = tree(tmp_path / "out")
    report = prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    assert (report.written, report.kept, report.items) == (0, 39, 3)
    assert tree(tmp_path / "out") == before


def test_a_re_run_makes_what_is_missing_and_only_that(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    before = tree(tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "songs-001-t-2")
    report = prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    assert (report.written, report.kept) == (1, 38)
    assert tree(tmp_path / "out") == before


def test_more_keys_are_added_to_what_is_there(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    report = prepare([songs], tmp_path / "out", transpose="6", jobs=0)
    assert (report.written, report.kept) == (36, 3)


def test_copies_asked_for_earlier_stay_known_and_go_with_their_source(songs, tmp_path, make_song):
    out = tmp_path / "out"
    prepare([songs], out, transpose="6", jobs=0)
    prepare([songs], out, transpose="0", jobs=0)
    assert len(ids(out)) == 39
    with Journal(out) as journal:
        assert sorted(name for entry in journal for name in entry.samples) == ids(out)
    make_song(songs / "midi" / "002.mid", seed=9)
    os.utime(songs / "midi" / "002.mid", ns=(1, 1))
    prepare([songs], out, transpose="0", jobs=0)
    assert [name for name in ids(out) if name.startswith("songs-002")] == ["songs-002"]
    assert list(check_dataset(out)) == []


def test_a_changed_source_and_a_changed_seed_are_made_anew(songs, solos, tmp_path, make_song):
    prepare([songs, solos], tmp_path / "out", transpose="0", comping_variants=1, jobs=0)
    make_song(songs / "midi" / "002.mid", seed=9)
    os.utime(songs / "midi" / "002.mid", ns=(1, 1))
    report = prepare([songs, solos], tmp_path / "out", transpose="0", comping_variants=1, jobs=0)
    assert report.written == 1
    report = prepare(
        [songs, solos], tmp_path / "out", transpose="0", comping_variants=1, jobs=0, seed=1
    )
    assert report.written == 5


def test_an_interrupted_run_is_taken_up_where_it_stopped(songs, tmp_path):
    def interrupt(report):
        if report.items == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare([songs], tmp_path / "out", transpose="0", jobs=0, progress=interrupt)
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert (report.items, report.written, report.kept) == (3, 1, 2)
    assert ids(tmp_path / "out") == ["songs-000", "songs-001", "songs-002"]


def test_two_at_once_are_refused(songs, tmp_path):
    (tmp_path / "out").mkdir()
    with only_writer(tmp_path / "out", "prepare", "--out"), pytest.raises(UsageError, match="one"):
        prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert not list((tmp_path / "out").glob("songs*"))


def test_a_torn_journal_and_litter_of_a_dead_writer_do_no_harm(songs, tmp_path):
    out = tmp_path / "out"
    prepare([songs], out, transpose="0", jobs=0)
    journal = out / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    (out / ".songs-000.99999.new").mkdir()
    report = prepare([songs], out, transpose="0", jobs=0)
    assert (report.items, report.kept) == (3, 2)
    assert not list(out.glob(".*.new"))
    assert ids(out) == ["songs-000", "songs-001", "songs-002"]


def test_bad_files_are_refused_with_a_reason_each_and_the_good_ones_made(songs, tmp_path):
    midi = songs / "midi"
    (midi / "empty.mid").write_bytes(b"")
    (midi / "text.mid").write_text("hello")
    write_midi(midi / "drums.mid", [Track("Drums", (Note(0, 1, 36),), is_drum=True)])
    write_midi(midi / "short.mid", [Track("Piano", (Note(0, 1, 60),))])
    with (midi / "huge.mid").open("wb") as file:
        file.truncate(100_000_000)
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    reasons = {name: reason for _, name, reason in report.refused}
    assert set(reasons) == {"empty", "text", "drums", "short", "huge"}
    assert "not a readable MIDI file" in reasons["text"]
    assert "100 MB" in reasons["huge"]
    assert "beats in one metre" in reasons["short"]
    assert all(name in reason for name, reason in reasons.items())
    assert report.written == 3
    saved = json.loads((tmp_path / "out" / "prepare.json").read_text(encoding="utf-8"))
    assert {row["name"] for row in saved["refused"]} == set(reasons)
    assert saved["by_source"]["songs"] == {"items": 8, "written": 3, "kept": 0, "refused": 5}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_that_leads_out_of_the_folder_is_not_followed(songs, tmp_path, make_song):
    make_song(tmp_path / "elsewhere" / "secret.mid")
    (songs / "midi" / "link.mid").symlink_to(tmp_path / "elsewhere" / "secret.mid")
    (songs / "folder").symlink_to(tmp_path / "elsewhere")
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert sorted(name for _, name, _ in report.refused) == ["folder", "link"]
    assert all("out of the folder" in reason for _, _, reason in report.refused)
    assert report.written == 3


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_in_a_ring_and_links_to_nothing_are_refused_and_named(songs, tmp_path):
    (songs / "a.mid").symlink_to(songs / "b.mid")
    (songs / "b.mid").symlink_to(songs / "a.mid")
    (songs / "gone.mid").symlink_to(songs / "nothing.mid")
    (songs / "self").symlink_to(songs)
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert sorted(name for _, name, _ in report.refused) == ["a", "b", "gone", "self"]
    assert report.written == 3


@pytest.mark.parametrize("name", ["süß & 'sweet' (take 2)", "日本", "a" * 200, "..hidden", "con"])
def test_odd_names_give_folders_every_file_system_can_hold(tmp_path, make_song, name):
    make_song(tmp_path / "odd" / f"{name}.mid")
    prepare([tmp_path / "odd"], tmp_path / "out", transpose="0", jobs=0)
    (sample,) = ids(tmp_path / "out")
    assert sample.isascii()
    assert len(sample) < 100
    assert read_meta(tmp_path / "out" / sample).source_id == name


def test_names_that_look_alike_do_not_share_a_folder(tmp_path, make_song):
    for i, name in enumerate(("a b", "a_b", "a-b")):
        make_song(tmp_path / "odd" / f"{name}.mid", seed=i)
    prepare([tmp_path / "odd"], tmp_path / "out", transpose="0", jobs=0)
    assert len(ids(tmp_path / "out")) == 3


def test_an_empty_folder_gives_an_empty_report(tmp_path):
    (tmp_path / "none").mkdir()
    report = prepare([tmp_path / "none"], tmp_path / "out", jobs=0)
    assert (report.items, report.written) == (0, 0)
    ((name, _, reason),) = report.refused
    assert name == "none"
    assert "no MIDI file" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text exist on Linux alone")
def test_a_name_that_is_no_text_is_no_obstacle(tmp_path, make_song):
    make_song(tmp_path / "odd" / "good.mid")
    odd = os.path.join(os.fsencode(tmp_path / "odd"), b"take \xff\n[red].mid")
    os.rename(tmp_path / "odd" / "good.mid", os.fsdecode(odd))
    report = prepare([tmp_path / "odd"], tmp_path / "out", transpose="0", jobs=0)
    assert (report.written, report.refused) == (1, [])


def test_refusals_are_printed_as_they_are_whatever_the_names_hold(tmp_path, capsys):
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in ("[/red]", "[bold]loud", "a\x1b[31mb"):
        (folder / f"{name.replace('/', '')}.mid").write_bytes(b"no")
    with pytest.raises(SystemExit) as ended:
        main(["prepare", str(folder), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "[bold]loud" in printed
    assert "[red]" in printed
    assert "\x1b[31m" not in printed


def two_hands(path, up=0):
    """Left-hand chords under a right-hand line, as one piano track."""
    left = [Note(4.0 * bar, 3.5, p + up, 70) for bar in range(8) for p in (45, 52, 55)]
    left += [Note(4.0 * bar + 2.25, 0.5, 54 + up, 70) for bar in range(8)]
    right = [Note(i * 0.5, 0.45, 62 + (i * 5) % 9 + (i * i) % 5 + up, 90) for i in range(64)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_midi(path, [Track("Piano", tuple(left + right))])


def test_several_splits_give_samples_of_their_own_of_one_composition(tmp_path):
    two_hands(tmp_path / "mine" / "tune.mid")
    out = tmp_path / "out"
    prepare([tmp_path / "mine"], out, split_pitch="53,60,hands", transpose="0", jobs=0)
    assert ids(out) == ["mine-tune-hands", "mine-tune-s53", "mine-tune-s60"]
    metas = {folder.name: read_meta(folder) for folder in find_samples(out)}
    assert {name: meta.split_pitch for name, meta in metas.items()} == {
        "mine-tune-hands": None, "mine-tune-s53": 53, "mine-tune-s60": 60,
    }  # fmt: skip
    assert len({meta.split for meta in metas.values()}) == 1
    assert "following them" in metas["mine-tune-hands"].choice
    low, high = (read_sample(out / f"mine-tune-s{at}") for at in (53, 60))
    assert 54 in {n.pitch for n in low.target}
    assert 54 in {n.pitch for n in high.conditioning}


def test_what_nobody_struck_has_a_plain_touch_that_is_not_to_be_learnt(tmp_path):
    two_hands(tmp_path / "mine" / "written.mid")
    prepare([tmp_path / "mine"], tmp_path / "out", transpose="0", jobs=0)
    sample = read_sample(tmp_path / "out" / "mine-written-hands")
    assert (sample.meta.player, sample.meta.unknown) == ("pianist", ("velocity",))
    assert {n.velocity for n in sample.target} == {80}


def two_leads(path):
    tracks = [Track(name, tuple(n.transposed(up) for n in line(seed)), program=73)
              for name, seed, up in (("One", 1, 0), ("Two", 2, 3))]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_midi(path, [*tracks, Track("Keys", accompaniment())])


def line(seed):
    return [Note(i * 0.5, 0.45, 62 + (i * (3 + seed)) % 11, 60 + i % 40) for i in range(64)]


def accompaniment():
    return [Note(4.0 * bar, 3.9, p, 70) for bar in range(8) for p in (48, 52, 55)]


def test_a_doubtful_choice_is_told_and_track_settles_it(tmp_path, capsys):
    two_leads(tmp_path / "mine" / "duo.mid")
    command = ["prepare", str(tmp_path / "mine"), "--out", str(tmp_path / "out"), "--jobs", "1",
               "--transpose", "0"]  # fmt: skip
    assert run(command) == 0
    told = capsys.readouterr().out
    assert "mine/duo: took the track Two; it could be One, Keys (`--track NAME` takes" in told
    assert "Two" in read_meta(tmp_path / "out" / "mine-duo").choice
    assert run([*command, "--track", "one"]) == 0
    assert "took the track" not in capsys.readouterr().out
    assert "lead One as asked for" in read_meta(tmp_path / "out" / "mine-duo").choice


def run(command):
    with pytest.raises(SystemExit) as ended:
        main(command)
    return ended.value.code or 0


def test_a_composition_stays_on_its_side_wherever_it_is_split(tmp_path):
    for up in range(-10, 14, 2):
        two_hands(tmp_path / "mine" / f"{up}.mid", up)
    sides = []
    for at in ("48", "55", "60", "hands"):
        prepare([tmp_path / "mine"], tmp_path / at, split_pitch=at, transpose="0", jobs=0)
        sides.append({read_meta(f).source_id: read_meta(f).split
                      for f in find_samples(tmp_path / at)})  # fmt: skip
    assert all(
        one[name] == other[name] for one in sides for other in sides for name in one.keys() & other
    )


def test_what_a_changed_source_gives_no_more_is_removed(songs, tmp_path):
    prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    (songs / "midi" / "001.mid").write_bytes(b"no music")
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert [name for _, name, _ in report.refused] == ["001"]
    assert ids(tmp_path / "out") == ["songs-000", "songs-002"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"transpose": "5"}, "transpose"),
        ({"split_pitch": 0}, "split pitch"),
        ({"split_pitch": "left"}, "split pitch"),
        ({"split_pitch": 200}, "split pitch"),
        ({"comping_variants": 0}, "comping variants"),
        ({"engine": "spark"}, "engine"),
        ({"jobs": -1}, "jobs"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_made(songs, tmp_path, wrong, message):
    with pytest.raises(UsageError, match=message):
        prepare([songs], tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_a_source_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        prepare([tmp_path / "nowhere"], tmp_path / "out")
    with pytest.raises(UsageError, match="no sources"):
        prepare([], tmp_path / "out")


def test_the_same_song_under_two_names_and_in_two_keys_is_kept_on_one_side(tmp_path, make_song):
    """Eight songs, each with a copy a third higher; the two sides are given the wrong way round."""
    folder = tmp_path / "songs"
    for seed in range(8):
        make_song(folder / f"{seed}.mid", seed=seed)
        make_song(folder / f"again {seed}.mid", seed=seed, up=4)
    rows = ["id,split", *(f"{i},val" for i in range(4))]
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    report = prepare([folder], tmp_path / "out", transpose="0", jobs=0)
    sides = {read_meta(f).source_id: read_meta(f).split for f in find_samples(tmp_path / "out")}
    assert all(sides[f"again {i}"] == sides[str(i)] for i in range(8))
    assert all(sides[str(i)] == "val" for i in range(4))
    assert len(report.moved) >= 3
    again = prepare([folder], tmp_path / "out", transpose="0", jobs=0)
    assert (again.written, again.moved) == (0, [])


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders on Windows")
def test_a_named_pipe_is_refused_and_not_waited_for(songs, tmp_path):
    os.mkfifo(songs / "midi" / "pipe.mid")
    report = prepare([songs], tmp_path / "out", transpose="0", jobs=0)
    assert report.refused == [("songs", "pipe", "pipe: not a regular file")]
    assert report.written == 3


def test_progress_tells_the_rate(songs, tmp_path):
    seen = []
    prepare([songs], tmp_path / "out", transpose="0", jobs=0,
            progress=lambda report: seen.append((report.items, report.total)))  # fmt: skip
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert PrepareReport(total=30, items=10, seconds=5.0).items_per_second == 2.0
    assert PrepareReport().items_per_second == 0.0


def test_in_its_own_key_every_note_of_the_piano_stays_where_it_was_played(tmp_path):
    low = [Note(4.0 * bar, 3.9, pitch, 70) for bar in range(8) for pitch in (22, 52, 55)]
    right = [Note(i * 0.5, 0.45, 67 + (i * 5) % 9, 90) for i in range(64)]
    write_midi(tmp_path / "low.mid", [Track("MELODY", right), Track("PIANO", low)])
    prepare([tmp_path / "low.mid"], tmp_path / "out", transpose="6", jobs=0)
    lowest = {
        read_meta(folder).transposition: min(n.pitch for n in read_sample(folder).conditioning)
        for folder in find_samples(tmp_path / "out")
    }
    assert (lowest[0], lowest[-2]) == (22, 32)


@pytest.mark.parametrize("inside", ["", "songs-000"])
def test_role_samples_are_no_source_and_the_refusal_says_what_to_do(songs, tmp_path, inside):
    out = tmp_path / "out"
    prepare([songs], out, transpose="0", jobs=0)
    before = tree(out)
    told = "role samples, which `jambot prepare` has made.*jambot prepare --check"
    with pytest.raises(UsageError, match=told):
        prepare([out / inside], out, jobs=0)
    with pytest.raises(UsageError, match=told):
        prepare([songs, out / inside], tmp_path / "other", jobs=0)
    assert tree(out) == before


def test_samples_that_lie_within_a_source_are_passed_over(songs, tmp_path):
    prepare([songs], songs / "roles", transpose="0", jobs=0)
    report = prepare([songs], songs / "roles", transpose="0", jobs=0)
    assert (report.total, report.written, report.kept) == (3, 0, 3)


def test_check_and_report_look_at_the_dataset_that_is_named(songs, tmp_path, capsys):
    out = tmp_path / "out"
    prepare([songs], out, transpose="0", jobs=0)
    before = tree(out)
    assert run(["prepare", "--check", str(out), "--jobs", "1"]) == 0
    assert f"{out}: complete, no faults" in capsys.readouterr().out
    assert run(["prepare", str(out), "--report"]) == 0
    assert (out / "dataset.html").is_file()
    assert tree(out) == before
    (out / "songs-001" / "target.mid").unlink()
    assert run(["prepare", "--check", str(out), "--jobs", "1"]) == 1
    assert "songs-001" in capsys.readouterr().err
