"""Links of iReal Pro."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from jambot.errors import UsageError
from jambot.music import parse_chart
from jambot.music.ireal import BLOCK, MARK, crossed, is_link, link_chart, unscrambled

MUSIC = (
    "*A{T44C-7   |F7   |Bb^7   |Eb^7   |Ah7   |N1D7b13   |G-6   | x  }            |N2D7b9   |G-6 /"
    "   ]*B[SA-7   |D7sG7C7 |G-^7 Q |n   <D.S. al Coda>Z[QFsus/C   |E7#9(A-7)   Z"
)
"""A progression of nobody's, with the signs that the app writes."""


def scrambled(music: str) -> str:
    """As the app writes a link: the other way round of what is tested, block by block."""
    blocks = [music[i : i + BLOCK] for i in range(0, len(music) or 1, BLOCK)]
    last = len(blocks) - (2 if len(blocks[-1]) < 2 else 1)
    return "".join(crossed(block) if i < last else block for i, block in enumerate(blocks))


def link(music: str) -> str:
    text = f"Song=Some One==Medium Swing=Bb==1r34LbKcu7{scrambled(music)}=Jazz=120=3"
    return "irealb://" + quote(text)


def test_a_block_changes_sides_as_the_app_does_it():
    block = "abcdeFGHIJklmnopqrstuvwxYZ" + "zyXWVUTSRQPONMLjihgf54321"[:24]
    assert len(block) == BLOCK
    out = crossed(block)
    assert out[:5] == block[:-6:-1]
    assert out[5:10] == block[5:10]
    assert out[10:24] == block[39:25:-1]
    assert out[24:26] == block[24:26]
    assert crossed(out) == block


def test_a_scrambled_link_is_read_with_its_repeats_endings_and_coda():
    assert is_link(link(MUSIC))
    chart = parse_chart(link(MUSIC))
    assert " | ".join(chart.names()) == (
        "Cm7 | F7 | Bbmaj7 | Ebmaj7 | Am7b5 | D7b13 | Gm6 | Gm6 | "
        "Cm7 | F7 | Bbmaj7 | Ebmaj7 | Am7b5 | D7b9 | Gm6 | "
        "Am7 | D7 G7 C7 / | Gmmaj7 | N.C. | Am7 | D7 G7 C7 / | Gmmaj7 | Fsus4/C | E7#9"
    )
    assert chart.sections == ((0, "A"), (8, "A"), (15, "B"), (19, "B"))


def test_abbreviations_are_written_out():
    assert unscrambled("C-7XyQLZF7XyQKcl  Z") == "C-7    |F7   | x  Z"


def test_a_waltz_says_its_metre():
    assert link_chart(link("T34C^7   |F-7 Bb7 Z")) == "3/4 C^7 | F-7 Bb7 ||"


@given(st.text(max_size=80))
def test_any_link_is_a_chart_or_refused(music):
    for text in (link(music), f"irealb://{MARK}{music}", "irealbook://a=b=c=d=n=" + music):
        try:
            parse_chart(text)
        except UsageError:
            continue
