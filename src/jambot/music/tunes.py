"""Progressions that belong to nobody, to play over at once: by name in `--form` and on the page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tune:
    """A chart by name, and a tempo that suits it. The metre stands in the chart."""

    name: str
    chart: str
    bpm: int


def _two_five_ones() -> str:
    """ii–V–I in every major key, down by whole steps and then from the other six."""
    twos = ("D", "C", "Bb", "Ab", "F#", "E", "Eb", "Db", "B", "A", "G", "F")
    fives = ("G", "F", "Eb", "Db", "B", "A", "Ab", "Gb", "E", "D", "C", "Bb")
    ones = ("C", "Bb", "Ab", "Gb", "E", "D", "Db", "B", "A", "G", "F", "Eb")
    keys = zip(twos, fives, ones, strict=True)
    return "\n".join(f"| {two}m7 | {five}7 | {one}maj7 | % |" for two, five, one in keys)


_RHYTHM_A = "| Bb6 G7 | Cm7 F7 | Dm7 G7 | Cm7 F7 | Bb7 | Eb6 Ab7 |"
_TUNES = (
    Tune(
        "pianist's own",
        "[A] | Am9 | Am9 | Fmaj9 | Em7 | Dm9 | G13 | Cmaj9 | E7#9 |\n"
        "[A] | Am9 | Am9 | Fmaj9 | Em7 | Dm9 | G13 | Cmaj9 | Cmaj9 Bb7#11 |\n"
        "[B] | Bbm9 | Eb13 | Abmaj9 | Abmaj9 | Cm9 | F13 | Bm7b5 | E7#9 |\n"
        "[A] | Am9 | Am9 | Fmaj9 | Em7 | Dm9 | G13 | Cmaj9 | E7#9 |",
        120,
    ),
    Tune(
        "blues",
        "| F7 | Bb7 | F7 | Cm7 F7 |\n| Bb7 | Bdim7 | F7 | Am7b5 D7b9 |\n"
        "| Gm7 | C7 | F7 D7 | Gm7 C7 |",
        130,
    ),
    Tune("plain blues", "| C7 | F7 | C7 | % |\n| F7 | % | C7 | % |\n| G7 | F7 | C7 | G7 |", 110),
    Tune(
        "minor blues",
        "| Cm7 | Fm7 | Cm7 | % |\n| Fm7 | % | Cm7 | % |\n| Dm7b5 | G7b9 | Cm7 | Dm7b5 G7b9 |",
        125,
    ),
    Tune(
        "rhythm changes",
        f"[A] {_RHYTHM_A} Dm7 G7 | Cm7 F7 |\n[A] {_RHYTHM_A} Cm7 F7 | Bb6 |\n"
        f"[B] | D7 | % | G7 | % | C7 | % | F7 | % |\n[A] {_RHYTHM_A} Cm7 F7 | Bb6 |",
        180,
    ),
    Tune("dorian vamp", "| Dm7 | G7sus4 | Dm7 | G7sus4 |", 115),
    Tune(
        "modal in two keys",
        "[A] | Dm7 | % | % | % | % | % | % | % |\n[B] | Fm7 | % | % | % | % | % | % | % |",
        140,
    ),
    Tune("turnaround", "| Cmaj7 Am7 | Dm7 G7 | Em7 A7 | Dm7 G7 |", 120),
    Tune("circle of dominants", "| E7 | % | A7 | % |\n| D7 | % | G7 | % |", 140),
    Tune("diatonic circle", "| Cmaj7 | Fmaj7 | Bm7b5 | E7 |\n| Am7 | Dm7 | G7 | Cmaj7 |", 120),
    Tune(
        "major thirds",
        "| Cmaj7 Eb7 | Abmaj7 B7 | Emaj7 G7 | Cmaj7 |\n| Dm7 G7 | Cmaj7 | Dm7 | G7 |",
        120,
    ),
    Tune("minor two-five", "| Dm7b5 | G7b9 | Cm6 | % |\n| Fm7 | Bb7 | Ebmaj7 | Dm7b5 G7b9 |", 125),
    Tune("ii-V-I in all keys", _two_five_ones(), 120),
    Tune("ballad", "| Cmaj9 | Am9 | Dm9 | G13 |\n| Em7 A7b9 | Dm7 G7 | Em7 Am7 | Dm7 G7b9 |", 66),
    Tune(
        "bossa", "| Dm9 | % | E7#9 | A7b9 |\n| Gm9 C9 | Fmaj7 Bb7#11 | Em7b5 A7b9 | Dm9 A7b9 |", 135
    ),
    Tune(
        "waltz",
        "3/4\n| Fmaj7 | Em7b5 | A7b9 | Dm7 |\n| Gm7 | C7 | Fmaj7 | D7b9 |\n"
        "| Gm7 | A7b9 | Dm7 | G7 |\n| Gm7 | C7 | Fmaj7 | C7 |",
        150,
    ),
    Tune("minor waltz", "3/4\n| Am7 | % | Dm7 | % |\n| Bm7b5 | E7b9 | Am7 | E7b9 |", 140),
    Tune(
        "five",
        "5/4\n| Cm7 Fm7 | % | Abmaj7 Dm7b5 | G7b9 |\n| Cm7 Fm7 | Bb7 | Ebmaj7 | Dm7b5 G7b9 |",
        160,
    ),
)
TUNES = {tune.name.lower(): tune for tune in _TUNES}
PIANISTS_OWN = _TUNES[0]
"""What the built-in pianist plays where no chart is given."""
