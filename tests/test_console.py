import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from jambot.console import PLAIN, UNBOUNDED, make_console

LONG = "/a folder/" + "deep/" * 60 + "take.mid"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_no_line_is_broken_in_a_terminal_nor_in_a_pipe(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", stream)
    make_console().print(f"what to do: jambot report '{LONG}'")
    assert stream.getvalue() == f"what to do: jambot report '{LONG}'\n"


def test_a_table_is_as_wide_as_it_needs_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", stream)
    table = Table("measured", "is")
    table.add_row(LONG, "1.0")
    make_console().print(table)
    assert LONG in stream.getvalue()
    assert max(map(len, stream.getvalue().splitlines())) < UNBOUNDED / 10


@pytest.mark.parametrize("name", ["x[/y]", "[bold]", "[red]x[/red]", ":warning:", "[[", "\\[a]"])
def test_a_name_is_said_as_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    console = make_console()
    console.print(name)
    table = Table(box=None, show_header=False, padding=0)
    table.add_row(name)
    console.print(table)
    assert stream.getvalue().split() == [name, name]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-8"])
def test_no_sign_is_an_error_in_any_encoding(encoding: str) -> None:
    """In a process of its own, as it is written into a pipe."""
    signs = "".join(PLAIN) + "ø漢\udce9"
    program = (
        "from jambot.console import allow_any_sign, make_console\n"
        f"allow_any_sign(); make_console().print({signs!a})"
    )
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    ended = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    told = ended.stdout.decode(encoding)
    if encoding == "utf-8":
        assert told.rstrip() == signs.replace("\udce9", "\\udce9")
    else:
        assert told.startswith("ok")
        assert "\\u6f22\\udce9" in told


def test_every_plain_sign_is_one_that_all_encodings_have() -> None:
    assert all(sign.isascii() for sign in PLAIN.values())


@pytest.mark.parametrize("arguments", [["sing"], ["jam", f"--{LONG}"], ["prepare", LONG]])
def test_wrong_use_is_said_without_a_frame_and_unbroken(
    arguments: list[str], tmp_path: Path
) -> None:
    """In a narrow window, with no home, no locale and no colour of its own."""
    env = {"COLUMNS": "40", "HOME": str(tmp_path), "LC_ALL": "C", "FORCE_COLOR": "1"}
    command = [sys.executable, "-m", "jambot", *arguments]
    path = {"PYTHONPATH": os.environ.get("PYTHONPATH", ""), "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        command, env=env | path, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
    )
    assert ended.returncode == 2
    assert arguments[-1] in ended.stderr
    assert not set("│╭─╰") & set(ended.stderr)
