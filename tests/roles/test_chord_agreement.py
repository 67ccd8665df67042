"""Found beside written: shares of time, changes near each other, rows by texture."""

import pytest

from jambot.music import ChordSpan, parse_chord
from jambot.roles.chord_agreement import TEXTURES, ChordAgreement, chord_agreement


def spans(*rows):
    return [ChordSpan(on, end, parse_chord(name) if name else None) for on, end, name in rows]


def test_the_same_chords_agree_in_everything():
    written = spans((0, 4, "Dm7"), (4, 8, "G7"), (8, 16, "Cmaj7/E"))
    agreement = ChordAgreement()
    agreement.add(written, written)
    assert agreement.shares() == dict.fromkeys(("root", "kind", "bass", "tones", "changes"), 1.0)
    assert agreement.beats == 16


def test_each_share_is_its_part_of_the_time():
    agreement = ChordAgreement()
    agreement.add(
        spans((0, 4, "C"), (4, 8, "Am7"), (8, 10, None)), spans((0, 4, "C7"), (4, 10, "C6/A"))
    )
    shares = agreement.shares()
    assert (shares["root"], shares["kind"], shares["bass"]) == (0.5, 0.0, 1.0)
    assert shares["tones"] == pytest.approx((3 / 4 + 1) / 2)
    assert shares["changes"] == 1.0


def test_a_change_more_than_a_beat_away_is_another_one():
    agreement = ChordAgreement()
    agreement.add(spans((0, 4, "C"), (4, 8, "F")), spans((0, 5.5, "C"), (5.5, 8, "F")))
    assert agreement.shares()["changes"] == 0.5


def test_nothing_agrees_with_nothing():
    assert set(ChordAgreement().shares().values()) == {0.0}


def test_solos_are_heard_in_every_texture_and_found_again(solos):
    heard = []
    rows = chord_agreement([solos], "train", progress=lambda done, name: heard.append((done, name)))
    assert set(rows) == {f"wjd, {name}" for name in (*TEXTURES, "as prepared")}
    assert heard == [(1, "Me_MyBlues")]
    assert rows["wjd, spread"].shares()["root"] > 0.8
    assert chord_agreement([solos], "val")["wjd, shell"].pieces == 1


def test_pieces_without_written_chords_are_left_out(songs):
    assert chord_agreement([songs], None) == {}
