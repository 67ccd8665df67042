"""Pages: nothing that comes from data becomes markup, and playing does not wait for templates."""

import doctest
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from jambot.evaluation.drawing import charts, svg
from jambot.evaluation.drawing.page import TEMPLATES, page
from jambot.evaluation.drawing.piano_roll import roll_of
from jambot.evaluation.drawing.sheet import Cell, Sheet
from jambot.evaluation.figures import People
from jambot.music import Note
from lab.sweep.page import means

LAB = Path(__file__).parents[3] / "lab"
EVIL = "\"><b onclick='x'>&</b>"


def test_the_worked_examples_hold():
    assert doctest.testmod(svg).failed == 0


def test_no_template_lets_anything_through_unescaped():
    templates = [*TEMPLATES.glob("*.html"), *LAB.rglob("*.html")]
    assert len(templates) > 8
    for template in templates:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|<script|javascript:", text), template.name
        assert not re.search(r"\s\w+={{", text), f"{template.name}: an attribute without quotes"


def test_names_are_text_wherever_a_page_shows_them():
    sheet = Sheet(EVIL, EVIL, (EVIL,), ((EVIL, (Cell(EVIL, EVIL),)),))
    rolls = [(EVIL, EVIL, roll_of([Note(0.0, 1.0, 60)]))]
    made = page("rolls.html", kind=EVIL, title=EVIL, sections=[((sheet,), rolls)])
    assert "<b onclick" not in made
    body = made.split("<body>")[1].split("</body>")[0]
    shown = "".join(ElementTree.fromstring(body.replace("<br>", "<br/>")).itertext())
    assert shown.count(EVIL) == 10


@pytest.mark.parametrize(
    "drawing",
    [
        charts.latency_strip([1.0], 2.0, EVIL),
        charts.human_range(0.5, People(0.5, 0.4, 0.6, 1.0), EVIL, EVIL),
        means([(EVIL, 1.0, 0.5, 2.0)], 0, None, EVIL),
        charts.curve([(1.0, 2.0), (2.0, 1.0)], EVIL),
        charts.bars(EVIL, {EVIL: 2}),
    ],
)
def test_names_are_text_in_every_drawing(drawing):
    assert "<b onclick" not in drawing
    assert EVIL in ElementTree.fromstring(drawing).get("aria-label")


def test_a_value_that_a_page_wants_and_does_not_get_is_an_error():
    with pytest.raises(UndefinedError):
        page("rolls.html", kind="", sections=())


def test_playing_does_not_wait_for_templates():
    told = "import jambot.realtime.main, jambot.evaluation.take.files, jambot.cli, sys\n"
    told += "assert 'jinja2' not in sys.modules"
    subprocess.run([sys.executable, "-c", told], check=True)
