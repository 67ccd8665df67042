"""A roll as a picture: every line of it, under its title, in colours that any viewer knows."""

import xml.etree.ElementTree as ElementTree

from jambot.evaluation.drawing.piano_roll import draw, roll_of
from jambot.evaluation.drawing.picture import hands_picture, picture
from jambot.music import ChordSpan, Note, parse_chord
from jambot.roles.sample import RoleSample, SampleMeta

META = SampleMeta("mine", "My <Tune>", "train", tempo_bpm=120.0, performer="Me")
SVG = "{http://www.w3.org/2000/svg}"
CHORDS = [ChordSpan(0.0, 40.0, parse_chord("Bbmaj7"))]
LINE = [Note(float(beat), 1.0, 70 + beat % 3) for beat in range(36)]
ROLL = roll_of(LINE, CHORDS, [Note(0.0, 4.0, 46)])


def test_all_lines_are_there_one_below_the_other_and_inside_the_paper():
    root = ElementTree.fromstring(picture(ROLL, "Blues & Roots"))
    lines = root.findall(f"{SVG}svg")
    assert len(lines) == len(draw(ROLL)) == 3
    tops = [float(line.get("y")) for line in lines]
    heights = [float(line.get("height")) for line in lines]
    ends = [top + height for top, height in zip(tops, heights, strict=True)]
    assert all(end <= top for end, top in zip(ends, tops[1:], strict=False))
    assert ends[-1] < float(root.get("height"))
    solo = [rect for rect in root.iter(f"{SVG}rect") if "solo" in rect.get("class")]
    assert len(solo) == len(LINE)
    assert root.find(f"{SVG}title").text == "Blues & Roots"


def test_its_colours_are_plain_and_tell_inside_from_outside():
    style = ElementTree.fromstring(picture(ROLL, "")).find(f"{SVG}style").text
    assert "var(" not in style
    colours = dict(rule.split(" { fill: #") for rule in style.splitlines() if " { fill: #" in rule)
    assert colours[".inside"] != colours[".outside"] != colours[".free"]


def test_both_hands_of_a_sample_are_shown_by_its_middle_bars_in_two_colours():
    target = tuple(Note(float(beat), 1.0, 70 + beat % 3) for beat in range(64))
    given = tuple(Note(4.0 * bar, 4.0 if bar < 11 else 6.0, 46) for bar in range(16))
    root = ElementTree.fromstring(hands_picture(RoleSample("x", given, target, META)))
    kinds = [rect.get("class") for rect in root.iter(f"{SVG}rect")]
    assert (kinds.count("solo free"), kinds.count("hands")) == (32, 8)
    assert len(root.findall(f"{SVG}svg")) == 2, "eight bars, and no line of what rings on"
    assert root.find(f"{SVG}title").text.startswith("Me: My <Tune>, 120 bpm")
