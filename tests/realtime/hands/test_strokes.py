from jambot.realtime.hands.midi_input import KeyHeard
from jambot.realtime.hands.strokes import KEPT, Stroke, Strokes


def down(beat: float, pitch: int) -> KeyHeard:
    return KeyHeard(beat, pitch, 80, on=True)


def up(beat: float, pitch: int) -> KeyHeard:
    return KeyHeard(beat, pitch, 0, on=False)


def heard(*keys: KeyHeard) -> Strokes:
    strokes = Strokes()
    for key in keys:
        strokes.hear(key)
    return strokes


def test_a_key_lasts_from_its_strike_to_its_release():
    strokes = heard(down(1.0, 60), down(1.5, 64), up(2.0, 60))
    assert list(strokes) == [Stroke(1.0, 60, 80, 2.0), Stroke(1.5, 64, 80)]


def test_a_key_struck_again_without_a_release_has_come_up_before():
    assert list(heard(down(1.0, 60), down(2.0, 60))) == [
        Stroke(1.0, 60, 80, 2.0),
        Stroke(2.0, 60, 80),
    ]


def test_a_stop_ends_all_keys():
    strokes = heard(down(1.0, 60), down(1.5, 64))
    strokes.stop(3.0)
    assert [stroke.end_beats for stroke in strokes] == [3.0, 3.0]


def test_only_the_last_keys_are_kept():
    strokes = heard(*(down(float(beat), 60) for beat in range(2 * KEPT)))
    assert len(list(strokes)) == KEPT
