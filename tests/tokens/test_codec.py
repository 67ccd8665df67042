"""Notes and harmonies to tokens and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import SILENCE, Harmony, HarmonyChange, Meter, Note
from jambot.tokens import (
    VOCABULARY,
    Controls,
    Prompt,
    Timeline,
    codec,
    decode,
    encode,
    harmony_ids,
    hide_harmony,
    primer_start_bar,
    strike_ids,
)
from jambot.tokens.codec import HEADER_LENGTH, PRIMER_BARS, statement_tick
from jambot.tokens.vocabulary import DURATION_TICKS, VELOCITIES

D_MINOR = Harmony.of([50, 53, 57, 60])
G_SEVEN = Harmony.of([43, 53, 59])

notes_on_the_grid = st.builds(
    lambda tick, dur, pitch, vel: Note(tick / 24, dur / 24, pitch, vel),
    st.integers(0, 24 * 20 - 1),
    st.sampled_from(DURATION_TICKS),
    st.integers(21, 108),
    st.sampled_from(VELOCITIES),
)
any_notes = st.builds(
    Note, st.floats(0, 20), st.floats(0, 9), st.integers(0, 127), st.integers(1, 127)
)
harmonies = st.lists(st.integers(30, 80), max_size=9).map(Harmony.of)
changes = st.lists(st.builds(HarmonyChange, st.floats(0, 20), harmonies), max_size=12).map(
    lambda found: tuple(sorted(found, key=lambda change: change.beat))
)
meters = st.integers(1, 12).map(Meter)


def words(ids: list[int]) -> str:
    """Tokens as one line of text, single-valued fields by name alone."""
    said = [VOCABULARY.names[token] for token in ids]
    return " ".join(name.removesuffix("_0") if "POS" not in name else name for name in said)


def body(prompt: Prompt, start_bar: int = 0) -> str:
    """What follows the header, as text."""
    return words(encode(prompt, start_bar).ids[HEADER_LENGTH:])


@given(st.lists(notes_on_the_grid, max_size=30, unique_by=lambda n: (n.onset_beats, n.pitch)),
       changes, meters)  # fmt: skip
def test_notes_on_the_grid_come_back_as_they_were(
    notes: list[Note], heard: tuple[HarmonyChange, ...], meter: Meter
) -> None:
    prompt = Prompt(heard, tuple(sorted(notes)), resume_beats=20.0, meter=meter)
    back = decode(encode(prompt, 0).ids, 0, meter)
    assert {(n.onset_beats, n.pitch) for n in back} == {(n.onset_beats, n.pitch) for n in notes}
    assert [n.onset_beats for n in back] == sorted(n.onset_beats for n in notes)
    tops = {top.onset_beats: top for top in sorted(notes, key=lambda n: n.pitch)}
    for note in back:
        top = tops[note.onset_beats]
        assert (note.duration_beats, note.velocity) == (top.duration_beats, top.velocity)


@given(st.lists(any_notes, max_size=30), meters)
def test_any_notes_come_back_near_where_they_were(notes: list[Note], meter: Meter) -> None:
    back = decode(encode(Prompt(notes=tuple(notes), meter=meter), 0).ids, 0, meter)
    heard = {(round(n.onset_beats * 24), n.pitch) for n in back}
    meant = {(round(n.onset_beats * 24), n.pitch) for n in notes}
    on_piano = {(tick, pitch) for tick, pitch in meant if 21 <= pitch <= 108}
    tops = {max(p for t, p in meant if t == tick) for tick, _ in meant}
    if all(21 <= top <= 108 for top in tops):
        assert on_piano <= heard
    assert {tick for tick, _ in heard} == {tick for tick, _ in meant}
    assert {pitch % 12 for _, pitch in heard} <= {pitch % 12 for _, pitch in meant}


@given(st.lists(notes_on_the_grid, max_size=20), changes, meters, st.integers(0, 19))
def test_encoding_twice_changes_nothing_more(
    notes: list[Note], heard: tuple[HarmonyChange, ...], meter: Meter, beat: int
) -> None:
    prompt = Prompt(heard, tuple(sorted(notes)), 20.0, meter=meter)
    start = meter.bar_at(beat)
    ids = encode(prompt, start).ids
    again = Prompt(heard, tuple(decode(ids, start, meter)), 20.0, meter=meter)
    assert encode(again, start).ids == ids


@given(st.lists(any_notes, max_size=20), changes, meters)
def test_the_harmony_is_stated_after_every_bar_line(
    notes: list[Note], heard: tuple[HarmonyChange, ...], meter: Meter
) -> None:
    stream = encode(Prompt(heard, tuple(notes), 20.0, meter=meter), 0)
    fields = [VOCABULARY.field(token) for token in stream.ids]
    assert fields.count("BAR") + fields.count("BEAT") >= 21
    for i, name in enumerate(fields):
        if name == "BAR":
            assert fields[i + 1] in ("BASS", "TACET")
        if name == "BASS":
            end = fields.index("COND_SEP", i)
            assert set(fields[i + 1 : end]) <= {"HARM"}
        if name == "TACET":
            assert fields[i + 1] == "COND_SEP"


@given(st.lists(any_notes, max_size=20), changes, meters)
def test_only_what_the_solo_says_is_answered(
    notes: list[Note], heard: tuple[HarmonyChange, ...], meter: Meter
) -> None:
    stream = encode(Prompt(heard, tuple(notes), 20.0, meter=meter), 0)
    assert len(stream.ids) == len(stream.answered)
    answered = [VOCABULARY.field(t) for t, a in zip(stream.ids, stream.answered, strict=True) if a]
    assert set(answered) <= {"BAR", "BEAT", "POS", "PITCH", "DUR", "VEL", "COLOUR"}
    assert answered.count("PITCH") == len({round(n.onset_beats * 24) for n in notes})
    assert not any(stream.answered[: HEADER_LENGTH + 1])


def test_one_bar_in_words() -> None:
    prompt = Prompt(
        (HarmonyChange(0.0, D_MINOR), HarmonyChange(2.02, G_SEVEN)),
        (Note(0.0, 0.5, 65, 80), Note(0.67, 0.3, 69, 86), Note(2.0, 1.0, 71, 93)),
        resume_beats=4.0,
        tempo_bpm=140.0,
        player="horn",
    )
    assert words(encode(prompt, 0).ids) == (
        "ROLE PLAYER_1 TEMPO_143 METER_4 "
        "DENSITY_5 REGISTER_5 INTENSITY_5 INSIDE_OUTSIDE_5 SWING_5 TEXTURE_5 "
        "BAR BASS_2 HARM_5 HARM_9 HARM COND_SEP "
        "POS_0 PITCH_65 DUR_12 VEL_80 POS_16 PITCH_69 DUR_7 VEL_86 "
        "BEAT "
        "BEAT BASS_7 HARM_11 HARM_5 COND_SEP POS_0 PITCH_71 DUR_24 VEL_93 "
        "BEAT "
        "BAR BASS_7 HARM_11 HARM_5 COND_SEP"
    )


def test_a_strike_is_its_top_note_and_its_colours_downward() -> None:
    chord = (Note(0.5, 0.5, 60, 74), Note(0.5, 0.5, 72, 86), Note(0.5, 0.5, 64, 60))
    prompt = Prompt(notes=(*chord, Note(1.0, 1.0, 71, 80)), resume_beats=1.5)
    assert body(prompt) == (
        "BAR TACET COND_SEP POS_12 PITCH_72 DUR_12 VEL_86 COLOUR_64 COLOUR_60 "
        "BEAT POS_0 PITCH_71 DUR_24 VEL_80"
    )


def test_a_primer_counts_the_colours_too() -> None:
    chords = tuple(Note(float(beat), 1.0, key) for beat in range(16) for key in (72, 67, 64))
    prompt = Prompt(notes=chords, resume_beats=16.0)
    assert primer_start_bar(prompt, 6 * 8) == 2
    assert primer_start_bar(prompt, 6 * 8 - 1) == 3


def test_a_change_between_beats_stands_at_its_place_among_the_notes() -> None:
    prompt = Prompt(
        (HarmonyChange(0.0, D_MINOR), HarmonyChange(1.5, G_SEVEN)),
        (Note(1.25, 0.25, 65, 80), Note(1.5, 0.25, 67, 80)),
        resume_beats=2.0,
    )
    assert "POS_6 PITCH_65 DUR_6 VEL_80 BASS_7 HARM_11 HARM_5 COND_SEP POS_12" in body(prompt)


def test_a_harmony_struck_again_is_not_stated_again_within_the_bar() -> None:
    prompt = Prompt((HarmonyChange(0.0, D_MINOR), HarmonyChange(2.0, D_MINOR)), resume_beats=3.0)
    assert body(prompt) == "BAR BASS_2 HARM_5 HARM_9 HARM COND_SEP BEAT BEAT BEAT"


@pytest.mark.parametrize(
    ("beat", "tick"),
    [(0.0, 0), (3.95, 96), (3.9166, 96), (3.875, 93), (4.08, 96), (4.125, 99), (-0.05, 0)],
)
def test_hands_that_nearly_meet_the_beat_are_heard_on_it(beat: float, tick: int) -> None:
    assert statement_tick(beat) == tick


def test_an_anticipated_bar_line_is_stated_at_the_bar() -> None:
    prompt = Prompt((HarmonyChange(0, D_MINOR), HarmonyChange(3.95, G_SEVEN)), resume_beats=4.0)
    stated = body(prompt)
    assert stated.count("BASS_7") == 1
    assert stated.endswith("BAR BASS_7 HARM_11 HARM_5 COND_SEP")


def test_of_two_changes_on_one_tick_the_later_holds() -> None:
    timeline = Timeline([HarmonyChange(3.95, D_MINOR), HarmonyChange(4.0, G_SEVEN)])
    assert timeline.ticks == [96]
    assert timeline.at(96) == G_SEVEN
    assert timeline.at(95) == SILENCE


def test_what_comes_after_the_resume_tick_is_not_told() -> None:
    now = Prompt((HarmonyChange(0.0, D_MINOR),), resume_beats=1.25)
    expected = Prompt((*now.harmonies, HarmonyChange(1.5, G_SEVEN)), resume_beats=1.25)
    assert encode(now, 0) == encode(expected, 0)
    heard = Prompt(expected.harmonies, resume_beats=1.5)
    assert body(heard).endswith("BEAT BASS_7 HARM_11 HARM_5 COND_SEP")


def test_without_any_harmony_each_bar_is_tacet() -> None:
    assert body(Prompt(resume_beats=4.5)) == "BAR TACET COND_SEP BEAT BEAT BEAT BAR TACET COND_SEP"


@given(harmonies)
def test_hiding_keeps_the_length_and_the_separator(harmony: Harmony) -> None:
    ids = harmony_ids(harmony)
    hidden = hide_harmony(ids)
    assert len(hidden) == len(ids)
    assert words(hidden) == "COND_UNKNOWN " * (len(ids) - 1) + "COND_SEP"


@given(st.lists(any_notes, max_size=20), changes)
def test_hiding_touches_the_harmony_alone(
    notes: list[Note], heard: tuple[HarmonyChange, ...]
) -> None:
    ids = encode(Prompt(heard, tuple(notes), 20.0), 0).ids
    hidden = hide_harmony(ids)
    assert hide_harmony(hidden) == hidden
    for shown, kept in zip(ids, hidden, strict=True):
        if VOCABULARY.field(shown) not in ("BASS", "HARM", "TACET"):
            assert kept == shown


@pytest.mark.parametrize(
    ("bpm", "token"), [(5, "TEMPO_40"), (120, "TEMPO_113"), (2000, "TEMPO_325")]
)
def test_any_tempo_has_a_bin(bpm: float, token: str) -> None:
    assert token in words(encode(Prompt(tempo_bpm=bpm), 0).ids)


def test_controls_stand_in_the_header() -> None:
    said = words(encode(Prompt(controls=Controls(density=1.0, swing=0.0)), 0).ids[:HEADER_LENGTH])
    assert said.endswith("DENSITY_4 REGISTER_5 INTENSITY_5 INSIDE_OUTSIDE_5 SWING TEXTURE_5")


@pytest.mark.parametrize(
    "ids",
    [
        [VOCABULARY.id("BAR"), VOCABULARY.id("PITCH", 60)],
        [VOCABULARY.id("BAR"), VOCABULARY.id("POS", 3), VOCABULARY.id("BEAT")],
        [VOCABULARY.id("BAR"), VOCABULARY.id("POS", 3), VOCABULARY.id("POS", 4)],
        [VOCABULARY.id("BAR"), VOCABULARY.id("POS", 3), VOCABULARY.id("PITCH", 60)],
        [VOCABULARY.id("POS", 3)],
        [VOCABULARY.id("BAR"), VOCABULARY.id("COLOUR", 60)],
        [
            VOCABULARY.id("BAR"),
            *strike_ids([Note(0.0, 1.0, 60), Note(0.0, 1.0, 57)]),
            VOCABULARY.id("COLOUR", 57),
        ],
    ],
    ids=[
        "a pitch without a place",
        "a beat inside a note",
        "two places",
        "half a note",
        "no beat",
        "a colour of nothing",
        "a colour no lower",
    ],
)
def test_a_note_that_is_not_whole_is_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="token"):
        decode(ids, 0, Meter())


def eighths(count: int, first_beat: float = 0.0) -> tuple[Note, ...]:
    return tuple(Note(first_beat + i / 2, 0.5, 60) for i in range(count))


def test_a_primer_is_whole_bars_that_fit() -> None:
    prompt = Prompt(notes=eighths(64), resume_beats=32.0)
    assert primer_start_bar(prompt, 64) == 6
    assert primer_start_bar(prompt, 63) == 7
    assert primer_start_bar(prompt, 4 * 24) == 5
    assert primer_start_bar(prompt, 3) == 8


def test_a_primer_never_begins_after_the_bar_being_played() -> None:
    prompt = Prompt(notes=eighths(70), resume_beats=34.9)
    assert primer_start_bar(prompt, 8) == 8


def test_a_primer_of_rests_reaches_back_a_few_bars_only() -> None:
    assert primer_start_bar(Prompt(resume_beats=400.0), 64) == 100 - PRIMER_BARS
    assert primer_start_bar(Prompt(resume_beats=4.0), 64) == 0


def test_notes_still_to_come_are_no_primer() -> None:
    prompt = Prompt(notes=eighths(64), resume_beats=8.0)
    assert primer_start_bar(prompt, 64) == 0


def test_a_note_that_leans_on_the_bar_line_belongs_to_the_bar_it_is_written_in() -> None:
    notes = (Note(3.99, 0.5, 60), *eighths(8, 4.25))
    prompt = Prompt(notes=notes, resume_beats=8.5)
    assert primer_start_bar(prompt, 4 * 8) == 2
    assert primer_start_bar(prompt, 4 * 9) == 0


@given(changes, st.lists(any_notes, max_size=9), st.floats(0, 24), st.integers(0, 5), meters)
def test_a_window_states_what_it_would_if_it_looked_at_the_whole_piece(
    heard: tuple[HarmonyChange, ...], notes: list[Note], resume: float, bar: int, meter: Meter
) -> None:
    prompt = Prompt(heard, tuple(sorted(notes)), resume_beats=resume, meter=meter)
    found = encode(prompt, bar).ids
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_of_the_window", lambda prompt, start_bar: prompt.harmonies)
        assert encode(prompt, bar).ids == found


def test_a_window_of_a_long_piece_looks_at_no_more_than_it_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = tuple(HarmonyChange(b / 2, (D_MINOR, G_SEVEN)[b % 2]) for b in range(10_000))
    looked: list[float] = []
    real = codec.statement_tick
    monkeypatch.setattr(codec, "statement_tick", lambda b: looked.append(b) or real(b))
    encode(Prompt(heard, resume_beats=2500.0), 621)
    assert len(looked) < 50
