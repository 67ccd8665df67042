"""Offline and live are one: the same chords, seed and model give the same notes."""

import pytest

from jambot.assets import CHORD_TONES, FIRST_STYLE, shipped_styles
from jambot.generation import Generator, SamplingSettings, improvise
from jambot.generation.dynamics import struck
from jambot.music import Meter, Note, harmony_changes, parse_chart
from jambot.realtime.main import load_model
from jambot.realtime.player.player import DirectPlayer
from jambot.tokens import UNSTEERED, Controls, Prompt

VOICINGS = (
    (48, 58, 63, 67), (41, 57, 60, 64), (46, 56, 62, 65), (51, 58, 62, 67), (45, 55, 60, 63)
)  # fmt: skip
LENGTHS = (4, 2, 1, 1, 3, 1, 4, 4, 2, 2)
BEATS = 48
LAST_BEAT = BEATS - 1
BPM = 120.0
OTHERS = [pytest.param(s, marks=pytest.mark.slow) for s in shipped_styles() if s != FIRST_STYLE]
TURNED = Controls(density=0.6, register=0.7, intensity=0.9, inside_outside=0.8, swing=0.9)


def comping():
    """Chords on beats, each lifted a little before the next; the last one rings."""
    notes, beat, number = [], 0, 0
    while beat < BEATS:
        length = LENGTHS[number % len(LENGTHS)]
        for pitch in VOICINGS[number % len(VOICINGS)]:
            notes.append(Note(float(beat), length - 0.25, pitch))
        beat, number = beat + length, number + 1
    return notes


def generator(model, temperature, guidance):
    settings = SamplingSettings(temperature=temperature, guidance=guidance)
    return Generator(load_model(model), settings, seed=3)


def played_live(stage):
    events = []
    for note in comping():
        events.append((note.onset_beats, 1, (0x90, note.pitch, note.velocity)))
        events.append((note.end_beats, 0, (0x80, note.pitch, 0)))
    for beat in sorted({beat for beat, _, _ in events if beat < BEATS}):
        stage.go_to(beat)
        stage.feed(*[data for at, _, data in sorted(events) if at == beat])
    stage.go_to(BEATS)
    played = [event for event in stage.events("played") if event["onset_beats"] < LAST_BEAT]
    return sorted(
        (e["onset_beats"], e["duration_beats"], e["pitch"], e["velocity"]) for e in played
    )


def written(notes):
    return sorted(
        (round(n.onset_beats, 6), round(n.duration_beats, 6), n.pitch, n.velocity)
        for n in notes
        if n.onset_beats < LAST_BEAT
    )


def make_live(make_stage, model, temperature, guidance, controls):
    player = DirectPlayer(generator(model, temperature, guidance))
    return make_stage(player=player, commit_beats=0.0, commit_seconds=0.0, controls=controls)


@pytest.mark.parametrize(("temperature", "controls"), [(0.8, UNSTEERED), (1.3, TURNED)])
def test_a_file_and_a_session_give_the_same_solo(make_stage, temperature, controls):
    live = played_live(make_live(make_stage, CHORD_TONES, temperature, 0.5, controls))
    offline = improvise(
        generator(CHORD_TONES, temperature, 0.5),
        comping(),
        until_beats=BEATS,
        tempo_bpm=BPM,
        controls=controls,
    )
    assert live == written(offline)
    assert len(live) > BEATS


@pytest.mark.parametrize("controls", [UNSTEERED, TURNED])
@pytest.mark.parametrize("model", [FIRST_STYLE, *OTHERS])
def test_a_trained_model_plays_the_same_live_and_offline(make_stage, model, controls):
    """A session's first note answers a trigger, so offline it is asked for in the same way."""
    live = played_live(make_live(make_stage, model, 1.0, 0.75, controls))
    offline = generator(model, 1.0, 0.75)
    offline.prompt(
        Prompt(
            harmonies=tuple(harmony_changes(comping())),
            tempo_bpm=BPM,
            meter=Meter(4),
            controls=controls,
            attack=True,
        )
    )
    notes = []
    while offline.frontier_beats < BEATS:
        note = offline.advance()
        if note is not None:
            notes.append(struck(note, controls))
    assert live == written(notes)
    assert len(live) > BEATS / 4


def test_a_chart_gives_the_same_solo_live_and_offline(make_stage):
    text = "| Cm7 | F7 | Bbmaj7 | Ebmaj7 | Am7b5 | D7 | Gm7 | % |"
    player = DirectPlayer(generator(CHORD_TONES, 1.3, 0.0))
    stage = make_stage(player=player, commit_beats=0.0, commit_seconds=0.0, form=text)
    live = played_live(stage)
    chart = parse_chart(text)
    offline = improvise(
        generator(CHORD_TONES, 1.3, 0.0), comping(), until_beats=BEATS, tempo_bpm=BPM, chart=chart
    )
    assert live == written(offline)
