from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Note
from jambot.realtime.plan.plan import Plan, PlannedNote


def planned(*onsets, prompt=1, source="model", at_once=False):
    return [PlannedNote(Note(on, 0.5, 60), prompt, 0, source, at_once) for on in onsets]


def onsets(notes):
    return [p.note.onset_beats for p in notes]


def a_plan(*beats):
    plan = Plan()
    plan.take_over(1, 0.0)
    plan.extend(planned(*beats), max(beats))
    return plan


def test_notes_near_enough_are_promised_and_the_rest_stay_tentative():
    plan = a_plan(0.0, 0.5, 1.0, 1.5)
    assert onsets(plan.commit(1.0)) == [0.0, 0.5]
    assert onsets(plan.notes) == [1.0, 1.5]
    assert plan.commit(1.0) == []


def test_notes_that_a_newer_request_is_to_replace_are_promised_as_late_as_can_be():
    plan = a_plan(0.0, 0.5, 1.0, 1.5)
    plan.take_over(2, 0.5)
    assert plan.awaited
    assert onsets(plan.commit(2.0, held_beats=0.25)) == [0.0]
    plan.extend(planned(0.75, prompt=2), 1.25)
    assert not plan.awaited
    assert onsets(plan.commit(2.0, held_beats=0.25)) == [0.75]
    assert onsets(plan.commit(2.0, held_beats=1.6)) == [1.5]


def test_a_newer_answer_replaces_only_as_far_as_it_has_been_decided():
    plan = a_plan(0.0, 1.0, 2.0, 3.0)
    plan.take_over(2, 1.0)
    assert onsets(plan.notes) == [0.0, 1.0, 2.0, 3.0]
    plan.extend(planned(1.25, prompt=2), 1.25)
    assert onsets(plan.notes) == [0.0, 1.25, 2.0, 3.0]
    plan.extend([], 2.5)
    assert onsets(plan.notes) == [0.0, 1.25, 3.0]
    assert plan.frontier_beats == 3.0


def test_an_answer_due_at_once_clears_what_others_intended():
    plan = a_plan(0.5, 1.0)
    plan.take_over(2, 0.75)
    plan.extend(planned(0.75, prompt=2, at_once=True), 0.75)
    assert onsets(plan.commit(0.0)) == [0.75]
    assert plan.notes == []


def test_a_fallback_phrase_covers_without_deciding():
    plan = a_plan(0.0)
    plan.fill(planned(0.5, 1.0, prompt=0, source="fallback"), 1.5)
    assert (plan.frontier_beats, plan.covered_beats) == (0.0, 1.5)
    plan.extend(planned(0.75), 0.8)
    assert onsets(plan.notes) == [0.0, 0.75, 1.0]
    plan.extend([], 2.0)
    assert onsets(plan.notes) == [0.0, 0.75]
    assert plan.frontier_beats == plan.covered_beats == 2.0


def test_forgetting_drops_what_was_intended_from_there_on():
    plan = a_plan(0.0, 1.0, 2.0)
    plan.forget(1.0)
    assert onsets(plan.notes) == [0.0]
    assert plan.frontier_beats == plan.covered_beats == 1.0


@given(st.lists(st.tuples(st.floats(0, 8), st.floats(0, 8), st.booleans()), max_size=20))
def test_the_plan_never_shrinks_and_stays_in_order(steps):
    plan, prompt = Plan(), 0
    for at, to, anew in steps:
        if anew:
            prompt += 1
            plan.take_over(prompt, at)
        before = plan.frontier_beats
        plan.extend(planned(at, prompt=prompt), max(at, to))
        assert plan.frontier_beats >= before
        assert plan.notes == sorted(plan.notes)


def test_of_two_plans_the_newer_strike_replaces_the_older_one_in_its_place():
    plan = a_plan(0.0, 1.0, 2.0)
    plan.take_over(2, 1.0)
    plan.extend(planned(1.0, prompt=2), 1.0)
    plan.extend([PlannedNote(Note(1.0, 0.5, 55), 2)], 1.0)
    assert [(p.note.pitch, p.prompt) for p in plan.notes] == [(60, 1), (55, 2), (60, 2), (60, 1)]
