"""The forge's workflows call the Makefile's words and nothing that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def words():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_make_is_a_word_of_the_makefile_and_each_script_is_there(path, words):
    text = path.read_text(encoding="utf-8")
    runs = re.findall(r"- run: (.*)$", text, re.MULTILINE)
    assert runs
    for run in runs:
        for word in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", run):
            if "install" not in run:
                assert set(word.split()) <= words, run
        for script in re.findall(r"\bbash (\S+)", run):
            assert (ROOT / script).is_file(), run


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_it_is_a_workflow(path):
    yaml = pytest.importorskip("yaml")
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert read["jobs"]
    for name, job in read["jobs"].items():
        assert job["runs-on"].endswith("-latest"), name
        assert job["timeout-minutes"] <= 60, name
        assert all(("run" in step) != ("uses" in step) for step in job["steps"]), name
