"""The gate of a style: what passes, what fails, and what the page says of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jambot.evaluation.exam.listening import Followed
from jambot.evaluation.exam.soloists import trained
from jambot.evaluation.style.gate import Comparison, Contender, compare, own_music, person, play
from jambot.evaluation.style.page import before_after_page, write_before_after
from jambot.generation import ChordToneModel, SamplingSettings
from jambot.music import Note
from jambot.roles.sample import RoleSample, SampleMeta, write_sample

CHORDS = [(50, 53, 57, 60), (43, 53, 59, 64), (48, 52, 55, 59), (45, 49, 55, 58)]
LISTENS = Followed(100, 55, 100, 54, 30)


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece learnt from and one held out: another line over the same four chords."""
    folder = tmp_path_factory.mktemp("roles")
    for name, split, step in (("learnt", "train", 1), ("held", "val", 3)):
        hands = [Note(4.0 * b, 3.9, p, 70) for b in range(12) for p in CHORDS[b % 4]]
        line = [
            Note(i / 2, 0.45, CHORDS[i // 8 % 4][i * step % 4] + 12 + i % 3, 80) for i in range(96)
        ]
        sample = RoleSample(name, tuple(hands), tuple(line), SampleMeta("me", name, split, 120.0))
        write_sample(sample, folder / name)
    return folder


@pytest.fixture(scope="module")
def players(roles: Path) -> tuple[Contender, Contender]:
    """The person, and the rule as base and style: it plays chord tones, whatever it hears."""
    music = own_music(roles)
    rule = trained("rule", ChordToneModel(), SamplingSettings())
    told: list[str] = []
    played = play(rule, music, 1, lambda step, done, total: told.append(step))
    assert list(dict.fromkeys(told)) == ["prediction", "improvising", "harmony"]
    return person(music), played


def judged(players: tuple[Contender, Contender], **changed: object) -> dict[str, str]:
    """Verdicts on a base that has learnt something, with these figures changed."""
    mine, rule = players
    base = replace(rule, name="base", gap_bits=0.2, followed=LISTENS, copy_rate=0.02)
    style = replace(base, name="me", bits={**base.bits, "all": base.bits["all"] - 0.5}, **changed)
    return {gate.gate.path: gate.verdict for gate in compare(mine, base, style).gates}


def test_the_same_bars_are_measured_for_everybody(players: tuple[Contender, Contender]) -> None:
    mine, rule = players
    assert [one.excerpt.tune for one in rule.result.attempts] == [
        "the built-in comping", "held", "learnt",
    ]  # fmt: skip
    assert [one.excerpt.tune for one in mine.result.attempts] == ["held", "learnt"]
    assert rule.bits["all"] > 0
    assert rule.followed.swapped_notes > 0
    assert 0 <= mine.copy_rate < 1


def test_a_style_that_learnt_listens_and_invents_passes(
    players: tuple[Contender, Contender],
) -> None:
    assert set(judged(players).values()) == {"pass"}


@pytest.mark.parametrize(
    ("figure", "changed"),
    [
        ("chord_swap.gap_bits", {"gap_bits": 0.1}),
        ("chord_swap.followed", {"followed": Followed(100, 55, 100, 40, 30)}),
        ("chord_swap.followed", {"followed": Followed()}),
        ("copy_rate", {"copy_rate": 0.9}),
        ("bits_per_note.saved", {"bits": {"all": 99.0}}),
    ],
)
def test_each_fault_fails_by_itself(
    players: tuple[Contender, Contender], figure: str, changed: dict[str, object]
) -> None:
    verdicts = (
        judged(players, **changed)
        if "bits" not in changed
        else {g.gate.path: g.verdict for g in _worse(players, changed).gates}
    )
    assert [name for name, verdict in verdicts.items() if verdict == "fail"] == [figure]


def _worse(players: tuple[Contender, Contender], changed: dict[str, object]) -> Comparison:
    mine, rule = players
    base = replace(rule, gap_bits=0.2, followed=LISTENS, copy_rate=0.02)
    return compare(mine, base, replace(base, **changed))


def test_the_page_shows_all_three_over_the_same_chords(
    players: tuple[Contender, Contender], tmp_path: Path
) -> None:
    mine, rule = players
    base = replace(rule, name="piano")
    found = compare(mine, base, replace(rule, name="me", copy_rate=0.9))
    html, figures = write_before_after(found, {"minutes": 1.5}, tmp_path)
    text = html.read_text("utf-8")
    for heard in ("the built-in comping", "held", "learnt"):
        assert f"<h2>{heard}</h2>" in text
    assert text.count(">you</h3>") == 2
    for midi in ("built_in-piano.mid", "built_in-me.mid", "held-me.mid"):
        assert f'href="{midi}"' in text
        assert (tmp_path / midi).is_file()
    written = json.loads(figures.read_text("utf-8"))
    assert written["passed"] is False
    assert written["person"]["bits_per_note"] == {}
    assert written["style"]["bits_per_note"]["all"] == pytest.approx(rule.bits["all"])
    assert "not fit to play" in before_after_page(found, {})
