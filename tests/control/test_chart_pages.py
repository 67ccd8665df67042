"""What the page is told of charts before they are played."""

from starlette.applications import Starlette
from starlette.testclient import TestClient

from jambot.control.room import chart_pages
from jambot.music.tunes import TUNES
from jambot.realtime.orders import LONGEST_CHART

page = TestClient(Starlette(routes=chart_pages.routes()))


def read(**asked: object) -> dict[str, object]:
    answer = page.get("/chart", params={k: str(v) for k, v in asked.items()})
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


def test_every_tune_is_listed_with_its_metre_and_tempo():
    listed = page.get("/tunes").json()
    assert [tune["name"] for tune in listed] == [tune.name for tune in TUNES.values()]
    assert next(tune["beats"] for tune in listed if tune["name"] == "waltz") == 3


def test_a_chart_is_told_bar_by_bar():
    told = read(text="[A] | Dm7 G7 | Cmaj7 | [B] % |")
    assert (told["why"], told["bars"]) == ("", ["Dm7 G7", "Cmaj7", "Cmaj7"])
    assert told["sections"] == [[0, "A"], [2, "B"]]


def test_a_chart_is_read_in_another_key_and_in_its_own_metre():
    told = read(text="3/4 | Dm7 | G7 |", by=-2)
    assert (told["text"], told["beats"]) == ("3/4 | Cm7 | F7 |", 3)


def test_what_is_not_understood_is_marked_with_its_nearest_reading():
    told = read(text="| Dm7 | Hm7 |")
    assert told["marks"] == [[8, 3, "Bm7"]]
    assert "Hm7 is not understood" in str(told["why"])


def test_nonsense_is_answered_and_never_raised():
    assert "without bars" in str(read(text="")["why"])
    assert str(LONGEST_CHART) in str(read(text="C " * LONGEST_CHART)["why"])
    assert read(text="| C |", by="up", beats="many")["why"] == ""
    assert read(text="| C |", by=999, beats=-5)["why"]
