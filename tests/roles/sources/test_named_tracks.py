"""Which track leads and which accompany."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Meter, MidiSong, Note, TempoMap, Track
from jambot.roles.piece import RefusedError
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


def test_a_named_solo_wins_over_the_block_chords_that_lie_under_it():
    """The files of the Weimar collection: the solo is real, the rest was made from symbols."""
    solo, block = line(55, 64), chords(60, 16)
    parts = find_parts(
        song(
            Track("SOLO", solo, program=66),
            Track("CHORDS_SYNTH", block, program=0),
            Track("BASS_SYNTH", line(36), program=32),
        )
    )
    assert (parts.target, parts.conditioning, parts.player) == (solo, (), "horn")
    assert "its written chords" in parts.choice
    assert parts.doubt == ""


def test_the_only_track_that_was_played_leads_over_written_chords():
    parts = find_parts(song(Track("Tenor", line(55)), Track("CHORDS_ANNOT", chords())))
    assert (parts.target, parts.conditioning) == (line(55), ())
    assert find_parts(song(Track("Keys", chords()), Track("CHORDS_ANNOT", chords()))) is None


def test_a_named_solo_over_a_bass_alone_has_the_bass_under_it():
    bass = line(36)
    parts = find_parts(song(Track("lead", line(60)), Track("", bass, program=33)))
    assert parts.conditioning == bass


def right_hand():
    """A line with a third under every other note."""
    return tuple(sorted((*line(67), *(Note(float(i), 0.45, 64) for i in range(16)))))


@pytest.mark.parametrize("name", ["MELODY", "Solo piano", "lead"])
def test_the_chords_of_a_lead_that_is_a_piano_are_kept(name):
    parts = find_parts(song(Track(name, right_hand()), Track("comp", chords())))
    assert sorted(parts.target) == sorted(right_hand())


@pytest.mark.parametrize(("name", "program"), [("MELODY", 73), ("Tenor sax", 0), ("VOICE", 0)])
def test_what_plays_one_note_at_a_time_is_made_one_line(name, program):
    parts = find_parts(song(Track(name, right_hand(), program=program), Track("comp", chords())))
    assert len(parts.target) == len({n.onset_beats for n in right_hand()})


def test_two_staves_that_name_their_hands_are_taken_as_written():
    crossed = line(50)
    parts = find_parts(song(Track("Piano RH", crossed), Track("Piano LH", chords(55))))
    assert (parts.target, parts.player) == (crossed, "pianist")
    assert set(parts.conditioning) == set(chords(55))
    assert "written down" in parts.choice


@pytest.mark.parametrize(
    ("name", "program", "player"),
    [
        ("VOICE", 52, "voice"), ("MELODY", 0, "voice"), ("Alto Sax", 0, "horn"),
        ("solo", 56, "horn"), ("Lead piano", 0, "pianist"), ("solo", 0, None),
    ],
)  # fmt: skip
def test_the_kind_of_player_is_told_by_name_or_sound(name, program, player):
    parts = find_parts(song(Track(name, line(), program=program), Track("comp", chords())))
    assert parts.player == player


def test_where_the_choice_is_doubtful_it_says_what_else_it_could_be():
    tracks = Track("", chords()), Track("", line(72), program=73), Track("Horns", line(60))
    parts = find_parts(song(*tracks))
    assert parts.doubt == "took the track program 73; it could be program 0, Horns"
    two = find_parts(song(Track("solo 1", line(60)), Track("solo 2", line(72)), tracks[0]))
    assert two.doubt == "took the track solo 2; it could be solo 1"
    assert find_parts(song(Track("MELODY", line()), tracks[0])).doubt == ""


@pytest.mark.parametrize("wanted", ["Horns", "horns", "3"])
def test_the_track_that_is_asked_for_leads(wanted):
    tracks = Track("Comp", chords()), Track("MELODY", line(72)), Track("Horns", line(60))
    parts = find_parts(song(*tracks), wanted)
    assert (parts.target, parts.doubt) == (line(60), "")
    assert "as asked for" in parts.choice


def test_a_track_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(RefusedError, match="'Sax'; expected one of 1: Comp, 2: program 73"):
        find_parts(song(Track("Comp", chords()), Track("", line(), program=73)), "Sax")
