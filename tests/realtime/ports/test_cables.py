"""Who is to be joined again, and who is not."""

from jambot.realtime.ports.cables import DOUBT_SECONDS, Cables

KEYS, SYNTH, OTHER = "keys:out", "synth:out", "other:out"


def look(cables, joined, there, ended=(), seconds=0.0):
    return cables.look(seconds, joined, there, ended)


def joined(*names):
    cables = Cables()
    look(cables, names, [*names, OTHER])
    assert not cables.lost
    return cables


def test_a_peer_that_ends_is_awaited_and_joined_when_it_is_back():
    cables = joined(KEYS)
    assert look(cables, [], [OTHER]) == []
    assert cables.lost
    assert look(cables, [], [OTHER]) == []
    assert look(cables, [], [OTHER, KEYS]) == [KEYS]
    cables.join(KEYS)
    assert not cables.lost
    assert look(cables, [KEYS], [OTHER, KEYS]) == []


def test_a_peer_that_cannot_be_joined_yet_is_given_again():
    cables = joined(KEYS)
    look(cables, [], [])
    assert look(cables, [], [KEYS]) == [KEYS]
    assert look(cables, [], [KEYS]) == [KEYS]
    assert cables.lost


def test_a_cable_taken_out_by_hand_stays_out():
    cables = joined(KEYS)
    for seconds in (1.0, 1.1, 1.0 + DOUBT_SECONDS):
        assert look(cables, [], [KEYS], seconds=seconds) == []
        assert not cables.lost
    look(cables, [], [], seconds=3.0)
    assert look(cables, [], [KEYS], seconds=4.0) == []


def test_a_program_that_ends_and_begins_between_two_looks_is_joined_again():
    cables = joined(KEYS)
    assert look(cables, [], [KEYS], ended=["keys"]) == []
    assert cables.lost, "its keys have to be let go of"
    assert look(cables, [], [KEYS]) == [KEYS]


def test_ports_that_go_after_their_cables_have_not_been_taken_out_by_hand():
    cables = joined(KEYS)
    for seconds in (1.0, 1.02, 1.04):
        assert look(cables, [], [KEYS], seconds=seconds) == []
    assert look(cables, [], [], seconds=1.06) == []
    assert look(cables, [], [KEYS], seconds=1.08) == [KEYS]


def test_one_of_two_that_ends_is_counted_and_the_port_is_not_lost():
    cables = joined(KEYS, SYNTH)
    look(cables, [SYNTH], [SYNTH])
    assert (cables.lost, cables.taken_out) == (False, 1)
    look(cables, [], [])
    assert (cables.lost, cables.taken_out) == (True, 2)


def test_when_our_own_end_has_gone_all_cables_are_to_be_laid_again():
    cables = joined(KEYS, SYNTH)
    cables.cut()
    assert cables.lost
    assert look(cables, [], [KEYS]) == [KEYS]
    cables.join(KEYS)
    assert look(cables, [KEYS], [KEYS, SYNTH]) == [SYNTH]


def test_a_keyboard_may_come_back_under_another_number():
    keys, again, twin = (f"a2j:Keys [{number}] (capture)" for number in (28, 36, 32))
    cables = Cables()
    look(cables, [keys], [keys, twin])
    look(cables, [], [twin])
    assert look(cables, [], [twin]) == [], "the twin has been there all the time"
    assert look(cables, [], [twin, again]) == [again]


def test_somebody_joined_meanwhile_is_enough_not_to_be_lost():
    cables = joined(KEYS)
    look(cables, [], [])
    look(cables, [OTHER], [OTHER])
    assert not cables.lost
