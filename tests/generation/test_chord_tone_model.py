"""The baseline: chord tones in eighths, whatever the chord."""

import pytest

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Harmony, HarmonyChange, Meter, Note
from jambot.tokens import VOCABULARY, Prompt

C_MAJOR, F_SHARP = Harmony.of([48, 52, 55, 59]), Harmony.of([54, 58, 61, 64])
RULE = SamplingSettings(temperature=0.7, guidance=0.0)


def solo(prompt: Prompt, beats: float, seed: int = 0) -> list[Note]:
    generator = Generator(ChordToneModel(), RULE, seed)
    generator.prompt(prompt)
    notes = []
    while generator.frontier_beats < beats:
        note = generator.advance()
        if note is not None and note.onset_beats < beats:
            notes.append(note)
    return notes


@pytest.mark.parametrize("beats_per_bar", [3, 4, 5])
def test_it_plays_chord_tones_in_eighths(beats_per_bar: int) -> None:
    changes = tuple(HarmonyChange(4.0 * i, (C_MAJOR, F_SHARP)[i % 2]) for i in range(16))
    notes = solo(Prompt(changes, meter=Meter(beats_per_bar)), 64.0)
    assert len(notes) > 90
    assert {note.onset_beats % 1 for note in notes} <= {0.0, 0.5}
    inside = [
        note.pitch % 12 in changes[int(note.onset_beats // 4)].harmony.pitch_classes
        for note in notes
    ]
    assert sum(inside) / len(inside) > 0.9


def test_it_breathes() -> None:
    notes = solo(Prompt((HarmonyChange(0.0, C_MAJOR),)), 64.0)
    played = {int(note.onset_beats) for note in notes}
    assert len(played) < 60


def test_it_waits_until_there_is_a_chord() -> None:
    prompt = Prompt((HarmonyChange(8.0, C_MAJOR),))
    assert min(note.onset_beats for note in solo(prompt, 16.0)) >= 8.0


def test_a_rewound_stream_is_the_stream_it_was() -> None:
    model, other = ChordToneModel(), ChordToneModel()
    ids = [VOCABULARY.id("BAR"), VOCABULARY.id("BASS", 2), VOCABULARY.id("COND_SEP")]
    model.append([*ids, VOCABULARY.id("POS", 0), VOCABULARY.id("PITCH", 50)])
    model.rewind(3)
    other.append(ids)
    assert model.length == other.length == 3
    assert (model.logits() == other.logits()).all()
    assert model.fork().length == 0
