import pytest

from jambot.music import Harmony, HarmonyChange, Meter, Note
from jambot.realtime.plan.prompt_builder import MEMORY_BARS, PromptBuilder

C, F, G = (Harmony(root, (root, (root + 4) % 12, (root + 7) % 12)) for root in (0, 5, 7))


@pytest.fixture
def builder():
    return PromptBuilder(120.0, Meter(4))


def test_the_prompt_holds_what_was_heard_and_promised(builder):
    builder.hear(HarmonyChange(0.0, C))
    builder.promise(Note(0.5, 0.5, 72))
    prompt = builder.prompt(1.0, attack=True)
    assert prompt.harmonies == (HarmonyChange(0.0, C),)
    assert prompt.notes == (Note(0.5, 0.5, 72),)
    assert (prompt.resume_beats, prompt.tempo_bpm, prompt.attack) == (1.0, 120.0, True)


def test_a_roll_that_goes_on_replaces_its_own_beginning(builder):
    builder.hear(HarmonyChange(0.0, C))
    builder.hear(HarmonyChange(4.0, F))
    builder.hear(HarmonyChange(4.0, G))
    assert builder.prompt(5.0).harmonies == (HarmonyChange(0.0, C), HarmonyChange(4.0, G))


def test_after_a_stop_nothing_is_remembered(builder):
    builder.hear(HarmonyChange(0.0, C))
    builder.promise(Note(0.5, 0.5, 72))
    builder.forget()
    assert builder.prompt(8.0).harmonies == builder.prompt(8.0).notes == ()
    assert builder.promised_beats < 0


def test_the_memory_is_bounded_and_keeps_the_harmony_that_holds(builder):
    for beat in range(1000):
        builder.promise(Note(float(beat), 0.5, 72))
        if beat < 10:
            builder.hear(HarmonyChange(float(beat), C if beat % 2 else F))
    prompt = builder.prompt(1000.0)
    assert len(prompt.notes) == MEMORY_BARS * 4
    assert prompt.harmonies == (HarmonyChange(9.0, C),)
