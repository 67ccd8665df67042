"""Which track leads and which accompany."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Meter, MidiSong, Note, TempoMap, Track
from jambot.roles.sources.named_tracks import find_parts, monophony, where_it_rests


def line(low=60, notes=32, start=0.0):
    return tuple(Note(start + i * 0.5, 0.45, low + (i * 5) % 12, 90) for i in range(notes))


def chords(low=48, bars=8):
    return tuple(Note(4.0 * b, 3.9, p) for b in range(bars) for p in (low, low + 4, low + 7))


def song(*tracks):
    return MidiSong(tuple(tracks), TempoMap.constant(120), Meter())


@pytest.mark.parametrize("name", ["MELODY", "Lead vocal", "VOICE", "solo", "Tenor Sax", "Vox 1"])
def test_a_track_named_like_a_lead_leads(name):
    parts = find_parts(song(Track("PIANO", chords()), Track(name, line(45))))
    assert parts.target == line(45)
    assert "by name" in parts.choice


def test_two_piano_staves_accompany_together():
    parts = find_parts(
        song(Track("VOICE", line()), Track("PIANO_RH", chords(60)), Track("PIANO_LH", chords(36)))
    )
    assert parts.conditioning == tuple(sorted(chords(60) + chords(36)))


def test_without_names_the_high_monophonic_track_leads():
    parts = find_parts(
        song(
            Track("", chords(), program=0),
            Track("", line(72), program=73),
            Track("", line(34), program=33),
        )
    )
    assert parts.target == line(72)
    assert parts.conditioning == chords()
    assert "most melodic" in parts.choice


def test_an_unnamed_guitar_solo_leads_over_keys_whatever_drums_and_bass_do():
    parts = find_parts(
        song(
            Track("", line(36, 64), is_drum=True),
            Track("", line(30, 64), program=33),
            Track("", chords(52), program=4),
            Track("", line(64, 48), program=29),
        )
    )
    assert parts.target == line(64, 48)
    assert parts.conditioning == chords(52)
    assert "most melodic" in parts.choice


def test_of_two_leads_by_name_the_line_leads_and_neither_accompanies():
    harmony = tuple(Note(n.onset_beats, 1.5, n.pitch - 4) for n in line(64))
    parts = find_parts(
        song(Track("Lead Vox 2", harmony), Track("Lead Vox 1", line(64)), Track("Keys", chords()))
    )
    assert parts.target == line(64)
    assert parts.conditioning == chords()
    assert "Lead Vox 1 by name" in parts.choice
    assert "over Keys" in parts.choice


def test_what_jam_bot_played_into_the_daw_is_never_learnt_from():
    bot = Track("JAM_BOT", line(72, 64), program=65)
    mine = Track("Melody", line(60))
    parts = find_parts(song(bot, mine, Track("Piano", chords())))
    assert parts.target == line(60)
    assert parts.conditioning == chords()
    assert find_parts(song(bot, Track("Piano", chords()))) is None


def test_annotations_and_drums_are_not_played():
    parts = find_parts(
        song(
            Track("MELODY", line()),
            Track("PIANO", chords()),
            Track("CHORDS_ANNOT", chords(60)),
            Track("kit", chords(36), is_drum=True),
        )
    )
    assert parts.conditioning == chords()


def test_a_second_lead_speaks_where_the_first_rests():
    bridge = line(72, 32, start=8.0)
    parts = find_parts(
        song(Track("MELODY", line(60, 16)), Track("BRIDGE", bridge), Track("PIANO", chords()))
    )
    assert {n.pitch >= 72 for n in parts.target if n.onset_beats < 8.0} == {False}
    assert [n for n in parts.target if n.onset_beats > 8.5] == [
        n for n in bridge if n.onset_beats > 8.5
    ]


@pytest.mark.parametrize(
    "tracks",
    [
        (Track("PIANO", chords()),),
        (Track("MELODY", line()),),
        (Track("", chords()), Track("", chords(60))),
        (Track("MELODY", line(60, 4)), Track("PIANO", chords())),
        (),
    ],
)
def test_no_lead_over_an_accompaniment_is_none(tracks):
    assert find_parts(song(*tracks)) is None


notes = st.lists(
    st.builds(
        Note,
        onset_beats=st.integers(0, 200).map(lambda i: i / 4),
        duration_beats=st.integers(1, 8).map(lambda i: i / 4),
        pitch=st.integers(40, 90),
    ),
    max_size=30,
).map(lambda found: sorted(found, key=lambda n: (n.onset_beats, n.pitch)))


@given(notes, notes)
def test_what_fills_the_rests_never_overlaps_the_line(a, b):
    line_a = [n for i, n in enumerate(a) if i == 0 or n.onset_beats >= a[i - 1].end_beats]
    alone = [
        n for i, n in enumerate(line_a) if all(m.end_beats <= n.onset_beats for m in line_a[:i])
    ]
    for note in where_it_rests(alone, b):
        assert all(
            note.end_beats <= other.onset_beats or other.end_beats <= note.onset_beats
            for other in alone
        )


def test_monophony_of_a_line_and_of_chords():
    assert monophony(line()) == 1.0
    assert monophony(chords()) < 0.5
    assert monophony([]) == 1.0
