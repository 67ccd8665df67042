"""Solos drawn beside the person's own: who is there, in which order, and over what."""

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.soloists import rule
from jambot.music import ChordSpan, Meter, Note, parse_chord
from lab.exams.rolls import play_beside, write_rolls


def excerpt(tune: str) -> Excerpt:
    hands = tuple(Note(bar * 4.0, 3.5, pitch) for bar in range(2) for pitch in (48, 52, 55, 59))
    chords = (ChordSpan(0.0, 8.0, parse_chord("Cmaj7")),)
    person = (Note(0.0, 1.0, 72), Note(1.0, 1.0, 74))
    return Excerpt(tune, tune, hands, person, chords, Meter(), 120.0, 0.0, 2)


def test_each_tune_begins_with_the_person_and_every_solo_is_drawn(tmp_path):
    told = []
    soloists = [rule()]
    played = list(
        play_beside(
            soloists, [excerpt("one"), excerpt("<two>")], 1, lambda *step: told.append(step)
        )
    )
    assert [(who, each.excerpt.tune) for who, each in played] == [
        ("people", "one"), ("rule", "one"), ("people", "<two>"), ("rule", "<two>"),
    ]  # fmt: skip
    assert [note.pitch for note in played[0][1].solo] == [72, 74]
    assert len(played[1][1].solo) > 2
    assert told[-1] == ("rule: improvising", 1, 2)
    text = write_rolls(played, tmp_path / "new" / "folder").read_text(encoding="utf-8")
    assert text.count("<svg") >= 4
    assert "people: one" in text
    assert "rule: &lt;two&gt;" in text
