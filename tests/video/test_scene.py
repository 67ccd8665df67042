"""Frames: the plan above the keys, the past below them, nothing in the margins."""

from dataclasses import replace

import numpy as np

from jambot.band.kit import KICK
from jambot.music import Note
from jambot.video.canvas import BASS, DRUMS, GROUND, HANDS, STYLES
from jambot.video.scene import FilmScene
from jambot.video.sprites import STEPS, bar, chord, text

WIDTH, HEIGHT = 640, 360


def colour_at(frame, x, y):
    return tuple(int(value) for value in frame[round(y), round(x)])


def near(a, b, by=40):
    return max(abs(p - q) for p, q in zip(a, b, strict=True)) <= by


def test_a_planned_note_is_an_outline_above_its_key_and_a_played_one_is_filled_below(film):
    scene = FilmScene(film, WIDTH, HEIGHT)
    lay, beat = scene.layout, 1.2
    frame = scene.music(film.seconds_at(beat))
    key = lay.keys[79]
    middle = lay.future_y(2.0 + 0.2 - beat)
    assert near(colour_at(frame, key.x + lay.px(2), middle), STYLES["piano"], 110)
    assert near(colour_at(frame, key.x + key.width / 2, middle), GROUND, 60)
    key = lay.keys[72]
    assert near(colour_at(frame, key.x + key.width / 2, lay.past_y(beat - 0.7)), STYLES["piano"])
    key = lay.keys[48]
    assert near(colour_at(frame, key.x + key.width / 2, lay.floor - 3), HANDS)


def test_bass_and_drums_are_drawn_as_they_were_played(film):
    trio = replace(film, bass=(Note(0.0, 0.9, 36, 90),), drums=(Note(1.0, 0.2, KICK, 120),))
    scene = FilmScene(trio, WIDTH, HEIGHT)
    lay, beat = scene.layout, 1.2
    frame = scene.music(film.seconds_at(beat))
    key = lay.keys[36]
    assert near(colour_at(frame, key.x + key.width / 2, lay.past_y(beat - 0.5)), BASS, 60)
    assert near(colour_at(frame, lay.right + lay.px(14), lay.past_y(0.2) + 1), DRUMS, 70)
    before = scene.music(film.seconds_at(0.9))
    assert near(colour_at(before, lay.right + lay.px(14), lay.past_y(0.2) + 1), GROUND)


def test_a_note_that_was_given_up_is_there_before_and_gone_after(film):
    scene = FilmScene(film, WIDTH, HEIGHT)
    key = scene.layout.keys[61]

    def brightness(beat):
        top, bottom = (round(scene.layout.future_y(at - beat)) for at in (2.5, 2.0))
        lane = slice(key.x, key.x + key.width)
        return int(scene.music(film.seconds_at(beat))[top:bottom, lane].max())

    assert brightness(0.9) > brightness(1.4) > brightness(1.9)


def test_nothing_is_written_in_the_margins_and_frames_are_the_same_again(film):
    scene = FilmScene(film, WIDTH, HEIGHT)
    frames = [scene.frame(seconds).copy() for seconds in (0.2, 1.0, 1.8)]
    for frame in frames[:2]:
        for edge in (frame[:, : scene.layout.margin], frame[:, -scene.layout.margin :]):
            assert np.ptp(edge.reshape(-1, 3), axis=0).max() == 0
    again = FilmScene(film, WIDTH, HEIGHT)
    for seconds, frame in zip((0.2, 1.0, 1.8), frames, strict=True):
        assert np.array_equal(again.frame(seconds), frame)
    assert not np.array_equal(frames[0], frames[1])


def test_a_bar_between_two_pixels_is_antialiased_and_covers_its_height():
    mask = bar(9, 10 * STEPS, 2, 0)
    assert mask[5].tolist() == [256] * 9
    assert mask[0, 4] == mask[10, 4] == 128
    assert mask[:, 4].sum() == 10 * 256


def test_chord_names_keep_to_their_room_and_grow_with_their_size():
    assert chord("Ebm7b5/Bb", 96, 200).shape[1] <= 200
    assert text("horn", 40).shape[0] > text("horn", 20).shape[0]
    assert chord("C", 40, 200).max() == 256
