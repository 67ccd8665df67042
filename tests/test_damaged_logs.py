"""A log that a disk, a program or a person has damaged: each reader says so in a sentence.

A good log is damaged by a seed, which a failing test names: the same seed damages it again.
"""

import json
from random import Random

import pytest

from jambot.assets import CHORD_TONES, DEMO_COMPING
from jambot.cli import main
from jambot.control.room.shelf import Shelf
from jambot.control.room.take_maker import NOTES, made_file
from jambot.errors import JamBotError
from jambot.music.take_events import read_event
from jambot.realtime.main import JamSettings, jam

SEEDS = 300
TOGETHER = 10
"""Damages that one test tries."""
HOSTILE = (
    None, True, "", "x", "\ud800", -1, -1e9, 128, 1.5, 1e6, 1e9, 1e308, 10**400, [], {}, [[]],
    [1, None], {"a": None}, float("nan"), float("inf"), "9" * 5000,
)  # fmt: skip
DAMAGES = (*["value"] * 4, "field", "line", "cut", "twice", "away", "deep", "bytes")
OTHERS = (
    {"event": "gap", "seconds": 1.0, "beat": 2.0, "seconds_lost": 3.5},
    {"event": "port", "which": "input", "state": "lost", "seconds": 1.0},
    {"event": "transport", "state": "jump", "seconds": 1.0, "beat": 2.0, "song_beats": 2.0},
    {"event": "first_note", "seconds": 1.0, "steps_ms": dict.fromkeys(
        ("settle", "prompt", "prefill", "note", "answer", "port"), 1.5)},
    {"event": "answer", "id": 1, "seconds": 1.0, "begins_seconds": 1.1, "harmony": 1},
    {"event": "anticipated", "outcome": "right", "seconds": 1.0, "beat": 2.0, "harmony": 1,
     "expected": None},
    {"event": "keep", "seconds": 1.0, "file": "keep_1.mid", "state": "kept"},
    {"event": "lost", "count": 3, "events": {"frame": 3}, "from_seconds": 1.0,
     "until_seconds": 2.0, "reason": "No space left on device"},
    {"event": "stop", "seconds": 2.0}, {"event": "player", "state": "died", "seconds": 2.0},
)  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The lines of a whole take, with an event of every kind that figures are taken from."""
    path = tmp_path_factory.mktemp("good") / "session.jsonl"
    jam(JamSettings(adapter=CHORD_TONES, backend="memory", comping=DEMO_COMPING, seconds=6.0,
                    realtime=False), path)  # fmt: skip
    *lines, end = path.read_text(encoding="utf-8").splitlines()
    return [*lines, *map(json.dumps, OTHERS), end]


def damaged(lines, random):
    """The bytes of a log to which one to three things have happened."""
    lines = list(lines)
    for _ in range(random.randint(1, 3)):
        i = random.randrange(len(lines))
        if random.random() < 0.2:
            i = 0  # every figure hangs on the opening
        event = read_event(lines[i]) or {"event": "x"}
        within = inside(event, random)
        name = random.choice(list(within)) if within else "beat"
        match random.choice(DAMAGES):
            case "value":
                within[name] = random.choice(HOSTILE)
                lines[i] = json.dumps(event)
            case "field":
                within.pop(name, None)
                lines[i] = json.dumps(event)
            case "line":
                lines[i] = random.choice(["hello", "[1]", "null", "{}", '{"event": 3}', "\x00\x00"])
            case "cut":
                lines[i] = lines[i][: random.randrange(len(lines[i]) + 1)]
            case "twice":
                lines.insert(random.randrange(len(lines)), lines[i])
            case "away":
                del lines[i]
            case "deep":
                lines[i] = '{"event": "frame", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
            case "bytes":
                content = bytearray("\n".join(lines).encode(errors="replace"))
                for _ in range(random.randint(1, 20)):
                    content[random.randrange(len(content))] = random.randrange(256)
                return bytes(content)
    return ("\n".join(lines) + "\n").encode(errors="replace")


def inside(event, random):
    """The event, or an object within it."""
    objects = [event, *(value for value in event.values() if isinstance(value, dict))]
    return random.choice(objects)


def told(arguments, capsys):
    """What a command said where it refused; it ends with a status and a sentence, or is done."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert ended.value.code in (None, 0, 1, 2)
    assert "Traceback" not in said
    if ended.value.code:
        first, *more = said.splitlines()
        assert first.startswith("jambot: ")
        assert all(line.startswith(("  expected: ", "  what to do: ")) for line in more), said
    return said


def asked_of_the_page(folder):
    """What the browser is given of a take, or the sentence in its place."""
    for name in (NOTES, "session.mid", "report.html", "report.json"):
        said = ""
        try:
            made_file(folder, name)
        except JamBotError as error:
            said = str(error)
        assert len(said.splitlines()) <= 1


SLOW_FROM = 50
FIRSTS = [
    pytest.param(first, marks=[pytest.mark.slow] if first >= SLOW_FROM else [])
    for first in range(0, SEEDS, TOGETHER)
]


@pytest.mark.parametrize("first", FIRSTS)
def test_report_keep_replay_and_the_page_say_in_a_sentence_what_is_wrong(
    first, good, tmp_path, capsys
):
    for seed in range(first, first + TOGETHER):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "session.jsonl").write_bytes(damaged(good, Random(seed)))
        try:
            asked_of_the_page(folder)
            told(["report", str(folder), "--no-sound"], capsys)
            told(["keep", str(folder), "-o", str(tmp_path / "kept.mid")], capsys)
            told(["replay", str(folder)], capsys)
        except BaseException as error:
            error.add_note(f"seed {seed}: {folder}")
            raise


def test_the_log_that_is_damaged_is_a_good_one(good, tmp_path, capsys):
    (tmp_path / "session.jsonl").write_text("\n".join(good) + "\n", encoding="utf-8")
    for command in (["report", "--no-sound"], ["keep"], ["replay"]):
        assert told([command[0], str(tmp_path), *command[1:]], capsys) == ""


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        ('{"event": "played", "onset_beats": 1}', "`played` without `duration_beats`", "a length"),
        ('{"event": "heard", "beat": 1, "pitch": 128}', "`heard` has pitch 128", "a key, 0 to 127"),
        ('{"event": "frame", "lookahead_bars": 1e999, "valid": true}', "lookahead_bars Infinity",
         "a number"),
        ('{"event": "harmony", "id": 1, "seconds": 0, "beat": 0, "pitch_classes": [12]}',
         "pitch_classes [12]", "pitch classes, 0 to 11"),
        ('{"event": "whatever", "seconds": "late"}', '`whatever` has seconds "late"', "seconds"),
        ("[" * 100_000, "no event", "one JSON object"),
    ],
)  # fmt: skip
def test_the_line_the_field_and_the_cure_are_named(line, found, expected, tmp_path, capsys):
    (tmp_path / "session.jsonl").write_text(f'{{"event": "session"}}\n{line}\n{{"event": "end"}}\n')
    said = told(["report", str(tmp_path)], capsys)
    assert said.startswith("jambot: session.jsonl line 2: ")
    assert found in said
    assert f"expected: {expected}" in said
    assert "what to do: copy the take again, or remove the line" in said


def test_a_report_that_somebody_damaged_costs_the_list_nothing(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "session.jsonl").write_text('{"event": "session"}\n')
    for content in (
        '{"seconds": NaN, "notes": "many", "headline": []}', '{"seconds": 1e999}', "[" * 100_000,
        '{"notes": -1, "headline": null}', "\x00",
    ):  # fmt: skip
        (folder / "report.json").write_text(content)
        (take,) = Shelf(tmp_path).takes()
        assert (take.seconds, take.notes, take.headline) == (None, None, "")
