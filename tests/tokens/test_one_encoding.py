"""The same bars encoded three ways: a training shard, a file's prompt, the stage's prompt."""

import random

import numpy as np
import pytest

from jambot.music import Harmony, HarmonyTracker, Meter, Note, by_onset, harmony_changes
from jambot.realtime.plan.prompt_builder import PromptBuilder
from jambot.roles.sample import RoleSample, SampleMeta
from jambot.tokens import Prompt, encode
from jambot.tokens.codec import HEADER_LENGTH as HEADER
from jambot.training.shard import encode_sample

VOICINGS = [[50, 53, 57, 60], [43, 53, 59], [48, 52, 55, 59], [45, 49, 55, 58], [41, 57, 60, 64]]


def comping(random_: random.Random, bars: int, beats_per_bar: int) -> list[Note]:
    """Played by hands: late, early, rolled, arpeggiated, and now and then a bass note alone."""
    notes = []
    for beat in range(0, bars * beats_per_bar, 2):
        struck = beat + random_.choice([0.0, 0.5, -0.05, 0.04]) * (beat > 0)
        keys = [pitch + random_.randrange(-3, 4) for pitch in random_.choice(VOICINGS)]
        how = random_.choice(["block", "roll", "bass first", "bass alone"])
        for i, key in enumerate(keys):
            late = {"block": 0.01 * i, "roll": 0.025 * i, "bass first": 0.5 * (i > 0)}.get(how, 0)
            if how != "bass alone" or i == 0:
                notes.append(Note(struck + late, random_.choice([0.4, 1.5]), key, 70))
    return by_onset(notes)


def solo(random_: random.Random, bars: int, beats_per_bar: int) -> tuple[Note, ...]:
    ticks = range(0, bars * beats_per_bar * 24, 5)
    onsets = sorted(random_.sample(ticks, 4 * bars))
    return tuple(
        Note(tick / 24, random_.random(), random_.randrange(55, 90), random_.randrange(40, 110))
        for tick in onsets
    )


def heard_live(builder: PromptBuilder, notes: list[Note], until_beats: float) -> None:
    """The keys go down and up one by one, as at a keyboard."""
    tracker = HarmonyTracker()
    keys = [(n.onset_beats, 1, n.pitch) for n in notes] + [(n.end_beats, 0, n.pitch) for n in notes]
    down: dict[int, int] = {}
    for beat, on, pitch in sorted(keys):
        waited = tracker.wait(min(beat, until_beats))
        if waited is not None:
            builder.hear(waited)
        if beat > until_beats:
            return
        down[pitch] = down.get(pitch, 0) + (1 if on else -1)
        change = tracker.note_on(beat, pitch) if on else None
        if not on and down[pitch] == 0:
            tracker.note_off(pitch)
        if change is not None:
            builder.hear(change)


def strike_is_over(notes: list[Note], beats: float) -> bool:
    """Whether nothing struck around `beats` is still to be heard, or to be moved to a beat."""
    moments = [n.onset_beats for n in notes] + [c.beat for c in harmony_changes(notes)]
    return all(not -0.09 <= moment - beats < 0.2 for moment in moments)


@pytest.mark.parametrize("beats_per_bar", [3, 4, 5])
@pytest.mark.parametrize("seed", range(5))
def test_the_same_bars_are_the_same_tokens(seed: int, beats_per_bar: int) -> None:
    random_ = random.Random(seed)
    bars, meter = 12, Meter(beats_per_bar)
    chords, line = comping(random_, bars, beats_per_bar), solo(random_, bars, beats_per_bar)
    meta = SampleMeta("own", "piece", "train", 140.0, beats_per_bar=beats_per_bar)
    shard, _, shard_bars = encode_sample(RoleSample("s", tuple(chords), line, meta))
    compared = 0
    for resume in np.arange(beats_per_bar, bars * beats_per_bar - 1, 0.25):
        if not strike_is_over(chords, resume):
            continue
        played = tuple(note for note in line if note.onset_beats < resume)
        offline = Prompt(tuple(harmony_changes(chords)), played, resume, 140.0, meter)
        builder = PromptBuilder(140.0, meter)
        heard_live(builder, chords, resume)
        for note in played:
            builder.promise(note)
        live = builder.prompt(resume)
        for start_bar in (0, meter.bar_at(resume) // 2, meter.bar_at(resume)):
            told = encode(offline, start_bar).ids
            assert encode(live, start_bar).ids == told
            first = shard_bars[start_bar]
            assert shard[first : first + len(told) - HEADER].tolist() == told[HEADER:]
            compared += 1
    assert compared > 60


def test_a_long_jam_is_told_from_its_last_bars_alone() -> None:
    """What the stage forgets is older than any window that the generator opens."""
    builder = PromptBuilder(120.0, Meter(4))
    chord = Note(0.0, 100.0, 48), Note(0.0, 100.0, 52), Note(0.0, 100.0, 55)
    heard_live(builder, list(chord), 1.0)
    for beat in range(100):
        builder.promise(Note(float(beat), 1.0, 60))
    prompt = builder.prompt(100.0)
    assert [note.onset_beats for note in prompt.notes] == [float(b) for b in range(36, 100)]
    assert prompt.harmonies[0].harmony == Harmony.of([48, 52, 55])
    whole = Prompt(prompt.harmonies, tuple(Note(float(b), 1.0, 60) for b in range(100)), 100.0)
    assert encode(prompt, 25 - 14) == encode(whole, 25 - 14)


def test_a_roll_that_goes_on_replaces_what_was_told() -> None:
    builder = PromptBuilder(120.0, Meter(4))
    roll = [Note(1.0 + i * 0.03, 2.0, pitch) for i, pitch in enumerate([48, 52, 55, 59])]
    heard_live(builder, roll, 1.05)
    assert [change.harmony.pitch_classes for change in builder.harmonies] == [(0, 4)]
    builder = PromptBuilder(120.0, Meter(4))
    heard_live(builder, roll, 4.0)
    assert [change.harmony.pitch_classes for change in builder.harmonies] == [(0, 4, 7, 11)]


def test_after_a_stop_nothing_is_remembered() -> None:
    builder = PromptBuilder(120.0, Meter(4))
    heard_live(builder, [Note(0.0, 1.0, 48)], 1.0)
    builder.promise(Note(0.5, 0.5, 60))
    builder.forget()
    assert builder.prompt(8.0) == Prompt(resume_beats=8.0)
