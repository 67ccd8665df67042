"""The band on stage: begins with the first chord, hears a new one, ends with the solo."""

import pytest

from jambot.band import Feel, Ground, bass_line
from jambot.music import Harmony, HarmonyChange, Meter
from jambot.realtime.beats.midi_clock import Move, Transported
from jambot.realtime.orders import End, LayOut, Panic, Pause, SetFeel, SetVoice, Trade, Trigger
from jambot.realtime.settings import BandSettings

BASS, DRUMS = 1, 9
BOTH = BandSettings(("bass", "drums"))
DM7, G7, CMAJ7 = (50, 53, 57, 60), (43, 53, 59, 62), (48, 52, 55, 59)


@pytest.fixture
def trio(make_stage):
    return make_stage(band=BOTH)


def struck(stage, channel):
    """(beat, pitch) of the note-ons of one channel."""
    return [
        ((m.seconds - stage.start) * 2, m.data[1])
        for m in stage.port.messages
        if m.data[0] == 0x90 | channel and m.data[2]
    ]


def sounding(stage):
    """(channel, pitch) of what sounds."""
    down = []
    for message in stage.port.messages:
        key = (message.data[0] & 15, message.data[1])
        if message.data[0] >> 4 == 9:
            down.append(key)
        elif key in down:
            down.remove(key)
    return down


def comp(stage, chords, bars_each=1, from_bar=0):
    """Strike each chord on its bar line and hold it; the last is held on."""
    for i, chord in enumerate(chords):
        stage.go_to(4 * (from_bar + i * bars_each))
        if i:
            stage.release(chords[i - 1])
        stage.strike(chord)


def test_bass_and_drums_begin_with_the_first_chord(trio):
    comp(trio, [DM7])
    trio.go_to(4)
    bass, drums = struck(trio, BASS), struck(trio, DRUMS)
    assert bass[0][0] < 0.1
    assert bass[0][1] % 12 == 2
    assert [round(beat) for beat, _ in bass[:4]] == [0, 1, 2, 3]
    assert drums[0][0] < 0.05
    assert {pitch for _, pitch in drums} >= {51, 44}


def test_without_a_band_nothing_of_it_is_heard(make_stage):
    stage = make_stage()
    comp(stage, [DM7])
    stage.go_to(8)
    assert struck(stage, BASS) == struck(stage, DRUMS) == []
    assert struck(stage, 0)


def test_the_solo_is_the_same_with_the_band_and_without(make_stage):
    solos = []
    for band in (BandSettings(), BOTH):
        stage = make_stage(band=band)
        comp(stage, [DM7, G7, CMAJ7])
        stage.go_to(20)
        solos.append(struck(stage, 0))
    assert solos[0] == solos[1]


def test_a_surprising_chord_is_under_the_bass_within_a_beat_and_no_stale_note_follows(make_stage):
    for late in (0.02, 0.4, 0.55, 0.9):
        stage = make_stage(band=BOTH)
        comp(stage, [DM7])
        stage.go_to(6 + late)
        stage.release(DM7)
        stage.strike((51, 55, 58, 61))
        stage.go_to(10)
        after = [(beat, pitch) for beat, pitch in struck(stage, BASS) if beat > 6 + late + 0.03]
        assert after[0][0] - (6 + late) <= 1.0
        assert after[0][1] % 12 == 3


def test_a_chord_of_the_chart_is_met_on_its_beat_before_the_hands_strike_it(make_stage):
    stage = make_stage(band=BOTH, form="| Dm7 | G7 | Cmaj7 | A7 |")
    comp(stage, [DM7])
    stage.go_to(4.05)
    on_the_bar = [pitch for beat, pitch in struck(stage, BASS) if abs(beat - 4) < 0.1]
    assert [pitch % 12 for pitch in on_the_bar] == [7]


def test_rootless_hands_are_under_the_roots_of_the_chart(make_stage):
    stage = make_stage(band=BOTH, form="| Dm9 | G13 | Cmaj9 | % |")
    comp(stage, [(53, 57, 60, 64), (53, 57, 59, 64), (52, 55, 59, 62)])
    stage.go_to(12)
    roots = {round(beat): pitch % 12 for beat, pitch in struck(stage, BASS)}
    assert [roots[beat] for beat in (0, 4, 8)] == [2, 7, 0]


def test_offline_and_live_are_one_line(make_stage):
    """What is known beforehand is walked as a file is: the same notes for the same seed."""
    chart = "| Dm7 | G7 | Cmaj7 | A7 |"
    stage = make_stage(band=BOTH, form=chart, seed=5)
    stage.strike(DM7)
    chords = [(50, 53, 57, 60), (43, 53, 59, 62), (48, 52, 55, 59), (45, 49, 55, 64)]
    for bar in range(1, 8):
        stage.go_to(4 * bar - 0.02)
        stage.release(chords[(bar - 1) % 4])
        stage.strike(chords[bar % 4])
    stage.go_to(31.5)
    changes = [HarmonyChange(4.0 * bar, Harmony.of(chords[bar % 4])) for bar in range(12)]
    line = bass_line(Ground.of(changes), 8, Meter(), 120.0, Feel.swing, 5)
    offline = [note.note.pitch for note in line]
    assert [pitch for _, pitch in struck(stage, BASS)][1:16] == offline[1:16]


def test_every_note_of_every_voice_ends(trio):
    comp(trio, [DM7, G7, CMAJ7])
    trio.go_to(11.3)
    trio.session.close("stopped")
    assert sounding(trio) == []
    end = trio.events("end")[0]
    assert end["stuck_notes"] == 0


def test_it_ends_with_the_solo_landing_on_the_next_bar_line(trio):
    comp(trio, [DM7, G7])
    trio.go_to(5.0)
    trio.order(End())
    trio.go_to(16)
    last = {channel: struck(trio, channel)[-1] for channel in (BASS, DRUMS)}
    assert last[BASS][0] == pytest.approx(8, abs=0.1)
    assert last[DRUMS][0] == pytest.approx(8, abs=0.1)
    assert {49, 36} <= {p for beat, p in struck(trio, DRUMS) if beat > 7.9}
    assert max(beat for beat, _ in struck(trio, 0)) < 8
    fill = [pitch for beat, pitch in struck(trio, DRUMS) if 6.9 < beat < 7.95]
    assert 51 not in fill
    assert sounding(trio) == []


def test_after_the_end_it_waits_to_be_begun_again(trio):
    comp(trio, [DM7, G7])
    trio.order(End())
    trio.go_to(9)
    trio.release(G7)
    trio.strike(DM7)
    trio.go_to(12)
    assert not [beat for beat, _ in struck(trio, BASS) if beat > 8.5]
    trio.order(Trigger())
    trio.go_to(16)
    assert [beat for beat, _ in struck(trio, BASS) if beat > 12]


def test_while_the_solo_lays_out_the_hands_are_accompanied(trio):
    comp(trio, [DM7])
    trio.order(LayOut(True))
    trio.go_to(16)
    assert [beat for beat, _ in struck(trio, BASS) if beat > 12]
    assert [beat for beat, _ in struck(trio, DRUMS) if beat > 12]


def test_when_nobody_plays_for_four_bars_it_ends(trio):
    comp(trio, [DM7])
    trio.go_to(1)
    trio.release(DM7)
    trio.go_to(40)
    last = max(beat for channel in (BASS, DRUMS) for beat, _ in struck(trio, channel))
    assert 16 <= last <= 24
    assert sounding(trio) == []
    trio.strike(DM7)
    trio.go_to(44)
    assert [beat for beat, _ in struck(trio, BASS) if beat > 39.9]


def test_panic_silences_it_at_once_and_the_next_chord_begins_it(trio):
    comp(trio, [DM7])
    trio.go_to(5.2)
    trio.order(Panic())
    assert sounding(trio) == []
    trio.go_to(9)
    assert not [beat for ch in (BASS, DRUMS) for beat, _ in struck(trio, ch) if beat > 5.25]
    trio.strike(G7)
    trio.go_to(10)
    assert [beat for beat, _ in struck(trio, BASS) if beat > 8.9]


def test_a_pause_is_silent_and_afterwards_it_plays_on(trio):
    comp(trio, [DM7])
    trio.go_to(6)
    trio.order(Pause(True))
    assert sounding(trio) == []
    trio.run_for(2.0)
    paused = len(struck(trio, BASS)) + len(struck(trio, DRUMS))
    assert not [beat for ch in (BASS, DRUMS) for beat, _ in struck(trio, ch) if beat > 6.1]
    trio.order(Pause(False))
    trio.run_for(2.0)
    assert len(struck(trio, BASS)) + len(struck(trio, DRUMS)) > paused + 6


def test_through_trades_it_plays_on_and_marks_the_turns(trio):
    comp(trio, [DM7])
    trio.order(Trade(2))
    trio.go_to(32)
    rides = {round(beat) // 4 for beat, pitch in struck(trio, DRUMS)}
    assert rides == set(range(9)) - ({8} - rides)
    crashes = {round(beat) for beat, pitch in struck(trio, DRUMS) if pitch == 49}
    assert {12, 20, 28} <= crashes or {8, 16, 24} <= crashes


def test_a_voice_can_be_muted_turned_down_and_asked_for(trio):
    comp(trio, [DM7])
    trio.order(SetVoice("drums", on=False))
    trio.go_to(4)
    assert not [beat for beat, _ in struck(trio, DRUMS) if beat > 0.1]
    trio.order(SetVoice("drums", on=True), SetVoice("bass", volume=0.25))
    trio.go_to(12)
    assert [beat for beat, _ in struck(trio, DRUMS) if beat > 5]
    soft = [
        m.data[2]
        for m in trio.port.messages
        if m.data[0] == 0x91 and (m.seconds - trio.start) * 2 > 5
    ]
    assert soft
    assert max(soft) < 40
    views = {view.name: view for view in trio.status().band}
    assert (views["bass"].volume, views["drums"].on) == (0.25, True)
    assert views["bass"].planned


def test_a_voice_on_the_solos_channel_is_refused(make_stage):
    stage = make_stage(band=BandSettings(bass_channel=0))
    stage.strike(DM7)
    stage.order(SetVoice("bass", on=True))
    assert "share channel 1" in stage.status().notice
    stage.go_to(4)
    assert not [view for view in stage.status().band if view.on]


def test_the_feel_can_be_asked_for(trio):
    comp(trio, [DM7])
    trio.order(SetFeel("bossa"))
    trio.go_to(12)
    assert 37 in {pitch for beat, pitch in struck(trio, DRUMS) if beat > 4}
    assert trio.status().playing_feel is Feel.bossa


def test_the_log_tells_the_bands_notes_apart_from_the_solos(trio):
    comp(trio, [DM7])
    trio.go_to(8)
    voices = {event["voice"] for event in trio.events("band")}
    assert voices == {"bass", "drums"}
    assert len(trio.events("played")) == len(struck(trio, 0))
    assert len(trio.events("band")) == len(struck(trio, BASS)) + len(struck(trio, DRUMS))


def test_after_bars_without_a_chord_the_bass_comes_in_again(make_stage):
    stage = make_stage(band=BOTH, form="| Dm7 | N.C. | N.C. | N.C. | N.C. | N.C. | G7 | C |")
    comp(stage, [DM7])
    stage.go_to(2)
    stage.release(DM7)
    stage.order(SetVoice("bass", on=True))
    for bar in range(1, 7):
        stage.go_to(4 * bar)
        stage.feed((0xB0, 1, 20 + bar))
    stage.strike(G7)
    stage.go_to(32)
    bars = {int((beat + 0.1) // 4) for beat, _ in struck(stage, BASS)}
    assert {0, 6, 7} <= bars


@pytest.mark.parametrize("bpm", [20.0, 400.0])
@pytest.mark.parametrize("beats", [1, 3, 5])
def test_at_every_tempo_and_metre_it_begins_and_goes_on(make_stage, bpm, beats):
    stage = make_stage(
        band=BandSettings(("bass", "drums"), feel=Feel.two), bpm=bpm, beats_per_bar=beats
    )
    stage.run_for(0.13)
    stage.strike(DM7)
    stage.run_for(8 * 60 / bpm, 0.002)
    for channel in (BASS, DRUMS):
        assert len(struck(stage, channel)) >= 2


def test_after_a_sleep_nothing_is_caught_up_with(trio):
    comp(trio, [DM7])
    trio.go_to(4)
    before = len(struck(trio, BASS))
    trio.clock.advance(10.0)
    trio.session.tick()
    trio.go_to(28)
    assert len(struck(trio, BASS)) - before <= 6


def test_own_notes_that_come_back_are_nobodys_chord(make_stage):
    stage = make_stage(band=BOTH)
    stage.strike(DM7)
    sent = 0
    for tick in range(1, 8 * 96):
        stage.go_to(tick / 96)
        messages = stage.port.messages
        stage.feed(*[m.data for m in messages[sent:]])
        sent = len(messages)
    assert stage.status().harmony == Harmony.of(DM7)


@pytest.mark.parametrize("channel", [BASS, DRUMS])
def test_a_silent_voice_takes_no_note_of_a_solo_on_its_channel(make_stage, channel):
    stage = make_stage(output_channel=channel)
    comp(stage, [DM7])
    stage.go_to(4)
    assert len(stage.events("played")) == len(struck(stage, channel)) > 0
    assert stage.events("band_ended") == []


def test_a_first_chord_struck_just_before_the_beat_has_the_band_on_beat_one(make_stage):
    stage = make_stage(band=BOTH)
    stage.start += 2.0
    stage.session.line.begin(stage.start)
    stage.go_to(-0.05)
    stage.strike(DM7)
    stage.go_to(2)
    for channel in (BASS, DRUMS):
        assert struck(stage, channel)[0][0] == pytest.approx(0, abs=0.1)


def test_a_chart_begun_without_a_key_has_the_band_on_beat_one(make_stage):
    stage = make_stage(band=BOTH, form="| Dm7 | G7 | Cmaj7 | A7 |")
    stage.order(Trigger())
    stage.start = stage.session.line.seconds_at(0.0)
    stage.run_for(2.0)
    bass, drums = struck(stage, BASS), struck(stage, DRUMS)
    assert bass[0][0] == pytest.approx(0, abs=0.1)
    assert bass[0][1] % 12 == 2
    assert drums[0][0] == pytest.approx(0, abs=0.05)


def test_after_the_end_a_chart_begun_without_a_key_has_the_band(make_stage):
    stage = make_stage(band=BOTH, form="| Dm7 | G7 | Cmaj7 | A7 |")
    stage.order(End())
    stage.order(Trigger())
    stage.run_for(6.0)
    assert struck(stage, 0)
    assert struck(stage, BASS)
    assert struck(stage, DRUMS)


@pytest.mark.parametrize("beats", [0.8, 1.0, 1.9])
def test_after_a_short_skip_nothing_is_caught_up_with(trio, beats):
    comp(trio, [DM7])
    trio.go_to(5.3)
    now, line, before = trio.clock.now(), trio.session.line, len(trio.port.messages)
    there = line.beat_at(now) + beats
    line.jump(now, there)
    trio.session.conductor.move(Transported(Move.jump, there, there, beats), now, now)
    until_next = (-there % 1.0) / 2
    trio.run_for(until_next - 0.05)
    fresh = [m for m in trio.port.messages[before:] if m.data[0] >> 4 == 9 and m.data[0] & 15]
    assert fresh == []
    trio.run_for(1.0)
    assert [m for m in trio.port.messages[before:] if m.data[0] == 0x90 | DRUMS]


def test_after_a_pause_the_band_goes_on_with_the_chord_that_is_held(trio):
    comp(trio, [DM7])
    trio.order(LayOut(True))
    trio.go_to(6)
    trio.order(Pause(True))
    trio.run_for(2.0)
    paused = {channel: len(struck(trio, channel)) for channel in (BASS, DRUMS)}
    trio.order(Pause(False))
    trio.run_for(2.0)
    for channel in (BASS, DRUMS):
        assert len(struck(trio, channel)) > paused[channel] + 1


def test_a_key_in_a_pause_begins_the_band_after_it(trio):
    trio.order(SetVoice("bass", on=True))
    comp(trio, [DM7])
    trio.order(LayOut(True))
    trio.go_to(2)
    trio.order(Panic())
    trio.order(LayOut(True))
    trio.go_to(6)
    trio.order(Pause(True))
    trio.strike(G7)
    trio.run_for(1.0)
    assert not [beat for beat, _ in struck(trio, BASS) if beat > 2.1]
    trio.order(Pause(False))
    trio.run_for(2.0)
    assert [beat for beat, _ in struck(trio, BASS) if beat > 6.1]


def test_after_a_panic_in_a_pause_nobody_goes_on(trio):
    comp(trio, [DM7])
    trio.go_to(6)
    trio.order(Pause(True))
    trio.order(Panic())
    trio.order(Pause(False))
    trio.run_for(2.0)
    assert not [beat for ch in (BASS, DRUMS) for beat, _ in struck(trio, ch) if beat > 6.1]
