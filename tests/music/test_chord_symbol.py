"""Chord symbols as people write them: fake books, iReal, other countries, the page itself."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import PITCH_CLASS_NAMES, parse_chord
from jambot.music.chord_symbol import nearest_symbol

SYMBOLS = """
C        C: 0 4 7           | CM        C: 0 4 7           | Cmaj      C: 0 4 7
Cma      C: 0 4 7           | c         C: 0 4 7           | C5        C: 0 7
C6       C: 0 4 7 9         | CM6       C: 0 4 7 9         | Cmaj6     C: 0 4 7 9
C6/9     C: 0 2 4 7 9       | C69       C: 0 2 4 7 9       | C6(9)     C: 0 2 4 7 9
C6add9   C: 0 2 4 7 9       | Cadd9     C: 0 2 4 7         | C(add9)   C: 0 2 4 7
Cadd2    C: 0 2 4 7         | C2        C: 0 2 4 7         | Cadd11    C: 0 4 5 7
Cmaj7    C: 0 4 7 11        | CMaj7     C: 0 4 7 11        | CMAJ7     C: 0 4 7 11
Cma7     C: 0 4 7 11        | CMa7      C: 0 4 7 11        | CM7       C: 0 4 7 11
Cj7      C: 0 4 7 11        | CΔ        C: 0 4 7 11        | CΔ7       C: 0 4 7 11
C△7      C: 0 4 7 11        | C∆        C: 0 4 7 11        | C^        C: 0 4 7 11
C^7      C: 0 4 7 11        | C7M       C: 0 4 7 11        | C7(M)     C: 0 4 7 11
C^9      C: 0 2 4 7 11      | CM9       C: 0 2 4 7 11      | Cmaj9     C: 0 2 4 7 11
Cmaj7(9) C: 0 2 4 7 11      | C7M(9)    C: 0 2 4 7 11      | Cmaj13    C: 0 2 4 7 9 11
C^13     C: 0 2 4 7 9 11    | Cmaj7#11  C: 0 4 6 7 11      | CM7(#11)  C: 0 4 6 7 11
E♭maj7♯11 Eb: 0 4 6 7 11    | C^9#11    C: 0 2 4 6 7 11    | Cmaj7b5   C: 0 4 6 11
Cmaj7#5  C: 0 4 8 11        | C^7#5     C: 0 4 8 11        | C+maj7    C: 0 4 8 11
Cm       C: 0 3 7           | C-        C: 0 3 7           | Cmi       C: 0 3 7
CMI      C: 0 3 7           | Cmin      C: 0 3 7           | cm        C: 0 3 7
Cm6      C: 0 3 7 9         | C-6       C: 0 3 7 9         | Cm69      C: 0 2 3 7 9
C-6/9    C: 0 2 3 7 9       | Cmadd9    C: 0 2 3 7         | Cm(add9)  C: 0 2 3 7
Cm7      C: 0 3 7 10        | C-7       C: 0 3 7 10        | C−7       C: 0 3 7 10
Cmi7     C: 0 3 7 10        | CMI7      C: 0 3 7 10        | Cmin7     C: 0 3 7 10
C–9      C: 0 2 3 7 10      | Cm9       C: 0 2 3 7 10      | Cm11      C: 0 2 3 5 7 10
C-11     C: 0 2 3 5 7 10    | Cm7(11)   C: 0 3 5 7 10      | Cm13      C: 0 2 3 5 7 9 10
C-^7     C: 0 3 7 11        | Cm(maj7)  C: 0 3 7 11        | CmMaj7    C: 0 3 7 11
CmM7     C: 0 3 7 11        | Cmin(ma7) C: 0 3 7 11        | Cm/maj7   C: 0 3 7 11
C-Δ7     C: 0 3 7 11        | Cm(+7)    C: 0 3 7 11        | Cm#7      C: 0 3 7 11
C-^9     C: 0 2 3 7 11      | C-b6      C: 0 3 7 8         | C-#5      C: 0 3 8
Cm7b5    C: 0 3 6 10        | C-7b5     C: 0 3 6 10        | Cm7(b5)   C: 0 3 6 10
Cm7-5    C: 0 3 6 10        | Cmin7♭5   C: 0 3 6 10        | Ah7       A: 0 3 6 10
Ch       C: 0 3 6 10        | Cø        C: 0 3 6 10        | Cø7       C: 0 3 6 10
CØ7      C: 0 3 6 10        | Cø9       C: 0 2 3 6 10      | Cm11b5    C: 0 2 3 5 6 10
Cdim     C: 0 3 6           | Co        C: 0 3 6           | C°        C: 0 3 6
Cdim7    C: 0 3 6 9         | Co7       C: 0 3 6 9         | Cº7       C: 0 3 6 9
Co^7     C: 0 3 6 11        | Caug      C: 0 4 8           | C+        C: 0 4 8
C(#5)    C: 0 4 8           | C(b5)     C: 0 4 6           | C7        C: 0 4 7 10
Cdom7    C: 0 4 7 10        | C⁷        C: 0 4 7 10        | C9        C: 0 2 4 7 10
B♭9      Bb: 0 2 4 7 10     | C7(9)     C: 0 2 4 7 10      | C11       C: 0 2 5 7 10
C13      C: 0 2 4 7 9 10    | C7(13)    C: 0 4 7 9 10      | C9(13)    C: 0 2 4 7 9 10
C7b9     C: 0 1 4 7 10      | C7(b9)    C: 0 1 4 7 10      | C7-9      C: 0 1 4 7 10
C7♭9     C: 0 1 4 7 10      | C7/b9     C: 0 1 4 7 10      | C7#9      C: 0 3 4 7 10
C7+9     C: 0 3 4 7 10      | C7(#9)    C: 0 3 4 7 10      | C7b5      C: 0 4 6 10
C7-5     C: 0 4 6 10        | C7#5      C: 0 4 8 10        | C7+       C: 0 4 8 10
C+7      C: 0 4 8 10        | C7+5      C: 0 4 8 10        | C7aug     C: 0 4 8 10
C9#5     C: 0 2 4 8 10      | C+9       C: 0 2 4 8 10      | C9b5      C: 0 2 4 6 10
C7#11    C: 0 4 6 7 10      | C7(#11)   C: 0 4 6 7 10      | C9#11     C: 0 2 4 6 7 10
C13#11   C: 0 2 4 6 7 9 10  | C7b13     C: 0 4 7 8 10      | C7(b13)   C: 0 4 7 8 10
C7b9b13  C: 0 1 4 7 8 10    | C7(b9,b13) C: 0 1 4 7 8 10   | C13b9     C: 0 1 4 7 9 10
C13(b9)  C: 0 1 4 7 9 10    | C7b9b5    C: 0 1 4 6 10      | C7b9#5    C: 0 1 4 8 10
C7#5#9   C: 0 3 4 8 10      | C7#9#5    C: 0 3 4 8 10      | C7b9#9    C: 0 1 3 4 7 10
C7b9#11  C: 0 1 4 6 7 10    | C7#9#11   C: 0 3 4 6 7 10    | C7alt     C: 0 1 3 4 8 10
C7alt.   C: 0 1 3 4 8 10    | Calt      C: 0 1 3 4 8 10    | C7(alt)   C: 0 1 3 4 8 10
Csus     C: 0 5 7           | Csus4     C: 0 5 7           | C4        C: 0 5 7
Csus2    C: 0 2 7           | C7sus     C: 0 5 7 10        | C7sus4    C: 0 5 7 10
C7(sus4) C: 0 5 7 10        | Csus7     C: 0 5 7 10        | C9sus     C: 0 2 5 7 10
C9sus4   C: 0 2 5 7 10      | C13sus    C: 0 2 5 7 9 10    | C13sus4   C: 0 2 5 7 9 10
C7b9sus  C: 0 1 5 7 10      | C7susb9   C: 0 1 5 7 10      | Csus(b9)  C: 0 1 5 7 10
C7sus4(b9,13) C: 0 1 5 7 9 10 | C7b13sus C: 0 5 7 8 10     | C7add3sus C: 0 4 5 7 10
F#7      Gb: 0 4 7 10       | F♯-7      Gb: 0 3 7 10       | Bbm7      Bb: 0 3 7 10
bb7      Bb: 0 4 7 10       | b7        B: 0 4 7 10        | eb-7      Eb: 0 3 7 10
f#m7b5   Gb: 0 3 6 10       | gm7       G: 0 3 7 10        | Cb        B: 0 4 7
E#m7     F: 0 3 7 10        | Bbb7      A: 0 4 7 10        | F##dim7   G: 0 3 6 9
C/E      C/E: 0 4 7         | Am7/G     A/G: 0 3 7 10      | D7/F#     D/Gb: 0 4 7 10
C7(b9)/E C/E: 0 1 4 7 10    | bbmaj7/d  Bb/D: 0 4 7 11     | F/G       F/G: 0 4 7
C6/9/G   C/G: 0 2 4 7 9     | F♯ø/B♭    Gb/Bb: 0 3 6 10    | ConE      C/E: 0 4 7
""".replace("\n", "|").split("|")
"""Symbol, root with bass, and the tones in semitones above the root."""
TABLE = [
    (left, *right.split(":")) for left, right in (s.split(None, 1) for s in SYMBOLS if s.strip())
]
ROOTS = [f"{letter}{sign}" for letter in "CDEFGABcdefgab" for sign in ("", "b", "#", "♭", "♯")]
WORDS = "maj ma min dim aug sus sus2 sus4 alt add9 add11 add13 no3 no5 11 13 69 ♭9 ♯11"
SIGNS = [*WORDS.split(), *"M^Δm-oøh+5679(),/", "b5", "#5", "b9", "#9", "#11", "b13"]


@pytest.mark.parametrize(("symbol", "bass", "tones"), TABLE, ids=[row[0] for row in TABLE])
def test_a_symbol_is_read_as_musicians_mean_it(symbol, bass, tones):
    chord = parse_chord(symbol)
    root = PITCH_CLASS_NAMES.index(bass.strip().split("/")[0])
    assert (chord.root, chord.bass) == (root, PITCH_CLASS_NAMES.index(bass.strip().split("/")[-1]))
    assert [(pc - root) % 12 for pc in chord.pitch_classes] == [int(tone) for tone in tones.split()]


def test_the_table_has_as_many_spellings_as_the_docs_say():
    page = (Path(__file__).parents[2] / "docs" / "realtime.md").read_text(encoding="utf-8")
    assert f"{len({row[0] for row in TABLE})} spellings with their tones" in page


@pytest.mark.parametrize("symbol", [row[0] for row in TABLE])
def test_what_is_printed_of_it_is_the_same_chord_in_every_key(symbol):
    chord = parse_chord(symbol)
    for semitones in range(12):
        moved = chord.transposed(semitones)
        shown = moved.symbol.replace("b", "♭").replace("#", "♯")
        assert parse_chord(moved.symbol) == parse_chord(shown) == moved


@given(st.sampled_from(ROOTS), st.lists(st.sampled_from(SIGNS), max_size=5).map("".join))
def test_any_row_of_signs_is_a_chord_that_is_read_back_or_refused(root, signs):
    try:
        chord = parse_chord(root + signs)
    except ValueError:
        return
    assert parse_chord(chord.symbol) == chord
    assert chord.pitch_classes[0] == chord.root


@given(st.text(max_size=40))
def test_any_text_is_a_chord_or_a_value_error(text):
    nearest_symbol(text)
    with suppress(ValueError):
        assert parse_chord(text).pitch_classes


@pytest.mark.parametrize(
    ("word", "near"),
    [("Hm7", "Bm7"), ("Cmja7", "Cmaj7"), ("Dm7/G7", "Dm7/G"), ("F7b13x", "F7b13"), ("Sol", None)],
)
def test_the_nearest_reading_of_what_is_none(word, near):
    assert nearest_symbol(word) == near
    with pytest.raises(ValueError, match="chord"):
        parse_chord(word)
