"""Every command of the README, the docs and the models' cards.

Mentioned in the text, it exists and has the options named; a line to type is parsed, values and
all, and where that is cheap it is run, on tiny inputs in a folder of its own.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from jambot.assets import DEMO_COMPING
from jambot.cli import app, main
from jambot.music import Note, Track, write_midi

ROOT = Path(__file__).parent.parent.parent
HISTORY = "log.md"
"""Its lines are what was typed on their day."""
PROGRAMS = (
    "jambot",
    "make",
    "python",
    "python3",
    "pytest",
    "pip",
    "bash",
    "torchrun",
    "accelerate",
)
PORT_NAMES = ("solo", "back", "in", "out", "A", "B")
"""`jambot solo` is the name of a cable."""

NOT_RUN = {
    r"jam\b.* --(in|out|clock|fl)\b": "needs a keyboard, a cable or FL Studio",
    r"jam --adapter (checkpoints|me$)": "needs a trained run; one plays in tests/test_cli.py",
    r"style\b": "more than a minute of training; tests/test_style.py makes a tiny one",
    r"jam --seconds 600": "ten minutes",
    r"demo\b.* --video": "a minute of 1080p; tests/video makes small films",
    r"doctor\b": "eight seconds; tests/control examines each part",
    r"mcp\b": "serves until it is stopped; tests/control leads a jam through it",
    r"bench\b": "minutes, and JACK; tests/evaluation measures a short one",
    r"prepare (SOURCE|WJD|JTD)|chords\b": "needs a corpus; README's own MIDI is run",
    r"train\b": "hours; tests/test_cli.py trains and finishes a tiny run",
    r"export\b": "needs a trained run; tests/test_cli.py has a tiny one",
    r"evaluate\b": "minutes; tests/evaluation examines in small",
}
"""Pattern of what follows `jambot` -> why it is only looked up, not run."""
CHEAPER = {
    "demo": "--seconds 4 --adapter chord-tones",
    "generate": "--bars 1",
    "jam": "--seconds 1 --backend memory --no-view --adapter chord-tones --report takes/jam",
    "prepare": "--jobs 1",
}
"""Added to what is run; where an option is given twice the last one counts."""


@dataclass(frozen=True)
class Documented:
    """One command: where it stands, whether in the text or as a line to type, and its words."""

    place: str
    mentioned: bool
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {shlex.join(self.words)}"

    @property
    def asked(self) -> str:
        return " ".join(self.words[1:])


def documented() -> Iterator[Documented]:
    """Commands of fenced blocks, and those in backticks within the text."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    pages += sorted(ROOT.glob("src/jambot/assets/models/*/README.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        place = page.relative_to(ROOT).as_posix()
        fences = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
        for language, block in fences.findall(text):
            if language in ("", "sh", "bash", "console"):
                for line in block.replace("\\\n", " ").splitlines():
                    yield from commands(line.removeprefix("$ "), place, mentioned=False)
        if page.name != HISTORY:
            for mention in re.findall(r"`([^`]+)`", fences.sub("", text)):
                yield from commands(" ".join(mention.split()), place, mentioned=True)


def commands(line: str, place: str, mentioned: bool) -> Iterator[Documented]:
    """The commands of one line, if it is one: settings before them and usage brackets taken off."""
    line = re.sub(r"\[(-[^]]*)\]", r"\1", line).replace("…", "")
    if not re.match(rf"([A-Z_]+=\S+ )*({'|'.join(PROGRAMS)}|scripts/\w+\.(py|sh))( |$)", line):
        return
    words = [w for w in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", w)]
    if words[0].startswith("scripts/"):
        words.insert(0, "bash" if words[0].endswith(".sh") else "python")
    if "jambot" in words[1:] and words[words.index("jambot") - 1] == "-m":
        words = words[words.index("jambot") :]
    if len(words) > 1 and not (words[0] == "jambot" and words[1] in PORT_NAMES):
        yield Documented(place, mentioned, tuple(words))


EVERY = {(found.mentioned, found.words): found for found in documented()}.values()
LINES = [one for one in EVERY if one.words[0] == "jambot" and not one.mentioned]


def reasons(found: Documented) -> list[str]:
    return [pattern for pattern in NOT_RUN if re.match(pattern, found.asked)]


def each(chosen: Iterable[Documented]) -> list[Any]:
    return [pytest.param(found, id=str(found)) for found in chosen]


def resolve(words: tuple[str, ...]) -> None:
    """Parse `words` with the command they name, values and all, and run nothing.

    Raises what the command line itself raises for a wrong command, option or value.
    """
    command: Any = typer.main.get_command(app)
    name, rest, parent = "jambot", list(words), None
    while True:
        context = command.make_context(name, rest, parent=parent)
        if not hasattr(command, "commands"):
            return
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        parent = context


def mentioned(words: tuple[str, ...]) -> None:
    """Raises AssertionError where the command, or an option of it, is not there."""
    command: Any = typer.main.get_command(app)
    rest = [word for word in words if word not in ("--help", "--version")]
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    assert not (hasattr(command, "commands") and rest), f"no command {words}"
    options = {opt for one in command.params for opt in (*one.opts, *one.secondary_opts)}
    assert {word for word in rest if re.match(r"--?[a-z]", word)} <= options


@pytest.mark.parametrize("found", each(LINES))
def test_a_line_to_type_is_understood_with_all_its_values(found: Documented) -> None:
    resolve(found.words[1:])
    assert all((ROOT / word).is_file() for word in found.words if word.startswith("configs/"))


MENTIONS = [one for one in EVERY if one.words[0] == "jambot" and one.mentioned]


@pytest.mark.parametrize("found", each(MENTIONS))
def test_a_command_that_is_mentioned_exists_with_the_options_named(found: Documented) -> None:
    mentioned(found.words[1:])


@pytest.mark.parametrize("found", each(one for one in EVERY if one.words[0] == "make"))
def test_a_documented_make_target_exists(found: Documented) -> None:
    targets = [word for word in found.words[1:] if re.fullmatch(r"[a-z-]+", word)]
    made = subprocess.run(
        ["make", "--dry-run", *targets], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize(
    "found", each(one for one in EVERY if one.words[0] not in ("jambot", "make"))
)
def test_a_documented_script_takes_the_options_it_is_given(found: Documented) -> None:
    words = list(found.words[1:])
    if found.words[0] == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
            "optional-dependencies"
        ]
        named = re.findall(r"\[([\w,]+)\]", " ".join(words))
        assert {extra for some in named for extra in some.split(",")} <= set(extras)
    elif "pytest" in found.words:
        files = [word for word in words if word.startswith("tests/")]
        assert files
        assert all((ROOT / file).exists() for file in files)
    elif words[0].startswith("scripts/"):
        script = (ROOT / words[0]).read_text(encoding="utf-8")
        if door := re.search(r'main\(\["(\w+)", \*sys\.argv\[1:\]\]\)', script):
            mentioned((door[1], *words[1:]))
        else:
            options = [word for word in words[1:] if word.startswith("--")]
            assert all(option in script for option in options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the docs' commands find: chords, a melody, MIDI of one's own, and a take."""
    place = tmp_path_factory.mktemp("docs")
    chords = [Note(bar * 4.0, 3.5, pitch) for bar in range(4) for pitch in (48, 52, 55, 59)]
    melody = [Note(beat * 0.5, 0.4, 72 + beat * 5 % 7) for beat in range(128)]
    write_midi(place / "my_chords.mid", [Track("piano", tuple(chords))])
    write_midi(place / "head.mid", [Track("melody", tuple(melody[:16]))])
    comping = [
        Note(bar * 4.0, 3.5, pitch) for bar in range(16) for pitch in (48 + bar % 5, 52, 55, 59)
    ]
    (place / "my_midi").mkdir()
    both = [Track("MELODY", tuple(melody)), Track("PIANO", tuple(comping))]
    write_midi(place / "my_midi" / "song.mid", both)
    shipped = place / DEMO_COMPING.relative_to(ROOT)
    shipped.parent.mkdir(parents=True)
    shutil.copy(DEMO_COMPING, shipped)
    (place / "fl").mkdir()
    return place


@pytest.fixture
def take(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`folder` as the current one, with the take `takes/demo` in it."""
    monkeypatch.chdir(folder)
    if not (folder / "takes" / "demo").exists():
        with pytest.raises(SystemExit) as ended:
            main(["demo", "--out", "takes/demo", *CHEAPER["demo"].split()])
        assert not ended.value.code
        shutil.copytree("takes/demo", "take")
    return folder


@pytest.mark.parametrize("found", each(one for one in LINES if not reasons(one)))
def test_a_documented_command_runs(
    found: Documented, take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    longest = max((n for n in CHEAPER if found.asked.startswith(n)), key=len, default=None)
    words = [*found.words[1:], *(CHEAPER[longest].split() if longest else [])]
    if words[0] == "demo":  # a take goes into a folder of its own
        shutil.rmtree(words[words.index("--out") + 1], ignore_errors=True)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code, capsys.readouterr().err
    if "-o" in words:  # another page may write a file of that name
        (take / words[words.index("-o") + 1]).unlink()


@pytest.mark.skipif(os.name == "nt", reason="the line for POSIX shells")
@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="not in an environment")
def test_readme_first_says_how_a_new_terminal_finds_the_command(tmp_path: Path) -> None:
    """`make jam` puts nothing on the PATH."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^source \.venv/bin/activate\b", readme, re.MULTILINE)
    before, _, after = readme.partition(line)
    assert not re.search(r"(^|`)jambot [a-z]", before, re.MULTILINE)
    assert "jambot ports" in after
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for told, status in (("true", 127), (line, 0)):
        ran = subprocess.run(
            ["bash", "-c", f"{told}; jambot --version"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
        )
        assert ran.returncode == status, ran.stderr


def test_what_is_not_run_is_still_documented() -> None:
    stale = [pattern for pattern in NOT_RUN if not any(pattern in reasons(one) for one in LINES)]
    assert not stale
    assert len([one for one in LINES if not reasons(one)]) >= 10


@pytest.mark.parametrize("wrong", ["sing", "demo --tempoo 3", "demo --bpm fast", "fl dance"])
def test_a_wrong_command_option_or_value_is_found(wrong: str) -> None:
    with pytest.raises(Exception, match=r"(?i)no such|valid number"):
        resolve(tuple(wrong.split()))


@pytest.mark.parametrize("wrong", ["sing", "demo --tempoo", "fl dance"])
def test_a_wrong_mention_is_found(wrong: str) -> None:
    with pytest.raises(AssertionError):
        mentioned(tuple(wrong.split()))
