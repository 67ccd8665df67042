import pytest

from jambot.music import Meter, MidiSong, Note, TempoMap, Track
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import ManualClock
from jambot.realtime.hands.performer import Performer, RoundSong


def song(*tracks, beats_per_bar=4):
    return MidiSong(tuple(tracks), TempoMap.constant(90.0), Meter(beats_per_bar), ())


def hands(*notes, bpm=60.0, drums=()):
    clock = ManualClock()
    tracks = [Track("hands", notes)]
    if drums:
        tracks.append(Track("drums", drums, is_drum=True))
    return clock, at_the_piano(song(*tracks), clock, bpm)


def at_the_piano(played, clock, bpm):
    performer = Performer(RoundSong(played), clock, BeatLine(bpm, 0.0))
    performer.play(0.0, 0.0)
    return performer


def heard_until(clock, performer, seconds, step=0.25):
    messages = []
    while clock.now() < seconds:
        messages += performer.poll()
        clock.advance(step)
    return [(m.seconds, m.data[0] >> 4, m.data[1]) for m in messages]


def test_the_song_is_played_in_its_time_at_the_tempo_asked_for():
    clock, performer = hands(Note(0.0, 1.0, 60), Note(2.0, 1.0, 62), bpm=120.0)
    assert heard_until(clock, performer, 1.75) == [
        (0.0, 9, 60), (0.5, 8, 60), (1.0, 9, 62), (1.5, 8, 62)
    ]  # fmt: skip


def test_it_goes_round_after_whole_bars():
    clock, performer = hands(Note(0.0, 1.0, 60), Note(3.0, 0.5, 62))
    ons = [(at, pitch) for at, kind, pitch in heard_until(clock, performer, 9.0) if kind == 9]
    assert ons == [(0.0, 60), (3.0, 62), (4.0, 60), (7.0, 62), (8.0, 60)]


def test_a_note_that_rings_over_the_end_delays_nothing():
    clock, performer = hands(Note(0.0, 1.0, 60), Note(3.0, 1.2, 62))
    messages = heard_until(clock, performer, 9.0)
    assert messages == sorted(messages, key=lambda message: message[0])
    assert (4.0, 8, 62) in messages


def test_a_note_just_before_the_bar_line_belongs_to_the_round():
    clock, performer = hands(Note(0.0, 1.0, 60), Note(4.1, 0.1, 62))
    ons = [at for at, kind, _ in heard_until(clock, performer, 13.0) if kind == 9]
    assert ons == pytest.approx([0.0, 4.1, 8.0, 12.1])


def test_drums_are_no_chords():
    clock, performer = hands(Note(0.0, 1.0, 60), drums=(Note(1.0, 0.1, 36),))
    assert {pitch for _, _, pitch in heard_until(clock, performer, 5.0)} == {60}


def test_a_song_without_notes_is_silence():
    clock, performer = hands()
    assert heard_until(clock, performer, 5.0) == []


def test_nothing_hangs_when_the_bundled_comping_goes_round(demo_song):
    clock = ManualClock()
    performer = at_the_piano(demo_song, clock, 240.0)
    down = set()
    for _, kind, pitch in heard_until(clock, performer, 60.0, step=0.01):
        (down.add if kind == 9 else down.discard)(pitch)
    assert len(down) <= 5


def test_rounds_that_were_slept_through_are_not_played_after_all(demo_song):
    clock = ManualClock()
    performer = at_the_piano(demo_song, clock, 120.0)
    whole = 0
    while clock.now() < 40.0:
        clock.advance(0.5)
        whole += len(performer.poll())
    clock.advance(3600.0)
    assert len(performer.poll()) <= 2 * whole
    clock.advance(8.0)
    late = performer.poll()
    assert late
    assert all(message.seconds > clock.now() - 8.1 for message in late)


def test_another_part_is_played_from_its_top_and_only_what_sounds_still_ends():
    clock, performer = hands(
        Note(0.0, 8.0, 40), Note(0.5, 0.25, 41), *(Note(3.0 + k / 8, 1.5, 60 + k) for k in range(8))
    )
    before = heard_until(clock, performer, 3.25, step=0.0625)
    assert [(kind, pitch) for _, kind, pitch in before] == [
        (9, 40), (9, 41), (8, 41), (9, 60), (9, 61)
    ]  # fmt: skip
    same_keys = [Note(0.0, 3.5, 62), Note(0.0, 3.5, 63), Note(0.0, 3.5, 67)]
    performer.follow(RoundSong(song(Track("hands", same_keys))), 3.25)
    after = heard_until(clock, performer, 6.75, step=0.0625)
    assert after == [
        (3.25, 9, 62), (3.25, 9, 63), (3.25, 9, 67),
        (4.5, 8, 60), (4.625, 8, 61),
    ]  # fmt: skip


def test_notes_come_in_their_order_however_long_was_slept():
    ends = (63, 17, 61, 55, 41, 19, 33, 58, 23, 27, 49, 12)
    held = [Note(k / 8, end / 2 - k / 8, 40 + k) for k, end in enumerate(ends)]
    clock, performer = hands(*held, *(Note(4.0 + k / 8, 0.5, 80 + k % 8) for k in range(224)))
    heard_until(clock, performer, 3.25, step=0.125)
    clock.advance(13.0)
    at_once = [(m.seconds, m.data[0] >> 4) for m in performer.poll()]
    assert at_once[:5] == [(end, 8) for end in (6.0, 8.5, 9.5, 11.5, 13.5)]
    assert at_once == sorted(at_once)
