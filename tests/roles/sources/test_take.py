"""Takes that JAM_BOT recorded: the player's hands, never the bot's answer."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.cli import main
from jambot.errors import BadMidiError
from jambot.music import Note, Track, write_midi
from jambot.roles.piece import RefusedError
from jambot.roles.prepare import prepare
from jambot.roles.sample import find_samples, read_sample
from jambot.roles.sources.take import phrases, read_keys, take_pieces

LEFT = [Note(4.0 * bar + late, 2.5, p, 64) for bar in range(12) for late in (0.0, 2.5)
        for p in (46, 50, 56)]  # fmt: skip
RIGHT = [Note(16.0 + i * 0.5, 0.4, 65 + (i * 7) % 13, 92) for i in range(40)]
BOT = [Note(i * 0.25, 0.2, 84 + i % 12, 80) for i in range(160)]


def write_take(folder, keys, bpm=132.0, torn=False, **session):
    """`session.jsonl` and `session.mid` as the stage writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"event": "session", "bpm": bpm, "beats_per_bar": 4, "clock": "internal", **session}]
    ends = [(n.onset_beats, 1, n) for n in keys] + [(n.end_beats, 0, n) for n in keys]
    for beat, on, note in sorted(ends):
        rows.append(
            {
                "event": "heard",
                "seconds": beat * 60 / bpm,
                "beat": beat,
                "pitch": note.pitch,
                "velocity": note.velocity * on,
                "on": bool(on),
            }
        )
    for note in BOT:
        rows.append(
            {
                "event": "played",
                "onset_beats": note.onset_beats,
                "pitch": note.pitch,
                "duration_beats": 0.2,
                "velocity": 80,
                "due_seconds": 0.0,
            }
        )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "session.jsonl").write_text(text + ('{"event": "pl' if torn else ""))
    write_midi(folder / "session.mid", [Track("solo", tuple(BOT)),
                                        Track("conditioning", tuple(sorted(keys)))])  # fmt: skip


@pytest.mark.parametrize("split", ["60", "hands"])
@pytest.mark.parametrize("torn", [False, True])
def test_the_right_hand_answers_the_left_hand_gives_and_the_bot_is_not_heard(tmp_path, split, torn):
    write_take(tmp_path / "takes" / "monday", LEFT + RIGHT, torn=torn)
    report = prepare([tmp_path / "takes"], tmp_path / "out", split_pitch=split, transpose="0",
                     jobs=0)  # fmt: skip
    assert (report.items, report.refused) == (1, [])
    (folder,) = find_samples(tmp_path / "out")
    sample = read_sample(folder)
    assert [n.pitch for n in sample.target] == [n.pitch for n in RIGHT]
    assert [n.velocity for n in sample.target] == [92] * len(RIGHT)
    assert {n.pitch for n in sample.conditioning} == {46, 50, 56}
    assert sample.meta.tempo_bpm == 132.0
    assert sample.target[0].onset_beats == pytest.approx(0.0, abs=0.01), "cut to bars 5 to 9"
    assert "bars 5–9" in sample.meta.choice
    assert sample.meta.source_id == "monday/session"
    assert (sample.meta.player, sample.meta.unknown) == ("pianist", ())


def test_a_take_whose_log_was_lost_gives_its_hands_too(tmp_path):
    write_take(tmp_path / "take", LEFT + RIGHT)
    (tmp_path / "take" / "session.jsonl").unlink()
    prepare([tmp_path / "take"], tmp_path / "out", transpose="0", jobs=0)
    (folder,) = find_samples(tmp_path / "out")
    assert {n.pitch for n in read_sample(folder).target} <= {n.pitch for n in RIGHT}


def test_a_take_that_was_only_comped_is_refused_with_that_reason(tmp_path):
    two_hands = LEFT + [Note(n.onset_beats + 0.01, n.duration_beats, n.pitch + 15) for n in LEFT]
    write_take(tmp_path / "takes" / "left", LEFT)
    write_take(tmp_path / "takes" / "both", two_hands)
    report = prepare([tmp_path / "takes"], tmp_path / "out", split_pitch="52,60,hands", jobs=0)
    assert sorted(name for _, name, _ in report.refused) == ["both/session", "left/session"]
    assert all("only comped" in reason for _, _, reason in report.refused)
    assert find_samples(tmp_path / "out") == []


def test_a_demo_is_comping_and_nothing_is_learnt_from_its_solo(tmp_path):
    with pytest.raises(SystemExit):
        main(["demo", "--fast", "--seconds", "4", "--out", str(tmp_path / "take")])
    report = prepare([tmp_path / "take"], tmp_path / "out", split_pitch="52,60,hands", jobs=0)
    assert report.items == 1
    ((_, _, reason),) = report.refused
    assert "only comped" in reason


def test_a_solo_that_generate_wrote_is_not_taken_for_two_hands(tmp_path):
    (tmp_path / "mine").mkdir()
    write_midi(tmp_path / "mine" / "solo.mid", [Track("solo", tuple(BOT))])
    report = prepare([tmp_path / "mine"], tmp_path / "out", jobs=0)
    ((_, _, reason),) = report.refused
    assert "a solo by itself" in reason


def test_tops_of_chords_are_no_phrase_and_a_line_over_held_chords_is():
    comping = [Note(float(bar), 0.9, p) for bar in range(16) for p in (50, 55)]
    tops = [Note(float(bar) + 0.02, 0.9, 64) for bar in range(16)]
    assert phrases(tops, comping) == ((), tuple(sorted(comping + tops, key=order)))
    line = [Note(20.0 + i / 3, 0.3, 70 + i % 5) for i in range(12)]
    target, conditioning = phrases(tops + line, comping)
    assert list(target) == line
    assert len(conditioning) == 48


def test_a_phrase_keeps_its_octaves_and_its_chords():
    comping = [Note(float(bar), 0.9, p) for bar in range(16) for p in (50, 55)]
    octaves = [Note(20.0 + i / 3, 0.3, p + i % 5) for i in range(12) for p in (65, 77)]
    colour = [Note(20.0 + 4 / 3, 0.3, 76)]
    target, conditioning = phrases(octaves + colour, comping)
    assert sorted(target) == sorted(octaves + colour)
    assert sorted(conditioning) == sorted(comping)


def test_close_chords_of_the_right_hand_alone_are_comping():
    left = [Note(float(bar), 0.5, 43) for bar in range(16)]
    chords = [Note(bar + 0.5, 0.4, p) for bar in range(16) for p in (60, 64, 67)]
    assert phrases(chords, left)[0] == ()


def order(note):
    return note.onset_beats, note.pitch


def test_on_a_foreign_clock_the_tempo_is_what_was_played(tmp_path):
    write_take(tmp_path, LEFT, bpm=90.0, clock="midi")
    with (tmp_path / "session.jsonl").open("a") as log:
        for seconds in (0.0, 8.0):
            row = {"event": "line", "seconds": seconds, "beat": seconds * 2, "bpm": 121.0}
            log.write(json.dumps(row | {"skipped": 0.0}) + "\n")
    assert read_keys(tmp_path / "session.jsonl").bpm == pytest.approx(121.0)


def test_keys_before_the_first_bar_line_move_the_take_by_whole_bars(tmp_path):
    write_take(tmp_path, [n.shifted(-1.0) for n in LEFT + RIGHT])
    assert read_keys(tmp_path / "session.jsonl").keys[0].onset_beats == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no `session` line"),
        ("hello\nworld\n", "line 1: no event"),
        ('{"event": "session", "bpm": 120}\n', "no key"),
        ('{"event": "session", "bpm": "fast"}\n', 'has bpm "fast"; expected a tempo'),
        ('{"event": "session", "bpm": NaN}\n', "has bpm NaN"),
        ('{"event": "session", "bpm": 120}\n{"event":"heard","beat":NaN,"pitch":60}\n', "beat NaN"),
        ('{"event": "session"}\n{"event":"heard","beat":0,"pitch":300}\n', "has pitch 300"),
        ('{"event": "session", "bpm": 120}\n[1]\n{"event": "end"}\n', "no event"),
    ],
)
def test_what_is_no_take_is_refused_in_words(tmp_path, text, reason):
    (tmp_path / "session.jsonl").write_text(text)
    with pytest.raises(BadMidiError, match=reason):
        read_keys(tmp_path / "session.jsonl")


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_a_damaged_take_is_read_or_refused(tmp_path_factory, seed):
    random, folder = Random(seed), tmp_path_factory.mktemp("take")
    write_take(folder, LEFT[:20] + RIGHT)
    data = bytearray((folder / "session.jsonl").read_bytes())
    for _ in range(random.randint(1, 6)):
        data[random.randrange(len(data))] = random.choice(b'0123456789-.,:"{}eE\n ')
    (folder / "session.jsonl").write_bytes(data)
    try:
        pieces = take_pieces(folder / "session.jsonl", "mine", "take", (60,))
    except (BadMidiError, RefusedError):
        return
    assert all(piece.target and piece.conditioning for piece in pieces)
