"""Whatever arrives at the input: the stage goes on, and leaves nothing ringing."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEYS = st.integers(36, 60)
VELOCITIES = st.integers(0, 127)
STOPS = (b"\xb0\x78\x00", b"\xb0\x7b\x00")
MESSAGES = st.one_of(
    st.sampled_from(STOPS),
    st.builds(lambda key, velocity: bytes((0x90, key, velocity)), KEYS, VELOCITIES),
    st.builds(lambda key: bytes((0x80, key, 0)), KEYS),
    st.builds(
        lambda controller, value: bytes((0xB0, controller, value)),
        st.sampled_from((1, 64, 66, 74, 120, 123)),
        VELOCITIES,
    ),
    st.binary(max_size=4),
)
WAITS = st.one_of(
    st.integers(0, 40).map(lambda n: n / 1000),
    st.integers(0, 3000).map(lambda n: n / 1000),
    st.just(12.0),
)
"""Seconds: within a chord, within a phrase, and long enough to rest."""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hands=st.lists(st.tuples(WAITS, MESSAGES), max_size=25),
    schedules_ahead=st.booleans(),
    response=st.sampled_from(("now", "beat", "bar")),
    bpm=st.sampled_from((40.0, 120.0, 300.0)),
)
def test_no_hands_break_the_stage(make_stage, hands, schedules_ahead, response, bpm):
    stage = make_stage(schedules_ahead=schedules_ahead, response=response, bpm=bpm)
    for wait, data in hands:
        stage.run_for(wait)
        stage.feed(data)
        if data in STOPS:
            before = len(stage.played)
            stage.run_for(0.05)
            assert stage.lines[1] == []
            assert len(stage.played) == before
    stage.run_for(1.0)
    stage.session.close("test")
    assert stage.lines[0] <= 1
    assert stage.lines[1] == []
    assert stage.events("end")[0]["stuck_notes"] == 0
    assert len(stage.events("played")) == len(stage.played) == len(stage.events("ended"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.floats(0.0001, 0.4), min_size=5, max_size=40),
    chords=st.lists(st.sets(KEYS, min_size=1, max_size=5), min_size=1, max_size=6),
    late=st.integers(0, 7),
)
def test_a_machine_that_stalls_plays_no_two_notes_at_once(make_stage, steps, chords, late):
    """The ticks come unevenly, and answers only at every few of them."""
    stage = make_stage()
    poll, polls = stage.player.poll, iter(range(10_000))
    stage.player.poll = lambda: poll() if next(polls) % (late + 1) == late else []
    for i, step in enumerate(steps):
        stage.clock.advance(step)
        stage.feed(*[(0x90, key, 80) for key in chords[i % len(chords)]])
    stage.session.close("test")
    assert stage.lines[0] <= 1
    assert stage.lines[1] == []
