"""The makers' tools: listed, and run by name."""

import pytest

from lab.__main__ import main, names


def test_they_are_listed_each_with_what_it_is_for(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in said] == names()
    assert "soak" in names()
    assert all(len(row.split()) > 4 for row in said)


def test_a_name_that_is_none_is_answered_by_the_list(capsys):
    assert main(["nothing"]) == 2
    assert "soak" in capsys.readouterr().out


def test_a_tool_is_run_with_what_follows_its_name(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["soak", "--help"])
    assert ended.value.code == 0
    assert "--seed" in capsys.readouterr().out
