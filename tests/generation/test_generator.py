"""Whatever the model says, the generator makes music of it that can be repeated and interrupted."""

import collections
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.generation.phrasing import LONG_HASTE_S, MOST_A_BEAT, MOST_NOTES
from jambot.music import Harmony, HarmonyChange, Meter, Note, strikes
from jambot.tokens import VOCABULARY, Controls, Prompt, decode
from jambot.tokens.codec import HEADER_LENGTH
from jambot.tokens.vocabulary import TEMPO_BPMS, VELOCITIES, nearest

Models = Callable[..., Any]
UNGUIDED = SamplingSettings(guidance=0.0)
CHORDS = (
    HarmonyChange(0.0, Harmony.of([50, 53, 57, 60])),
    HarmonyChange(4.0, Harmony.of([43, 53, 59])),
    HarmonyChange(7.5, Harmony.of([48, 52, 55, 59])),
    HarmonyChange(13.02, Harmony.of([45, 49, 55])),
)
SOMETHING_ELSE = Harmony.of([46, 50, 53, 56])


def play(generator: Generator, until_beats: float) -> list[Note]:
    """Every note up to the frontier `until_beats`."""
    notes = []
    while generator.frontier_beats < until_beats:
        note = generator.advance()
        if note is not None:
            notes.append(note)
    return notes


def before(notes: list[Note], beats: float) -> list[Note]:
    return [note for note in notes if note.onset_beats < beats]


def as_tokens(notes: list[Note]) -> list[Note]:
    """The notes as the model knows them: velocities in steps, a strike's all as its top's."""
    tops = {strike[0].onset_beats: strike[0].velocity for strike in strikes(notes)}
    return [replace(n, velocity=nearest(VELOCITIES, tops[n.onset_beats])) for n in notes]


def first_bar(generator: Generator, ids: Sequence[int], meter: Meter) -> int:
    """The bar that a window begins with, told from where it ends."""
    beats = sum(VOCABULARY.field(token) in ("BAR", "BEAT") for token in ids)
    first_beat = math.floor(generator.frontier_beats) + 1 - beats
    assert first_beat % meter.beats_per_bar == 0
    return first_beat // meter.beats_per_bar


def clusters(beats: int, per_beat: int = 1) -> tuple[HarmonyChange, ...]:
    """Seven pitch classes struck anew, `per_beat` times a beat: as many tokens as there can be."""
    chords = [Harmony.of(range(40 + i % 2, 47 + i % 2)) for i in range(2)]
    return tuple(HarmonyChange(i / per_beat, chords[i % 2]) for i in range(beats * per_beat))


tokens_of_time = st.integers(0, 24 * 12).map(lambda tick: tick / 24)
situations = st.builds(
    Prompt,
    harmonies=st.lists(
        st.builds(
            HarmonyChange,
            st.floats(0, 20),
            st.lists(st.integers(36, 72), max_size=6).map(Harmony.of),
        ),
        max_size=10,
    ).map(lambda found: tuple(sorted(found, key=lambda change: change.beat))),
    notes=st.lists(st.builds(Note, st.floats(0, 8), st.just(0.25), st.integers(50, 80)), max_size=9)
    .map(lambda notes: tuple(sorted(notes))),
    resume_beats=st.floats(0, 12),
    tempo_bpm=st.floats(1, 1000),
    meter=st.integers(1, 12).map(Meter),
    controls=st.builds(Controls, st.none() | st.floats(0, 1), st.none() | st.floats(0, 1)),
    attack=st.booleans(),
)  # fmt: skip


@settings(max_examples=20)
@given(situations, st.sampled_from([-4.0, 0.0, 4.0, 30.0]), st.integers(0, 5))
def test_whatever_the_model_says_a_line_comes_out(
    random_model: Models, prompt: Prompt, eagerness: float, seed: int
) -> None:
    settings = SamplingSettings(lowest=55, highest=77)
    generator = Generator(random_model(eagerness), settings, seed)
    generator.prompt(prompt)
    notes = play(generator, prompt.resume_beats + 6)
    line = [round(n.onset_beats * 24) for n in (*prompt.notes, *notes)]
    own = line[len(prompt.notes) :]
    for one, other in itertools.pairwise(notes):
        later = round(other.onset_beats * 24) > round(one.onset_beats * 24)
        assert later or (other.onset_beats == one.onset_beats and other.pitch < one.pitch)
    assert all(tick >= round(prompt.resume_beats * 24) for tick in own)
    assert not own or own[0] > max(line[: len(prompt.notes)], default=-1)
    assert all(55 <= note.pitch <= 77 for note in notes)
    assert generator.ids.index(VOCABULARY.id("BAR")) == HEADER_LENGTH
    window = decode(generator.ids, first_bar(generator, generator.ids, prompt.meter), prompt.meter)
    shown = min(len(window), len(notes))
    assert window[len(window) - shown :] == as_tokens(notes)[len(notes) - shown :]


@given(situations, st.sampled_from([-30.0, 0.0]))
@settings(max_examples=20)
def test_an_attack_falls_on_the_resume_tick(
    random_model: Models, prompt: Prompt, eagerness: float
) -> None:
    generator = Generator(random_model(eagerness), UNGUIDED)
    resume = round(prompt.resume_beats * 24)
    generator.prompt(replace(prompt, attack=True))
    note = next(n for n in iter(generator.advance, 0) if n is not None)
    committed = max((round(n.onset_beats * 24) for n in prompt.notes), default=-1)
    assert round(note.onset_beats * 24) == max(resume, committed + 1)


def test_an_attack_is_not_lost_where_the_harmony_changes(random_model: Models) -> None:
    generator = Generator(random_model(eagerness=-30.0))
    chords = (CHORDS[0], HarmonyChange(4.25, SOMETHING_ELSE))
    generator.prompt(Prompt(chords, (Note(4 + 5 / 24, 0.1, 60),), 4 + 5 / 24, attack=True))
    assert {note.onset_beats for note in play(generator, 8.0)} == {4.25}


def test_the_same_seed_plays_the_same_and_another_does_not(random_model: Models) -> None:
    solos = []
    for seed in (1, 1, 2):
        generator = Generator(random_model(), seed=seed)
        generator.prompt(Prompt(CHORDS))
        solos.append(play(generator, 32))
    assert solos[0] == solos[1] != solos[2]
    assert len(solos[0]) > 16


def test_a_prompt_with_a_seed_is_answered_as_by_a_player_of_that_seed(random_model: Models) -> None:
    solos = []
    for own, told in ((2, None), (1, 2), (1, 1)):
        generator = Generator(random_model(), seed=own)
        generator.prompt(Prompt(CHORDS, seed=told))
        solos.append(play(generator, 32))
    assert solos[0] == solos[1] != solos[2]


def test_without_temperature_the_seed_does_not_matter(random_model: Models) -> None:
    certain = SamplingSettings(temperature=0.0)
    solos = []
    for seed in (1, 2):
        generator = Generator(random_model(), certain, seed)
        generator.prompt(Prompt(CHORDS))
        solos.append(play(generator, 32))
    assert solos[0] == solos[1]


def test_the_same_situation_goes_on_the_same_however_often_it_is_stated(
    random_model: Models,
) -> None:
    generator = Generator(random_model())
    situation = Prompt(CHORDS, (Note(5.0, 0.5, 65), Note(5.5, 0.5, 67)), 6.25)
    solos = []
    for _ in range(3):
        generator.prompt(situation)
        solos.append(play(generator, 60))
        generator.prompt(Prompt(CHORDS[:1], (), 6.25, attack=True))
        play(generator, 9)
    assert solos[0] == solos[1] == solos[2]


@pytest.mark.parametrize("eagerness", [-0.5, 3.0])
def test_stating_where_one_is_anyway_changes_nothing(
    random_model: Models, eagerness: float
) -> None:
    """A re-prompt with every note promised so far is the same as going on: offline is live."""
    whole = Generator(random_model(eagerness))
    whole.prompt(Prompt(CHORDS))
    solo = play(whole, 96)
    live = Generator(random_model(eagerness))
    live.prompt(Prompt(CHORDS))
    told: list[Note] = []
    for beat in range(0, 96, 4):
        told += play(live, beat + 4)
        promised = before(told, beat + 2)
        at = max([beat + 2, *(n.onset_beats + 1 / 24 for n in promised)])
        live.prompt(Prompt(CHORDS, tuple(promised), round(at)))
        told = promised
    end = told[-1].onset_beats
    assert told == before(solo, end + 1 / 24)


def test_a_new_piece_is_not_remembered_into_the_next(random_model: Models) -> None:
    """How far a bar's window reached back in one piece says nothing about that bar of another."""
    primer = tuple(Note(i * 0.5, 0.5, 60 + i % 5) for i in range(80))
    situation = Prompt(CHORDS, primer, 40.0)
    fresh = Generator(random_model())
    fresh.prompt(situation)
    expected = play(fresh, 56)
    used = Generator(random_model(eagerness=0.0))
    used.prompt(Prompt(CHORDS))
    play(used, 80)
    used.forget()
    used.prompt(situation)
    assert play(used, 56) == expected


@given(st.integers(5 * 24, 14 * 24).filter(lambda tick: 2 < tick % 24 < 22))
@settings(max_examples=6)
def test_a_chord_to_come_changes_nothing_before_it(random_model: Models, tick: int) -> None:
    change = tick / 24
    solos = []
    for chord in (SOMETHING_ELSE, CHORDS[1].harmony, CHORDS[2].harmony):
        generator = Generator(random_model(), seed=7)
        generator.prompt(Prompt((CHORDS[0], HarmonyChange(change, chord))))
        solos.append(play(generator, 20))
    assert before(solos[0], change) == before(solos[1], change) == before(solos[2], change)
    assert len({tuple(solo) for solo in solos}) == 3


def test_a_swapped_chord_is_heard_by_the_very_next_note(random_model: Models) -> None:
    model = random_model()
    generator = Generator(model, UNGUIDED)
    generator.prompt(Prompt(CHORDS[:1], (), 5.25))
    play(generator, 8)
    computed = model.computed
    generator.prompt(Prompt((CHORDS[0], HarmonyChange(5.1, SOMETHING_ELSE)), (), 5.25))
    while generator.behind:
        generator.catch_up()
    stated = [VOCABULARY.value(t) for t in model.ids if VOCABULARY.field(t) == "BASS"]
    assert stated[-1] == SOMETHING_ELSE.bass
    assert model.computed - computed < 10, "only what differs is computed"


@pytest.mark.parametrize("beats_per_bar", range(1, 13))
@pytest.mark.parametrize("eagerness", [-3.0, 40.0])
def test_no_window_ever_overflows(
    random_model: Models, beats_per_bar: int, eagerness: float
) -> None:
    model = random_model(eagerness)
    generator = Generator(model, SamplingSettings(temperature=0.0))
    generator.prompt(Prompt(clusters(160, 2), meter=Meter(beats_per_bar)))
    play(generator, 40)
    generator.prompt(Prompt(clusters(160, 2), (), 130.25, meter=Meter(beats_per_bar)))
    play(generator, 150)
    assert max(stream.longest for stream in (model, *model.forks)) <= model.context_length


def test_not_even_with_a_chord_on_every_tick(random_model: Models) -> None:
    model = random_model(40.0)
    generator = Generator(model)
    generator.prompt(Prompt(clusters(16, 24), meter=Meter(12)))
    play(generator, 16)
    notes = tuple(Note(tick / 24, 0.1, 60) for tick in range(16 * 24))
    generator.prompt(Prompt(clusters(16, 24), notes, 16.0, meter=Meter(12)))
    play(generator, 17)
    assert model.longest <= model.context_length


@pytest.mark.parametrize("beats_per_bar", [3, 4, 5, 7, 12])
def test_a_player_of_sixteenths_never_runs_out_of_room(
    random_model: Models, beats_per_bar: int
) -> None:
    """However long the bar, it does not fall silent because the window is full."""

    class Sixteenths(random_model):
        def logits(self):
            found = super().logits()
            found[[VOCABULARY.id("POS", p) for p in (0, 6, 12, 18)]] += 40
            return found

    generator = Generator(Sixteenths(), SamplingSettings(top_p=1.0))
    generator.prompt(Prompt(CHORDS, meter=Meter(beats_per_bar)))
    onsets = [note.onset_beats for note in play(generator, 48)]
    found = {int(beat): 0 for beat in range(48)}
    for onset in onsets:
        found[int(onset)] = found.get(int(onset), 0) + 1
    assert not [beat for beat, count in found.items() if beat < 47 and count == 0]


def test_four_hundred_bars_stay_in_the_window(random_model: Models) -> None:
    model = random_model(-1.0)
    generator = Generator(model, UNGUIDED)
    chords = tuple(HarmonyChange(2.0 * i, CHORDS[i % 4].harmony) for i in range(800))
    generator.prompt(Prompt(chords))
    notes = play(generator, 1600)
    assert len(notes) > 800
    assert model.longest <= model.context_length
    assert model.computed < 25 * len(notes)


def test_a_sparse_window_reaches_back_no_further_than_a_prompt_remembers(
    random_model: Models,
) -> None:
    """The stage forgets after 16 bars; a window that began before would call them silent."""
    generator = Generator(random_model(-30.0), UNGUIDED)
    generator.prompt(Prompt(CHORDS))
    for beat in range(4, 400, 4):
        play(generator, beat)
        bars = generator.ids.count(VOCABULARY.id("BAR"))
        assert bars < 16


def test_going_back_before_a_window_opened_ahead_computes_only_what_differs(
    random_model: Models,
) -> None:
    model = random_model(1.0)
    generator = Generator(model)
    generator.prompt(Prompt(clusters(64, 1)))
    line = []
    while not model.forks[1].computed:  # the second window
        line += [note for note in [generator.advance()] if note]
    turn = math.floor(generator.frontier_beats) - 2.0
    computed = model.computed + model.forks[0].computed
    changed = (*clusters(int(turn), 1), HarmonyChange(turn, SOMETHING_ELSE))
    generator.prompt(Prompt(changed, tuple(before(line, turn)), turn))
    while generator.behind:
        generator.catch_up()
    assert generator.ids[-1] == VOCABULARY.id("COND_SEP")
    assert model.computed + model.forks[0].computed - computed < 20


def test_a_prompt_is_computed_in_steps_and_a_newer_one_ends_it(random_model: Models) -> None:
    model = random_model()
    generator = Generator(model)
    notes = tuple(Note(i / 2, 0.5, 60) for i in range(32))
    generator.prompt(Prompt(CHORDS, notes, 16.0))
    assert generator.advance() is None
    assert 0 < model.computed <= 32
    generator.prompt(Prompt(CHORDS, notes, 16.25))
    fresh = Generator(random_model())
    fresh.prompt(Prompt(CHORDS, notes, 16.25))
    assert play(generator, 24.0) == play(fresh, 24.0)


@pytest.mark.parametrize(("bpm", "costs"), [(127.0, False), (100.0, False), (160.0, True)])
def test_a_new_tempo_is_named_by_the_next_window_unless_it_is_far_off(
    random_model: Models, bpm: float, costs: bool
) -> None:
    """From 113 to 127 bpm is one step of the tempi that a model knows."""
    model = random_model()
    generator = Generator(model)
    notes = tuple(Note(i / 2, 0.5, 60) for i in range(32))
    prompt = Prompt(CHORDS, notes, 16.0, tempo_bpm=113.0)
    generator.prompt(prompt)
    play(generator, 17.0)
    before = model.computed
    generator.prompt(replace(prompt, tempo_bpm=bpm))
    play(generator, 17.0)
    assert (model.computed - before > 64) == costs
    play(generator, 17.0 + 4 * 20)
    named = next(t for t in generator.ids if VOCABULARY.field(t) == "TEMPO")
    assert VOCABULARY.value(named) == nearest(TEMPO_BPMS, bpm)


def test_the_place_of_an_attack_is_computed_with_its_chord(random_model: Models) -> None:
    model = random_model()
    generator = Generator(model)
    generator.prompt(Prompt(CHORDS, (), 4.0, attack=True))
    while generator.behind:
        generator.catch_up()
    told = [VOCABULARY.field(token) for token in model.ids[-5:]]
    assert told == ["BASS", "HARM", "HARM", "COND_SEP", "POS"]
    assert model.together[-6:] == [1, 5, 5, 5, 5, 5]
    unheard = model.forks[0]
    assert unheard.together == [1] * unheard.length
    computed, other = unheard.computed, Harmony.of([41, 54, 60])
    generator.prompt(Prompt((*CHORDS[:1], HarmonyChange(4.0, other)), (), 4.0, attack=True))
    while generator.behind:
        generator.catch_up()
    assert unheard.computed == computed + 1  # of another chord of three nothing, and the place
    note = generator.advance()
    assert note is not None
    assert note.onset_beats == 4.0


def test_without_guidance_there_is_no_second_stream(random_model: Models) -> None:
    alone, guided = random_model(), random_model()
    for model, weight in ((alone, 0.0), (guided, 0.75)):
        generator = Generator(model, SamplingSettings(guidance=weight))
        generator.prompt(Prompt(CHORDS))
        play(generator, 16)
    unheard = [model.forks[0].computed for model in (alone, guided)]
    assert unheard[0] == 0 < unheard[1]


def test_a_model_that_holds_its_guidance_plays_the_same_in_one_stream(
    random_model: Models, guided_model: Models
) -> None:
    solos, models = [], (random_model(), guided_model(0.75))
    for model in models:
        generator = Generator(model, SamplingSettings(guidance=0.75))
        generator.prompt(Prompt(CHORDS, controls=Controls(texture=0.0)))
        solos.append(play(generator, 16))
    assert solos[0] == solos[1]
    assert [model.forks[0].computed > 0 for model in models] == [True, False]


@pytest.mark.parametrize("wanted", [0.0, 1.75, -0.5])
def test_more_or_less_guidance_than_a_model_holds_is_the_same_as_from_nothing(
    random_model: Models, guided_model: Models, wanted: float
) -> None:
    solos = []
    for model in (random_model(), guided_model(0.75)):
        generator = Generator(model, SamplingSettings(guidance=wanted))
        generator.prompt(Prompt(CHORDS, controls=Controls(texture=0.0)))
        solos.append(play(generator, 16))
    assert solos[0] == solos[1]


def test_the_second_stream_hears_the_same_without_the_harmony(random_model: Models) -> None:
    model = random_model()
    generator = Generator(model)
    generator.prompt(Prompt(CHORDS))
    note = next(n for n in iter(generator.advance, 0) if n and n.onset_beats > 8)
    unheard = model.forks[0].ids
    shown = [VOCABULARY.field(token) for token in model.ids[: len(unheard)]]
    hidden = [VOCABULARY.field(token) for token in unheard]
    changed = {pair for pair in zip(shown, hidden, strict=True) if pair[0] != pair[1]}
    assert changed == {("BASS", "COND_UNKNOWN"), ("HARM", "COND_UNKNOWN")}
    assert VOCABULARY.value(unheard[-1]) == round(note.onset_beats * 24) % 24


def test_a_bias_on_rests_breathes_more(random_model: Models) -> None:
    counts = []
    for bias in (-3.0, 0.0, 3.0):
        generator = Generator(random_model(), SamplingSettings(guidance=0.0, rest_bias=bias))
        generator.prompt(Prompt(CHORDS))
        counts.append(len(play(generator, 64)))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[2]


def test_breath_ends_long_rests(random_model: Models) -> None:
    """A player of legato eighths who hardly begins is made to."""

    class Eighths(random_model):
        def logits(self):
            found = super().logits()
            found[[VOCABULARY.id("POS", place) for place in (0, 12)]] += (46, 40)
            found[[VOCABULARY.id(marker) for marker in ("BAR", "BEAT")]] += 49
            found[VOCABULARY.id("DUR", 12)] += 40
            return found

    def longest_rest(breath: float) -> float:
        settings = SamplingSettings(guidance=0.0, breath=breath)
        generator = Generator(Eighths(spread=0.1), settings)
        generator.prompt(Prompt(CHORDS))
        notes = play(generator, 200)
        return max(b.onset_beats - a.end_beats for a, b in itertools.pairwise(notes))

    assert longest_rest(0.5) < longest_rest(0.0) / 2


def test_the_register_is_kept_and_the_knob_moves_it(random_model: Models) -> None:
    def mean_pitch(centre: float | None, knob: float | None = None) -> float:
        settings = SamplingSettings(guidance=0.0, centre=centre, free_semitones=10.0)
        generator = Generator(random_model(), settings)
        generator.prompt(Prompt(CHORDS, controls=Controls(register=knob)))
        pitches = [strike[0].pitch for strike in strikes(play(generator, 64))]
        return sum(pitches) / len(pitches)

    assert abs(mean_pitch(60.0) - 60.0) < 2.0
    assert abs(mean_pitch(75.0) - 75.0) < 2.0
    steered = [mean_pitch(66.0, knob) for knob in (0.0, 0.5, 1.0)]
    assert steered == sorted(steered)
    assert steered[2] - steered[0] > 8.0


@pytest.mark.parametrize("tempo_bpm", [40.0, 60.0, 140.0, 280.0])
def test_nobody_plays_faster_than_hands_can(random_model: Models, tempo_bpm: float) -> None:
    """A model that always plays on is held to 11 notes a beat and 40 in any four seconds."""

    class Breathless(random_model):
        def logits(self):
            found = super().logits()
            found[VOCABULARY.ids("POS")] += np.linspace(80, 20, 24)
            return found

    generator = Generator(Breathless(), UNGUIDED)
    generator.prompt(Prompt(CHORDS, tempo_bpm=tempo_bpm))
    notes = play(generator, 24)
    beats = collections.Counter(math.floor(note.onset_beats) for note in notes)
    assert max(beats.values()) <= MOST_A_BEAT
    onsets_s = [note.onset_beats * 60 / tempo_bpm for note in notes]
    fastest = max(sum(s <= t < s + LONG_HASTE_S for t in onsets_s) for s in onsets_s)
    assert fastest <= MOST_NOTES
    assert max(beats.values()) == MOST_A_BEAT or fastest == MOST_NOTES


def test_figures_are_taken_up_as_often_as_asked(random_model: Models) -> None:
    def repeated(lean: float, seed: int) -> float:
        settings = SamplingSettings(guidance=0.0, figures=lean, lowest=60, highest=63)
        generator = Generator(random_model(eagerness=1.0), settings, seed)
        generator.prompt(Prompt(CHORDS))
        pitches = [note.pitch for note in play(generator, 64)]
        steps = [b - a for a, b in itertools.pairwise(pitches)]
        grams = [tuple(steps[i : i + 4]) for i in range(len(steps) - 3)]
        return 1 - len(set(grams)) / len(grams)

    free, leant = (np.mean([repeated(lean, seed) for seed in range(6)]) for lean in (0.0, 3.0))
    assert free + 0.1 < leant


def test_a_range_of_one_key_is_played_on_that_key(random_model: Models) -> None:
    generator = Generator(random_model(), SamplingSettings(lowest=108, highest=108))
    generator.prompt(Prompt(CHORDS))
    assert {note.pitch for note in play(generator, 16)} == {108}


def test_music_may_begin_before_the_first_beat(random_model: Models) -> None:
    generator = Generator(random_model())
    generator.prompt(Prompt(resume_beats=-5.5, attack=True))
    notes = play(generator, 4)
    assert notes[0].onset_beats == -5.5


def test_a_step_is_a_matter_of_microseconds_besides_the_model(random_model: Models) -> None:
    """A prompt with a long past must not make the stage wait: 16 bars of sixteenths, one second."""
    notes = tuple(Note(i / 4, 0.25, 60) for i in range(256))
    generator = Generator(random_model(), UNGUIDED)
    started = time.process_time()
    for _ in range(100):
        generator.prompt(Prompt(clusters(64), notes, 64.0))
    assert time.process_time() - started < 2.0


def test_hours_on_one_prompt_are_remembered_no_further_than_windows_reach():
    generator = Generator(ChordToneModel(), SamplingSettings(guidance=0.0), seed=1)
    generator.prompt(Prompt(harmonies=(HarmonyChange(0.0, Harmony(0, (0, 4, 7))),)))
    notes = list(generator.notes_until(1200.0))
    assert len(notes) > 1000
    assert len(generator._notes) < 400
    assert len(generator._windows) < 200


def test_a_known_form_moves_rests_to_the_ends_of_its_sections(random_model: Models) -> None:
    def busy(form: tuple[float, int] | None, sections: float) -> tuple[int, int]:
        """Beats with a note: of the bar before the last, and of the last, of 12 choruses."""
        settings = replace(UNGUIDED, sections=sections)
        generator = Generator(random_model(eagerness=-2.0), settings, seed=4)
        generator.prompt(Prompt(harmonies=CHORDS, form=form))
        beats = {
            int(note.onset_beats) % 48 + 1000 * int(note.onset_beats // 48)
            for note in play(generator, 12 * 48.0)
        }
        places = [beat % 1000 for beat in beats]
        return sum(36 <= p < 41 for p in places), sum(43 <= p < 48 for p in places)

    (early, late), (plain_early, plain_late) = busy((0.0, 12), 4.0), busy(None, 4.0)
    assert early > plain_early
    assert late < plain_late
    assert busy((0.0, 12), 0.0) == (plain_early, plain_late)


@pytest.fixture
def chords_played(chord_player: Models) -> Callable[..., list[list[Note]]]:
    def played(settings: SamplingSettings = UNGUIDED, **prompt: Any) -> list[list[Note]]:
        generator = Generator(chord_player(), settings)
        generator.prompt(Prompt(CHORDS, **prompt))
        return strikes(play(generator, 16.0))

    return played


def test_a_strike_comes_from_its_top_downward_and_fits_a_hand(chord_player: Models) -> None:
    generator = Generator(chord_player(), UNGUIDED)
    generator.prompt(Prompt(CHORDS))
    notes = play(generator, 16.0)
    found = strikes(notes)
    assert notes == [note for strike in found for note in strike]
    assert max(len(strike) for strike in found) == 5
    for strike in found:
        assert strike[0].pitch - strike[-1].pitch <= 16
        assert len({note.duration_beats for note in strike}) == 1
        assert all(note.velocity == strike[0].velocity - 4 for note in strike[1:])


def test_the_first_note_of_a_strike_waits_for_no_other(chord_player: Models) -> None:
    generator = Generator(chord_player(), UNGUIDED)
    generator.prompt(Prompt(CHORDS, resume_beats=4.0, attack=True))
    first = next(note for note in iter(generator.advance, 0) if note is not None)
    assert VOCABULARY.field(generator.ids[-1]) == "VEL"
    second = next(note for note in iter(generator.advance, 0) if note is not None)
    assert (second.onset_beats, second.pitch < first.pitch) == (first.onset_beats, True)


def test_a_single_line_can_be_asked_for(chords_played: Models) -> None:
    assert {len(s) for s in chords_played(controls=Controls(texture=0.0))} == {1}
    assert max(len(s) for s in chords_played(controls=Controls(texture=1.0))) == 5


def test_no_key_below_the_lowest_is_a_colour(chords_played: Models) -> None:
    lowest = SamplingSettings(guidance=0.0, lowest=60)
    assert min(note.pitch for strike in chords_played(lowest) for note in strike) >= 60


def test_the_line_is_led_by_its_top_notes_alone(chords_played: Models) -> None:
    """A figure is taken up, and a key not hammered, whatever is struck below it."""
    single, chords = chords_played(controls=Controls(texture=0.0)), chords_played()
    assert [s[0].pitch for s in single][:4] == [s[0].pitch for s in chords][:4]
